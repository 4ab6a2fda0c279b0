//! From a JSON pointer to the line in the file.
//!
//! Place in the flow: the last step of a comparison, for the formats that show the text.

use std::collections::BTreeMap;
use std::ops::Range;

use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, ParseResult, parse_to_ast};

use super::super::generate::document::{Place, parent_and_key};
use super::report::Spot;

/// The texts of one side, by the names of the files.
pub(super) struct Lines<'a> {
    texts: &'a BTreeMap<String, String>,
    parsed: BTreeMap<&'a str, ParseResult<'a>>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(texts: &'a BTreeMap<String, String>) -> Self {
        let parse = |text: &'a String| parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default()).ok();
        // Those that are no JSON are TOML, whose places are lines.
        let parsed = texts.iter().filter_map(|(name, text)| Some((name.as_str(), parse(text)?))).collect();
        Self { texts, parsed }
    }

    /// The place with its line and column, as far as they can be found.
    pub(super) fn spot(&self, place: &Place) -> Spot {
        let bare = |pointer: &str| Spot {
            file: place.file.clone(),
            pointer: pointer.to_owned(),
            line: None,
            column: None,
            range: None,
        };
        let Some(pointer) = place.spot.strip_prefix('#') else {
            // A line of a TOML file.
            return Spot { line: place.spot.trim_start_matches(':').parse().ok(), ..bare("") };
        };
        let value = self.parsed.get(place.file.as_str()).and_then(|parsed| parsed.value.as_ref());
        let (Some(value), Some(text)) = (value, self.texts.get(&place.file)) else { return bare(pointer) };
        let range = range(value, pointer);
        let before = text.get(..range.start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Spot {
            line: Some(before.matches('\n').count() + 1),
            column: Some(before[line_start..].chars().count() + 1),
            range: Some(range),
            ..bare(pointer)
        }
    }
}

/// The bytes to point at: the name of a property, else the value; of a large value its first byte. Where
/// the pointer leads on beyond what is there, it is the last that is.
fn range(root: &Value<'_>, pointer: &str) -> Range<usize> {
    let mut value = root;
    let mut found = root.start()..root.start() + 1;
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
        (found, value) = (range, inner);
    }
    found
}
