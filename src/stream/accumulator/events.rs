//! What the events of a stream do to the items and parts of a response.
//!
//! Place in the flow: [`Accumulator::push`] hands on the events that are about a piece of an item.
//! `accumulate.rs` finds the item, `items.rs` knows the kinds.

use super::Accumulator;
use super::items::{self, Variant};
use crate::types::{
    Annotation, CodeInterpreterCall, CodeInterpreterStatus, CustomToolCall, FileSearchCall, FunctionCall,
    ImageGenerationCall, ImageGenerationStatus, LogProb, McpCall, McpCallStatus, OutputContent, OutputItem,
    OutputMessage, OutputText, Refusal, SearchCallStatus, ShellCall, StreamEvent, WebSearchCall,
};

/// Messages, reasoning, and what tools are called with.
impl Accumulator {
    /// Puts a whole part in its place.
    fn put_part(&mut self, index: i64, id: &str, position: i64, part: &OutputContent) -> Option<()> {
        match part {
            OutputContent::OutputText(new) => {
                let old = self.part::<OutputText>(index, id, position)?;
                let known = std::mem::replace(old, new.clone());
                if new.text.is_empty() && !known.text.is_empty() {
                    *old = known;
                }
            }
            OutputContent::Refusal(new) => {
                items::settle(&mut self.part::<Refusal>(index, id, position)?.refusal, &new.refusal);
            }
            OutputContent::ReasoningText(new) => items::settle(self.reasoning(index, id, position)?, &new.text),
            OutputContent::Unknown(_) => {
                let (message, place) = self.item::<OutputMessage>(index, id)?;
                let fits = |known: &OutputContent| known.type_() == part.type_();
                *items::part(&mut message.content, &mut place.parts.content, position, fits, || part.clone())? =
                    part.clone();
            }
        }
        Some(())
    }

    /// Applies an event of a message or of reasoning; `None` if it is none, or changes nothing.
    pub(super) fn push_text(&mut self, event: &StreamEvent) -> Option<()> {
        match event {
            StreamEvent::ContentPartAdded(e) => self.put_part(e.output_index, &e.item_id, e.content_index, &e.part)?,
            StreamEvent::ContentPartDone(e) => self.put_part(e.output_index, &e.item_id, e.content_index, &e.part)?,
            StreamEvent::OutputTextDelta(e) => {
                let part = self.part::<OutputText>(e.output_index, &e.item_id, e.content_index)?;
                part.text.push_str(&e.delta);
                extend(&mut part.logprobs, e.logprobs.as_deref());
            }
            StreamEvent::OutputTextDone(e) => {
                let part = self.part::<OutputText>(e.output_index, &e.item_id, e.content_index)?;
                items::settle(&mut part.text, &e.text);
                if e.logprobs.as_ref().is_some_and(|logprobs| !logprobs.is_empty()) {
                    part.logprobs.clone_from(&e.logprobs);
                }
            }
            StreamEvent::OutputTextAnnotationAdded(e) => {
                let part = self.part::<OutputText>(e.output_index, &e.item_id, e.content_index)?;
                annotate(part, e.annotation_index, e.annotation.as_deref()?);
            }
            StreamEvent::RefusalDelta(e) => {
                self.part::<Refusal>(e.output_index, &e.item_id, e.content_index)?.refusal.push_str(&e.delta);
            }
            StreamEvent::RefusalDone(e) => {
                let part = self.part::<Refusal>(e.output_index, &e.item_id, e.content_index)?;
                items::settle(&mut part.refusal, &e.refusal);
            }
            other => self.push_reasoning(other)?,
        }
        Some(())
    }

