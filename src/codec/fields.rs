//! An object on its way into a struct: its properties one by one, with the tag of a union first.
//!
//! Place in the flow: a union calls [`Fields::up_to_tag`] and hands the rest to the
//! [`Object`](super::Object) of the variant; a struct asks for the keys, reads the values that it
//! names and keeps the others. [`Untyped`] is the way back when something is missing.

use std::borrow::Cow;
use std::{fmt, vec};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::raw::{self, Raw};
use super::values::{Text, to_value};
use super::{Extra, Object, Read, Reader, Wire};

/// The name of a property: borrowed from the input where the input allows it.
pub(crate) type Key<'de> = Cow<'de, str>;

/// The properties of an object: first those that stood before the tag of a union, then the rest of the
/// input. The tag itself comes with the former, if the struct does not know it as its own.
pub(crate) struct Fields<'de, A> {
    map: A,
    /// The tag of a union, until the struct asks for it.
    tag: Option<(&'static str, Cow<'de, str>)>,
    /// What stood before the tag, as text.
    early: vec::IntoIter<(Key<'de>, Cow<'de, str>)>,
    /// The text of the current property, if it stood before the tag; else it is still in the input.
    current: Option<Cow<'de, str>>,
    /// The name of the current property, if the struct has none of that name.
    unknown: Option<Key<'de>>,
    /// Properties that the struct does not name, and those whose values do not fit.
    extra: Extra,
}

impl<'de, A: MapAccess<'de>> Fields<'de, A> {
    #[inline]
    pub(crate) fn new(map: A) -> Self {
        Self { map, tag: None, early: Vec::new().into_iter(), current: None, unknown: None, extra: Extra::new() }
    }

    /// Reads up to the string property `name`, which tells the variants of a union apart.
    ///
    /// Without one, all properties have been read and come again as those that stood before it. A union that
    /// `nests` can hold itself, and then what stood before the tag is bounded in depth.
    #[inline]
    pub(crate) fn up_to_tag(&mut self, name: &'static str, nests: bool) -> Result<Option<Cow<'de, str>>, A::Error> {
        let mut early = Vec::new();
        let tag = loop {
            let Some(key) = self.map.next_key_seed(KeySeed)? else { break None };
            let text = self.map.next_value_seed(Raw)?;
            match if key == name { raw::string(&text) } else { None } {
                None => {
                    if nests {
                        raw::limit_depth(&text)?;
                    }
                    if early.is_empty() {
                        // Hardly an object has more before its tag: one allocation instead of two.
                        early.reserve(8);
                    }
                    early.push((key, text));
                }
                tag => break tag,
            }
        };
        self.tag = tag.clone().map(|tag| (name, tag));
        self.early = early.into_iter();
        Ok(tag)
    }

    /// Reads the rest as the object of a variant, or keeps all of it as that of an unknown one.
    #[inline]
    pub(crate) fn variant<T: Object, U>(
        mut self,
        slot: &mut Option<U>,
        known: impl FnOnce(T) -> U,
        unknown: impl FnOnce(Value) -> U,
    ) -> Result<Read, A::Error> {
        let mut object = None;
        *slot = match T::from_fields(&mut object, &mut self)? {
            Read::Other(value) => Some(unknown(*value)),
            Read::Known | Read::Null => object.map(known),
        };
        Ok(Read::Known)
    }

    /// Keeps all of it as an object that no variant knows.
    #[cold]
    pub(crate) fn unknown<U>(self, slot: &mut Option<U>, unknown: impl FnOnce(Value) -> U) -> Result<Read, A::Error> {
        *slot = Some(unknown(self.into_value()?));
        Ok(Read::Known)
    }

    /// Whether `name` is the only property of an object without a tag.
    pub(crate) fn only(&self, name: &str) -> bool {
        matches!(self.early.as_slice(), [(key, _)] if key == name)
    }

    /// Whether the union has found the tag `name` to be `value`; then it does not come again.
    #[inline]
    pub(crate) fn has_tag(&mut self, name: &str, value: &str) -> bool {
        let found = self.tag.as_ref().is_some_and(|(tag, found)| *tag == name && found == value);
        if found {
            self.tag = None;
        }
        found
    }

    /// The number of the next property by its name, or `usize::MAX` if the name has none; its value is then
    /// read, kept, or checked with the methods below.
    #[inline]
    pub(crate) fn next_property(&mut self, number: impl Fn(&str) -> usize) -> Result<Option<usize>, A::Error> {
        if self.tag.is_some() || !self.early.as_slice().is_empty() {
            return Ok(self.next_early().map(|key| NumberSeed { number, unknown: &mut self.unknown }.of(key)));
        }
        self.map.next_key_seed(NumberSeed { number, unknown: &mut self.unknown })
    }

    /// The next of what stood before the tag, or the tag.
    fn next_early(&mut self) -> Option<Key<'de>> {
        if let Some((name, tag)) = self.tag.take() {
            self.current = Some(Cow::Owned(Value::from(tag).to_string()));
            return Some(Cow::Borrowed(name));
        }
        let (key, text) = self.early.next()?;
        self.current = Some(text);
        Some(key)
    }

    /// Reads the current value into the slot of its property, or keeps it as it is under the name `key`.
    #[inline]
    pub(crate) fn read<T: Wire>(&mut self, key: &'static str, slot: &mut Option<T>) -> Result<(), A::Error> {
        *slot = None;
        let read = match self.current.take() {
            None => self.map.next_value_seed(Reader(slot))?,
            Some(text) => raw::read(slot, &text)?,
        };
        if let Read::Other(value) = read {
            self.insert(Cow::Borrowed(key), *value);
        }
        Ok(())
    }

    /// Reads a property that is the same in every value of its type; true if it is as it should be.
    pub(crate) fn constant(&mut self, key: &'static str, expected: &str) -> Result<bool, A::Error> {
        let text = self.text()?;
        let is_expected = raw::string(&text).is_some_and(|text| text == expected);
        if !is_expected {
            self.insert(Cow::Borrowed(key), raw::value(&text)?);
        }
        Ok(is_expected)
    }

    /// Keeps the current value as it is, under its own name.
    #[cold]
    pub(crate) fn keep(&mut self) -> Result<(), A::Error> {
        let key = self.unknown.take().unwrap_or_default();
        let value = match self.current.take() {
            None => self.map.next_value()?,
            Some(text) => raw::value(&text)?,
        };
        self.insert(key, value);
        Ok(())
    }

    /// The text of the current value.
    fn text(&mut self) -> Result<Cow<'de, str>, A::Error> {
        match self.current.take() {
            None => self.map.next_value_seed(Raw),
            Some(text) => Ok(text),
        }
    }

    /// Adds to what is kept.
    pub(super) fn insert(&mut self, key: Key<'de>, value: Value) {
        self.extra.insert(key.into_owned(), value);
    }

    /// What was kept.
    #[inline]
    pub(crate) fn extra(&mut self) -> Extra {
        std::mem::take(&mut self.extra)
    }

    /// All the properties that are left, and those kept so far, as one JSON object.
    pub(crate) fn into_value(mut self) -> Result<Value, A::Error> {
        while self.next_property(|_| usize::MAX)?.is_some() {
            self.keep()?;
        }
        Ok(Value::Object(self.extra.into()))
    }
}

