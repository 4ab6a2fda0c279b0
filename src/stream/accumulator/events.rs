//! The effects of events on the items and parts of a response.

use std::borrow::Cow;

use super::items::{self, Variant};
use super::{Accumulator, Target};
use crate::types::{
    Annotation, ApplyPatchCall, ApplyPatchOperation, CodeInterpreterCall, CodeInterpreterStatus, CustomToolCall,
    FileSearchCall, FunctionCall, ImageGenerationCall, ImageGenerationStatus, Json, McpCall, McpCallStatus,
    OutputContent, OutputItem, OutputMessage, OutputText, Refusal, SearchCallStatus, ShellCall, StreamEvent,
    WebSearchCall,
};

/// The item an event is about.
macro_rules! target {
    ($event:expr) => {
        &Target { index: $event.output_index, id: Cow::Borrowed(&$event.item_id), is_call_id: false }
    };
}

/// The call an event is about. Some servers send a `call_id` in place of the `item_id`.
macro_rules! call {
    ($event:expr) => {
        &match $event.extra.get("call_id").and_then(Json::string) {
            Some(id) if $event.item_id.is_empty() => Target { index: $event.output_index, id, is_call_id: true },
            _ => Target { index: $event.output_index, id: Cow::Borrowed(&$event.item_id), is_call_id: false },
        }
    };
}

/// Messages and reasoning.
impl Accumulator {
    /// Applies an event about a message or reasoning. Returns `None` if it's another event or has no effect.
    pub(super) fn push_text(&mut self, event: &StreamEvent) -> Option<()> {
        match event {
            StreamEvent::ContentPartAdded(e) => self.put_part(target!(e), e.content_index, &e.part)?,
            StreamEvent::ContentPartDone(e) => self.put_part(target!(e), e.content_index, &e.part)?,
            StreamEvent::OutputTextDelta(e) => {
                let part = self.part::<OutputText>(target!(e), e.content_index)?;
                part.text.push_str(&e.delta);
                part.logprobs.extend_from_slice(&e.logprobs);
            }
            StreamEvent::OutputTextDone(e) => {
                let part = self.part::<OutputText>(target!(e), e.content_index)?;
                items::settle(&mut part.text, &e.text);
                if !e.logprobs.is_empty() {
                    part.logprobs.clone_from(&e.logprobs);
                }
            }
            StreamEvent::OutputTextAnnotationAdded(e) => {
                let part = self.part::<OutputText>(target!(e), e.content_index)?;
                annotate(part, e.annotation_index, e.annotation.as_deref()?);
            }
            StreamEvent::RefusalDelta(e) => {
                self.part::<Refusal>(target!(e), e.content_index)?.refusal.push_str(&e.delta);
            }
            StreamEvent::RefusalDone(e) => {
                items::settle(&mut self.part::<Refusal>(target!(e), e.content_index)?.refusal, &e.refusal);
            }
            other => self.push_reasoning(other)?,
        }
        Some(())
    }

    /// Inserts or replaces a complete part.
    fn put_part(&mut self, target: &Target<'_>, index: i64, part: &OutputContent) -> Option<()> {
        match part {
            // Some servers announce the text of a reasoning item as output text.
            OutputContent::OutputText(new) if matches!(self.find(target), Some(OutputItem::Reasoning(_))) => {
                if !new.text.is_empty() {
                    items::settle(self.reasoning(target, index)?, &new.text);
                }
            }
            OutputContent::OutputText(new) => {
                let old = self.part::<OutputText>(target, index)?;
                let known = std::mem::replace(old, new.clone());
                if new.text.is_empty() && !known.text.is_empty() {
                    *old = known;
                }
            }
            OutputContent::Refusal(new) => {
                items::settle(&mut self.part::<Refusal>(target, index)?.refusal, &new.refusal);
            }
            OutputContent::ReasoningText(new) => items::settle(self.reasoning(target, index)?, &new.text),
            OutputContent::Unknown(_) => {
                let (message, slot) = self.item::<OutputMessage>(target)?;
                let fits = |known: &OutputContent| known.type_() == part.type_();
                *items::part(&mut message.content, &mut slot.parts.content, index, fits, || part.clone())? =
                    part.clone();
            }
        }
        Some(())
    }

    fn push_reasoning(&mut self, event: &StreamEvent) -> Option<()> {
        use StreamEvent as E;
        match event {
            E::ReasoningTextDelta(e) => self.reasoning(target!(e), e.content_index)?.push_str(&e.delta),
            E::ReasoningTextDone(e) => items::settle(self.reasoning(target!(e), e.content_index)?, &e.text),
            E::ReasoningDelta(e) => self.reasoning(target!(e), e.content_index)?.push_str(&e.delta),
            E::ReasoningDone(e) => items::settle(self.reasoning(target!(e), e.content_index)?, &e.text),
            E::ReasoningPartAdded(e) => self.put_part(target!(e), e.content_index, &e.part)?,
            E::ReasoningPartDone(e) => self.put_part(target!(e), e.content_index, &e.part)?,
            E::ReasoningSummaryPartAdded(e) => {
                items::settle(self.summary(target!(e), e.summary_index)?, &e.part.text);
            }
            E::ReasoningSummaryPartDone(e) => items::settle(self.summary(target!(e), e.summary_index)?, &e.part.text),
            E::ReasoningSummaryTextDelta(e) => self.summary(target!(e), e.summary_index)?.push_str(&e.delta),
            E::ReasoningSummaryTextDone(e) => items::settle(self.summary(target!(e), e.summary_index)?, &e.text),
            _ => return None,
        }
        Some(())
    }
}

