//! Reading an answer's text and its function calls as Rust types, and answering the calls.
//!
//! Place in the flow: after a response has come, whole or from a stream. `strict.rs` makes the model
//! answer in the form that is read here; `resend.rs` sends the answers.
//!
//! What can go wrong is an [`Error`] like that of a request, told apart by its kind, and not a type of
//! its own: `client.create(&request).await?.parse()?` is one step for a caller, with one error.

use std::any::type_name;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::error::{Error, ErrorKind};
use crate::types::{
    ErrorBody, FunctionCall, FunctionCallOutput, MessagePhase, OutputContent, OutputItem, OutputMessage, Response,
    ResponseStatus, ToolOutput,
};

impl Response {
    /// The function calls among the output, in their order.
    pub fn function_calls(&self) -> impl Iterator<Item = &FunctionCall> {
        self.output.iter().flatten().filter_map(|item| match item {
            OutputItem::FunctionCall(call) => Some(call),
            _ => None,
        })
    }

    /// The answer's text, read as the JSON of a `T`, which is what a
    /// [`TextFormatJsonSchema`](crate::types::TextFormatJsonSchema) made from `T` asks for.
    ///
    /// The text is that of [`output_text`](Self::output_text) without commentary: messages of the
    /// phase `commentary` are what the model says on its way to the answer.
    ///
    /// ```
    /// use nexconn_responses::types::Response;
    ///
    /// let response: Response = serde_json::from_str(
    ///     r#"{"id": "resp_1", "status": "completed", "output": [{"type": "message", "role": "assistant",
    ///         "content": [{"type": "output_text", "text": "{\"primes\": [2, 3, 5]}"}]}]}"#,
    /// )?;
    /// #[derive(serde::Deserialize)]
    /// struct Answer {
    ///     primes: Vec<u32>,
    /// }
    /// assert_eq!(response.parse::<Answer>()?.primes, [2, 3, 5]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first that applies:
    ///
    /// - [`ErrorKind::ResponseFailed`]: the response failed; with the server's message, code and body;
    /// - [`ErrorKind::Refusal`]: the model refused; its words are the [`message`](Error::message);
    /// - [`ErrorKind::Incomplete`]: the answer was cut, and the message says why; or the response is
    ///   not finished or was cancelled, and the message is its status. The [`text`](Error::text) is
    ///   what there is of it;
    /// - [`ErrorKind::NoText`]: there is none, as when the model has only called tools;
    /// - [`ErrorKind::Decode`]: the text is not the JSON of a `T`; the [`pointer`](Error::pointer) says
    ///   where and the source why, the [`text`](Error::text) is the whole, up to 64 KiB.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Error> {
        if self.error.is_some() || self.status == Some(ResponseStatus::Failed) {
            return Err(self.failure());
        }
        let refusal = self.answer(|part| match part {
            OutputContent::Refusal(part) => Some(&part.refusal),
            _ => None,
        });
        if let Some(refusal) = refusal {
            return Err(Error::new(ErrorKind::Refusal, refusal));
        }
        let text = self.answer(|part| match part {
            OutputContent::OutputText(part) => Some(&part.text),
            _ => None,
        });
        if let Some(why) = self.unfinished() {
            return Err(Error::new(ErrorKind::Incomplete, why).with_body(text.unwrap_or_default(), None));
        }
        match text {
            Some(text) if !text.is_empty() => read(&text, || "the text is".to_owned()),
            _ => Err(Error::new(ErrorKind::NoText, self.instead())),
        }
    }

    /// The parts that are looked for, of all messages but commentary, joined; `None` if there is none.
    fn answer<'a>(&'a self, part: impl Fn(&'a OutputContent) -> Option<&'a String>) -> Option<String> {
        let messages = self.output.iter().flatten().filter_map(|item| match item {
            OutputItem::Message(message) => Some(message),
            _ => None,
        });
        let final_ones = messages.filter(|message: &&OutputMessage| message.phase != Some(MessagePhase::Commentary));
        final_ones
            .flat_map(|message| &message.content)
            .filter_map(part)
            .fold(None, |joined: Option<String>, next| Some(joined.unwrap_or_default() + next))
    }

    fn failure(&self) -> Error {
        let text = json!({ "error": self.error }).to_string();
        let body: Option<ErrorBody> = serde_json::from_str(&text).ok();
        let message = body.as_ref().and_then(ErrorBody::error_message).unwrap_or("the server does not say why".into());
        Error::new(ErrorKind::ResponseFailed, message).with_body(text, body)
    }

    /// Why the answer is not whole, if it is not: the server's reason, or else the status.
    fn unfinished(&self) -> Option<String> {
        let reason = self.incomplete_details.as_ref().and_then(|details| details.reason.as_ref());
        match &self.status {
            None | Some(ResponseStatus::Completed | ResponseStatus::Unknown(_)) => reason.map(ToString::to_string),
            Some(status) => Some(reason.map_or_else(|| status.to_string(), ToString::to_string)),
        }
    }

    /// What there is where there is no text.
    fn instead(&self) -> String {
        let names: Vec<_> = self.function_calls().map(|call| format!("`{}`", call.name)).collect();
        if names.is_empty() { String::new() } else { format!("the model calls {}", names.join(", ")) }
    }
}

