//! An object on its way into a struct: its properties one by one, with the tag of a union first.
//!
//! Place in the flow: a union calls [`Fields::up_to_tag`] and hands the rest to the
//! [`Object`](super::Object) of the variant; a struct asks for the keys, reads the values that it
//! names and keeps the others. [`Untyped`] is the way back when something is missing.

use std::borrow::Cow;
use std::vec;

use serde::de::{Error as _, MapAccess};
use serde::ser::Serialize;
use serde_json::{Map, Value};

use super::values::to_value;
use super::{Read, Reader, Wire};

/// The name of a property: borrowed from the input where the input allows it.
pub(crate) type Key<'de> = Cow<'de, str>;

/// Where the value of the current property is.
enum Current<'de> {
    /// Still in the input.
    Ahead,
    /// The tag of a union, read already.
    Tag(Cow<'de, str>),
    /// Held back because it stood before the tag.
    Early(Value),
}

/// The properties of an object: first the tag that a union has read, then what stood before it,
/// then the rest of the input.
pub(crate) struct Fields<'de, A> {
    tag: Option<(&'static str, Cow<'de, str>)>,
    early: vec::IntoIter<(Key<'de>, Value)>,
    map: A,
    current: Current<'de>,
    /// Properties that the struct does not name, and those whose values do not fit.
    pub(crate) extra: Map<String, Value>,
}

impl<'de, A: MapAccess<'de>> Fields<'de, A> {
    pub(crate) fn new(map: A) -> Self {
        Self { tag: None, early: Vec::new().into_iter(), map, current: Current::Ahead, extra: Map::new() }
    }

    /// Reads up to the string property `name`, which tells the variants of a union apart.
    ///
    /// Without one, all properties have been read and come again as those that stood before it.
    pub(crate) fn up_to_tag(map: A, name: &'static str) -> Result<(Self, Option<Cow<'de, str>>), A::Error> {
        let mut fields = Self::new(map);
        let mut early = Vec::new();
        let mut found = None;
        while let Some(key) = fields.ahead()? {
            if key != name {
                early.push((key, fields.map.next_value()?));
                continue;
            }
            match fields.map.next_value_seed(Reader::<Cow<'de, str>>::new())? {
                Read::Known(tag) => {
                    found = Some(tag);
                    break;
                }
                Read::Null => early.push((key, Value::Null)),
                Read::Other(value) => early.push((key, value)),
            }
        }
        fields.early = early.into_iter();
        fields.tag = found.clone().map(|tag| (name, tag));
        Ok((fields, found))
    }

    /// Whether `name` is the only property of an object without a tag.
    pub(crate) fn only(&self, name: &str) -> bool {
        matches!(self.early.as_slice(), [(key, _)] if key == name)
    }

    /// The next key; its value is then read, kept, or checked with the methods below.
    pub(crate) fn next_key(&mut self) -> Result<Option<Key<'de>>, A::Error> {
        if let Some((name, tag)) = self.tag.take() {
            self.current = Current::Tag(tag);
            return Ok(Some(Cow::Borrowed(name)));
        }
        if let Some((key, value)) = self.early.next() {
            self.current = Current::Early(value);
            return Ok(Some(key));
        }
        self.current = Current::Ahead;
        self.ahead()
    }

    /// Reads the current value into the slot of its property, or keeps it as it is.
    pub(crate) fn read<T: Wire<'de>>(&mut self, key: Key<'de>, slot: &mut Option<T>) -> Result<(), A::Error> {
        match self.value()? {
            Read::Known(value) => *slot = Some(value),
            Read::Null => {}
            Read::Other(value) => self.insert(key, value),
        }
        Ok(())
    }

    /// Reads a property that is the same in every value of its type; true if it is as it should be.
    pub(crate) fn constant(&mut self, key: Key<'de>, expected: &str) -> Result<bool, A::Error> {
        match self.value::<Cow<'de, str>>()? {
            Read::Known(found) if found == expected => return Ok(true),
            Read::Known(found) => self.insert(key, Value::String(found.into_owned())),
            Read::Null => self.insert(key, Value::Null),
            Read::Other(value) => self.insert(key, value),
        }
        Ok(false)
    }

    /// Keeps the current value as it is.
    pub(crate) fn keep(&mut self, key: Key<'de>) -> Result<(), A::Error> {
        let value = match std::mem::replace(&mut self.current, Current::Ahead) {
            Current::Ahead => self.map.next_value()?,
            Current::Tag(tag) => Value::String(tag.into_owned()),
            Current::Early(value) => value,
        };
        self.insert(key, value);
        Ok(())
    }

    /// All the properties that are left, and those kept so far, as one JSON object.
    pub(crate) fn into_value(mut self) -> Result<Value, A::Error> {
        while let Some(key) = self.next_key()? {
            self.keep(key)?;
        }
        Ok(Value::Object(self.extra))
    }

    fn insert(&mut self, key: Key<'de>, value: Value) {
        self.extra.insert(key.into_owned(), value);
    }

    /// The next key of the input itself.
    fn ahead(&mut self) -> Result<Option<Key<'de>>, A::Error> {
        match self.map.next_key_seed(Reader::<Key<'de>>::new())? {
            None => Ok(None),
            Some(Read::Known(key)) => Ok(Some(key)),
            Some(Read::Null | Read::Other(_)) => Err(A::Error::custom("expected a string as the key of a property")),
        }
    }

    fn value<T: Wire<'de>>(&mut self) -> Result<Read<T>, A::Error> {
        match std::mem::replace(&mut self.current, Current::Ahead) {
            Current::Ahead => self.map.next_value_seed(Reader::new()),
            Current::Tag(tag) => Ok(T::from_text(tag)),
            Current::Early(value) => T::read(value).map_err(A::Error::custom),
        }
    }
}

/// An object that lacks what its type cannot do without, put together again from what was read.
pub(crate) struct Untyped(serde_json::Result<Map<String, Value>>);

impl Untyped {
    #[cold]
    pub(crate) fn new(extra: Map<String, Value>) -> Self {
        Self(Ok(extra))
    }

    #[cold]
    pub(crate) fn put<T: Serialize>(mut self, key: &str, value: Option<T>) -> Self {
        if let (Ok(map), Some(value)) = (&mut self.0, value) {
            match to_value(&value) {
                Ok(value) => drop(map.insert(key.to_owned(), value)),
                Err(error) => self.0 = Err(error),
            }
        }
        self
    }

    #[cold]
    pub(crate) fn read<T, E: serde::de::Error>(self) -> Result<Read<T>, E> {
        self.0.map(|map| Read::Other(Value::Object(map))).map_err(E::custom)
    }
}
