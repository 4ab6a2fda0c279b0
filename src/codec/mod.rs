//! JSON in and out of the generated types, so that nothing is lost.
//!
//! Place in the flow: `types.rs` includes the generated types; each implements [`Wire`] (objects
//! also [`Object`]) in terms of this module, and from it serde's `Deserialize` through [`decode`]
//! and `Serialize` through [`Out`]. That code is written by
//! `codegen/generate/emit/{structs,enums,unions}.rs`. Neighbours: `values.rs` reads the standard
//! types, `fields.rs` takes an object apart, `raw.rs` takes a value as the text that it is, `out.rs`
//! puts an object together; `extra.rs` and `json.rs` are types of users for what the schema leaves open.
//!
//! Decoding is *total*: what does not fit a type is handed back as it was, never dropped and never
//! fatal. A property whose value does not fit lands in the `extra` of its object; an object that
//! lacks what its type cannot do without lands in the `Unknown` variant of its union. Only the
//! outermost value can fail to decode. `null` counts as absent for the properties that a type
//! names.
//!
//! Decoding is *direct*: a union reads its tag as the object streams past and goes straight into the
//! variant. What stands before the tag is passed over as text, and read from there as soon as the tag
//! has told its type. A value is written where it will stay, into a slot that its reader is given, so
//! that no large result is handed from function to function.

pub(crate) mod decode;
mod extra;
mod fields;
mod json;
mod out;
mod raw;
mod unknown;
mod values;

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::Serialize;
use serde_json::{Number, Value};

pub use extra::Extra;
pub(crate) use fields::{Fields, Untyped};
pub use json::Json;
pub(crate) use out::Out;
pub use unknown::UnknownValue;
pub(crate) use values::{Text, integer, read_word, to_value};

/// What came of reading one JSON value into a slot.
#[must_use]
pub(crate) enum Read {
    /// The value fits; it is in the slot.
    Known,
    /// The value is `null`; the slot is empty.
    Null,
    /// The value does not fit; here it is, whole, and the slot is empty.
    Other(Box<Value>),
}

impl Read {
    #[cold]
    pub(crate) fn other(value: impl Into<Value>) -> Self {
        Self::Other(Box::new(value.into()))
    }
}

/// A type that reads itself from JSON into an empty slot, with one method for each kind of JSON value.
///
/// The defaults hand the value back as [`Read::Other`]; a type overrides the kinds that it knows. One that
/// overrides [`read`](Self::read) overrides [`from_text`](Self::from_text) as well, which is also called
/// without it.
pub(crate) trait Wire: Sized {
    /// What a value must be to fit, for error messages.
    const EXPECTED: &'static str;

    fn from_bool(_slot: &mut Option<Self>, value: bool) -> Read {
        Read::other(value)
    }

    fn from_number(_slot: &mut Option<Self>, value: Number) -> Read {
        Read::other(value)
    }

    fn from_text(_slot: &mut Option<Self>, value: Cow<'_, str>) -> Read {
        Read::other(value.into_owned())
    }

    fn from_seq<'de, A: SeqAccess<'de>>(_slot: &mut Option<Self>, items: A) -> Result<Read, A::Error> {
        values::untyped_array(Vec::new(), items)
    }

    fn from_map<'de, A: MapAccess<'de>>(_slot: &mut Option<Self>, map: A) -> Result<Read, A::Error> {
        Fields::new(map).into_value().map(Read::other)
    }

    #[inline]
    fn read<'de, D: Deserializer<'de>>(slot: &mut Option<Self>, deserializer: D) -> Result<Read, D::Error> {
        deserializer.deserialize_any(Reader(slot))
    }
}

/// A generated struct: a [`Wire`] type that reads itself from the properties of an object.
pub(crate) trait Object: Wire + Serialize {
    fn from_fields<'de, A: MapAccess<'de>>(
        slot: &mut Option<Self>,
        fields: &mut Fields<'de, A>,
    ) -> Result<Read, A::Error>;
}