/// Calls.
impl Accumulator {
    /// Applies an event about a call. Returns `None` if it's another event or has no effect.
    pub(super) fn push_call(&mut self, event: &StreamEvent) -> Option<()> {
        use StreamEvent as E;
        match event {
            E::FunctionCallArgumentsDelta(e) => self.call::<FunctionCall>(call!(e))?.arguments.push_str(&e.delta),
            E::FunctionCallArgumentsDone(e) => {
                let call = self.call::<FunctionCall>(call!(e))?;
                items::settle(&mut call.arguments, &e.arguments);
                items::settle(&mut call.name, e.name.as_deref().unwrap_or_default());
            }
            E::CustomToolCallInputDelta(e) => self.call::<CustomToolCall>(call!(e))?.input.push_str(&e.delta),
            E::CustomToolCallInputDone(e) => {
                items::settle(&mut self.call::<CustomToolCall>(call!(e))?.input, &e.input);
            }
            E::McpCallArgumentsDelta(e) => self.call::<McpCall>(call!(e))?.arguments.push_str(&e.delta),
            E::McpCallArgumentsDone(e) => {
                items::settle(&mut self.call::<McpCall>(call!(e))?.arguments, &e.arguments);
            }
            E::CodeInterpreterCallCodeDelta(e) => {
                self.call::<CodeInterpreterCall>(target!(e))?.code.get_or_insert_default().push_str(&e.delta);
            }
            E::CodeInterpreterCallCodeDone(e) => {
                items::settle(self.call::<CodeInterpreterCall>(target!(e))?.code.get_or_insert_default(), &e.code);
            }
            E::ShellCallCommandAdded(e) => items::settle(self.command(e.output_index, e.command_index)?, &e.command),
            E::ShellCallCommandDelta(e) => self.command(e.output_index, e.command_index)?.push_str(&e.delta),
            E::ShellCallCommandDone(e) => items::settle(self.command(e.output_index, e.command_index)?, &e.command),
            E::ApplyPatchCallOperationDiffDelta(e) => self.diff(target!(e))?.push_str(&e.delta),
            E::ApplyPatchCallOperationDiffDone(e) => items::settle(self.diff(target!(e))?, &e.diff),
            other => self.push_status(other)?,
        }
        Some(())
    }

    fn call<T: Variant<OutputItem>>(&mut self, target: &Target<'_>) -> Option<&mut T> {
        self.item(target).map(|(call, _)| call)
    }

    fn command(&mut self, index: Option<i64>, command: i64) -> Option<&mut String> {
        let (call, slot) = self.item::<ShellCall>(&Target { index, id: "".into(), is_call_id: false })?;
        items::part(&mut call.action.commands, &mut slot.parts.content, command, |_| true, String::new)
    }

    fn diff(&mut self, target: &Target<'_>) -> Option<&mut String> {
        let diff = match &mut *self.call::<ApplyPatchCall>(target)?.operation {
            ApplyPatchOperation::CreateFile(file) => &mut file.diff,
            ApplyPatchOperation::UpdateFile(file) => &mut file.diff,
            _ => return None,
        };
        Some(diff.get_or_insert_default())
    }

    /// Returns the call a status event is about, unless it's done.
    fn running<T: Variant<OutputItem>>(&mut self, target: &Target<'_>) -> Option<&mut T> {
        self.item(target).filter(|(_, slot)| !slot.done).map(|(item, _)| item)
    }

    fn push_status(&mut self, event: &StreamEvent) -> Option<()> {
        macro_rules! status {
            ($($variant:ident => $call:ident, $status:ident::$value:ident;)*) => {
                match event {
                    $(StreamEvent::$variant(e) => {
                        self.running::<$call>(target!(e))?.status = Some($status::$value);
                    })*
                    _ => return None,
                }
            };
        }
        status! {
            WebSearchCallInProgress => WebSearchCall, SearchCallStatus::InProgress;
            WebSearchCallSearching => WebSearchCall, SearchCallStatus::Searching;
            WebSearchCallCompleted => WebSearchCall, SearchCallStatus::Completed;
            FileSearchCallInProgress => FileSearchCall, SearchCallStatus::InProgress;
            FileSearchCallSearching => FileSearchCall, SearchCallStatus::Searching;
            FileSearchCallCompleted => FileSearchCall, SearchCallStatus::Completed;
            CodeInterpreterCallInProgress => CodeInterpreterCall, CodeInterpreterStatus::InProgress;
            CodeInterpreterCallInterpreting => CodeInterpreterCall, CodeInterpreterStatus::Interpreting;
            CodeInterpreterCallCompleted => CodeInterpreterCall, CodeInterpreterStatus::Completed;
            ImageGenerationCallInProgress => ImageGenerationCall, ImageGenerationStatus::InProgress;
            ImageGenerationCallGenerating => ImageGenerationCall, ImageGenerationStatus::Generating;
            ImageGenerationCallCompleted => ImageGenerationCall, ImageGenerationStatus::Completed;
            McpCallInProgress => McpCall, McpCallStatus::InProgress;
            McpCallCompleted => McpCall, McpCallStatus::Completed;
            McpCallFailed => McpCall, McpCallStatus::Failed;
        }
        Some(())
    }
}

/// Adds an annotation unless it's there already.
fn annotate(part: &mut OutputText, index: i64, annotation: &Annotation) {
    let known = &mut part.annotations;
    if usize::try_from(index).ok().and_then(|index| known.get(index)) != Some(annotation) {
        known.push(annotation.clone());
    }
}
