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

impl Wire<'_> for bool {
    const EXPECTED: &'static str = "a boolean";

    fn from_bool(value: bool) -> Read<Self> {
        Read::Known(value)
    }
}

impl Wire<'_> for i64 {
    const EXPECTED: &'static str = "an integer";

    /// A float without a fraction is the integer that it equals.
    fn from_number(value: Number) -> Read<Self> {
        match value.as_i64().or_else(|| value.as_f64().and_then(whole)) {
            Some(integer) => Read::Known(integer),
            None => Read::Other(Value::Number(value)),
        }
    }
}

impl Wire<'_> for f64 {
    const EXPECTED: &'static str = "a number";

    /// An integer that no float equals is handed back.
    fn from_number(value: Number) -> Read<Self> {
        let exact = |float: &Self| value.is_f64() || whole(*float).is_some();
        match value.as_f64().filter(exact) {
            Some(float) => Read::Known(float),
            None => Read::Other(Value::Number(value)),
        }
    }
}

/// The integer that a float equals, within the range where every integer is a float.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
fn whole(value: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_991.0;
    (value.fract() == 0.0 && value.abs() <= EXACT).then_some(value as i64)
}

impl Wire<'_> for String {
    const EXPECTED: &'static str = "a string";

    fn from_text(value: Cow<'_, str>) -> Read<Self> {
        Read::Known(value.into_owned())
    }
}

impl<'de> Wire<'de> for Cow<'de, str> {
    const EXPECTED: &'static str = "a string";

    fn from_text(value: Cow<'_, str>) -> Read<Self> {
        Read::Known(Cow::Owned(value.into_owned()))
    }

    fn from_borrowed(value: &'de str) -> Read<Self> {
        Read::Known(Cow::Borrowed(value))
    }
}

/// Any JSON value fits, `null` as well.
impl<'de> Wire<'de> for Value {
    const EXPECTED: &'static str = "a JSON value";

    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Read<Self>, D::Error> {
        Self::deserialize(deserializer).map(Read::Known)
    }
}

impl<'de, T: Wire<'de>> Wire<'de> for Box<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Read<Self>, D::Error> {
        T::read(deserializer).map(|read| read.map(Self::new))
    }
}

impl<'de, T: Wire<'de> + Serialize> Wire<'de> for Vec<T> {
    const EXPECTED: &'static str = "an array";

    fn from_seq<A: SeqAccess<'de>>(mut items: A) -> Result<Read<Self>, A::Error> {
        let mut known = Self::new();
        while let Some(item) = items.next_element_seed(Reader::<T>::new())? {
            let misfit = match item {
                Read::Known(item) => {
                    known.push(item);
                    continue;
                }
                Read::Null => Value::Null,
                Read::Other(value) => value,
            };
            let mut values = known.iter().map(to_value).collect::<Result<Vec<_>, _>>().map_err(A::Error::custom)?;
            values.push(misfit);
            return untyped_array(values, items);
        }
        Ok(Read::Known(known))
    }
}

/// An array of which no more is typed: `values`, and what follows as it is.
#[cold]
pub(super) fn untyped_array<'de, T, A: SeqAccess<'de>>(
    mut values: Vec<Value>,
    mut rest: A,
) -> Result<Read<T>, A::Error> {
    while let Some(value) = rest.next_element()? {
        values.push(value);
    }
    Ok(Read::Other(Value::Array(values)))
}

impl<'de, T: Wire<'de> + Serialize> Wire<'de> for BTreeMap<String, T> {
    const EXPECTED: &'static str = "an object";

    fn from_map<A: MapAccess<'de>>(mut map: A) -> Result<Read<Self>, A::Error> {
        let mut known = Self::new();
        while let Some(key) = map.next_key::<String>()? {
            let misfit = match map.next_value_seed(Reader::<T>::new())? {
                Read::Known(value) => {
                    known.insert(key, value);
                    continue;
                }
                Read::Null => Value::Null,
                Read::Other(value) => value,
            };
            let mut fields = Fields::new(map);
            for (key, value) in &known {
                fields.insert(Cow::Owned(key.clone()), to_value(value).map_err(A::Error::custom)?);
            }
            fields.insert(Cow::Owned(key), misfit);
            return fields.into_value().map(Read::Other);
        }
        Ok(Read::Known(known))
    }
}

/// The rare way back from a typed value to JSON: by way of text, so that no second serializer is
/// compiled for every type.
#[cold]
pub(super) fn to_value<T: Serialize>(value: &T) -> serde_json::Result<Value> {
    serde_json::from_slice(&serde_json::to_vec(value)?)
}
