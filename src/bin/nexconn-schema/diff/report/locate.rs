//! From a JSON Pointer to its line in the file.

use std::collections::BTreeMap;
use std::ops::Range;

use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, ParseResult, parse_to_ast};

use crate::diff::finding::Location;
use crate::generate::document::{Place, parent_and_key};

/// The texts of one side, by the names of the files.
pub(crate) struct Lines<'a> {
    texts: &'a BTreeMap<String, String>,
    parsed: BTreeMap<&'a str, ParseResult<'a>>,
    /// The offsets of the lines.
    starts: BTreeMap<&'a str, Vec<usize>>,
}

/// Maximum length of a line that is shown, in bytes. Columns of longer lines are not counted.
const MAX_LINE: usize = 1_000;

impl<'a> Lines<'a> {
    pub(crate) fn new(texts: &'a BTreeMap<String, String>) -> Self {
        let parse = |text: &'a String| parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default()).ok();
        // The others are TOML, whose locations are lines.
        let parsed = texts.iter().filter_map(|(name, text)| Some((name.as_str(), parse(text)?))).collect();
        let starts = |text: &str| [0].into_iter().chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let starts = texts.iter().map(|(name, text)| (name.as_str(), starts(text))).collect();
        Self { texts, parsed, starts }
    }

    /// The location of a place, with line and column if they can be found.
    pub(crate) fn location(&self, place: &Place) -> Location {
        let mut location = Location {
            file: place.file.clone(),
            pointer: String::new(),
            line: None,
            column: None,
            range: None,
            shown: None,
        };
        let Some(pointer) = place.spot.strip_prefix('#') else {
            // A line of a TOML file.
            location.line = place.spot.trim_start_matches(':').parse().ok();
            return location;
        };
        pointer.clone_into(&mut location.pointer);
        let file = place.file.as_str();
        let value = self.parsed.get(file).and_then(|parsed| parsed.value.as_ref());
        let (Some(value), Some(text), Some(starts)) = (value, self.texts.get(file), self.starts.get(file)) else {
            return location;
        };
        let (range, existing) = find(value, pointer);
        location.pointer.truncate(existing);
        let line = starts.partition_point(|start| *start <= range.start);
        let start = starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let end = starts.get(line).map_or(text.len(), |next| next - 1);
        location.line = Some(line);
        if end - start <= MAX_LINE {
            location.column = text.get(start..range.start).map(|before| before.chars().count() + 1);
            location.shown = Some(start..end);
        }
        location.range = Some(range);
        location
    }
}

/// The bytes to mark and the length of the pointer that exists: the name of a property, else the value, or the
/// first byte of a large value. A pointer that leads nowhere stands for its last part that exists.
fn find(root: &Value<'_>, pointer: &str) -> (Range<usize>, usize) {
    let mut value = root;
    let mut found = (root.start()..root.start() + 1, 0);
    for token in pointer.split('/').skip(1) {
        let (_, key) = parent_and_key(token);
        let next = match value {
            Value::Object(object) => {
                object.properties.iter().find(|property| property.name.as_str() == key).map(|property| {
                    let name = property.name.range();
                    (name.start..name.end, &property.value)
                })
            }
            Value::Array(array) => key.parse().ok().and_then(|index: usize| array.elements.get(index)).map(|value| {
                let end =
                    if matches!(value, Value::Object(_) | Value::Array(_)) { value.start() + 1 } else { value.end() };
                (value.start()..end, value)
            }),
            _ => None,
        };
        let Some((range, inner)) = next else { break };
        found = (range, found.1 + 1 + token.len());
        value = inner;
    }
    found
}
