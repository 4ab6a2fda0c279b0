//! Output text and function calls as Rust types, and outputs of calls.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, ErrorKind};
use crate::types::{
    ErrorBody, FunctionCall, FunctionCallOutput, JsonText, MessagePhase, OutputContent, OutputItem, OutputMessage,
    Response, ResponseStatus, ToolOutput,
};

impl Response {
    /// Returns the function calls of the output, in their order.
    pub fn function_calls(&self) -> impl Iterator<Item = &FunctionCall> {
        self.output.iter().filter_map(|item| match item {
            OutputItem::FunctionCall(call) => Some(call),
            _ => None,
        })
    }

    /// Parses the output text as the JSON of a `T`. Ask for it with a
    /// [`TextFormatJsonSchema`](crate::types::TextFormatJsonSchema) of `T`.
    ///
    /// The text is that of [`output_text`](Self::output_text) without messages of the phase `commentary`.
    ///
    /// ```
    /// use nexconn_responses::types::Response;
    ///
    /// let response: Response = serde_json::from_str(
    ///     r#"{"id": "resp_1", "status": "completed", "output": [
    ///         {"type": "message", "role": "assistant", "content": [
    ///             {"type": "output_text", "text": "{\"primes\": [2, 3, 5]}"}
    ///         ]}
    ///     ]}"#,
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
    /// Returns the first of these that applies:
    ///
    /// - [`ErrorKind::ResponseFailed`] if the response failed, with the server's message, code and body.
    /// - [`ErrorKind::Refusal`] if the model refused. The [`message`](Error::message) is the refusal.
    /// - [`ErrorKind::Incomplete`] if the output is truncated, or the response is still running or was cancelled. The
    ///   message is the reason or the status, and [`raw_body`](Error::raw_body) is the text so far.
    /// - [`ErrorKind::NoText`] if there's no text, for example because the model only called tools. The message names
    ///   the items of the output.
    /// - [`ErrorKind::Decode`] if the text isn't the JSON of a `T`, with the [`pointer`](Error::pointer), the source,
    ///   and the text (up to 64 KiB) in [`raw_body`](Error::raw_body).
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Error> {
        if self.has_failed() {
            return Err(self.failure());
        }
        let refusal = self.join_parts(|part| match part {
            OutputContent::Refusal(part) => Some(&part.refusal),
            _ => None,
        });
        if let Some(refusal) = refusal {
            return Err(Error::new(ErrorKind::Refusal, refusal));
        }
        let text = self.join_parts(|part| match part {
            OutputContent::OutputText(part) => Some(&part.text),
            _ => None,
        });
        if let Some(why) = self.incomplete_reason() {
            return Err(Error::new(ErrorKind::Incomplete, why).with_body(text.unwrap_or_default()));
        }
        match text {
            Some(text) if !text.is_empty() => parse(&text, || "the output text isn't".to_owned()),
            _ => Err(Error::new(ErrorKind::NoText, self.describe_missing_text())),
        }
    }

    /// Returns an error if the response failed or isn't complete.
    #[cfg(feature = "agent")]
    pub(crate) fn ensure_complete(&self) -> Result<(), Error> {
        if self.has_failed() {
            return Err(self.failure());
        }
        match self.incomplete_reason() {
            Some(reason) => Err(Error::new(ErrorKind::Incomplete, reason)),
            None => Ok(()),
        }
    }

    fn has_failed(&self) -> bool {
        self.error.is_some() || self.status == Some(ResponseStatus::Failed)
    }

