//! A JSON value as the text that it is, for what cannot be typed yet: properties before the tag of a union.
//!
//! Place in the flow: `fields.rs` takes what stands before a tag as [`Raw`], and reads it with [`read`]
//! once the tag has told the type. serde_json hands out the text of a value, checked and borrowed where
//! the input is in memory, to whoever asks as its `RawValue` does (its feature `raw_value`). That is a
//! good deal faster than a `Value`, and leaves nothing behind. Any other deserializer takes the
//! question for a newtype and gives the value, which is then written down: slower, and the same.
//! `json.rs` keeps such a text, and gives it back to serde_json as a [`Verbatim`].

use std::any::type_name;
use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::Value;

use super::fields::KeySeed;
use super::{Read, Wire};

/// The name by which serde_json knows its `RawValue`.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// How deeply a value may be nested, as serde_json has it. A text is read by a deserializer of its own,
/// which would begin to count at none.
const DEPTH_LIMIT: usize = 127;

/// Reads a text as a `T`.
#[inline]
pub(super) fn read<T: Wire, E: Error>(slot: &mut Option<T>, text: &str) -> Result<Read, E> {
    if let Some(string) = plain(text) {
        return Ok(T::from_text(slot, Cow::Borrowed(string)));
    }
    T::read(slot, &mut serde_json::Deserializer::from_str(text)).map_err(E::custom)
}

/// Reads a text as it is.
pub(super) fn value<E: Error>(text: &str) -> Result<Value, E> {
    serde_json::from_str(text).map_err(E::custom)
}

/// The string that a text is, if it is one without escapes, as nearly all are.
#[inline]
fn plain(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    // To the end even where one was found, because that is quicker in nearly all.
    let escapes = inner.bytes().fold(0, |found, byte| found | u8::from(byte == b'\\'));
    (escapes == 0).then_some(inner)
}

/// The string that a text is, if it is one.
#[inline]
pub(super) fn string<'de>(text: &Cow<'de, str>) -> Option<Cow<'de, str>> {
    match text {
        Cow::Borrowed(text) => match plain(text) {
            Some(string) => Some(Cow::Borrowed(string)),
            None => escaped(text),
        },
        Cow::Owned(text) => escaped(text),
    }
}

#[cold]
fn escaped<'de>(text: &str) -> Option<Cow<'de, str>> {
    serde_json::from_str(text).ok().map(Cow::Owned)
}

/// Whether the serializer is one that takes text as it is and keeps it: that of serde_json which does not indent.
///
/// A serializer cannot be asked that, but its type has a name. One that is not known by it gets the value.
pub(super) fn is_taken_by<S>() -> bool {
    /// Without its feature `raw_value`, serde_json takes the name for that of any struct.
    static HAS_FEATURE: LazyLock<bool> =
        LazyLock::new(|| serde_json::to_string(&Verbatim("1")).is_ok_and(|written| written == "1"));

    let arguments = type_name::<S>().strip_prefix("&mut serde_json::ser::Serializer<");
    // A formatter other than the default is a second argument; the default may be left out.
    let is_compact = |list: &str| !list.contains(',') || list.ends_with(", serde_json::ser::CompactFormatter>");
    arguments.is_some_and(is_compact) && *HAS_FEATURE
}

/// JSON text that is written as it is, as serde_json's `RawValue` is.
pub(super) struct Verbatim<'a>(pub(super) &'a str);

impl Serialize for Verbatim<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct(RAW_VALUE, 1)?;
        object.serialize_field(RAW_VALUE, self.0)?;
        object.end()
    }
}

/// The seed, and the visitor, that takes any value as its text.
pub(super) struct Raw;

impl<'de> DeserializeSeed<'de> for Raw {
    type Value = Cow<'de, str>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_newtype_struct(RAW_VALUE, self)
    }
}

/// Refuses a text that is nested more deeply than serde_json's own limit.
pub(super) fn limit_depth<E: Error>(text: &str) -> Result<(), E> {
    if is_too_deep(text) { Err(E::custom("recursion limit exceeded")) } else { Ok(()) }
}

/// A text with no more brackets than the limit cannot be too deep, and most have no more; only in those that
/// have are they matched.
fn is_too_deep(text: &str) -> bool {
    let is_container = text.starts_with(['{', '[']);
    is_container && text.len() > DEPTH_LIMIT && openings(text) > DEPTH_LIMIT && depth(text) > DEPTH_LIMIT
}

fn openings(text: &str) -> usize {
    // `[` and `{` are this bit apart, and nothing else is. In portions that a byte can count, because that is quick.
    let portion = |bytes: &[u8]| -> u8 { bytes.iter().map(|byte| u8::from(byte | 0x20 == b'{')).sum() };
    text.as_bytes().chunks(255).map(|bytes| usize::from(portion(bytes))).sum()
}

fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string) = (0_usize, 0, false);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if in_string => drop(bytes.next()),
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

impl<'de> Visitor<'de> for Raw {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    /// serde_json gives the text in an object, under the name by which it was asked.
    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cow<'de, str>, A::Error> {
        match map.next_key_seed(KeySeed)? {
            Some(key) if key == RAW_VALUE => map.next_value_seed(KeySeed),
            None => Ok(written(Value::Object(serde_json::Map::new()))),
            Some(key) => {
                let first = map.next_value()?;
                let mut object = serde_json::Map::deserialize(MapAccessDeserializer::new(map))?;
                object.entry(key).or_insert(first);
                Ok(written(Value::Object(object)))
            }
        }
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        Ok(written(Value::deserialize(deserializer)?))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        Ok(written(Value::deserialize(deserializer)?))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Cow<'de, str>, A::Error> {
        Ok(written(Value::deserialize(SeqAccessDeserializer::new(items))?))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Cow<'de, str>, E> {
        Ok(written(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Cow<'de, str>, E> {
        Ok(written(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Cow<'de, str>, E> {
        Ok(written(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Cow<'de, str>, E> {
        Ok(written(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Cow<'de, str>, E> {
        Ok(written(value))
    }

    fn visit_unit<E>(self) -> Result<Cow<'de, str>, E> {
        Ok(written(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Cow<'de, str>, E> {
        Ok(written(Value::Null))
    }
}

/// The text of a value that came as such.
#[cold]
fn written<'de>(value: impl Into<Value>) -> Cow<'de, str> {
    Cow::Owned(value.into().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_depth_is_that_of_brackets_outside_of_strings() {
        assert_eq!(depth(r#"{"a": [[], "[[[\"[{"], "b": {}}"#), 3);
        assert_eq!(openings(r#"{"a": [[], "[[[\"[{"], "b": {}}"#), 9);
    }

    #[test]
    fn serde_json_hands_out_texts_as_they_are() {
        let text = "[1.0, {\"a\" :\t-0}]";
        let mut deserializer = serde_json::Deserializer::from_str(text);
        assert!(matches!(Raw.deserialize(&mut deserializer), Ok(Cow::Borrowed(raw)) if raw == text));
        let mut deserializer = serde_json::Deserializer::from_reader(text.as_bytes());
        assert!(matches!(Raw.deserialize(&mut deserializer), Ok(Cow::Owned(raw)) if raw == text));
    }
}
