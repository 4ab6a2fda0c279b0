//! Strict JSON parsing, which refuses duplicate keys.
//!
//! `serde_json::Value` keeps the last of two equal keys, so a definition could vanish silently. It also sorts keys, so
//! [`parse_in_order`] returns their order.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::pointer::escape;

/// Maximum nesting of arrays and objects. It's serde_json's limit, and keeps all recursion over the document from
/// overflowing the stack.
pub(crate) const MAX_DEPTH: usize = 127;

/// Parses a text.
pub(crate) fn parse(text: &str) -> serde_json::Result<Value> {
    parse_in_order(text).map(|(value, _)| value)
}

/// Parses a text. Also returns the pointers of all members of objects, in the order of the text.
pub(crate) fn parse_in_order(text: &str) -> serde_json::Result<(Value, Vec<String>)> {
    let mut order = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Strict { pointer: String::new(), order: &mut order }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok((value, order))
}

/// A value at this pointer.
struct Strict<'a> {
    pointer: String,
    order: &'a mut Vec<String>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        loop {
            let pointer = format!("{}/{}", self.pointer, values.len());
            match items.next_element_seed(Strict { pointer, order: self.order })? {
                Some(value) => values.push(value),
                None => break,
            }
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut values = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if values.contains_key(&key) {
                return Err(A::Error::custom(format_args!("the key \"{key}\" is duplicated in one object")));
            }
            let pointer = format!("{}/{}", self.pointer, escape(&key));
            self.order.push(pointer.clone());
            let value = map.next_value_seed(Strict { pointer, order: self.order })?;
            values.insert(key, value);
        }
        Ok(Value::Object(values))
    }
}
