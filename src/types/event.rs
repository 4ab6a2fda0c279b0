//! Accessors shared by all stream events.
//!
//! The match names every variant, so a new event doesn't compile until it's listed here.

use crate::types::StreamEvent;

/// Matches every known event and returns its sequence number.
macro_rules! sequence_number {
    ($event:expr, $($known:ident)+) => {
        match $event {
            $(StreamEvent::$known(event) => event.sequence_number,)+
            StreamEvent::Unknown(value) => value.property("sequence_number").and_then(|number| number.as_i64()),
        }
    };
}

impl StreamEvent {
    /// Returns the number of the event in its stream, counted from 0, if the server sends one.
    ///
    /// Works for unknown events too. Pass the number of the last event you received to
    /// [`Client::resume`](crate::Client::resume).
    ///
    /// ```
    /// use nexconn_responses::types::StreamEvent;
    ///
    /// let event: StreamEvent = serde_json::from_str(
    ///     r#"{"type": "response.unheard_of", "sequence_number": 7}"#,
    /// )?;
    /// assert_eq!(event.sequence_number(), Some(7));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn sequence_number(&self) -> Option<i64> {
        sequence_number!(self,
            ApplyPatchCallOperationDiffDelta ApplyPatchCallOperationDiffDone AudioDelta AudioDone AudioTranscriptDelta
            AudioTranscriptDone CodeInterpreterCallCodeDelta CodeInterpreterCallCodeDone CodeInterpreterCallCompleted
            CodeInterpreterCallInProgress CodeInterpreterCallInterpreting CompactionCompacting Completed
            ContentPartAdded ContentPartDone Created CustomToolCallInputDelta CustomToolCallInputDone Error Failed
            FileSearchCallCompleted FileSearchCallInProgress FileSearchCallSearching FunctionCallArgumentsDelta
            FunctionCallArgumentsDone ImageGenerationCallCompleted ImageGenerationCallGenerating
            ImageGenerationCallInProgress ImageGenerationCallPartialImage InProgress Incomplete Keepalive
            McpCallArgumentsDelta McpCallArgumentsDone McpCallCompleted McpCallFailed McpCallInProgress
            McpListToolsCompleted McpListToolsFailed McpListToolsInProgress OutputItemAdded OutputItemDone
            OutputTextAnnotationAdded OutputTextDelta OutputTextDone Queued ReasoningDelta ReasoningDone
            ReasoningPartAdded ReasoningPartDone ReasoningSummaryPartAdded ReasoningSummaryPartDone
            ReasoningSummaryTextDelta ReasoningSummaryTextDone ReasoningTextDelta ReasoningTextDone RefusalDelta
            RefusalDone ShellCallCommandAdded ShellCallCommandDelta ShellCallCommandDone ShellCallOutputContentDelta
            ShellCallOutputContentDone WebSearchCallCompleted WebSearchCallInProgress WebSearchCallSearching
        )
    }
}