    fn push_reasoning(&mut self, event: &StreamEvent) -> Option<()> {
        match event {
            StreamEvent::ReasoningTextDelta(e) => {
                self.reasoning(e.output_index, &e.item_id, e.content_index)?.push_str(&e.delta);
            }
            StreamEvent::ReasoningTextDone(e) => {
                items::settle(self.reasoning(e.output_index, &e.item_id, e.content_index)?, &e.text);
            }
            StreamEvent::ReasoningDelta(e) => {
                self.reasoning(e.output_index, &e.item_id, e.content_index)?.push_str(&e.delta);
            }
            StreamEvent::ReasoningDone(e) => {
                items::settle(self.reasoning(e.output_index, &e.item_id, e.content_index)?, &e.text);
            }
            StreamEvent::ReasoningSummaryPartAdded(e) => {
                items::settle(self.summary(e.output_index, &e.item_id, e.summary_index)?, &e.part.text);
            }
            StreamEvent::ReasoningSummaryPartDone(e) => {
                items::settle(self.summary(e.output_index, &e.item_id, e.summary_index)?, &e.part.text);
            }
            StreamEvent::ReasoningSummaryTextDelta(e) => {
                self.summary(e.output_index, &e.item_id, e.summary_index)?.push_str(&e.delta);
            }
            StreamEvent::ReasoningSummaryTextDone(e) => {
                items::settle(self.summary(e.output_index, &e.item_id, e.summary_index)?, &e.text);
            }
            _ => return None,
        }
        Some(())
    }

    /// Applies an event of a call; `None` if it is none, or changes nothing.
    pub(super) fn push_call(&mut self, event: &StreamEvent) -> Option<()> {
        match event {
            StreamEvent::FunctionCallArgumentsDelta(e) => {
                self.item::<FunctionCall>(e.output_index, &e.item_id)?.0.arguments.push_str(&e.delta);
            }
            StreamEvent::FunctionCallArgumentsDone(e) => {
                let (call, _) = self.item::<FunctionCall>(e.output_index, &e.item_id)?;
                items::settle(&mut call.arguments, &e.arguments);
                items::settle(&mut call.name, e.name.as_deref().unwrap_or_default());
            }
            StreamEvent::CustomToolCallInputDelta(e) => {
                self.item::<CustomToolCall>(e.output_index, &e.item_id)?.0.input.push_str(&e.delta);
            }
            StreamEvent::CustomToolCallInputDone(e) => {
                items::settle(&mut self.item::<CustomToolCall>(e.output_index, &e.item_id)?.0.input, &e.input);
            }
            StreamEvent::McpCallArgumentsDelta(e) => {
                self.item::<McpCall>(e.output_index, &e.item_id)?.0.arguments.push_str(&e.delta);
            }
            StreamEvent::McpCallArgumentsDone(e) => {
                items::settle(&mut self.item::<McpCall>(e.output_index, &e.item_id)?.0.arguments, &e.arguments);
            }
            StreamEvent::CodeInterpreterCallCodeDelta(e) => {
                let (call, _) = self.item::<CodeInterpreterCall>(e.output_index, &e.item_id)?;
                call.code.get_or_insert_default().push_str(&e.delta);
            }
            StreamEvent::CodeInterpreterCallCodeDone(e) => {
                let (call, _) = self.item::<CodeInterpreterCall>(e.output_index, &e.item_id)?;
                items::settle(call.code.get_or_insert_default(), &e.code);
            }
            StreamEvent::ShellCallCommandAdded(e) => {
                items::settle(self.command(e.output_index, e.command_index)?, &e.command);
            }
            StreamEvent::ShellCallCommandDelta(e) => self.command(e.output_index, e.command_index)?.push_str(&e.delta),
            StreamEvent::ShellCallCommandDone(e) => {
                items::settle(self.command(e.output_index, e.command_index)?, &e.command);
            }
            other => self.push_status(other)?,
        }
        Some(())
    }

    fn command(&mut self, index: i64, command: i64) -> Option<&mut String> {
        let (call, place) = self.item::<ShellCall>(index, "")?;
        items::part(&mut call.action.commands, &mut place.parts.content, command, |_| true, String::new)
    }
}

