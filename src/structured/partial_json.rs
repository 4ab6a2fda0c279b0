//! JSON that's still arriving.

use memchr::memchr2;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::codec::escaped_char;
use crate::structured::partial_text::{Text, insert, parse_scalar};

/// Maximum nesting of the value, as in `serde_json`.
const MAX_DEPTH: usize = 128;

/// Parses JSON while it arrives, and always has the value so far.
///
/// The cost is linear in the length of the text: each [`push`](Self::push) continues where the last one ended.
///
/// The value so far is complete JSON. Strings, arrays and objects have the part that has arrived. Numbers,
/// literals and property names appear once they're complete, so you never see `1` on the way to `10`.
///
/// ```
/// use nexconn_responses::PartialJson;
/// use serde_json::json;
///
/// #[derive(serde::Deserialize)]
/// struct Recipe {
///     title: Option<String>,
///     #[serde(default)]
///     steps: Vec<String>,
/// }
///
/// let mut partial = PartialJson::new();
/// partial.push(r#"{"title": "Waffles", "steps": ["Melt the but"#);
/// assert_eq!(
///     *partial.value(),
///     json!({"title": "Waffles", "steps": ["Melt the but"]})
/// );
///
/// partial.push(r#"ter", "#);
/// let recipe: Recipe = partial.get()?;
/// assert_eq!(
///     (recipe.title.as_deref(), &recipe.steps[..]),
///     (Some("Waffles"), &["Melt the butter".to_owned()][..])
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct PartialJson {
    /// An array around the value, so all values have a container.
    root: Value,
    /// The open containers, from `root` inwards: the name of the property whose value is awaited or open.
    path: Vec<Option<String>>,
    state: State,
    /// The received part of a name, number or literal.
    token: String,
    /// The first half of a surrogate pair.
    high_surrogate: Option<u16>,
}

/// The position in the grammar.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Value,
    /// After `[`.
    ValueOrEnd,
    /// After `{`.
    NameOrEnd,
    Name,
    Colon,
    AfterValue,
    String {
        is_name: bool,
    },
    /// After a backslash.
    Escape {
        is_name: bool,
        /// Number of hexadecimal digits after `\u`, or `None` directly after the backslash.
        digits: Option<u8>,
        code: u16,
    },
    /// Within a number or a literal.
    Scalar,
    /// The text isn't JSON.
    Invalid,
}

impl Default for PartialJson {
    fn default() -> Self {
        Self {
            root: Value::Array(Vec::new()),
            path: vec![None],
            state: State::Value,
            token: String::new(),
            high_surrogate: None,
        }
    }
}

impl PartialJson {
    /// Creates a parser. Its value is null.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a piece of the text.
    ///
    /// From the first character that can't be part of a JSON value, the text is ignored, and the value stays as
    /// it is.
    pub fn push(&mut self, piece: &str) {
        let mut root = std::mem::take(&mut self.root);
        self.container(&mut root, 0, &mut Text(piece));
        self.root = root;
    }

    /// Returns the value so far. It's null before the first character of a value, or if a number or literal is
    /// all that has arrived.
    #[must_use]
    pub fn value(&self) -> &Value {
        self.root.get(0).unwrap_or(&Value::Null)
    }

