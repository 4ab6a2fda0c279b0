//! The names of the properties of generated structs.

use std::borrow::Cow;
use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering::Relaxed;

use super::extra::Extra;
use super::json::Json;
use super::reader::{Reader, number};
use super::tokens::special;

/// A property of a struct.
pub(crate) struct Property {
    /// The position and length of its key.
    start: u32,
    length: u32,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// The schema requires it.
    Required,
    /// The schema requires it, but some servers omit it. Its field is an `Option` or an array.
    Lenient,
    /// Its field is an `Option` or an array.
    Optional,
    /// A required string that holds JSON.
    Text,
    /// A constant string, without a field.
    Constant,
}

/// The properties of a struct, with a hash table of their names.
pub(crate) struct Properties {
    /// The names in JSON, each with a comma, quotes and a colon, and 16 more bytes. In one text, because each reference
    /// takes 40 bytes.
    keys: &'static str,
    /// The values of the first ones, which are constants.
    constants: &'static [&'static str],
    pub(super) list: &'static [Property],
    /// The [`number`] of the first key, if it's a constant.
    pub(super) tag: Option<u128>,
    /// Those the schema requires.
    pub(super) expected: Set,
    /// Numbers of properties, by the hash of the name or in the slots after it.
    slots: [u8; SLOTS],
    /// The property that came after each one when it was last read, as a guess that's checked. Servers rarely change the
    /// order.
    followers: [AtomicU8; MAX],
}

/// The number of properties that have a slot.
const MAX: usize = 48;
const SLOTS: usize = 64;
const EMPTY: u8 = u8::MAX;

impl Properties {
    #[expect(clippy::cast_possible_truncation, reason = "only numbers below the number of slots have one")]
    pub(crate) const fn new(keys: &'static str, list: &'static [Property], constants: &'static [&'static str]) -> Self {
        let (bytes, mut slots, mut expected, mut index) = (keys.as_bytes(), [EMPTY; SLOTS], Set([0; 4]), 0);
        while index < list.len() {
            if index < MAX {
                let (start, length) = (list[index].start as usize, list[index].length as usize);
                let mut slot = hash(bytes[start + 1], bytes[start + length - 3], length - 3);
                while slots[slot] != EMPTY {
                    slot = (slot + 1) % SLOTS;
                }
                slots[slot] = index as u8;
            }
            if list[index].is_expected() && index < 256 {
                expected.0[index / 64] |= 1 << (index % 64);
            }
            index += 1;
        }
        let tag = match list {
            [Property { start, length, kind: Kind::Constant }, ..] => {
                number(bytes.split_at(*start as usize).1.split_at(*length as usize).0)
            }
            _ => None,
        };
        Self { keys, constants, list, tag, expected, slots, followers: [const { AtomicU8::new(EMPTY) }; MAX] }
    }

    /// Returns the name of a property in JSON, with quotes and colon.
    #[inline]
    pub(super) fn key(&self, property: &Property) -> &'static str {
        let start = property.start as usize;
        self.keys.get(start..start + property.length as usize).unwrap_or_default()
    }

    pub(super) fn name(&self, property: &Property) -> Cow<'static, str> {
        Reader::new(self.key(property)).string()
    }

    #[inline]
    pub(super) fn has_name(&self, property: &Property, name: &[u8]) -> bool {
        let key = self.key(property).as_bytes();
        key.len() == name.len() + 3 && key.get(1..name.len() + 1) == Some(name)
    }

    #[inline]
    pub(super) fn constant(&self, index: usize) -> &'static str {
        self.constants.get(index).copied().unwrap_or_default()
    }

    /// Reads the next key, if it's the expected one after the property before slot `slot`.
    #[inline]
    pub(super) fn next_expected(&self, reader: &mut Reader<'_>, slot: usize) -> Option<(usize, &Property)> {
        let guess = usize::from(self.followers.get(slot)?.load(Relaxed));
        let property = self.list.get(guess)?;
        let comma = usize::from(slot > 0);
        // The text of the key, and what follows it.
        let text = self.keys.as_bytes().get(property.start as usize - comma..)?;
        reader.eat_start(text, property.length as usize + comma).then_some((guess, property))
    }

    /// Reads the next known key. Keeps unknown properties.
    #[inline(never)]
    pub(super) fn next_known(
        &self,
        extra: &mut Extra,
        reader: &mut Reader<'_>,
        slot: &mut usize,
    ) -> Option<(usize, &Property)> {
        loop {
            let key = reader.key(&mut (*slot == 0))?;
            let Some(index) = self.find(&key) else {
                reader.charge(size_of::<(String, Json)>() * 2);
                let value = Json::from_checked(reader.skip());
                extra.insert(key, value);
                *slot = (*slot).max(SLOTS);
                continue;
            };
            if let Some(follower) = self.followers.get(*slot) {
                follower.store(u8::try_from(index).unwrap_or(EMPTY), Relaxed);
            }
            return Some((index, self.list.get(index)?));
        }
    }

    /// Returns a property by its name.
    #[inline]
    fn find(&self, name: &str) -> Option<usize> {
        let text = name.as_bytes();
        // The quote stands for both ends of an empty name, as in `new`.
        let mut slot = hash(*text.first().unwrap_or(&b'"'), *text.last().unwrap_or(&b'"'), text.len());
        loop {
            let index = usize::from(*self.slots.get(slot)?);
            match self.list.get(index) {
                Some(property) if self.has_name(property, text) => return Some(index),
                Some(_) => slot = (slot + 1) % SLOTS,
                None => return self.find_rare(name),
            }
        }
    }

    /// Finds names that need escapes in JSON, and those that have no slot.
    #[cold]
    fn find_rare(&self, name: &str) -> Option<usize> {
        let is_rare = self.list.len() > MAX || special(name.as_bytes()) < name.len();
        self.list.iter().position(|property| is_rare && self.name(property) == name)
    }
}

const fn hash(first: u8, last: u8, length: usize) -> usize {
    (first as usize * 5 + last as usize * 3 + length) % SLOTS
}

/// Returns properties with keys of these lengths.
#[expect(clippy::cast_possible_truncation, reason = "the source code of a schema's keys has less than 4 GiB")]
pub(crate) const fn properties<const N: usize>(lengths: [(usize, Kind); N]) -> [Property; N] {
    let (mut list, mut start, mut index) =
        ([const { Property { start: 0, length: 0, kind: Kind::Constant } }; N], 1, 0);
    while index < N {
        let (length, kind) = lengths[index];
        list[index] = Property { start: start as u32, length: length as u32, kind };
        start += length + 1;
        index += 1;
    }
    list
}

impl Property {
    pub(super) const fn is_expected(&self) -> bool {
        !matches!(self.kind, Kind::Optional)
    }

    /// Whether the field is left out while it's empty.
    pub(super) fn is_optional(&self) -> bool {
        matches!(self.kind, Kind::Optional | Kind::Lenient)
    }
}

/// A set of properties, a bit for each.
#[derive(Clone, Copy)]
pub(super) struct Set(pub(super) [u64; 4]);

impl Set {
    /// Adds a property. Returns whether it's new.
    #[inline]
    pub(super) fn insert(&mut self, index: usize) -> bool {
        let Some(bits) = self.0.get_mut(index / 64) else { return false };
        let old = *bits;
        *bits |= 1 << (index % 64);
        old != *bits
    }

    #[inline]
    pub(super) fn contains_all(&self, others: &Self) -> bool {
        self.0.iter().zip(&others.0).all(|(bits, others)| others & !bits == 0)
    }
}
