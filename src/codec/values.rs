//! How the standard types read themselves: [`Wire`] for scalars, boxes, arrays and maps.
//!
//! Place in the flow: the generated structs' properties are of these types. An array or a map with
//! one value that does not fit is handed back whole, so that its object keeps it as it was.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess};
use serde::ser::Serialize;
use serde_json::{Number, Value};

use super::{Fields, Read, Reader, Wire};

impl Wire for bool {
    const EXPECTED: &'static str = "a boolean";

    #[inline]
    fn from_bool(slot: &mut Option<Self>, value: bool) -> Read {
        *slot = Some(value);
        Read::Known
    }
}

impl Wire for i64 {
    const EXPECTED: &'static str = "an integer";

    /// A float without a fraction is the integer that it equals.
    #[inline]
    fn from_number(slot: &mut Option<Self>, value: Number) -> Read {
        *slot = value.as_i64().or_else(|| value.as_f64().and_then(whole));
        if slot.is_some() { Read::Known } else { Read::other(value) }
    }
}

impl Wire for f64 {
    const EXPECTED: &'static str = "a number";

    /// An integer that no float equals is handed back.
    #[inline]
    fn from_number(slot: &mut Option<Self>, value: Number) -> Read {
        *slot = value.as_f64().filter(|float| value.is_f64() || whole(*float).is_some());
        if slot.is_some() { Read::Known } else { Read::other(value) }
    }
}

/// Returns an integer of any type as the one that the types hold. Beyond its range it's `i64::MAX`.
#[inline]
pub(crate) fn integer(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

/// The integer that a float equals, within the range where every integer is a float.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
fn whole(value: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_991.0;
    (value.fract() == 0.0 && value.abs() <= EXACT).then_some(value as i64)
}

impl Wire for String {
    const EXPECTED: &'static str = "a string";

    #[inline]
    fn from_text(slot: &mut Option<Self>, value: Cow<'_, str>) -> Read {
        *slot = Some(value.into_owned());
        Read::Known
    }
}

/// Reads a string as what is made of it: one reader for all open enums, so that none is compiled for each.
pub(crate) fn read_word<'de, D: Deserializer<'de>>(
    deserializer: D,
    make: &mut dyn FnMut(&str),
) -> Result<Read, D::Error> {
    deserializer.deserialize_any(Reader(&mut Some(Word(make))))
}

/// Hands a string on. Its slot is not empty: it has what takes the string.
struct Word<'a>(&'a mut dyn FnMut(&str));

impl Wire for Word<'_> {
    const EXPECTED: &'static str = String::EXPECTED;

    fn from_text(slot: &mut Option<Self>, value: Cow<'_, str>) -> Read {
        if let Some(Self(make)) = slot {
            make(&value);
        }
        Read::Known
    }
}

/// Any JSON value fits, `null` as well.
impl Wire for Value {
    const EXPECTED: &'static str = "a JSON value";

    fn from_text(slot: &mut Option<Self>, value: Cow<'_, str>) -> Read {
        *slot = Some(Self::from(value));
        Read::Known
    }

    fn read<'de, D: Deserializer<'de>>(slot: &mut Option<Self>, deserializer: D) -> Result<Read, D::Error> {
        *slot = Some(Self::deserialize(deserializer)?);
        Ok(Read::Known)
    }
}

impl<T: Wire> Wire for Box<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    #[inline]
    fn from_text(slot: &mut Option<Self>, value: Cow<'_, str>) -> Read {
        super::wrap(slot, Self::new, |inner| T::from_text(inner, value))
    }

    #[inline]
    fn read<'de, D: Deserializer<'de>>(slot: &mut Option<Self>, deserializer: D) -> Result<Read, D::Error> {
        super::try_wrap(slot, Self::new, |inner| T::read(inner, deserializer))
    }
}

impl<T: Wire + Serialize> Wire for Vec<T> {
    const EXPECTED: &'static str = "an array";

    fn from_seq<'de, A: SeqAccess<'de>>(slot: &mut Option<Self>, mut items: A) -> Result<Read, A::Error> {
        let mut known = Self::new();
        let mut item = None;
        while let Some(read) = items.next_element_seed(Reader(&mut item))? {
            let misfit = match read {
                Read::Known => {
                    known.extend(item.take());
                    continue;
                }
                Read::Null => Value::Null,
                Read::Other(value) => *value,
            };
            let mut values = untyped(&known).map_err(A::Error::custom)?;
            values.push(misfit);
            return untyped_array(values, items);
        }
        *slot = Some(known);
        Ok(Read::Known)
    }
}

/// The elements of an array as they were.
#[cold]
fn untyped(known: &dyn Text) -> serde_json::Result<Vec<Value>> {
    serde_json::from_slice(&known.text()?)
}

/// An array of which no more is typed: `values`, and what follows as it is.
#[cold]
pub(super) fn untyped_array<'de, A: SeqAccess<'de>>(mut values: Vec<Value>, mut rest: A) -> Result<Read, A::Error> {
    while let Some(value) = rest.next_element()? {
        values.push(value);
    }
    Ok(Read::other(values))
}

impl<T: Wire + Serialize> Wire for BTreeMap<String, T> {
    const EXPECTED: &'static str = "an object";

    fn from_map<'de, A: MapAccess<'de>>(slot: &mut Option<Self>, mut map: A) -> Result<Read, A::Error> {
        let mut known = Self::new();
        let mut item = None;
        while let Some(key) = map.next_key::<String>()? {
            let misfit = match map.next_value_seed(Reader(&mut item))? {
                Read::Known => {
                    known.extend(item.take().map(|item| (key, item)));
                    continue;
                }
                Read::Null => Value::Null,
                Read::Other(value) => *value,
            };
            let mut fields = Fields::new(map);
            for (key, value) in &known {
                fields.insert(Cow::Owned(key.clone()), to_value(value).map_err(A::Error::custom)?);
            }
            fields.insert(Cow::Owned(key), misfit);
            return fields.into_value().map(Read::other);
        }
        *slot = Some(known);
        Ok(Read::Known)
    }
}

/// The rare way back from a typed value to JSON: by way of text, so that no second serializer is
/// compiled for every type.
#[cold]
pub(crate) fn to_value(value: &dyn Text) -> serde_json::Result<Value> {
    serde_json::from_slice(&value.text()?)
}

/// What can be written. A trait object of it spares all that is rare a copy for every type.
pub(crate) trait Text {
    fn text(&self) -> serde_json::Result<Vec<u8>>;
}

impl<T: Serialize> Text for T {
    fn text(&self) -> serde_json::Result<Vec<u8>> {
        let mut text = Vec::new();
        self.serialize(&mut serde_json::Serializer::new(&mut text))?;
        Ok(text)
    }
}
