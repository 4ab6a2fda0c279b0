//! The number of an event in its stream, after which an interrupted stream carries on.
//!
//! Place in the flow: read from the generated types for [`Client::resume`](crate::Client::resume) in
//! `endpoints.rs`. The match names every variant, so that an event that a new schema brings is a
//! compile error here until its name is added.

use serde_json::Value;

use crate::types::StreamEvent;

/// A match of all events that a schema knows, each with its number.
macro_rules! number {
    ($event:expr, $($known:ident)+) => {
        match $event {
            $(StreamEvent::$known(event) => event.sequence_number,)+
            StreamEvent::Unknown(value) => value.get("sequence_number").and_then(Value::as_i64),
        }
    };
}

impl StreamEvent {
    /// The number of the event in its stream, from 0 on, if the server gives one; of unknown events
    /// too. [`Client::resume`](crate::Client::resume) takes that of the last event that arrived.
    ///
    /// ```
    /// use nexconn_responses::types::StreamEvent;
    ///
    /// let event: StreamEvent = serde_json::from_str(r#"{"type": "response.unheard_of", "sequence_number": 7}"#)?;
    /// assert_eq!(event.sequence_number(), Some(7));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn sequence_number(&self) -> Option<i64> {
        number!(self,
            AudioDelta AudioDone AudioTranscriptDelta AudioTranscriptDone CodeInterpreterCallCodeDelta
            CodeInterpreterCallCodeDone CodeInterpreterCallCompleted CodeInterpreterCallInProgress
            CodeInterpreterCallInterpreting CompactionCompacting Completed ContentPartAdded ContentPartDone
            Created CustomToolCallInputDelta CustomToolCallInputDone Error Failed FileSearchCallCompleted
            FileSearchCallInProgress FileSearchCallSearching FunctionCallArgumentsDelta FunctionCallArgumentsDone
            ImageGenerationCallCompleted ImageGenerationCallGenerating ImageGenerationCallInProgress
            ImageGenerationCallPartialImage InProgress Incomplete Keepalive McpCallArgumentsDelta
            McpCallArgumentsDone McpCallCompleted McpCallFailed McpCallInProgress McpListToolsCompleted
            McpListToolsFailed McpListToolsInProgress OutputItemAdded OutputItemDone OutputTextAnnotationAdded
            OutputTextDelta OutputTextDone Queued ReasoningDelta ReasoningDone ReasoningSummaryPartAdded
            ReasoningSummaryPartDone ReasoningSummaryTextDelta ReasoningSummaryTextDone ReasoningTextDelta
            ReasoningTextDone RefusalDelta RefusalDone ShellCallCommandAdded ShellCallCommandDelta
            ShellCallCommandDone ShellCallOutputContentDelta ShellCallOutputContentDone WebSearchCallCompleted
            WebSearchCallInProgress WebSearchCallSearching
        )
    }
}
