//! Reads and writes the properties of generated structs.

use std::borrow::Cow;
use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering::Relaxed;

use super::extra::{Extra, INLINE, State, States};
use super::json::Json;
use super::reader::{Key, Reader};
use super::tokens::special;
use super::traits::{Field, Fit, read_all, states};
use super::writer::Writer;

/// A property of a struct.
pub(crate) struct Property {
    /// The name in JSON, with quotes and colon.
    key: Key,
    kind: Kind,
}

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// The schema requires it.
    Required,
    /// The schema requires it, but some servers omit it. Its field is an `Option` or an array.
    Lenient,
    /// Its field is an `Option` or an array.
    Optional,
    /// A required string that holds JSON. Other values are kept as their text.
    Text,
    /// A constant string, without a field.
    Constant(&'static str),
}

/// A generated struct. Its properties are numbered in the order of encoding.
pub(crate) trait Object {
    fn empty() -> Self
    where
        Self: Sized;

    fn properties(&self) -> &'static Properties;

    /// Reads the next value into the empty field `index`.
    fn read_field(&mut self, index: usize, reader: &mut Reader<'_>) -> Fit;

    fn field(&self, index: usize) -> Option<&dyn Field>;

    fn field_mut(&mut self, index: usize) -> Option<&mut dyn Field>;

    fn extra(&self) -> &Extra;

    fn extra_mut(&mut self) -> &mut Extra;
}

/// The properties of a struct, with a hash table of their names.
pub(crate) struct Properties {
    list: &'static [Property],
    /// Those the schema requires.
    expected: Set,
    /// Numbers of properties, by the hash of the name or in the slots after it.
    slots: [u8; SLOTS],
    /// The property that came after each one when it was last read, as a guess that's checked. Servers rarely change the
    /// order.
    followers: [AtomicU8; SLOTS],
}

const SLOTS: usize = 128;
const EMPTY: u8 = u8::MAX;

impl Properties {
    #[expect(clippy::cast_possible_truncation, reason = "only numbers below the number of slots have one")]
    pub(crate) const fn new(list: &'static [Property]) -> Self {
        let (mut slots, mut expected, mut index) = ([EMPTY; SLOTS], Set([0; 4]), 0);
        while index < list.len() {
            if index < SLOTS / 2 {
                let key = list[index].key.text.as_bytes();
                let mut slot = hash(key[1], key[key.len() - 3], key.len() - 3);
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
        Self { list, expected, slots, followers: [const { AtomicU8::new(EMPTY) }; SLOTS] }
    }

    /// Reads the next key, if it's the expected one after the property before slot `slot`.
    #[inline]
    fn next_expected(&self, reader: &mut Reader<'_>, slot: usize) -> Option<(usize, &Property)> {
        let guess = usize::from(self.followers.get(slot)?.load(Relaxed));
        let property = self.list.get(guess)?;
        let before = if slot == 0 { b'{' } else { b',' };
        reader.eat_key(before, &property.key).then_some((guess, property))
    }

    /// Reads the next known key. Keeps unknown properties.
    #[inline(never)]
    fn next_known(
        &self,
        object: &mut dyn Object,
        reader: &mut Reader<'_>,
        slot: &mut usize,
    ) -> Option<(usize, &Property)> {
        if *slot == 0 {
            reader.at += 1;
        }
        loop {
            let key = reader.key(&mut (*slot == 0))?;
            let Some(index) = self.find(&key) else {
                reader.charge(size_of::<(String, Json)>() * 2);
                let value = Json::from_checked(reader.skip());
                object.extra_mut().insert(key, value);
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
                Some(property) if property.has_name(text) => return Some(index),
                Some(_) => slot = (slot + 1) % SLOTS,
                None => return self.find_rare(name),
            }
        }
    }

    /// Finds names that need escapes in JSON, and those that have no slot.
    #[cold]
    fn find_rare(&self, name: &str) -> Option<usize> {
        let is_rare = self.list.len() > SLOTS / 2 || special(name.as_bytes(), 0) < name.len();
        self.list.iter().position(|property| is_rare && property.name() == name)
    }
}

const fn hash(first: u8, last: u8, length: usize) -> usize {
    (first as usize * 5 + last as usize * 3 + length) % SLOTS
}

impl Property {
    pub(crate) const fn new(key: &'static str, kind: Kind) -> Self {
        Self { key: Key::new(key), kind }
    }

    fn name(&self) -> Cow<'static, str> {
        Reader::new(self.key.text).string()
    }

    #[inline]
    fn has_name(&self, name: &[u8]) -> bool {
        self.key.text.len() == name.len() + 3 && self.key.text.as_bytes().get(1..name.len() + 1) == Some(name)
    }

    const fn is_expected(&self) -> bool {
        !matches!(self.kind, Kind::Optional)
    }

    /// Whether the field is left out while it's empty.
    fn is_optional(&self) -> bool {
        matches!(self.kind, Kind::Optional | Kind::Lenient)
    }
}

/// A set of properties, a bit for each.
#[derive(Clone, Copy)]
struct Set([u64; 4]);

impl Set {
    /// Adds a property. Returns whether it's new.
    #[inline]
    fn insert(&mut self, index: usize) -> bool {
        let Some(bits) = self.0.get_mut(index / 64) else { return false };
        let old = *bits;
        *bits |= 1 << (index % 64);
        old != *bits
    }

