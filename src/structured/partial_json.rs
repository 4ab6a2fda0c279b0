//! JSON that's still arriving.

use memchr::memchr2;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

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
/// assert_eq!(*partial.value(), json!({"title": "Waffles", "steps": ["Melt the but"]}));
///
/// partial.push(r#"ter", "#);
/// let recipe: Recipe = partial.get()?;
/// assert_eq!((recipe.title.as_deref(), &recipe.steps[..]), (Some("Waffles"), &["Melt the butter".to_owned()][..]));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct PartialJson {
    /// The value so far. Empty while a text is being parsed.
    root: Value,
    /// The containers that are still open, from the outermost. Their values are in `root` between pushes.
    frames: Vec<Frame>,
    state: State,
    /// The open string, key, number or literal.
    token: String,
    /// The first half of a surrogate pair.
    high_surrogate: Option<u16>,
}

/// An open array or object.
#[derive(Clone, Debug)]
struct Frame {
    container: Value,
    /// The name of the property whose value is awaited or open.
    key: Option<String>,
}

/// The position in the grammar.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum State {
    #[default]
    Value,
    /// After `[`.
    ValueOrEnd,
    /// After `{`.
    KeyOrEnd,
    Key,
    Colon,
    AfterValue,
    String {
        is_key: bool,
    },
    /// After a backslash.
    Escape {
        is_key: bool,
        /// Number of hexadecimal digits after `\u`, or `None` directly after the backslash.
        digits: Option<u8>,
        code: u16,
    },
    /// Within a number or a literal.
    Scalar,
    /// After the outermost value.
    Done,
    /// The text isn't JSON.
    Invalid,
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
        if self.state == State::Invalid {
            return;
        }
        self.open();
        let mut rest = piece;
        while !rest.is_empty() && self.state != State::Invalid {
            rest = self.step(rest);
        }
        self.close();
    }

    /// Returns the value so far. It's null before the first character of a value, or if a number or literal is
    /// all that has arrived.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.root
    }

    /// Deserializes the value so far.
    ///
    /// The cost is linear in the size of the value, so call it as often as you show the value and not for each
    /// piece of a long text.
    ///
    /// # Errors
    ///
    /// Returns an error if the value so far isn't a `T`. Make the fields of `T` `Option`s, or give them
    /// defaults, so that a partial value is valid.
    pub fn get<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        T::deserialize(&self.root)
    }

    /// Whether the value is complete.
    ///
    /// A number that isn't in an array or object is never complete, because more digits may follow.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.state == State::Done
    }

    /// Whether the text is JSON so far.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.state != State::Invalid
    }

    /// Moves the open values out of the root.
    fn open(&mut self) {
        let mut value = std::mem::take(&mut self.root);
        let is_string = self.is_in_value_string();
        let count = self.frames.len();
        for (position, frame) in self.frames.iter_mut().enumerate() {
            let has_open_child = is_string || position + 1 < count;
            let child = match &mut value {
                Value::Array(items) if has_open_child => items.pop(),
                Value::Object(properties) if has_open_child => {
                    frame.key.as_ref().and_then(|key| properties.get_mut(key)).map(std::mem::take)
                }
                _ => None,
            };
            frame.container = std::mem::replace(&mut value, child.unwrap_or_default());
        }
        match value {
            Value::String(text) if is_string => self.token = text,
            value if count == 0 => self.root = value,
            _ => {}
        }
    }

    /// Moves the open values into the root.
    fn close(&mut self) {
        let mut value = self.is_in_value_string().then(|| Value::String(std::mem::take(&mut self.token)));
        for frame in self.frames.iter_mut().rev() {
            let mut container = std::mem::take(&mut frame.container);
            if let Some(child) = value.take() {
                insert(&mut container, frame.key.clone(), child);
            }
            value = Some(container);
        }
        if let Some(value) = value {
            self.root = value;
        }
    }

    fn is_in_value_string(&self) -> bool {
        matches!(self.state, State::String { is_key: false } | State::Escape { is_key: false, .. })
    }

    /// Keeps the value so far and ignores the rest of the text.
    fn invalidate(&mut self) {
        if self.is_in_value_string() {
            let token = std::mem::take(&mut self.token);
            self.complete(Value::String(token));
        }
        self.state = State::Invalid;
    }

    /// Consumes at least one character, or changes the state. Returns the rest.
    fn step<'a>(&mut self, text: &'a str) -> &'a str {
        match self.state {
            State::String { is_key } => self.string(text, is_key),
            State::Escape { is_key, digits, code } => {
                let mut characters = text.chars();
                if let Some(character) = characters.next() {
                    self.escape(character, is_key, digits, code);
                }
                characters.as_str()
            }
            State::Scalar => self.scalar(text),
            _ => {
                let text = text.trim_start_matches([' ', '\t', '\n', '\r']);
                let mut characters = text.chars();
                match characters.next() {
                    Some(character) if self.punctuation(character) => characters.as_str(),
                    _ => text,
                }
            }
        }
    }

    /// Handles a character between tokens. Returns false if it belongs to the token that it starts.
    fn punctuation(&mut self, character: char) -> bool {
        match (self.state, character) {
            (State::Value | State::ValueOrEnd, '"') => self.state = State::String { is_key: false },
            (State::Value | State::ValueOrEnd, '{') => self.begin(Value::Object(Map::new()), State::KeyOrEnd),
            (State::Value | State::ValueOrEnd, '[') => self.begin(Value::Array(Vec::new()), State::ValueOrEnd),
            (State::Value | State::ValueOrEnd, '-' | '0'..='9' | 't' | 'f' | 'n') => {
                self.state = State::Scalar;
                return false;
            }
            (State::KeyOrEnd | State::Key, '"') => self.state = State::String { is_key: true },
            (State::Colon, ':') => self.state = State::Value,
            (State::ValueOrEnd, ']') | (State::KeyOrEnd, '}') => self.end(),
            (State::AfterValue, _) => match (self.frames.last().map(|frame| frame.container.is_array()), character) {
                (Some(true), ',') => self.state = State::Value,
                (Some(false), ',') => self.state = State::Key,
                (Some(true), ']') | (Some(false), '}') => self.end(),
                _ => self.invalidate(),
            },
            _ => self.invalidate(),
        }
        true
    }

    /// Opens an array or object.
    fn begin(&mut self, container: Value, state: State) {
        if self.frames.len() >= MAX_DEPTH {
            return self.invalidate();
        }
        self.frames.push(Frame { container, key: None });
        self.state = state;
    }

    /// Closes the innermost array or object.
    fn end(&mut self) {
        if let Some(frame) = self.frames.pop() {
            self.complete(frame.container);
        }
    }

    /// Adds a complete value to its container.
    fn complete(&mut self, value: Value) {
        match self.frames.last_mut() {
            Some(frame) => {
                let key = frame.key.take();
                insert(&mut frame.container, key, value);
                self.state = State::AfterValue;
            }
            None => {
                self.root = value;
                self.state = State::Done;
            }
        }
    }

    /// Handles the text of a string up to its end or an escape.
    fn string<'a>(&mut self, text: &'a str, is_key: bool) -> &'a str {
        let end = memchr2(b'"', b'\\', text.as_bytes()).unwrap_or(text.len());
        let control = text.bytes().take(end).position(|byte| byte < b' ');
        let (part, rest) = text.split_at(control.unwrap_or(end));
        if !part.is_empty() {
            self.end_surrogate();
            self.token.push_str(part);
        }
        if control.is_some() {
            self.invalidate();
            return rest;
        }
        let Some((delimiter, rest)) = rest.split_at_checked(1) else { return rest };
        if delimiter == "\\" {
            self.state = State::Escape { is_key, digits: None, code: 0 };
            return rest;
        }
        self.end_surrogate();
        let token = std::mem::take(&mut self.token);
        match self.frames.last_mut() {
            Some(frame) if is_key => {
                frame.key = Some(token);
                self.state = State::Colon;
            }
            _ => self.complete(Value::String(token)),
        }
        rest
    }

    /// Handles a character of an escape sequence.
    fn escape(&mut self, character: char, is_key: bool, digits: Option<u8>, code: u16) {
        let string = State::String { is_key };
        match (digits, unescape(character), character.to_digit(16).and_then(|digit| u16::try_from(digit).ok())) {
            (None, _, _) if character == 'u' => self.state = State::Escape { is_key, digits: Some(0), code: 0 },
            (None, Some(character), _) => {
                self.end_surrogate();
                self.token.push(character);
                self.state = string;
            }
            (Some(digits @ 0..3), _, Some(digit)) => {
                self.state = State::Escape { is_key, digits: Some(digits + 1), code: code << 4 | digit };
            }
            (Some(_), _, Some(digit)) => {
                self.push_unit(code << 4 | digit);
                self.state = string;
            }
            _ => self.invalidate(),
        }
    }

    /// Appends a UTF-16 code unit. Unpaired surrogates become U+FFFD.
    fn push_unit(&mut self, unit: u16) {
        if (0xD800..0xDC00).contains(&unit) {
            self.end_surrogate();
            self.high_surrogate = Some(unit);
            return;
        }
        let units = self.high_surrogate.take().into_iter().chain([unit]);
        let characters = char::decode_utf16(units);
        self.token.extend(characters.map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)));
    }

    fn end_surrogate(&mut self) {
        if self.high_surrogate.take().is_some() {
            self.token.push(char::REPLACEMENT_CHARACTER);
        }
    }

    /// Handles the text of a number or literal up to its end.
    fn scalar<'a>(&mut self, text: &'a str) -> &'a str {
        let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '+' | '-' | '.');
        let end = text.find(|character| !is_part(character)).unwrap_or(text.len());
        let (part, rest) = text.split_at(end);
        self.token.push_str(part);
        let is_literal = matches!(&*self.token, "true" | "false" | "null");
        if rest.is_empty() && !is_literal {
            return rest;
        }
        match serde_json::from_str(&self.token) {
            Ok(value) => {
                self.token.clear();
                self.complete(value);
            }
            Err(_) => self.invalidate(),
        }
        rest
    }
}

/// Adds a value to an array or object.
fn insert(container: &mut Value, key: Option<String>, value: Value) {
    match (container, key) {
        (Value::Array(items), _) => items.push(value),
        (Value::Object(properties), Some(key)) => {
            properties.insert(key, value);
        }
        _ => {}
    }
}

fn unescape(character: char) -> Option<char> {
    Some(match character {
        '"' | '\\' | '/' => character,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        _ => return None,
    })
}
