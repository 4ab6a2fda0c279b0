//! Tokens of partial JSON.

use serde_json::Value;

/// Parses a number or literal. Most of them don't need a complete parser.
pub(super) fn parse_scalar(token: &str) -> serde_json::Result<Value> {
    match token {
        "true" => Ok(Value::Bool(true)),
        "false" => Ok(Value::Bool(false)),
        "null" => Ok(Value::Null),
        _ if token.len() < 10 && token.bytes().all(|byte| byte.is_ascii_digit()) && !token.starts_with('0') => {
            token.parse::<u32>().map_or_else(|_| serde_json::from_str(token), |number| Ok(number.into()))
        }
        _ => serde_json::from_str(token),
    }
}

/// The rest of a piece.
pub(super) struct Text<'a>(pub(super) &'a str);

impl<'a> Text<'a> {
    pub(super) fn first(&self) -> Option<u8> {
        self.0.as_bytes().first().copied()
    }

    pub(super) fn advance(&mut self, count: usize) -> &'a str {
        let (part, rest) = self.0.split_at_checked(count).unwrap_or((self.0, ""));
        self.0 = rest;
        part
    }

    pub(super) fn skip_whitespace(&mut self) {
        let is_whitespace = |byte: u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        self.advance(self.0.bytes().take_while(|byte| is_whitespace(*byte)).count());
    }
}

/// Adds a value to an array or object.
pub(super) fn insert(container: &mut Value, name: Option<String>, value: Value) {
    match (container, name) {
        (Value::Array(items), _) => items.push(value),
        (Value::Object(properties), Some(name)) => {
            properties.insert(name, value);
        }
        _ => {}
    }
}
