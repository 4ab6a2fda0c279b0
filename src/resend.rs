//! An answer's output as the next request's input: the turn of a conversation that the server does
//! not store.
//!
//! Place in the flow: conversions between the generated types. The matches name every variant, so
//! that an item that a new schema brings is a compile error here until it is decided how it is sent.

use crate::types::{InputContent, InputItem, Message, MessageContent, OutputContent, OutputItem, OutputMessage};

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
            OutputContent::ReasoningText(part) => Self::Unknown(serde_json::to_value(part).unwrap_or_default()),
            OutputContent::Unknown(value) => Self::Unknown(value),
        }
    }
}