impl FunctionCall {
    /// The arguments, read as a `T`, which is what a [`FunctionTool`](crate::types::FunctionTool)
    /// made from `T` asks for.
    ///
    /// ```
    /// use nexconn_responses::types::FunctionCall;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Weather {
    ///     city: String,
    /// }
    ///
    /// let call = FunctionCall::new("call_1", "weather", r#"{"city": "Oslo"}"#);
    /// assert_eq!(call.parse_arguments::<Weather>()?.city, "Oslo");
    /// # Ok::<(), nexconn_responses::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Decode`] when they are not the JSON of a `T`, as the arguments of a tool that is not
    /// strict may be. The [`pointer`](Error::pointer) says where and the source why, the
    /// [`text`](Error::text) is the arguments, up to 64 KiB. To let the model try again,
    /// [`answer`](Self::answer) with the error.
    pub fn parse_arguments<T: DeserializeOwned>(&self) -> Result<T, Error> {
        read(&self.arguments, || format!("the arguments of `{}` ({}) are", self.name, self.call_id))
    }

    /// The output item that answers this call: of the same `call_id`, and of the same `caller`, so that
    /// a program that made the call is the one that gets the answer.
    ///
    /// The output is a text, or a list of content parts; [`output_json`](Self::output_json) takes any
    /// value.
    ///
    /// ```
    /// use nexconn_responses::types::FunctionCall;
    ///
    /// let call = FunctionCall::new("call_1", "weather", "{}");
    /// let answer = call.output("rain, 4 °C");
    /// assert_eq!(answer.call_id.as_deref(), Some("call_1"));
    /// ```
    #[must_use]
    pub fn output(&self, output: impl Into<ToolOutput>) -> FunctionCallOutput {
        let mut answer = FunctionCallOutput::new(self.call_id.as_str(), output);
        answer.caller.clone_from(&self.caller);
        answer
    }

    /// [`answer`](Self::answer) with the JSON text of a value.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Encode`] when the value cannot be written as JSON, as a map whose keys are
    /// no strings.
    pub fn output_json(&self, output: &(impl Serialize + ?Sized)) -> Result<FunctionCallOutput, Error> {
        let text = serde_json::to_string(output).map_err(|error| {
            let message = format!("the answer to `{}` ({}) cannot be written as JSON", self.name, self.call_id);
            Error::new(ErrorKind::Encode, message).with_source(error)
        })?;
        Ok(self.output(text))
    }
}

fn read<T: DeserializeOwned>(text: &str, what: impl FnOnce() -> String) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| {
        let message = format!("{} not the JSON of `{}`", what(), type_name::<T>());
        Error::new(ErrorKind::Decode, message).with_pointer(text.as_bytes(), error).with_body(text.to_owned(), None)
    })
}
