//! Bounds, format and default of a schema node, for doc comments.

use serde_json::Value;

use super::text::code;

/// Returns the bounds and the format of a node that are chosen, as a Markdown sentence.
pub(super) fn bounds(node: &Value, is_chosen: impl Fn(&str) -> bool) -> Option<String> {
    const WORDS: [(&str, &str, &str); 13] = [
        ("minimum", "at least ", ""),
        ("exclusiveMinimum", "more than ", ""),
        ("maximum", "at most ", ""),
        ("exclusiveMaximum", "less than ", ""),
        ("multipleOf", "a multiple of ", ""),
        ("minLength", "at least ", " characters"),
        ("maxLength", "at most ", " characters"),
        ("minItems", "at least ", " items"),
        ("maxItems", "at most ", " items"),
        ("minProperties", "at least ", " entries"),
        ("maxProperties", "at most ", " entries"),
        ("pattern", "matches ", ""),
        ("format", "format ", ""),
    ];
    let found = WORDS.iter().filter_map(|(keyword, before, after)| {
        let value = node.get(keyword).filter(|_| is_chosen(keyword))?;
        let plural =
            if *value == 1 { after.trim_end_matches('s').replace("entrie", "entry") } else { (*after).to_owned() };
        Some(match value {
            Value::Number(number) => format!("{before}{number}{plural}"),
            Value::String(text) => format!("{before}{}{plural}", code(text)),
            other => format!("{before}{}{plural}", code(&other.to_string())),
        })
    });
    let sentence = found.collect::<Vec<_>>().join(", ");
    let first = sentence.chars().next()?;
    Some(format!("{}{}.", first.to_ascii_uppercase(), &sentence[first.len_utf8()..]))
}

/// Returns the default of a node, as a Markdown sentence.
pub(super) fn default_value(node: &Value) -> Option<String> {
    node.get("default").map(|value| format!("Defaults to {}.", code(&value.to_string())))
}
