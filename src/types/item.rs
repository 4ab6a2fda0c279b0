//! Accessors shared by all output items.
//!
//! The match names every variant, so a new item doesn't compile until it's listed here.

use crate::types::OutputItem;

/// Matches every known item and returns its id.
macro_rules! id {
    ($item:expr, $($known:ident)+) => {
        match $item {
            $(OutputItem::$known(item) => item.id.as_deref(),)+
            OutputItem::McpApprovalRequest(item) => Some(item.id.as_str()),
            OutputItem::Unknown(value) => value.plain_string("id"),
        }
    };
}

impl OutputItem {
    /// Returns the id of the item, if the server sent one.
    ///
    /// Works for unknown items too.
    ///
    /// ```
    /// use nexconn_responses::types::OutputItem;
    ///
    /// let item: OutputItem =
    ///     serde_json::from_str(r#"{"type": "unheard_of", "id": "item_1"}"#)?;
    /// assert_eq!(item.id(), Some("item_1"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        id!(self,
            AdditionalTools ApplyPatchCall ApplyPatchCallOutput CodeInterpreterCall Compaction ComputerCall
            ComputerCallOutput CustomToolCall CustomToolCallOutput FileSearchCall FunctionCall FunctionCallOutput
            ImageGenerationCall LocalShellCall LocalShellCallOutput McpApprovalResponse McpCall McpListTools Message
            Program ProgramOutput Reasoning ShellCall ShellCallOutput ToolSearchCall ToolSearchOutput WebSearchCall
        )
    }
}