/// Reads a string, such as a key.
pub(super) struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key<'de>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key<'de>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed {
    type Value = Key<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string as the key of a property")
    }

    #[inline]
    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Key<'de>, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<Key<'de>, E> {
        Ok(Cow::Owned(key.to_owned()))
    }

    fn visit_string<E>(self, key: String) -> Result<Key<'de>, E> {
        Ok(Cow::Owned(key))
    }
}

/// Reads a key as the number of a property, and leaves it in `unknown` if it has none.
struct NumberSeed<'a, 'de, F> {
    number: F,
    unknown: &'a mut Option<Key<'de>>,
}

impl<'de, F: Fn(&str) -> usize> NumberSeed<'_, 'de, F> {
    #[inline]
    fn of(self, key: Key<'de>) -> usize {
        let number = (self.number)(&key);
        if number == usize::MAX {
            *self.unknown = Some(key);
        }
        number
    }
}

impl<'de, F: Fn(&str) -> usize> DeserializeSeed<'de> for NumberSeed<'_, 'de, F> {
    type Value = usize;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de, F: Fn(&str) -> usize> Visitor<'de> for NumberSeed<'_, 'de, F> {
    type Value = usize;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        KeySeed.expecting(formatter)
    }

    #[inline]
    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<usize, E> {
        Ok(self.of(Cow::Borrowed(key)))
    }

    fn visit_str<E>(self, key: &str) -> Result<usize, E> {
        Ok(self.of(Cow::Owned(key.to_owned())))
    }

    fn visit_string<E>(self, key: String) -> Result<usize, E> {
        Ok(self.of(Cow::Owned(key)))
    }
}

/// An object that lacks what its type cannot do without, put together again from what was read.
pub(crate) struct Untyped(serde_json::Result<Map<String, Value>>);

impl Untyped {
    #[cold]
    pub(crate) fn new(extra: Extra) -> Self {
        Self(Ok(extra.into()))
    }

    #[cold]
    pub(crate) fn put(&mut self, key: &str, value: Option<&dyn Text>) {
        if let (Ok(map), Some(value)) = (&mut self.0, value) {
            match to_value(value) {
                Ok(value) => drop(map.insert(key.to_owned(), value)),
                Err(error) => self.0 = Err(error),
            }
        }
    }

    #[cold]
    pub(crate) fn read<E: serde::de::Error>(self) -> Result<Read, E> {
        self.0.map(Read::other).map_err(E::custom)
    }
}
