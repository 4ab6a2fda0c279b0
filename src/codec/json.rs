//! JSON that the schema leaves open, such as the schema of a function's parameters: [`Json`].
//!
//! Place in the flow: the type of every property that admits any value. `raw.rs` takes the text,
//! `types.rs` hands the type out to users.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;

use super::fields::KeySeed;
use super::raw::{self, Raw};
use super::{Fields, Read, Wire};

/// Any JSON value, kept as the text that it came as: the order of its properties stays what it was, and
/// nobody pays for reading it who does not ask. `serde_json` writes that text as it is, down to the last
/// digit, unless it is to fit what is around it: indented, or on one line where the text has several. Then,
/// and in other formats, its numbers are what `i64`, `u64` or `f64` hold of them.
///
/// It is made from a [`Value`], which cannot fail, or parsed from text. Two are equal if their texts or
/// their values are.
#[derive(Clone)]
pub struct Json(Box<str>);

impl Json {
    /// Returns the JSON text.
    #[must_use]
    pub fn get(&self) -> &str {
        &self.0
    }

    /// The string that it is, if it is one, without its quotes and escapes.
    #[must_use]
    pub fn string(&self) -> Option<Cow<'_, str>> {
        raw::string(&Cow::Borrowed(&self.0))
    }

    /// The text read as a value.
    ///
    /// # Errors
    ///
    /// What came from elsewhere may have a number that no `f64` holds.
    pub fn to_value(&self) -> serde_json::Result<Value> {
        self.parse()
    }

    /// The text read as a type.
    ///
    /// # Errors
    ///
    /// If the text is not one of a `T`.
    pub fn parse<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(&self.0)
    }
}

/// What makes a [`Value`]: one itself, a number, a map. A string is a JSON string and not JSON text, which is parsed.
impl<T: Into<Value>> From<T> for Json {
    fn from(value: T) -> Self {
        Self(value.into().to_string().into())
    }
}

/// The text as it is, if it is JSON.
impl FromStr for Json {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> serde_json::Result<Self> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let json = Self::deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(json)
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

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json({})", self.0)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Raw.deserialize(deserializer)?;
        raw::limit_depth(&text)?;
        Ok(Self(text.into()))
    }
}

/// Any value fits, `null` as well.
impl Wire for Json {
    const EXPECTED: &'static str = "a JSON value";

    fn from_map<'de, A: MapAccess<'de>>(slot: &mut Option<Self>, map: A) -> Result<Read, A::Error> {
        *slot = Some(Self::from(Fields::new(map).into_value()?));
        Ok(Read::Known)
    }

    fn from_text(slot: &mut Option<Self>, value: Cow<'_, str>) -> Read {
        *slot = Some(Self::from(value));
        Read::Known
    }

    fn read<'de, D: Deserializer<'de>>(slot: &mut Option<Self>, deserializer: D) -> Result<Read, D::Error> {
        *slot = Some(Self::deserialize(deserializer)?);
        Ok(Read::Known)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if raw::is_taken_by::<S>() && !has_lines(&self.0) {
            return raw::Verbatim(&self.0).serialize(serializer);
        }
        Rest::new(&mut serde_json::Deserializer::from_str(&self.0)).serialize(serializer)
    }
}

/// Whether it has several lines. To the end even where one is found, because that is quicker in those that are one line.
fn has_lines(text: &str) -> bool {
    text.bytes().fold(0, |found, byte| found | u8::from(matches!(byte, b'\n' | b'\r'))) != 0
}

/// A value that is written as it is read, so that it comes out right in every format and form.
struct Rest<D>(Cell<Option<D>>);

impl<D> Rest<D> {
    fn new(deserializer: D) -> Self {
        Self(Cell::new(Some(deserializer)))
    }
}

impl<'de, D: Deserializer<'de>> Serialize for Rest<D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.take() {
            Some(deserializer) => deserializer.deserialize_any(Writer(serializer)).map_err(S::Error::custom)?,
            None => Err(S::Error::custom("a value is written once")),
        }
    }
}

/// Writes what it visits. What fails in writing is its value, and what fails in reading its error.
struct Writer<S>(S);

impl<'de, S: Serializer> Visitor<'de> for Writer<S> {
    type Value = Result<S::Ok, S::Error>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(Json::EXPECTED)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(self.0.serialize_bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(self.0.serialize_i64(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(self.0.serialize_u64(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(self.0.serialize_f64(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(self.0.serialize_str(value))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(self.0.serialize_unit())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut out = match self.0.serialize_seq(None) {
            Ok(out) => out,
            Err(error) => return Ok(Err(error)),
        };
        while let Some(written) = items.next_element_seed(Element(&mut out))? {
            if let Err(error) = written {
                return Ok(Err(error));
            }
        }
        Ok(out.end())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut out = match self.0.serialize_map(None) {
            Ok(out) => out,
            Err(error) => return Ok(Err(error)),
        };
        while let Some(key) = map.next_key_seed(KeySeed)? {
            if let Err(error) = map.next_value_seed(Entry(&key, &mut out))? {
                return Ok(Err(error));
            }
        }
        Ok(out.end())
    }
}

/// Writes an element of an array.
struct Element<'a, S>(&'a mut S);

impl<'de, S: SerializeSeq> DeserializeSeed<'de> for Element<'_, S> {
    type Value = Result<(), S::Error>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        Ok(self.0.serialize_element(&Rest::new(deserializer)))
    }
}

/// Writes a property of an object.
struct Entry<'a, S>(&'a str, &'a mut S);

impl<'de, S: SerializeMap> DeserializeSeed<'de> for Entry<'_, S> {
    type Value = Result<(), S::Error>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        Ok(self.1.serialize_entry(self.0, &Rest::new(deserializer)))
    }
}
