//! Free-form JSON, such as the schema of a function's parameters: [`Json`].

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::{Map, Number, Value};

use super::decode::JsonText;
use super::mismatch::JsonError;
use super::reader::Reader;
use super::serde::{deserialize, serialize};
use super::traits::{Codec, Fit};
use super::writer::Writer;

/// The order of properties and the digits of numbers are preserved, and the text is only parsed on request.
///
/// Create one from a [`Value`], which can't fail, or parse it from text. Two are equal if their texts or their values
/// are.
#[derive(Clone)]
pub struct Json(
    /// Empty for null, which avoids an allocation.
    Box<str>,
);

impl Json {
    pub(crate) fn null() -> Self {
        Self(Box::default())
    }

    /// Wraps valid JSON text.
    pub(crate) fn from_checked(text: &str) -> Self {
        Self(if text == "null" { Box::default() } else { text.into() })
    }

    /// Encodes a value.
    #[allow(dead_code, reason = "only the client uses it")]
    pub(crate) fn encode(value: &impl Codec) -> Self {
        let mut out = Writer::new();
        value.write(&mut out);
        Self(out.finish().into())
    }

    /// Returns the JSON text.
    #[must_use]
    pub fn get(&self) -> &str {
        if self.0.is_empty() { "null" } else { &self.0 }
    }

    /// Returns the unescaped string, if it's a string.
    #[must_use]
    pub fn string(&self) -> Option<Cow<'_, str>> {
        self.get().starts_with('"').then(|| Reader::new(self.get()).string())
    }

    /// Returns the integer, if it's an integer.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        let mut value = 0;
        let fit = Codec::read(&mut value, &mut Reader::new(self.get()));
        matches!(fit, Fit::Same | Fit::Rewritten).then_some(value)
    }

    /// Returns the value of a property, if it's an object with that property.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<Self> {
        self.property_text(name).map(Self::from_checked)
    }

    pub(crate) fn property_text(&self, name: &str) -> Option<&str> {
        let mut reader = Reader::new(self.get());
        let (mut is_first, mut found) = (true, None);
        if reader.enter(b'{') {
            while let Some(key) = reader.key(&mut is_first) {
                let text = reader.skip();
                if key == name {
                    found = Some(text);
                }
            }
        }
        found
    }

    /// Returns the text of a string property that has no escapes.
    pub(crate) fn plain_string(&self, name: &str) -> Option<&str> {
        let text = self.property_text(name)?.strip_prefix('"')?.strip_suffix('"')?;
        (!text.contains('\\')).then_some(text)
    }

    /// Parses the text as a value. The last of duplicate keys counts.
    ///
    /// # Errors
    ///
    /// Returns an error if a number is out of the range of an `f64`.
    pub fn to_value(&self) -> serde_json::Result<Value> {
        let mut error = None;
        let value = value(&mut Reader::new(self.get()), &mut error);
        error.map_or(Ok(value), Err)
    }

    /// Parses the text as a value, with null in place of numbers out of the range of an `f64`.
    pub(crate) fn to_value_lossy(&self) -> Value {
        value(&mut Reader::new(self.get()), &mut None)
    }

    /// Parses the text as a type.
    ///
    /// For [`Value`], use [`to_value`](Self::to_value) instead: some features of serde_json treat certain keys
    /// specially.
    ///
    /// # Errors
    ///
    /// Returns an error if the text isn't a `T`.
    pub fn parse<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(self.get())
    }
}

/// Parses valid JSON text. The reader has limited its nesting. Numbers out of range are null, and set the error.
fn value(reader: &mut Reader<'_>, error: &mut Option<serde_json::Error>) -> Value {
    let mut is_first = true;
    if reader.enter(b'{') {
        let mut object = Map::new();
        while let Some(key) = reader.key(&mut is_first) {
            object.insert(key.into_owned(), value(reader, error));
        }
        return object.into();
    }
    if reader.enter(b'[') {
        let mut array = Vec::new();
        while reader.next(&mut is_first, b']') {
            array.push(value(reader, error));
        }
        return array.into();
    }
    match reader.peek() {
        b'"' => reader.string().into(),
        b't' | b'f' => (reader.skip() == "true").into(),
        b'n' => {
            reader.skip();
            Value::Null
        }
        _ => match reader.number().parse::<Number>() {
            Ok(number) => number.into(),
            Err(problem) => {
                error.get_or_insert(problem);
                Value::Null
            }
        },
    }
}

/// Converts anything that converts to a [`Value`], such as a number or a map. Strings become JSON strings; they aren't
/// parsed.
impl<T: Into<Value>> From<T> for Json {
    fn from(value: T) -> Self {
        Self::from_checked(&value.into().to_string())
    }
}

/// Parses JSON text.
impl FromStr for Json {
    type Err = JsonError;

    fn from_str(text: &str) -> Result<Self, JsonError> {
        Self::from_json(text)
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.to_value().is_ok_and(|value| other.to_value().is_ok_and(|other| value == other))
    }
}

impl PartialEq<Value> for Json {
    fn eq(&self, other: &Value) -> bool {
        self.to_value().is_ok_and(|value| value == *other)
    }
}

/// Compares with a number, a boolean or a string.
macro_rules! equals {
    ($($type:ty),+) => {$(
        impl PartialEq<$type> for Json {
            fn eq(&self, other: &$type) -> bool {
                self.to_value().is_ok_and(|value| value == *other)
            }
        }
    )+};
}

equals! { i32, i64, u64, f64, bool, &str }

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.get())
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json({})", self.get())
    }
}

/// Accepts any value, including null.
impl Codec for Json {
    const EXPECTED: &'static str = "a JSON value";

    fn empty() -> Self {
        Self::null()
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Fit {
        *self = Self::from_checked(reader.skip());
        Fit::Same
    }

    fn write(&self, out: &mut Writer) {
        out.raw(self.get());
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(self.get(), serializer)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}
