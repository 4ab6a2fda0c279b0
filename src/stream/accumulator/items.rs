//! The kinds of items and parts that events build up.

use super::order::{Order, permute};
use crate::types::{
    ApplyPatchCall, CodeInterpreterCall, CustomToolCall, FileSearchCall, FunctionCall, ImageGenerationCall, ItemStatus,
    McpCall, OutputContent, OutputItem, OutputMessage, OutputText, ReasoningItem, ReasoningText, Refusal, Role,
    ShellAction, ShellCall, SummaryText, UpdateFileOperation, WebSearchCall,
};

/// The orders of the parts of one item.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    /// Of `content`, or of the commands of a shell call.
    pub(super) content: Order,
    pub(super) summary: Order,
}

impl Parts {
    /// Returns the orders of a complete item.
    pub(super) fn of(item: &OutputItem) -> Self {
        let (content, summary) = match item {
            OutputItem::Message(item) => (item.content.len(), 0),
            OutputItem::Reasoning(item) => (item.content.len(), item.summary.len()),
            OutputItem::ShellCall(item) => (item.action.commands.len(), 0),
            _ => (0, 0),
        };
        Self { content: Order::sequential(content), summary: Order::sequential(summary) }
    }

    /// Sorts the parts of the item.
    pub(super) fn sort(&mut self, item: &mut OutputItem) {
        if let Some(order) = self.content.sort() {
            match item {
                OutputItem::Message(item) => permute(&mut item.content, &order),
                OutputItem::Reasoning(item) => permute(&mut item.content, &order),
                OutputItem::ShellCall(item) => permute(&mut item.action.commands, &order),
                _ => {}
            }
        }
        if let (Some(order), OutputItem::Reasoning(item)) = (self.summary.sort(), item) {
            permute(&mut item.summary, &order);
        }
    }
}

/// A variant of a union that events build up.
pub(super) trait Variant<U>: Sized {
    fn fits(union: &U) -> bool;

    fn of(union: &mut U) -> Option<&mut Self>;

    /// Creates an empty one with an id and a call id, either of which may be empty.
    fn make(id: &str, call_id: &str) -> U;
}

macro_rules! variants {
    ($($union:ident::$variant:ident($type:ident): |$id:ident, $call_id:ident| $make:expr;)*) => {$(
        impl Variant<$union> for $type {
            fn fits(union: &$union) -> bool {
                matches!(union, $union::$variant(_))
            }

            fn of(union: &mut $union) -> Option<&mut Self> {
                if let $union::$variant(variant) = union { Some(variant) } else { None }
            }

            fn make($id: &str, $call_id: &str) -> $union {
                $union::from($make)
            }
        }
    )*};
}

variants! {
    OutputContent::OutputText(OutputText): |_id, _call_id| Self::new("");
    OutputContent::Refusal(Refusal): |_id, _call_id| Self::new("");
    OutputContent::ReasoningText(ReasoningText): |_id, _call_id| Self::new("");
    OutputItem::Message(OutputMessage): |id, _call_id| {
        let content = Vec::<OutputContent>::new();
        Self { id: non_empty(id), ..Self::new("", Role::Assistant, content, ItemStatus::InProgress) }
    };
    OutputItem::Reasoning(ReasoningItem): |id, _call_id| {
        Self { id: non_empty(id), ..Self::new("", Vec::<SummaryText>::new()) }
    };
    OutputItem::FunctionCall(FunctionCall): |id, call_id| Self { id: non_empty(id), ..Self::new("", "").call_id(call_id) };
    OutputItem::CustomToolCall(CustomToolCall): |id, call_id| Self { id: non_empty(id), ..Self::new("", "").call_id(call_id) };
    OutputItem::McpCall(McpCall): |id, _call_id| Self { id: non_empty(id), ..Self::new("", "") };
    OutputItem::CodeInterpreterCall(CodeInterpreterCall): |id, _call_id| {
        Self { id: non_empty(id), container_id: None, code: None, ..Self::new("") }
    };
    OutputItem::ShellCall(ShellCall): |id, call_id| {
        Self { id: non_empty(id), ..Self::new(call_id, ShellAction::new(Vec::<String>::new())) }
    };
    OutputItem::ApplyPatchCall(ApplyPatchCall): |id, call_id| {
        Self { id: non_empty(id), ..Self::new(call_id, ItemStatus::InProgress, UpdateFileOperation::new("", "")) }
    };
    OutputItem::WebSearchCall(WebSearchCall): |id, _call_id| Self { id: non_empty(id), ..Self::new("") };
    OutputItem::FileSearchCall(FileSearchCall): |id, _call_id| {
        Self { id: non_empty(id), ..Self::new("", Vec::<String>::new()) }
    };
    OutputItem::ImageGenerationCall(ImageGenerationCall): |id, _call_id| Self { id: non_empty(id), ..Self::new("") };
}

