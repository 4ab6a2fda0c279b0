//! An answer's output as the next request's input: the turn of a conversation that the server does
//! not store.
//!
//! Place in the flow: conversions between the generated types. The matches name every variant, so
//! that an item that a new schema brings is a compile error here until it is decided how it is sent.

use crate::codec::to_value;
use crate::types::{
    CreateResponseRequest, Input, InputContent, InputItem, Message, MessageContent, OutputContent, OutputItem,
    OutputMessage, Response,
};

impl CreateResponseRequest {
    /// The next request of the conversation: this one, its input followed by the response's output and
    /// by the items, which are the answers to the model's calls, or the next message.
    ///
    /// Every output item is sent, in its order and with nothing lost: reasoning too, without which the
    /// model would have to think again. A text that was the input becomes the user's message that it
    /// is short for. Where the server keeps the conversation, by `conversation` or because the next
    /// request names the response as its `previous_response_id`, it has the output already; send only
    /// the items then.
    ///
    /// ```
    /// use nexconn_responses::types::{CreateResponseRequest, Response};
    ///
    /// let response: Response = serde_json::from_str(
    ///     r#"{"id": "resp_1", "output": [
    ///         {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": "{}"}]}"#,
    /// )?;
    /// let answers: Vec<_> = response.function_calls().map(|call| call.output("rain")).collect();
    /// let next = CreateResponseRequest::new("openai/gpt-5.2", "Is it raining?").continue_with(response, answers);
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
    /// The output as items of the next request's input; nothing of any is lost.
    ///
    /// [`CreateResponseRequest::continue_with`] does this and puts them in their place.
    #[must_use]
    pub fn into_input(self) -> Vec<InputItem> {
        self.output.into_iter().flatten().map(InputItem::from).collect()
    }
}

/// Every item but a message is the same type in both directions, and nothing of any is lost.
///
/// ```
/// use nexconn_responses::types::{CreateResponseRequest, FunctionCallOutput, InputItem, Message, Response};
///
/// let response: Response = serde_json::from_str(
///     r#"{"id": "resp_1", "output": [
///         {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": "{}"}]}"#,
/// )?;
/// let mut items: Vec<InputItem> = vec![Message::user("Is it raining?").into()];
/// items.extend(response.output.into_iter().flatten().map(InputItem::from));
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

impl From<OutputMessage> for Message {
    fn from(message: OutputMessage) -> Self {
        let OutputMessage { id, role, content, phase, status, extra } = message;
        let parts = content.into_iter().map(InputContent::from).collect();
        let mut sent = Self::assistant(MessageContent::Parts(parts));
        (sent.id, sent.role, sent.phase, sent.status, sent.extra) = (id, role, phase, status, extra);
        sent
    }
}

impl From<OutputContent> for InputContent {
    fn from(part: OutputContent) -> Self {
        match part {
            OutputContent::OutputText(part) => Self::OutputText(part),
            OutputContent::Refusal(part) => Self::Refusal(part),
            // The protocol has no such part in messages of the input; it goes out as it came in.
            OutputContent::ReasoningText(part) => Self::Unknown(to_value(&part).unwrap_or_default()),
            OutputContent::Unknown(value) => Self::Unknown(value),
        }
    }
}
