//! Finds the JSON Pointer of a decode error.
//!
//! serde_json reports a line and a column. The pointer follows from the text up to there, so decoding itself
//! keeps no path.

use serde_json::Error;

use crate::codec::pointer::escape;
use crate::codec::{Json, JsonText};

/// An array or object that isn't closed yet, with the current index or key.
enum Open {
    Array(usize),
    Object(Option<String>),
}

/// Returns the pointer to the value the error is about. It's empty for the whole text.
pub(crate) fn locate(text: &[u8], error: &Error) -> String {
    // The column of the last byte of an invalid value, or of the first byte outside JSON.
    let column = error.column() - usize::from(error.is_syntax() && error.column() > 0);
    locate_at(text, error.line(), column)
}

/// Returns the pointer to the value at the end of so many columns of a line.
pub(crate) fn locate_at(text: &[u8], line: usize, column: usize) -> String {
    let mut start = 0;
    for _ in 1..line {
        start += memchr::memchr(b'\n', text.get(start..).unwrap_or_default()).map_or(0, |end| end + 1);
    }
    render(&scan(&text[..(start + column).min(text.len())]))
}

/// Returns the arrays and objects that are open at the end of a text.
fn scan(text: &[u8]) -> Vec<Open> {
    let mut open = Vec::new();
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'{' => open.push(Open::Object(None)),
            b'[' => open.push(Open::Array(0)),
            b'}' | b']' => drop(open.pop()),
            b',' => match open.last_mut() {
                Some(Open::Array(index)) => *index += 1,
                Some(Open::Object(key)) => *key = None,
                None => {}
            },
            b'"' => {
                at = end_of_string(text, at);
                if let Some(Open::Object(key @ None)) = open.last_mut() {
                    *key = Json::from_slice(&text[start..at]).ok().and_then(|key| key.string().map(Into::into));
                }
            }
            _ => {}
        }
    }
    open
}

/// Returns the position after the closing quote, or the end of the text.
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

fn render(open: &[Open]) -> String {
    let mut pointer = String::new();
    for step in open {
        match step {
            Open::Array(index) => pointer += &format!("/{index}"),
            Open::Object(Some(key)) => pointer += &format!("/{}", escape(key)),
            Open::Object(None) => {}
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

    fn located<'a, T: Deserialize<'a>>(text: &'a str) -> String {
        let Err(error) = serde_json::from_str::<T>(text) else { unreachable!("{text} is read") };
        locate(text.as_bytes(), &error)
    }

    #[test]
    fn a_value_of_another_type_is_located() {
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
            assert_eq!(located::<Outer>(text), expected, "{text}");
        }
    }

    #[test]
    fn a_syntax_error_is_located() {
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
            assert_eq!(located::<Value>(text), expected, "{text}");
        }
    }
}
