//! Converts any deserializer's value to JSON text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::reader::{MAX_DEPTH, Reader};
use super::writer::Writer;

/// The key of the map that represents a number, if serde_json has the feature `arbitrary_precision`.
const NUMBER: &str = "$serde_json::private::Number";

/// Deserializes a string unchanged.
pub(super) struct StringSeed;

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

/// Writes any value as JSON text. Keys have no special meaning, except in a map that represents a number.
pub(super) struct Transcoder<'a> {
    pub(super) out: &'a mut Writer,
    pub(super) depth: usize,
}

impl Transcoder<'_> {
    pub(super) fn inner<E: serde::de::Error>(&mut self) -> Result<Transcoder<'_>, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom("recursion limit exceeded"));
        }
        Ok(Transcoder { out: self.out, depth: self.depth + 1 })
    }

    /// Writes a map after its first key.
    pub(super) fn map<'de, A: MapAccess<'de>>(self, key: Option<Cow<'de, str>>, mut map: A) -> Result<(), A::Error> {
        let Some(mut key) = key else {
            self.out.raw("{}");
            return Ok(());
        };
        let mut object = Writer::new();
        object.raw("{");
        let mut is_number = key == NUMBER;
        loop {
            object.key(&key);
            map.next_value_seed(Transcoder { out: &mut object, depth: self.depth }.inner()?)?;
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

/// Returns the number a map with one property represents.
fn number_in(object: &str) -> Option<&str> {
    let number = object.rsplit_once(":\"")?.1.strip_suffix("\"}")?;
    let mut reader = Reader::new(number);
    (matches!(reader.peek(), b'-' | b'0'..=b'9') && reader.number() == number && reader.finish().is_ok())
        .then_some(number)
}

impl<'de> DeserializeSeed<'de> for Transcoder<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Transcoder<'_> {
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
