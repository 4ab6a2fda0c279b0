//! serde's traits for the generated types. They go through JSON text.
//!
//! Only serde_json's deserializers give access to the text. For others, each value is converted to text.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::decode::JsonText;
use super::raw;
use super::reader::Reader;
use super::traits::Codec;
use super::transcode::{StringSeed, Transcoder};
use super::writer::Writer;

/// The struct name that requests text from serde_json's deserializers. Others ignore it.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// Decodes the next value of a deserializer.
pub(crate) fn deserialize<'de, T: Codec, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let text = deserializer.deserialize_newtype_struct(RAW_VALUE, TextVisitor)?;
    T::from_json(&text).map_err(D::Error::custom)
}

/// Converts any value to JSON text.
struct TextVisitor;

impl TextVisitor {
    fn write<'de, E>(write: impl FnOnce(Transcoder<'_>) -> Result<(), E>) -> Result<Cow<'de, str>, E> {
        let mut out = Writer::new();
        write(Transcoder { out: &mut out, depth: 0 })?;
        Ok(Cow::Owned(out.finish()))
    }
}

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    /// A deserializer other than serde_json's.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        Self::write(|transcoder| deserializer.deserialize_any(transcoder))
    }

    /// serde_json returns the text as the value of the requested name.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        match map.next_key_seed(StringSeed)? {
            Some(key) if key == RAW_VALUE => map.next_value_seed(StringSeed),
            key => Self::write(|transcoder| transcoder.map(key, map)),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        Self::write(|transcoder| transcoder.visit_seq(items))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Self::Value, E> {
        Self::write(|transcoder| transcoder.visit_str(value))
    }
}

/// Writes valid JSON text to a serializer.
pub(crate) fn serialize<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    Next::of(&Reader::new(text)).serialize(serializer)
}

/// The next value of a reader. Serializers may ask for it more than once, or not at all.
struct Next<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    /// The end of the value, once it's known.
    end: Cell<Option<usize>>,
}

impl<'a> Next<'a> {
    fn of(reader: &Reader<'a>) -> Self {
        Self { text: reader.text, at: reader.at, depth: reader.depth, end: Cell::new(None) }
    }

    fn pass(&self, reader: &mut Reader<'_>) {
        match self.end.get() {
            Some(end) => reader.at = end,
            None => drop(reader.skip()),
        }
    }
}

impl Serialize for Next<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut reader = Reader::new(self.text);
        (reader.at, reader.depth) = (self.at, self.depth);
        let mut is_first = true;
        let start = reader.position();
        let written = match reader.peek() {
            b'{' => {
                reader.enter(b'{');
                let mut out = serializer.serialize_map(None)?;
                while let Some(key) = reader.key(&mut is_first) {
                    let value = Next::of(&reader);
                    out.serialize_entry(&key, &value)?;
                    value.pass(&mut reader);
                }
                out.end()
            }
            b'[' => {
                reader.enter(b'[');
                let mut out = serializer.serialize_seq(None)?;
                while reader.next(&mut is_first, b']') {
                    let element = Next::of(&reader);
                    out.serialize_element(&element)?;
                    element.pass(&mut reader);
                }
                out.end()
            }
            b'"' => match reader.string() {
                _ if reader.is_lossy => raw::serialize(reader.since(start), serializer),
                text => serializer.serialize_str(&text),
            },
            b't' | b'f' => serializer.serialize_bool(reader.skip() == "true"),
            b'n' => {
                reader.skip();
                serializer.serialize_unit()
            }
            _ => number(reader.number(), serializer),
        };
        self.end.set(Some(reader.at));
        written
    }
}

fn number<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    /// Decimal digits that survive a round-trip through a float.
    const DIGITS: usize = 17;
    if text != "-0" {
        if let Ok(value) = text.parse::<i64>() {
            return serializer.serialize_i64(value);
        }
        if let Ok(value) = text.parse::<u64>() {
            return serializer.serialize_u64(value);
        }
    }
    let digits = text.split(['e', 'E']).next().unwrap_or_default().bytes().filter(u8::is_ascii_digit);
    let digits = digits.skip_while(|digit| *digit == b'0').count();
    match text.parse::<f64>() {
        Ok(value) if digits <= DIGITS && value.is_finite() && (value != 0.0 || digits == 0) && text != "-0" => {
            serializer.serialize_f64(value)
        }
        _ => raw::serialize(text, serializer),
    }
}