/// `Deserialize::deserialize` of every generated type.
#[inline]
pub(crate) fn decode<'de, T: Wire, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut slot = None;
    let read = T::read(&mut slot, deserializer)?;
    slot.ok_or_else(|| D::Error::custom(misfit(T::EXPECTED, &read)))
}

/// What a branch of a union reads, in the slot of the union.
#[inline]
pub(crate) fn wrap<T, U>(
    slot: &mut Option<U>,
    wrap: impl FnOnce(T) -> U,
    read: impl FnOnce(&mut Option<T>) -> Read,
) -> Read {
    let mut branch = None;
    let read = read(&mut branch);
    *slot = branch.map(wrap);
    read
}

/// [`wrap`] for what may fail.
#[inline]
pub(crate) fn try_wrap<T, U, E>(
    slot: &mut Option<U>,
    wrap: impl FnOnce(T) -> U,
    read: impl FnOnce(&mut Option<T>) -> Result<Read, E>,
) -> Result<Read, E> {
    let mut branch = None;
    let read = read(&mut branch)?;
    *slot = branch.map(wrap);
    Ok(read)
}

/// Says what was expected and what was found, without quoting its content.
#[cold]
fn misfit(expected: &str, read: &Read) -> String {
    let found = match read {
        Read::Known | Read::Null => "null".to_owned(),
        Read::Other(value) => describe(value),
    };
    format!("expected {expected}, found {found}")
}

fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "a boolean".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::String(_) => "a string".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(map) if map.is_empty() => "an empty object".to_owned(),
        Value::Object(map) => {
            let keys: Vec<_> = map.keys().take(8).map(|key| format!("`{key}`")).collect();
            let more = if map.len() > keys.len() { ", …" } else { "" };
            format!("an object with {}{more}", keys.join(", "))
        }
    }
}

/// The visitor, and the seed, that reads any JSON value into a slot.
struct Reader<'a, T>(&'a mut Option<T>);

impl<'de, T: Wire> DeserializeSeed<'de> for Reader<'_, T> {
    type Value = Read;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Read, D::Error> {
        T::read(self.0, deserializer)
    }
}

impl<'de, T: Wire> Visitor<'de> for Reader<'_, T> {
    type Value = Read;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(T::EXPECTED)
    }

    #[inline]
    fn visit_bool<E>(self, value: bool) -> Result<Read, E> {
        Ok(T::from_bool(self.0, value))
    }

    #[inline]
    fn visit_i64<E>(self, value: i64) -> Result<Read, E> {
        Ok(T::from_number(self.0, value.into()))
    }

    #[inline]
    fn visit_u64<E>(self, value: u64) -> Result<Read, E> {
        Ok(T::from_number(self.0, value.into()))
    }

    /// JSON has no infinity and no NaN; other formats' become null, as in `serde_json`.
    #[inline]
    fn visit_f64<E>(self, value: f64) -> Result<Read, E> {
        Ok(Number::from_f64(value).map_or(Read::Null, |value| T::from_number(self.0, value)))
    }

    #[inline]
    fn visit_str<E>(self, value: &str) -> Result<Read, E> {
        Ok(T::from_text(self.0, Cow::Borrowed(value)))
    }

    fn visit_string<E>(self, value: String) -> Result<Read, E> {
        Ok(T::from_text(self.0, Cow::Owned(value)))
    }

    #[inline]
    fn visit_unit<E>(self) -> Result<Read, E> {
        Ok(Read::Null)
    }

    fn visit_none<E>(self) -> Result<Read, E> {
        Ok(Read::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Read, D::Error> {
        T::read(self.0, deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Read, D::Error> {
        T::read(self.0, deserializer)
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Read, A::Error> {
        T::from_seq(self.0, items)
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Read, A::Error> {
        T::from_map(self.0, map)
    }
}
