//! Where in a JSON text an error is, as a JSON pointer.
//!
//! Place in the flow: asked when a text has failed to decode, by `whole.rs`, `stream.rs` and `parse.rs`.
//! serde_json says the line and the column; reading the text up to there tells which value it is.
//! So nothing is kept while decoding succeeds, and no type is decoded in a second way.

use serde_json::Error;

/// What the reading is within: an array at an index, or an object at a property.
enum Within {
    Array(usize),
    Object(Option<String>),
}

/// The pointer to the value that the error is in; empty for the whole, which is also what an error
/// without a line is about.
pub(crate) fn pointer(text: &[u8], error: &Error) -> String {
    let mut line = 0;
    for _ in 1..error.line() {
        line += memchr::memchr(b'\n', text.get(line..).unwrap_or_default()).map_or(0, |end| end + 1);
    }
    // The column is that of the last byte of a value that does not fit, or of the first one that is no JSON.
    let behind = line + error.column() - usize::from(error.is_syntax() && error.column() > 0);
    write(&read(&text[..behind.min(text.len())]))
}

/// Reads the beginning of a JSON text.
fn read(text: &[u8]) -> Vec<Within> {
    let mut within = Vec::new();
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'{' => within.push(Within::Object(None)),
            b'[' => within.push(Within::Array(0)),
            b'}' | b']' => drop(within.pop()),
            b',' => match within.last_mut() {
                Some(Within::Array(index)) => *index += 1,
                Some(Within::Object(key)) => *key = None,
                None => {}
            },
            b'"' => {
                at = end_of_string(text, at);
                if let Some(Within::Object(key @ None)) = within.last_mut() {
                    *key = serde_json::from_slice(&text[start..at]).ok();
                }
            }
            _ => {}
        }
    }
    within
}

/// Behind the closing quote of a string that has begun, or the end of the text.
fn end_of_string(text: &[u8], mut at: usize) -> usize {
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

fn write(within: &[Within]) -> String {
    let mut pointer = String::new();
    for step in within {
        match step {
            Within::Array(index) => pointer += &format!("/{index}"),
            Within::Object(Some(key)) => pointer += &format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Within::Object(None) => {}
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde::Deserialize;
    use serde_json::Value;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only what fails is looked at")]
    struct Inner {
        n: i32,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only what fails is looked at")]
    struct Outer {
        list: Vec<Inner>,
        map: HashMap<String, bool>,
        pair: (u8, String),
    }

    fn place<'a, T: Deserialize<'a>>(text: &'a str) -> String {
        let Err(error) = serde_json::from_str::<T>(text) else { unreachable!("{text} is read") };
        pointer(text.as_bytes(), &error)
    }

    #[test]
    fn a_value_that_does_not_fit_is_where_it_stands() {
        for (text, expected) in [
            (r#"{"list": [{"n": 1}, {"n": "two"}]}"#, "/list/1/n"),
            ("{\n \"list\": [\n {\"n\": 1},\n {\"n\":\n 2.5}]}", "/list/1/n"),
            (r#"{"list": [{"n": [1, 2]}]}"#, "/list/0/n"),
            (r#"{"list": [{"n": 1}, {}]}"#, "/list/1"),
            (r#"{"list": [{"n": 1, "m": 2}]}"#, "/list/0/m"),
            (r#"{"list": {"a": [1, 2]}}"#, "/list"),
            (r#"{"list": [], "map": {"a": true, "b/~\"": null}}"#, "/map/b~1~0\""),
            (r#"{"list": [], "map": {"a,[{": 7}}"#, "/map/a,[{"),
            (r#"{"list": [], "map": {}, "pair": [1, 2]}"#, "/pair/1"),
            (r#"{"list": [], "map": {}, "pair": [300, ""]}"#, "/pair/0"),
            (r#"{"list": [], "map": {}}"#, ""),
            ("7", ""),
        ] {
            assert_eq!(place::<Outer>(text), expected, "{text}");
        }
    }

    #[test]
    fn a_text_that_is_not_json_breaks_where_it_breaks() {
        for (text, expected) in [
            ("", ""),
            ("{", ""),
            ("{]", ""),
            (r#"{"a": {"b": [1, 2, tru]}}"#, "/a/b/2"),
            (r#"{"a": {"b": [1, "x"#, "/a/b/1"),
            (r#"{"a": 1, "b": }"#, "/b"),
            (r#"{"a": "\ud800"}"#, "/a"),
            ("{\"a\": 1}\n{\"b\": 2}", ""),
        ] {
            assert_eq!(place::<Value>(text), expected, "{text}");
        }
    }
}
