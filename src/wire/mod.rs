//! JSON in and out of the generated types, so that nothing is lost.
//!
//! Place in the flow: `types.rs` includes the generated types; each implements [`Wire`] (objects
//! also [`Object`]) in terms of this module, and from it serde's `Deserialize` through [`decode`]
//! and `Serialize` through [`Out`]. That code is written by
//! `codegen/generate/emit/{records,enums,unions}.rs`. Neighbours: `values.rs` reads the standard
//! types, `fields.rs` takes an object apart, `out.rs` puts it together.
//!
//! Decoding is *total*: what does not fit a type is handed back as it was, never dropped and never
//! fatal. A property whose value does not fit lands in the `extra` of its object; an object that
//! lacks what its type cannot do without lands in the `Unknown` variant of its union. Only the
//! outermost value can fail to decode. `null` counts as absent for the properties that a type
//! names. Decoding makes one pass: a union reads its tag as the object streams past and goes
//! straight into the variant; only what stood before the tag is held back for a moment.

mod fields;
mod out;
mod values;

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::Serialize;
use serde_json::{Number, Value};

pub(crate) use fields::{Fields, Untyped};
pub(crate) use out::Out;

/// What came of reading one JSON value as a `T`.
pub(crate) enum Read<T> {
    /// The value fits.
    Known(T),
    /// The value is `null`.
    Null,
    /// The value does not fit; here it is, whole.
    Other(Value),
}

impl<T> Read<T> {
    /// The same for a type that wraps `T`.
    pub(crate) fn map<U>(self, wrap: impl FnOnce(T) -> U) -> Read<U> {
        match self {
            Self::Known(value) => Read::Known(wrap(value)),
            Self::Null => Read::Null,
            Self::Other(value) => Read::Other(value),
        }
    }

    /// The variant of a union: `known` where the value fits, else `unknown` with the whole of it.
    pub(crate) fn either<U>(self, known: impl FnOnce(T) -> U, unknown: impl FnOnce(Value) -> U) -> Read<U> {
        match self {
            Self::Known(value) => Read::Known(known(value)),
            Self::Null => Read::Null,
            Self::Other(value) => Read::Known(unknown(value)),
        }
    }
}

/// A type that reads itself from JSON, with one method for each kind of JSON value.
///
/// The defaults hand the value back as [`Read::Other`]; a type overrides the kinds that it knows.
pub(crate) trait Wire<'de>: Sized {
    /// What a value must be to fit, for error messages.
    const EXPECTED: &'static str;

    fn from_bool(value: bool) -> Read<Self> {
        Read::Other(Value::Bool(value))
    }

    fn from_number(value: Number) -> Read<Self> {
        Read::Other(Value::Number(value))
    }

    fn from_text(value: Cow<'_, str>) -> Read<Self> {
        Read::Other(Value::String(value.into_owned()))
    }

    /// For the few types that can borrow from the input.
    fn from_borrowed(value: &'de str) -> Read<Self> {
        Self::from_text(Cow::Borrowed(value))
    }

    fn from_seq<A: SeqAccess<'de>>(items: A) -> Result<Read<Self>, A::Error> {
        values::untyped_array(Vec::new(), items)
    }

    fn from_map<A: MapAccess<'de>>(map: A) -> Result<Read<Self>, A::Error> {
        Fields::new(map).into_value().map(Read::Other)
    }

    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Read<Self>, D::Error> {
        deserializer.deserialize_any(Reader::new())
    }
}

/// A generated struct: a [`Wire`] type that reads itself from the properties of an object.
pub(crate) trait Object<'de>: Wire<'de> + Serialize {
    fn from_fields<A: MapAccess<'de>>(fields: &mut Fields<'de, A>) -> Result<Read<Self>, A::Error>;
}

/// `Deserialize::deserialize` of every generated type.
pub(crate) fn decode<'de, T: Wire<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let found = match T::read(deserializer)? {
        Read::Known(value) => return Ok(value),
        Read::Null => "null".to_owned(),
        Read::Other(value) => describe(&value),
    };
    Err(D::Error::custom(format_args!("expected {}, found {found}", T::EXPECTED)))
}

/// Names a value for an error message without quoting its content.
#[cold]
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

/// The visitor, and the seed, that reads any JSON value as a `T`.
struct Reader<T>(PhantomData<T>);

impl<T> Reader<T> {
    const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Wire<'de>> DeserializeSeed<'de> for Reader<T> {
    type Value = Read<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        T::read(deserializer)
    }
}

impl<'de, T: Wire<'de>> Visitor<'de> for Reader<T> {
    type Value = Read<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(T::EXPECTED)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(T::from_bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(T::from_number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(T::from_number(value.into()))
    }

    /// JSON has no infinity and no NaN; other formats' become null, as in `serde_json`.
    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Number::from_f64(value).map_or(Read::Null, T::from_number))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(T::from_borrowed(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(T::from_text(Cow::Borrowed(value)))
    }

    fn visit_string<E>(self, value: String) -> Result<Self::Value, E> {
        Ok(T::from_text(Cow::Owned(value)))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Read::Null)
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Read::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        T::read(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        T::read(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        T::from_seq(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::from_map(map)
    }
}