    /// Joins a kind of content part of all messages except commentary. Returns `None` if there's none.
    fn join_parts<'a>(&'a self, part: impl Fn(&'a OutputContent) -> Option<&'a String>) -> Option<String> {
        let messages = self.output.iter().filter_map(|item| match item {
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
        let error = self.error.as_ref().map_or("null".to_owned(), JsonText::to_json);
        let text = format!(r#"{{"error":{error}}}"#);
        let body = ErrorBody::from_json(&text).ok();
        let message = body.as_ref().and_then(ErrorBody::error_message).unwrap_or("the server gives no reason".into());
        Error::new(ErrorKind::ResponseFailed, message).with_body(text)
    }

    /// Returns the server's reason or else the status, if the response isn't complete.
    fn incomplete_reason(&self) -> Option<String> {
        let reason = self.incomplete_details.as_ref().and_then(|details| details.reason.as_ref());
        match &self.status {
            None | Some(ResponseStatus::Completed | ResponseStatus::Unknown(_)) => reason.map(ToString::to_string),
            Some(status) => Some(reason.map_or_else(|| status.to_string(), ToString::to_string)),
        }
    }

    /// Names the items of an output without text.
    fn describe_missing_text(&self) -> String {
        let names: Vec<_> = self.output.iter().map(describe_item).collect();
        let mut message = match names.as_slice() {
            [] => "the output is empty".to_owned(),
            names => format!("the output has {}", names.join(", ")),
        };
        for mismatch in self.mismatches().iter().filter(|mismatch| mismatch.pointer.starts_with("/output")).take(3) {
            message += &format!("; {mismatch}");
        }
        message
    }
}

/// Names an item by its type, and a call also by its name.
fn describe_item(item: &OutputItem) -> String {
    match item {
        OutputItem::FunctionCall(call) => format!("function_call `{}`", call.name),
        OutputItem::Message(_) => "message without text".to_owned(),
        item => item.type_().unwrap_or("item without type").to_owned(),
    }
}

impl FunctionCall {
    /// Parses the arguments as the JSON of a `T`. Ask for it with a [`FunctionTool`](crate::types::FunctionTool) of
    /// `T`.
    ///
    /// ```
    /// use nexconn_responses::types::FunctionCall;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Weather {
    ///     city: String,
    /// }
    ///
    /// let call =
    ///     FunctionCall::new("weather", r#"{"city": "Oslo"}"#).call_id("call_1");
    /// assert_eq!(call.parse_arguments::<Weather>()?.city, "Oslo");
    /// # Ok::<(), nexconn_responses::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Decode`] if the arguments aren't the JSON of a `T`, which can happen if the tool isn't
    /// strict. The error has the [`pointer`](Error::pointer), the source, and the arguments (up to 64 KiB) in
    /// [`raw_body`](Error::raw_body). To let the model try again, return the error as the [`output`](Self::output).
    pub fn parse_arguments<T: DeserializeOwned>(&self) -> Result<T, Error> {
        parse(&self.arguments, || format!("the arguments of `{}` ({}) aren't", self.name, self.call_id))
    }

    /// Creates the output of this call, with the same `call_id` and `caller`.
    ///
    /// The output is a text or a list of content parts. Use [`output_json`](Self::output_json) for other values.
    ///
    /// ```
    /// use nexconn_responses::types::FunctionCall;
    ///
    /// let call = FunctionCall::new("weather", "{}").call_id("call_1");
    /// let output = call.output("rain, 4 °C");
    /// assert_eq!(output.call_id.as_deref(), Some("call_1"));
    /// ```
    #[must_use]
    pub fn output(&self, output: impl Into<ToolOutput>) -> FunctionCallOutput {
        let mut output = FunctionCallOutput::new(self.call_id.as_str(), output);
        output.caller.clone_from(&self.caller);
        output
    }

    /// Creates the output of this call from any value, as JSON.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Encode`] if the value can't be written as JSON, for example a map whose keys aren't
    /// strings.
    pub fn output_json(&self, output: &(impl Serialize + ?Sized)) -> Result<FunctionCallOutput, Error> {
        let text = serde_json::to_string(output).map_err(|error| {
            let message = format!("the output of `{}` ({}) can't be written as JSON", self.name, self.call_id);
            Error::new(ErrorKind::Encode, message).with_source(error)
        })?;
        Ok(self.output(text))
    }
}

fn parse<T: DeserializeOwned>(text: &str, subject: impl FnOnce() -> String) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| {
        let message = format!("{} the JSON of the requested type", subject());
        Error::new(ErrorKind::Decode, message).with_pointer(text.as_bytes(), error).with_body(text.to_owned())
    })
}
