//! The kinds of items and parts that the events of a stream build up.
//!
//! Place in the flow: `accumulate.rs` finds an item and changes it with the help of this file.

use serde_json::Value;

use crate::codec::to_value;
use crate::types::{
    CodeInterpreterCall, CustomToolCall, FileSearchCall, FunctionCall, ImageGenerationCall, ItemStatus, McpCall,
    OutputContent, OutputItem, OutputMessage, OutputText, ReasoningItem, ReasoningText, Refusal, Role, ShellAction,
    ShellCall, SummaryText, WebSearchCall,
};

/// The indexes that the events give the parts of one item, in the order of the parts.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    /// Of `content`, or of the commands of a shell call.
    pub(super) content: Vec<i64>,
    pub(super) summary: Vec<i64>,
}

impl Parts {
    /// The indexes are the positions.
    pub(super) fn of(item: &OutputItem) -> Self {
        let (content, summary) = match item {
            OutputItem::Message(item) => (item.content.len(), 0),
            OutputItem::Reasoning(item) => {
                (item.content.as_ref().map_or(0, Vec::len), item.summary.as_ref().map_or(0, Vec::len))
            }
            OutputItem::ShellCall(item) => (item.action.commands.len(), 0),
            _ => (0, 0),
        };
        Self { content: (0..).take(content).collect(), summary: (0..).take(summary).collect() }
    }
}

/// A variant of a union that events build up piece by piece.
pub(super) trait Variant<U>: Sized {
    fn fits(union: &U) -> bool;

    fn of(union: &mut U) -> Option<&mut Self>;

    /// A new one, of which nothing is known but the id, if it is not empty.
    fn fresh(id: &str) -> U;
}

macro_rules! variants {
    ($($union:ident::$variant:ident($type:ident): |$id:ident| $fresh:expr;)*) => {$(
        impl Variant<$union> for $type {
            fn fits(union: &$union) -> bool {
                matches!(union, $union::$variant(_))
            }

            fn of(union: &mut $union) -> Option<&mut Self> {
                if let $union::$variant(known) = union { Some(known) } else { None }
            }

            fn fresh($id: &str) -> $union {
                $union::from($fresh)
            }
        }
    )*};
}

variants! {
    OutputContent::OutputText(OutputText): |_id| Self::new("");
    OutputContent::Refusal(Refusal): |_id| Self::new("");
    OutputContent::ReasoningText(ReasoningText): |_id| Self::new("");
    OutputItem::Message(OutputMessage): |id| {
        Self { id: known(id), ..Self::new("", Role::Assistant, Vec::<OutputContent>::new(), ItemStatus::InProgress) }
    };
    OutputItem::Reasoning(ReasoningItem): |id| Self { id: known(id), ..Self::new("", Vec::<SummaryText>::new()) };
    OutputItem::FunctionCall(FunctionCall): |id| Self { id: known(id), ..Self::new("", "", "") };
    OutputItem::CustomToolCall(CustomToolCall): |id| Self { id: known(id), ..Self::new("", "", "") };
    OutputItem::McpCall(McpCall): |id| Self { id: known(id), ..Self::new("", "", "", "") };
    OutputItem::CodeInterpreterCall(CodeInterpreterCall): |id| {
        Self { id: known(id), container_id: None, code: None, ..Self::new("", "", "") }
    };
    OutputItem::ShellCall(ShellCall): |id| Self { id: known(id), ..Self::new("", ShellAction::new(Vec::<String>::new())) };
    OutputItem::WebSearchCall(WebSearchCall): |id| Self { id: known(id), ..Self::new("") };
    OutputItem::FileSearchCall(FileSearchCall): |id| Self { id: known(id), ..Self::new("", Vec::<String>::new()) };
    OutputItem::ImageGenerationCall(ImageGenerationCall): |id| Self { id: known(id), ..Self::new("") };
}

fn known(id: &str) -> Option<String> {
    (!id.is_empty()).then(|| id.to_owned())
}

/// The id of an item, empty if it has none. Read from its JSON, where every kind of item has it in
/// the same place, also the kinds that a newer schema adds.
pub(super) fn id(item: &OutputItem) -> String {
    let json = to_value(item).unwrap_or_default();
    json.get("id").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Sets a text to its whole, unless that is empty.
pub(super) fn settle(text: &mut String, whole: &str) {
    if !whole.is_empty() {
        whole.clone_into(text);
    }
}

/// The last part with an index if it fits, else a new one behind it.
pub(super) fn part<'a, T>(
    parts: &'a mut Vec<T>,
    indexes: &mut Vec<i64>,
    index: i64,
    fits: impl Fn(&T) -> bool,
    fresh: impl FnOnce() -> T,
) -> Option<&'a mut T> {
    let end = indexes.partition_point(|known| *known <= index);
    let last = end.checked_sub(1).filter(|last| indexes.get(*last) == Some(&index));
    let position = last.filter(|last| parts.get(*last).is_some_and(fits)).unwrap_or_else(|| {
        indexes.insert(end, index);
        parts.insert(end, fresh());
        end
    });
    parts.get_mut(position)
}

/// Keeps the texts of the old item where the new one, of the same kind, has none. Returns the indexes
/// of the parts of the new item.
pub(super) fn carry(old: OutputItem, new: &mut OutputItem, indexes: Parts) -> Parts {
    let mut parts = Parts::of(new);
    match (old, new) {
        (OutputItem::Message(old), OutputItem::Message(new))
            if new.content.iter().all(is_empty) && !old.content.iter().all(is_empty) =>
        {
            (new.content, parts.content) = (old.content, indexes.content);
        }
        (OutputItem::Reasoning(old), OutputItem::Reasoning(new)) => {
            let has_summary = |item: &ReasoningItem| item.summary.iter().flatten().any(|part| !part.text.is_empty());
            let has_content = |item: &ReasoningItem| item.content.iter().flatten().any(|part| !part.text.is_empty());
            let (summary, content) = (has_summary(&old) && !has_summary(new), has_content(&old) && !has_content(new));
            if summary {
                (new.summary, parts.summary) = (old.summary, indexes.summary);
            }
            if content {
                (new.content, parts.content) = (old.content, indexes.content);
            }
        }
        (OutputItem::FunctionCall(old), OutputItem::FunctionCall(new)) if new.arguments.is_empty() => {
            new.arguments = old.arguments;
        }
        (OutputItem::CustomToolCall(old), OutputItem::CustomToolCall(new)) if new.input.is_empty() => {
            new.input = old.input;
        }
        (OutputItem::McpCall(old), OutputItem::McpCall(new)) if new.arguments.is_empty() => {
            new.arguments = old.arguments;
        }
        (OutputItem::CodeInterpreterCall(old), OutputItem::CodeInterpreterCall(new))
            if new.code.as_ref().is_none_or(String::is_empty) && old.code.is_some() =>
        {
            new.code = old.code;
        }
        (OutputItem::ShellCall(old), OutputItem::ShellCall(new))
            if new.action.commands.iter().all(String::is_empty)
                && !old.action.commands.iter().all(String::is_empty) =>
        {
            (new.action.commands, parts.content) = (old.action.commands, indexes.content);
        }
        _ => {}
    }
    parts
}

fn is_empty(part: &OutputContent) -> bool {
    match part {
        OutputContent::OutputText(part) => part.text.is_empty(),
        OutputContent::Refusal(part) => part.refusal.is_empty(),
        OutputContent::ReasoningText(part) => part.text.is_empty(),
        OutputContent::Unknown(_) => false,
    }
}