    /// Deserializes the value so far.
    ///
    /// The cost is linear in the size of the value, so call it as often as you show the value and not for each
    /// piece of a long text.
    ///
    /// # Errors
    ///
    /// Returns an error if the value so far isn't a `T`. Make the fields of `T` `Option`s, or give them
    /// defaults, so a partial value is valid.
    pub fn get<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        T::deserialize(self.value())
    }

    /// Returns true if the value is complete.
    ///
    /// A number that isn't in an array or object is never complete, because more digits may follow.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.is_after_value(0)
    }

    /// Returns true if the text can be the start of JSON.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.state != State::Invalid
    }

    /// Returns true if the container at a level has a complete value last.
    fn is_after_value(&self, level: usize) -> bool {
        self.path.len() == level + 1 && self.state == State::AfterValue
    }

    /// Continues the open container at a level.
    fn container(&mut self, value: &mut Value, level: usize, text: &mut Text<'_>) {
        let has_open_string =
            matches!(self.state, State::String { is_name: false } | State::Escape { is_name: false, .. });
        if self.state != State::Invalid && (has_open_string || self.path.len() > level + 1) {
            let open = match value {
                Value::Array(items) => items.last_mut(),
                Value::Object(properties) => self.name(level).as_ref().and_then(|name| properties.get_mut(name)),
                _ => None,
            };
            if let Some(child) = open {
                self.child(child, level + 1, text);
            }
            if self.is_after_value(level) {
                self.name(level).take();
            }
        }
        while !text.0.is_empty() && self.path.len() == level + 1 {
            match self.state {
                State::Invalid => return,
                State::Scalar => self.scalar(value, level, text),
                State::String { .. } | State::Escape { .. } => self.finish_name(level, text),
                _ => self.punctuation(value, level, text),
            }
        }
    }

    /// Continues an open string, array or object.
    fn child(&mut self, value: &mut Value, level: usize, text: &mut Text<'_>) {
        match value {
            Value::String(string) => self.string(string, text),
            container => self.container(container, level, text),
        }
    }

    /// The name in the container at a level, of the property whose value is awaited or open.
    fn name(&mut self, level: usize) -> &mut Option<String> {
        &mut self.path[level]
    }

    /// Handles a character between tokens.
    fn punctuation(&mut self, value: &mut Value, level: usize, text: &mut Text<'_>) {
        text.skip_whitespace();
        let Some(byte) = text.first() else { return };
        let (is_array, is_root) = (value.is_array(), level == 0);
        match (self.state, byte) {
            (State::Value | State::ValueOrEnd, b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
                self.state = State::Scalar;
                return;
            }
            (State::Value | State::ValueOrEnd, b'"' | b'{' | b'[') => {
                text.advance(1);
                return self.begin(byte, value, level, text);
            }
            (State::NameOrEnd | State::Name, b'"') => self.state = State::String { is_name: true },
            (State::Colon, b':') => self.state = State::Value,
            (State::AfterValue, b',') if !is_root => self.state = if is_array { State::Value } else { State::Name },
            (State::ValueOrEnd | State::AfterValue, b']') if is_array && !is_root => self.end(),
            (State::NameOrEnd | State::AfterValue, b'}') if !is_array => self.end(),
            _ => self.state = State::Invalid,
        }
        text.advance(1);
    }

    /// Handles a string, array or object from behind its first character.
    fn begin(&mut self, first: u8, value: &mut Value, level: usize, text: &mut Text<'_>) {
        let mut child = match first {
            b'"' => {
                self.state = State::String { is_name: false };
                Value::String(String::new())
            }
            _ if level >= MAX_DEPTH => {
                self.state = State::Invalid;
                return;
            }
            b'{' => {
                self.state = State::NameOrEnd;
                Value::Object(Map::new())
            }
            _ => {
                self.state = State::ValueOrEnd;
                Value::Array(Vec::new())
            }
        };
        if first != b'"' {
            self.path.push(None);
        }
        self.child(&mut child, level + 1, text);
        let is_complete = self.is_after_value(level);
        let name = if is_complete { self.name(level).take() } else { self.name(level).clone() };
        insert(value, name, child);
    }

    /// Closes the innermost array or object.
    fn end(&mut self) {
        self.path.pop();
        self.state = State::AfterValue;
    }

    /// Handles the text of a property name, up to its end.
    fn finish_name(&mut self, level: usize, text: &mut Text<'_>) {
        let mut name = std::mem::take(&mut self.token);
        self.string(&mut name, text);
        if self.state == State::Colon {
            *self.name(level) = Some(name);
        } else {
            self.token = name;
        }
    }

    /// Handles the text of a string, up to its end.
    fn string(&mut self, string: &mut String, text: &mut Text<'_>) {
        while !text.0.is_empty() {
            match self.state {
                State::String { is_name } => self.unescaped(string, is_name, text),
                State::Escape { is_name, digits, code } => {
                    if let Some(byte) = text.first() {
                        text.advance(if byte.is_ascii() { 1 } else { text.0.len() });
                        self.escape(string, byte, is_name, digits, code);
                    }
                }
                _ => return,
            }
        }
    }

    /// Handles the text of a string, up to its end or an escape.
    fn unescaped(&mut self, string: &mut String, is_name: bool, text: &mut Text<'_>) {
        let end = memchr2(b'"', b'\\', text.0.as_bytes()).unwrap_or(text.0.len());
        // The minimum is found for many bytes at once, the position isn't.
        let has_control = text.0.bytes().take(end).fold(u8::MAX, u8::min) < b' ';
        let control = has_control.then(|| text.0.bytes().position(|byte| byte < b' ')).flatten();
        let part = text.advance(control.unwrap_or(end));
        if !part.is_empty() {
            self.end_surrogate(string);
            string.push_str(part);
        }
        if control.is_some() {
            self.state = State::Invalid;
            return;
        }
        match text.first() {
            None => return,
            Some(b'\\') => self.state = State::Escape { is_name, digits: None, code: 0 },
            Some(_) => {
                self.end_surrogate(string);
                self.state = if is_name { State::Colon } else { State::AfterValue };
            }
        }
        text.advance(1);
    }

    /// Handles a character of an escape sequence.
    fn escape(&mut self, string: &mut String, byte: u8, is_name: bool, digits: Option<u8>, code: u16) {
        let digit = char::from(byte).to_digit(16).and_then(|digit| u16::try_from(digit).ok());
        match (digits, escaped_char(byte), digit) {
            (None, _, _) if byte == b'u' => self.state = State::Escape { is_name, digits: Some(0), code: 0 },
            (None, Some(character), _) => {
                self.end_surrogate(string);
                string.push(character);
                self.state = State::String { is_name };
            }
            (Some(digits @ 0..3), _, Some(digit)) => {
                self.state = State::Escape { is_name, digits: Some(digits + 1), code: code << 4 | digit };
            }
            (Some(_), _, Some(digit)) => {
                self.push_unit(string, code << 4 | digit);
                self.state = State::String { is_name };
            }
            _ => self.state = State::Invalid,
        }
    }

    /// Appends a UTF-16 code unit. Unpaired surrogates become U+FFFD.
    fn push_unit(&mut self, string: &mut String, unit: u16) {
        if (0xD800..0xDC00).contains(&unit) {
            self.end_surrogate(string);
            self.high_surrogate = Some(unit);
            return;
        }
        let units = self.high_surrogate.take().into_iter().chain([unit]);
        let characters = char::decode_utf16(units);
        string.extend(characters.map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)));
    }

    fn end_surrogate(&mut self, string: &mut String) {
        if self.high_surrogate.take().is_some() {
            string.push(char::REPLACEMENT_CHARACTER);
        }
    }

    /// Handles the text of a number or literal, up to its end.
    fn scalar(&mut self, value: &mut Value, level: usize, text: &mut Text<'_>) {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let end = text.0.bytes().position(|byte| !is_part(byte));
        self.token.push_str(text.advance(end.unwrap_or(text.0.len())));
        if end.is_none() && !matches!(&*self.token, "true" | "false" | "null") {
            return;
        }
        match parse_scalar(&self.token) {
            Ok(scalar) => {
                let name = self.name(level).take();
                insert(value, name, scalar);
                self.state = State::AfterValue;
            }
            Err(_) => self.state = State::Invalid,
        }
        self.token.clear();
    }
}