/// The status of calls.
impl Accumulator {
    /// The item of this kind that a status event is about, unless it is done.
    fn running<T: Variant<OutputItem>>(&mut self, index: i64, id: &str) -> Option<&mut T> {
        self.item(index, id).filter(|(_, place)| !place.done).map(|(item, _)| item)
    }

    fn web(&mut self, index: i64, id: &str, status: SearchCallStatus) -> Option<()> {
        self.running::<WebSearchCall>(index, id)?.status = Some(status);
        Some(())
    }

    fn file(&mut self, index: i64, id: &str, status: SearchCallStatus) -> Option<()> {
        self.running::<FileSearchCall>(index, id)?.status = Some(status);
        Some(())
    }

    fn code(&mut self, index: i64, id: &str, status: CodeInterpreterStatus) -> Option<()> {
        self.running::<CodeInterpreterCall>(index, id)?.status = Some(status);
        Some(())
    }

    fn image(&mut self, index: i64, id: &str, status: ImageGenerationStatus) -> Option<()> {
        self.running::<ImageGenerationCall>(index, id)?.status = Some(status);
        Some(())
    }

    fn mcp(&mut self, index: i64, id: &str, status: McpCallStatus) -> Option<()> {
        self.running::<McpCall>(index, id)?.status = Some(status);
        Some(())
    }

    fn push_status(&mut self, event: &StreamEvent) -> Option<()> {
        use StreamEvent as E;
        match event {
            E::WebSearchCallInProgress(e) => self.web(e.output_index, &e.item_id, SearchCallStatus::InProgress),
            E::WebSearchCallSearching(e) => self.web(e.output_index, &e.item_id, SearchCallStatus::Searching),
            E::WebSearchCallCompleted(e) => self.web(e.output_index, &e.item_id, SearchCallStatus::Completed),
            E::FileSearchCallInProgress(e) => self.file(e.output_index, &e.item_id, SearchCallStatus::InProgress),
            E::FileSearchCallSearching(e) => self.file(e.output_index, &e.item_id, SearchCallStatus::Searching),
            E::FileSearchCallCompleted(e) => self.file(e.output_index, &e.item_id, SearchCallStatus::Completed),
            E::CodeInterpreterCallInProgress(e) => {
                self.code(e.output_index, &e.item_id, CodeInterpreterStatus::InProgress)
            }
            E::CodeInterpreterCallInterpreting(e) => {
                self.code(e.output_index, &e.item_id, CodeInterpreterStatus::Interpreting)
            }
            E::CodeInterpreterCallCompleted(e) => {
                self.code(e.output_index, &e.item_id, CodeInterpreterStatus::Completed)
            }
            E::ImageGenerationCallInProgress(e) => {
                self.image(e.output_index, &e.item_id, ImageGenerationStatus::InProgress)
            }
            E::ImageGenerationCallGenerating(e) => {
                self.image(e.output_index, &e.item_id, ImageGenerationStatus::Generating)
            }
            E::ImageGenerationCallCompleted(e) => {
                self.image(e.output_index, &e.item_id, ImageGenerationStatus::Completed)
            }
            E::McpCallInProgress(e) => self.mcp(e.output_index, &e.item_id, McpCallStatus::InProgress),
            E::McpCallCompleted(e) => self.mcp(e.output_index, &e.item_id, McpCallStatus::Completed),
            E::McpCallFailed(e) => self.mcp(e.output_index, &e.item_id, McpCallStatus::Failed),
            _ => None,
        }
    }
}

fn extend(known: &mut Option<Vec<LogProb>>, more: Option<&[LogProb]>) {
    if let Some(more) = more.filter(|more| !more.is_empty()) {
        known.get_or_insert_default().extend_from_slice(more);
    }
}

/// Adds an annotation, unless it is there already.
fn annotate(part: &mut OutputText, index: i64, annotation: &Annotation) {
    let known = part.annotations.get_or_insert_default();
    if usize::try_from(index).ok().and_then(|index| known.get(index)) != Some(annotation) {
        known.push(annotation.clone());
    }
}
