//! serde's traits for the generated types. They go through JSON text.
//!
//! Only serde_json's deserializers give access to the text. For others, each value is converted to text.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

pub(crate) use super::decode::JsonText;
use super::decode::decode;
use super::exact;
use super::reader::Reader;
use super::traits::Codec;
use super::transcriber::{StringSeed, Transcriber};
use super::writer::Writer;

/// The struct name that requests text from serde_json's deserializers. Others ignore it.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// Implements the codec, the common methods and the traits of a struct.
///
/// Takes its constants, and the number, field, key and [`Kind`](super::object::Kind) of its other properties.
macro_rules! object {
    ($name:ident { $($key:literal = $value:literal)* } $($index:literal $field:ident $name_of_field:literal $kind:ident)*) => {
        impl $name {
            /// Sets an unknown property.
            #[must_use]
            pub fn extra(mut self, name: impl Into<String>, value: impl Into<Json>) -> Self {
                self.extra.insert(name, value);
                self
            }
        }

        impl codec::Object for $name {
            fn empty() -> Self {
                Self { $($field: codec::empty(),)* extra: Extra::new() }
            }

            fn properties(&self) -> &'static codec::Properties {
                static PROPERTIES: codec::Properties = codec::Properties::new(&[
                    $(codec::Property { key: concat!(",\"", $key, "\":"), kind: codec::Kind::Constant($value) },)*
                    $(codec::Property { key: concat!(",\"", $name_of_field, "\":"), kind: codec::Kind::$kind },)*
                ]);
                &PROPERTIES
            }

            fn field(&self, index: usize) -> Option<&dyn codec::Field> {
                match index {
                    $($index => Some(&self.$field),)*
                    _ => None,
                }
            }

            fn field_mut(&mut self, index: usize) -> Option<&mut dyn codec::Field> {
                match index {
                    $($index => Some(&mut self.$field),)*
                    _ => None,
                }
            }

            fn extra(&self) -> &Extra {
                &self.extra
            }

            fn extra_mut(&mut self) -> &mut Extra {
                &mut self.extra
            }
        }

        impl codec::Codec for $name {
            const EXPECTED: &'static str = "an object";
            const LONE: &'static [u8] = b"{";

            fn empty() -> Self {
                codec::Object::empty()
            }

            fn read(&mut self, reader: &mut codec::Reader<'_>) -> codec::Fit {
                codec::read_object(self, reader)
            }

            fn write(&self, out: &mut codec::Writer) {
                codec::write_object(self, out);
            }
        }

        codec::union!($name);
    };
}

/// Implements the common traits of string enums, for one with `as_str` and `From<&str>`.
macro_rules! open_enum {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.as_str().to_owned()
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }

        impl From<String> for $name {
            fn from(value: String) -> Self {
                Self::from(value.as_str())
            }
        }

        impl FromStr for $name {
            type Err = Infallible;

            fn from_str(value: &str) -> Result<Self, Infallible> {
                Ok(Self::from(value))
            }
        }

        impl codec::Codec for $name {
            const EXPECTED: &'static str = "a string";

            fn empty() -> Self {
                Self::from("")
            }

            fn read(&mut self, reader: &mut codec::Reader<'_>) -> codec::Fit {
                reader.read_string(&mut |text: &str| *self = Self::from(text))
            }

            fn write(&self, out: &mut codec::Writer) {
                out.string(self.as_str());
            }
        }

        codec::union!($name);
    };
}

/// Implements serde's traits for a [`codec::Codec`](super::traits::Codec) type.
macro_rules! union {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                codec::serialize(&codec::JsonText::to_json(self), serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                codec::deserialize(deserializer)
            }
        }
    };
}
pub(crate) use {object, open_enum, union};

/// Decodes the next value of a deserializer.
pub(crate) fn deserialize<'de, T: Codec, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let text = deserializer.deserialize_newtype_struct(RAW_VALUE, TextVisitor)?;
    decode(&text).map(|(value, _)| value).map_err(D::Error::custom)
}

/// Converts any value to JSON text.
struct TextVisitor;

impl TextVisitor {
    fn write<'de, E>(write: impl FnOnce(Transcriber<'_>) -> Result<(), E>) -> Result<Cow<'de, str>, E> {
        let mut out = Writer::new();
        write(Transcriber { out: &mut out, depth: 0 })?;
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
        Self::write(|transcriber| deserializer.deserialize_any(transcriber))
    }

    /// serde_json returns the text as the value of the requested name.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        match map.next_key_seed(StringSeed)? {
            Some(key) if key == RAW_VALUE => map.next_value_seed(StringSeed),
            key => Self::write(|transcriber| transcriber.map(key, map)),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        Self::write(|transcriber| transcriber.visit_seq(items))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Self::Value, E> {
        Self::write(|transcriber| transcriber.visit_str(value))
    }
}

/// Writes valid JSON text to a serializer.
pub(crate) fn serialize<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    Values(RefCell::new(Reader::new(text))).serialize(serializer)
}

/// The next value of a reader. Serialize it once.
struct Values<'a>(RefCell<Reader<'a>>);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut reader = self.0.borrow_mut();
        let mut is_first = true;
        match reader.peek() {
            b'{' => {
                reader.enter(b'{');
                drop(reader);
                let mut out = serializer.serialize_map(None)?;
                loop {
                    let Some(key) = self.0.borrow_mut().key(&mut is_first) else { break };
                    out.serialize_entry(&key, self)?;
                }
                out.end()
            }
            b'[' => {
                reader.enter(b'[');
                drop(reader);
                let mut out = serializer.serialize_seq(None)?;
                while self.0.borrow_mut().next(&mut is_first, b']') {
                    out.serialize_element(self)?;
                }
                out.end()
            }
            b'"' => {
                let start = reader.position();
                let text = reader.string();
                if reader.is_lossy() {
                    return exact::serialize(reader.since(start), serializer);
                }
                serializer.serialize_str(&text)
            }
            b't' | b'f' => serializer.serialize_bool(reader.skip() == "true"),
            b'n' => {
                reader.skip();
                serializer.serialize_unit()
            }
            _ => number(reader.number(), serializer),
        }
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
        _ => exact::serialize(text, serializer),
    }
}
