//! A struct on its way out: its properties, then what its `extra` keeps.
//!
//! Place in the flow: the generated `Serialize` of every struct writes through [`Out`].

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::Extra;

/// The object that is being written. A name in `extra` takes the place of the property of that name.
pub(crate) struct Out<'a, S: Serializer> {
    map: S::SerializeMap,
    extra: &'a Extra,
}

impl<'a, S: Serializer> Out<'a, S> {
    pub(crate) fn new(serializer: S, extra: &'a Extra) -> Result<Self, S::Error> {
        Ok(Self { map: serializer.serialize_map(None)?, extra })
    }

    pub(crate) fn field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), S::Error> {
        if !self.extra.is_empty() && self.extra.contains_key(key) {
            return Ok(());
        }
        self.map.serialize_entry(key, value)
    }

    pub(crate) fn optional<T: Serialize>(&mut self, key: &'static str, value: Option<&T>) -> Result<(), S::Error> {
        value.map_or(Ok(()), |value| self.field(key, value))
    }

    pub(crate) fn end(mut self) -> Result<S::Ok, S::Error> {
        if !self.extra.is_empty() {
            for (key, value) in self.extra.iter() {
                self.map.serialize_entry(key, value)?;
            }
        }
        self.map.end()
    }
}