fn non_empty(id: &str) -> Option<String> {
    (!id.is_empty()).then(|| id.to_owned())
}

/// Returns the id of a call, by which events may name it in place of its item.
pub(super) fn call_id(item: &OutputItem) -> Option<&str> {
    match item {
        OutputItem::FunctionCall(call) => Some(&call.call_id),
        OutputItem::CustomToolCall(call) => Some(&call.call_id),
        _ => None,
    }
}

/// Replaces a text by its complete form, unless that is empty.
pub(super) fn settle(text: &mut String, complete: &str) {
    if !complete.is_empty() {
        complete.clone_into(text);
    }
}

/// Returns the latest part with an index if it fits, or else a new one after it.
pub(super) fn part<'a, T>(
    parts: &'a mut Vec<T>,
    order: &mut Order,
    index: i64,
    fits: impl Fn(&T) -> bool,
    make: impl FnOnce() -> T,
) -> Option<&'a mut T> {
    let known = order.latest(index).filter(|position| parts.get(*position).is_some_and(fits));
    let position = known.unwrap_or_else(|| {
        parts.push(make());
        order.push(Some(index))
    });
    parts.get_mut(position)
}

impl OutputItem {
    /// Fills empty texts with those of the old item, of the same kind. Returns the orders of the parts.
    pub(super) fn complete_from(&mut self, old: Self, old_parts: Parts) -> Parts {
        let mut parts = Parts::of(self);
        match (old, self) {
            (Self::Message(old), Self::Message(new))
                if new.content.iter().all(is_empty) && !old.content.iter().all(is_empty) =>
            {
                (new.content, parts.content) = (old.content, old_parts.content);
            }
            (Self::Reasoning(old), Self::Reasoning(new)) => {
                let has_summary = |item: &ReasoningItem| item.summary.iter().any(|part| !part.text.is_empty());
                let has_content = |item: &ReasoningItem| item.content.iter().any(|part| !part.text.is_empty());
                let (summary, content) =
                    (has_summary(&old) && !has_summary(new), has_content(&old) && !has_content(new));
                if summary {
                    (new.summary, parts.summary) = (old.summary, old_parts.summary);
                }
                if content {
                    (new.content, parts.content) = (old.content, old_parts.content);
                }
            }
            (Self::FunctionCall(old), Self::FunctionCall(new)) if new.arguments.is_empty() => {
                new.arguments = old.arguments;
            }
            (Self::CustomToolCall(old), Self::CustomToolCall(new)) if new.input.is_empty() => {
                new.input = old.input;
            }
            (Self::McpCall(old), Self::McpCall(new)) if new.arguments.is_empty() => {
                new.arguments = old.arguments;
            }
            (Self::CodeInterpreterCall(old), Self::CodeInterpreterCall(new))
                if new.code.as_ref().is_none_or(String::is_empty) && old.code.is_some() =>
            {
                new.code = old.code;
            }
            (Self::ShellCall(old), Self::ShellCall(new))
                if new.action.commands.iter().all(String::is_empty)
                    && !old.action.commands.iter().all(String::is_empty) =>
            {
                (new.action.commands, parts.content) = (old.action.commands, old_parts.content);
            }
            _ => {}
        }
        parts
    }
}

fn is_empty(part: &OutputContent) -> bool {
    match part {
        OutputContent::OutputText(part) => part.text.is_empty(),
        OutputContent::Refusal(part) => part.refusal.is_empty(),
        OutputContent::ReasoningText(part) => part.text.is_empty(),
        OutputContent::Unknown(_) => false,
    }
}
