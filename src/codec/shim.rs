//! serde's traits for the generated types: the JSON text is taken out of any deserializer, and put into any serializer.
//!
//! Only serde_json's deserializers hand out text as such; from others, it's written down value by value.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

pub(crate) use super::decode::JsonText;
use super::decode::decode;
use super::exact;
use super::reader::{MAX_DEPTH, Reader};
use super::wire::Wire;
use super::writer::Writer;

/// The name by which serde_json's deserializers are asked for text. Others take it for the name of any type.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// The only key of the map that a number is handed out as, if serde_json has the feature `arbitrary_precision`.
const NUMBER: &str = "$serde_json::private::Number";

/// Implements all that structs have in common for one that's an [`Object`](super::object::Object).
macro_rules! object {
    ($name:ident) => {
        impl $name {
            /// Sets an unknown property.
            #[must_use]
            pub fn extra(mut self, name: impl Into<String>, value: impl Into<Json>) -> Self {
                self.extra.insert(name, value);
                self
            }
        }

        impl codec::HasExtra for $name {
            fn extra(&mut self) -> &mut Extra {
                &mut self.extra
            }
        }

        impl Wire for $name {
            const EXPECTED: &'static str = "an object";
            const LONE: &'static [u8] = b"{";

            fn empty() -> Self {
                Object::empty()
            }

            fn read(&mut self, reader: &mut Reader<'_>) -> Fit {
                codec::read_object(self, reader)
            }

            fn write(&self, out: &mut Writer) {
                Object::write(self, out);
            }
        }

        codec::union!($name);
    };
}

/// Implements all that string enums have in common for one that has `as_str` and `From<&str>`.
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

            fn from_str(value: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(value))
            }
        }

        impl Wire for $name {
            const EXPECTED: &'static str = "a string";

            fn empty() -> Self {
                Self::from("")
            }

            fn read(&mut self, reader: &mut Reader<'_>) -> Fit {
                reader.read_string(&mut |text: &str| *self = Self::from(text))
            }

            fn write(&self, out: &mut Writer) {
                out.string(self.as_str());
            }
        }

        codec::union!($name);
    };
}

/// Implements serde's traits for a type that reads and writes itself.
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
pub(crate) fn deserialize<'de, T: Wire, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let text = deserializer.deserialize_newtype_struct(RAW_VALUE, TextVisitor)?;
    decode(&text).map(|(value, _)| value).map_err(D::Error::custom)
}

/// Takes any value as its JSON text.
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

    /// serde_json's: the text is the value of the name that it was asked by.
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

/// Takes a string as it is.
struct StringSeed;

impl<'de> DeserializeSeed<'de> for StringSeed {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for StringSeed {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value))
    }
}

/// Writes any value down as JSON text. No key has a meaning, except where a number comes as a map.
struct Transcriber<'a> {
    out: &'a mut Writer,
    depth: usize,
}

impl Transcriber<'_> {
    fn inner<E: serde::de::Error>(&mut self) -> Result<Transcriber<'_>, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom("recursion limit exceeded"));
        }
        Ok(Transcriber { out: self.out, depth: self.depth + 1 })
    }

    /// Writes a map whose first key has been read.
    fn map<'de, A: MapAccess<'de>>(self, key: Option<Cow<'de, str>>, mut map: A) -> Result<(), A::Error> {
        let Some(mut key) = key else {
            self.out.raw("{}");
            return Ok(());
        };
        let mut object = Writer::new();
        object.raw("{");
        let mut is_number = key == NUMBER;
        loop {
            object.key(&key);
            map.next_value_seed(Transcriber { out: &mut object, depth: self.depth }.inner()?)?;
            match map.next_key_seed(StringSeed)? {
                Some(next) => (key, is_number) = (next, false),
                None => break,
            }
        }
        object.raw("}");
        let object = object.finish();
        match is_number.then(|| number_in(&object)).flatten() {
            Some(number) => self.out.raw(number),
            None => self.out.raw(&object),
        }
        Ok(())
    }
}

/// Returns the number that an object with one property has as a string.
fn number_in(object: &str) -> Option<&str> {
    let number = object.rsplit_once(":\"")?.1.strip_suffix("\"}")?;
    let mut reader = Reader::new(number);
    (matches!(reader.peek(), b'-' | b'0'..=b'9') && reader.number() == number && reader.finish().is_ok())
        .then_some(number)
}

impl<'de> DeserializeSeed<'de> for Transcriber<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Transcriber<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.out.raw(if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.out.integer(value);
        Ok(())
    }

    fn visit_i128<E>(self, value: i128) -> Result<(), E> {
        self.out.integer(value);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.out.integer(value);
        Ok(())
    }

    fn visit_u128<E>(self, value: u128) -> Result<(), E> {
        self.out.integer(value);
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.out.float(value);
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.out.string(value);
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.out.raw("null");
        Ok(())
    }

    fn visit_none<E>(self) -> Result<(), E> {
        self.out.raw("null");
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        self.out.raw("[");
        loop {
            let length = self.out.len();
            self.out.comma();
            if items.next_element_seed(self.inner()?)?.is_none() {
                self.out.truncate(length);
                break;
            }
        }
        self.out.raw("]");
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let key = map.next_key_seed(StringSeed)?;
        self.map(key, map)
    }
}

/// Writes JSON text that has been checked into a serializer.
pub(crate) fn serialize<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    Values(RefCell::new(Reader::new(text))).serialize(serializer)
}

/// The next value of a reader, to be written once.
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
    /// So many digits come back from a float as they were.
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