    #[inline]
    fn contains_all(&self, others: &Self) -> bool {
        self.0.iter().zip(&others.0).all(|(bits, others)| others & !bits == 0)
    }
}

/// Reads a generated struct.
pub(crate) fn read_object(object: &mut dyn Object, reader: &mut Reader<'_>) -> Fit {
    let start = reader.position();
    if !reader.enter(b'{') {
        return reader.skip_mismatch("an object");
    }
    // The brace is compared along with the first key.
    reader.at -= 1;
    let properties = object.properties();
    let (mut seen, mut slot, mut states) = (Set([0; 4]), 0, States::default());
    while let Some((index, property)) =
        properties.next_expected(reader, slot).or_else(|| properties.next_known(object, reader, &mut slot))
    {
        slot = index + 1;
        let at = reader.at;
        let is_duplicate = !seen.insert(index);
        if is_duplicate {
            reader.has_duplicates = true;
            object.extra_mut().add(&mut states);
            clear(object, index);
        }
        let fit = match property.kind {
            Kind::Optional if reader.eat("null") => Fit::Null,
            Kind::Optional | Kind::Required | Kind::Lenient => object.read_field(index, reader),
            Kind::Constant(value) => read_constant(value, reader),
            Kind::Text => object.field_mut(index).map_or(Fit::Same, |field| field.read_text(reader)),
        };
        if fit == Fit::Same && !is_duplicate {
            continue;
        }
        let has_state = matches!(fit, Fit::Null | Fit::Empty | Fit::Whole) && matches!(property.kind, Kind::Optional);
        if has_state && index < INLINE && !is_duplicate {
            states.add(index, fit);
        } else {
            record_raw(object, reader, (index, property), at, fit);
        }
    }
    if !states.is_empty() {
        object.extra_mut().add(&mut states);
    }
    if !seen.contains_all(&properties.expected) {
        for (index, property) in properties.list.iter().enumerate() {
            if property.is_expected() && seen.insert(index) {
                record_missing(object, reader, (index, property), start);
            }
        }
    }
    Fit::Same
}

#[cold]
fn clear(object: &mut dyn Object, index: usize) {
    if let Some(field) = object.field_mut(index) {
        field.clear();
    }
}

/// Remembers a property that would be written differently from how it was read.
#[cold]
fn record_raw(
    object: &mut dyn Object,
    reader: &mut Reader<'_>,
    (index, property): (usize, &Property),
    at: usize,
    fit: Fit,
) {
    let text = reader.since(at).trim_ascii_start();
    if matches!(fit, Fit::Null) && property.is_expected() {
        reader.note(at, None, expected(object, index));
    }
    let fit = match fit {
        Fit::Empty if !property.is_optional() => Fit::Same,
        Fit::Whole if !property.is_optional() => Fit::Rewritten,
        fit => fit,
    };
    if matches!(fit, Fit::Rewritten | Fit::Partial | Fit::Mismatch) {
        reader.charge(text.len());
    }
    object.extra_mut().record(index, fit, text);
}

/// Remembers an absent property the schema requires.
#[cold]
fn record_missing(
    object: &mut dyn Object,
    reader: &mut Reader<'_>,
    (index, property): (usize, &Property),
    start: usize,
) {
    reader.note(start, Some(property.name()), expected(object, index));
    if !property.is_optional() {
        object.extra_mut().record(index, Fit::Empty, "");
    }
}

fn expected(object: &dyn Object, index: usize) -> &'static str {
    object.field(index).map_or("a string", |field| field.expected())
}

#[inline]
fn read_constant(value: &str, reader: &mut Reader<'_>) -> Fit {
    let at = reader.at;
    if reader.byte() == b'"' {
        reader.at += 1;
        if reader.eat(value) && reader.byte() == b'"' {
            reader.at += 1;
            return Fit::Same;
        }
    }
    reader.at = at;
    read_other_constant(value, reader)
}

#[cold]
fn read_other_constant(value: &str, reader: &mut Reader<'_>) -> Fit {
    let at = reader.position();
    let mut is_same = false;
    let fit = reader.read_string(&mut |text| is_same = text == value);
    if fit == Fit::Same && !is_same {
        reader.note(at, None, "the constant of the schema");
        return Fit::Mismatch;
    }
    fit
}

/// Writes a generated struct.
///
/// A required property is left out if it was absent and is still empty; an optional one if it's empty, unless it's an
/// array that was received or set. An unknown property replaces the known one of the same name.
pub(crate) fn write_object(object: &dyn Object, out: &mut Writer) {
    if out.writes_states {
        return write_states(object, out);
    }
    let extra = object.extra();
    out.raw("{");
    for (index, property) in object.properties().list.iter().enumerate() {
        if !extra.is_empty() && extra.contains_key(&property.name()) {
            continue;
        }
        let state = extra.state(index);
        let Some(field) = object.field(index) else {
            match (state, property.kind) {
                (State::Plain, Kind::Constant(value)) => out.property(property.key.text).string(value),
                (State::Null, _) => out.property(property.key.text).raw("null"),
                (State::Raw(text), _) => out.property(property.key.text).raw(text),
                _ => {}
            }
            continue;
        };
        match state {
            State::Null if field.is_empty() => out.property(property.key.text).raw("null"),
            State::Raw(text) if is_unchanged(field, text, property) => out.property(property.key.text).raw(text),
            State::Plain | State::Raw(_) if property.is_optional() && field.is_empty() => {}
            State::Other if !property.is_optional() && field.is_empty() => {}
            State::Other if field.write_integer(property.key.text, out) => {}
            State::Other | State::Plain | State::Null | State::Raw(_) => field.write(out.property(property.key.text)),
        }
    }
    write_unknown(extra, out);
}

/// Writes the unknown properties, and ends the object.
fn write_unknown(extra: &Extra, out: &mut Writer) {
    for (key, value) in extra.iter() {
        out.key(key);
        out.raw(value.get());
    }
    out.raw("}");
}

/// Returns true if the received text still reads as the value of this field.
#[cold]
fn is_unchanged(field: &dyn Field, text: &str, property: &Property) -> bool {
    let (mut received, mut reader) = (field.new_empty(), Reader::new(text));
    let _ = match property.kind {
        Kind::Text => received.read_text(&mut reader),
        _ => read_all(&mut *received, &mut reader),
    };
    states(field) == states(&*received)
}

/// Writes a struct for [`states`].
#[cold]
fn write_states(object: &dyn Object, out: &mut Writer) {
    let extra = object.extra();
    out.raw("{");
    for index in 0..object.properties().list.len() {
        out.comma();
        out.raw(match extra.state(index) {
            State::Plain => "received",
            State::Null => "null",
            State::Other => "other",
            State::Raw(text) => text,
        });
        if let Some(field) = object.field(index) {
            out.raw(":");
            field.write(out);
        }
    }
    write_unknown(extra, out);
}
