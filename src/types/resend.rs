//! Sending output back as input, for conversations the server doesn't store.
//!
//! The match names every variant, so a new item doesn't compile until it's decided how to send it.

use crate::types::{
    CreateResponseRequest, Input, InputContent, InputItem, JsonText, Message, MessageContent, OutputContent,
    OutputItem, OutputMessage, Response,
};

impl CreateResponseRequest {
    /// Appends a response's output and then `items` to the input, which makes this the next request of the
    /// conversation.
    ///
    /// `items` are the outputs of the model's calls, or the next message. All output items are sent unchanged
    /// and in order, including reasoning. A text input becomes a user message. If the server stores the
    /// conversation (`conversation` or `previous_response_id` is set), it already has the output, so send only
    /// the new items instead.
    ///
    /// ```
    /// use nexconn_responses::types::{CreateResponseRequest, Response};
    ///
    /// let response: Response = serde_json::from_str(
    ///     r#"{"id": "resp_1", "output": [
    ///         {"type": "function_call", "call_id": "call_1",
    ///          "name": "weather", "arguments": "{}"}
    ///     ]}"#,
    /// )?;
    /// let outputs: Vec<_> = response
    ///     .function_calls()
    ///     .map(|call| call.output("rain"))
    ///     .collect();
    /// let next = CreateResponseRequest::new("openai/gpt-5.2", "Is it raining?")
    ///     .continue_with(response, outputs);
    ///
    /// let next = serde_json::to_value(&next)?;
    /// assert_eq!(next["input"][0]["content"], "Is it raining?");
    /// assert_eq!(next["input"][1]["type"], "function_call");
    /// assert_eq!(next["input"][2]["output"], "rain");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn continue_with(mut self, response: Response, items: impl IntoIterator<Item = impl Into<InputItem>>) -> Self {
        let mut input = match self.input.take() {
            Some(Input::Items(items)) => items,
            Some(Input::Text(text)) => vec![Message::user(text).into()],
            None => Vec::new(),
        };
        input.extend(response.into_input());
        input.extend(items.into_iter().map(Into::into));
        self.input = Some(Input::Items(input));
        self
    }
}

impl Response {
    /// Converts the output to input items for the next request.
    ///
    /// [`CreateResponseRequest::continue_with`] also appends them to a request's input.
    #[must_use]
    pub fn into_input(self) -> Vec<InputItem> {
        self.output.into_iter().map(InputItem::from).collect()
    }
}

/// Converts an output item without loss. All items except messages have the same type in both directions.
///
/// ```
/// use nexconn_responses::types::{
///     CreateResponseRequest, FunctionCallOutput, InputItem, Message, Response,
/// };
///
/// let response: Response = serde_json::from_str(
///     r#"{"id": "resp_1", "output": [
///         {"type": "function_call", "call_id": "call_1",
///          "name": "weather", "arguments": "{}"}
///     ]}"#,
/// )?;
/// let mut items: Vec<InputItem> = vec![Message::user("Is it raining?").into()];
/// items.extend(response.output.into_iter().map(InputItem::from));
/// items.push(FunctionCallOutput::new("call_1", "yes").into());
/// let next = CreateResponseRequest::new("openai/gpt-5.2", items);
/// # assert_eq!(serde_json::to_value(&next)?["input"][1]["name"], "weather");
/// # Ok::<(), serde_json::Error>(())
/// ```
impl From<OutputItem> for InputItem {
    fn from(item: OutputItem) -> Self {
        match item {
            OutputItem::AdditionalTools(item) => Self::AdditionalTools(item),
            OutputItem::ApplyPatchCall(item) => Self::ApplyPatchCall(item),
            OutputItem::ApplyPatchCallOutput(item) => Self::ApplyPatchCallOutput(item),
            OutputItem::CodeInterpreterCall(item) => Self::CodeInterpreterCall(item),
            OutputItem::Compaction(item) => Self::Compaction(item),
            OutputItem::ComputerCall(item) => Self::ComputerCall(item),
            OutputItem::ComputerCallOutput(item) => Self::ComputerCallOutput(item),
            OutputItem::CustomToolCall(item) => Self::CustomToolCall(item),
            OutputItem::CustomToolCallOutput(item) => Self::CustomToolCallOutput(item),
            OutputItem::FileSearchCall(item) => Self::FileSearchCall(item),
            OutputItem::FunctionCall(item) => Self::FunctionCall(item),
            OutputItem::FunctionCallOutput(item) => Self::FunctionCallOutput(item),
            OutputItem::ImageGenerationCall(item) => Self::ImageGenerationCall(item),
            OutputItem::LocalShellCall(item) => Self::LocalShellCall(item),
            OutputItem::LocalShellCallOutput(item) => Self::LocalShellCallOutput(item),
            OutputItem::McpApprovalRequest(item) => Self::McpApprovalRequest(item),
            OutputItem::McpApprovalResponse(item) => Self::McpApprovalResponse(item),
            OutputItem::McpCall(item) => Self::McpCall(item),
            OutputItem::McpListTools(item) => Self::McpListTools(item),
            OutputItem::Message(message) => Self::Message(message.into()),
            OutputItem::Program(item) => Self::Program(item),
            OutputItem::ProgramOutput(item) => Self::ProgramOutput(item),
            OutputItem::Reasoning(item) => Self::Reasoning(item),
            OutputItem::ShellCall(item) => Self::ShellCall(item),
            OutputItem::ShellCallOutput(item) => Self::ShellCallOutput(item),
            OutputItem::ToolSearchCall(item) => Self::ToolSearchCall(item),
            OutputItem::ToolSearchOutput(item) => Self::ToolSearchOutput(item),
            OutputItem::Unknown(value) => Self::Unknown(value),
            OutputItem::WebSearchCall(item) => Self::WebSearchCall(item),
        }
    }
}

/// Converts it through JSON, because its [`Extra`](crate::types::Extra) only remembers how an `OutputMessage` was
/// received.
impl From<OutputMessage> for Message {
    fn from(message: OutputMessage) -> Self {
        Self::from_json(&message.to_json()).unwrap_or_else(|_| {
            let parts = message.content.into_iter().map(InputContent::from).collect();
            Self::assistant(MessageContent::Parts(parts))
        })
    }
}

impl From<OutputContent> for InputContent {
    fn from(part: OutputContent) -> Self {
        match part {
            OutputContent::OutputText(part) => Self::OutputText(part),
            OutputContent::Refusal(part) => Self::Refusal(part),
            OutputContent::ReasoningText(part) => Self::ReasoningText(part),
            OutputContent::Unknown(value) => Self::Unknown(value),
        }
    }
}
