//! Reads and writes the properties of generated structs.

use std::borrow::Cow;
use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering::Relaxed;

use super::extra::{Extra, State};
use super::json::Json;
use super::reader::Reader;
use super::tokens::special;
use super::traits::{Field, Fit};
use super::writer::Writer;

/// A property of a struct.
pub(crate) struct Property {
    /// The name in JSON, as it comes after another property: with comma, quotes and colon.
    pub(crate) key: &'static str,
    pub(crate) kind: Kind,
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

    fn field(&self, index: usize) -> Option<&dyn Field>;

    fn field_mut(&mut self, index: usize) -> Option<&mut dyn Field>;

    fn extra(&self) -> &Extra;

    fn extra_mut(&mut self) -> &mut Extra;
}

/// The properties of a struct, with a hash table of their names.
pub(crate) struct Properties {
    list: &'static [Property],
    /// Numbers of properties, by the hash of the name or in the slots after it.
    slots: [u8; SLOTS],
    /// The property that came after each one when it was last read. Servers rarely change the order.
    followers: [AtomicU8; SLOTS],
}

const SLOTS: usize = 128;
const EMPTY: u8 = u8::MAX;

impl Properties {
    #[expect(clippy::cast_possible_truncation, reason = "only numbers below the number of slots have one")]
    pub(crate) const fn new(list: &'static [Property]) -> Self {
        let (mut slots, mut index) = ([EMPTY; SLOTS], 0);
        while index < list.len() && index < SLOTS / 2 {
            let key = list[index].key.as_bytes();
            let mut slot = hash(key[2], key[key.len() - 3], key.len() - 4);
            while slots[slot] != EMPTY {
                slot = (slot + 1) % SLOTS;
            }
            slots[slot] = index as u8;
            index += 1;
        }
        Self { list, slots, followers: [const { AtomicU8::new(EMPTY) }; SLOTS] }
    }

    /// Reads the next key, if there's one. Returns `Err` if it's unknown.
    #[inline]
    fn next<'a>(&self, reader: &mut Reader<'a>, last: Option<usize>) -> Option<Result<usize, Cow<'a, str>>> {
        let follower = self.followers.get(last.map_or(0, |last| last + 1));
        let guess = follower.map_or(0, |follower| usize::from(follower.load(Relaxed)));
        if let Some(property) = self.list.get(guess)
            && reader.eat(property.key.get(usize::from(last.is_none())..).unwrap_or_default())
        {
            return Some(Ok(guess));
        }
        let key = reader.key(&mut last.is_none())?;
        let found = self.find(&key);
        if let (Some(follower), Some(index)) = (follower, found) {
            follower.store(u8::try_from(index).unwrap_or(EMPTY), Relaxed);
        }
        Some(found.ok_or(key))
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
    fn name(&self) -> Cow<'static, str> {
        Reader::new(self.key.get(1..).unwrap_or_default()).string()
    }

    #[inline]
    fn has_name(&self, name: &[u8]) -> bool {
        self.key.len() == name.len() + 4 && self.key.as_bytes().get(2..name.len() + 2) == Some(name)
    }

    fn is_expected(&self) -> bool {
        !matches!(self.kind, Kind::Optional)
    }

    /// Whether the field is left out while it's empty.
    fn is_optional(&self) -> bool {
        matches!(self.kind, Kind::Optional | Kind::Lenient)
    }
}

/// The properties seen so far, a bit for each.
#[derive(Default)]
struct Seen([u64; 4]);

impl Seen {
    /// Adds a property. Returns whether it was there already.
    #[inline]
    fn add(&mut self, index: usize) -> bool {
        let Some(bits) = self.0.get_mut(index / 64) else { return true };
        let old = *bits;
        *bits |= 1 << (index % 64);
        old == *bits
    }
}

/// Reads a generated struct.
pub(crate) fn read_object(object: &mut dyn Object, reader: &mut Reader<'_>) -> Fit {
    let start = reader.position();
    if !reader.enter(b'{') {
        return reader.other("an object");
    }
    let properties = object.properties();
    let (mut seen, mut last) = (Seen::default(), None);
    while let Some(next) = properties.next(reader, last) {
        let index = match next {
            Ok(index) => index,
            Err(key) => {
                let value = Json::from_checked(reader.skip());
                reader.charge(size_of::<(String, Json)>() * 2);
                object.extra_mut().insert(key, value);
                last.get_or_insert(SLOTS);
                continue;
            }
        };
        let Some(property) = properties.list.get(index) else { continue };
        last = Some(index);
        let is_again = seen.add(index);
        let at = reader.position();
        let fit = match (property.kind, object.field_mut(index)) {
            (Kind::Constant(value), _) => read_constant(value, reader),
            (kind, Some(field)) => {
                if is_again {
                    field.clear();
                }
                if matches!(kind, Kind::Text) { field.read_text(reader) } else { field.read(reader) }
            }
            (_, None) => reader.other(""),
        };
        if fit == Fit::Same && !is_again {
            continue;
        }
        if matches!(fit, Fit::Null | Fit::Empty | Fit::Whole) && !is_again && !property.is_expected() {
            object.extra_mut().receive(index, fit, "");
        } else {
            receive(object, reader, (index, property), at, fit);
        }
    }
    for (index, property) in properties.list.iter().enumerate() {
        if property.is_expected() && !seen.add(index) {
            lack(object, reader, (index, property), start);
        }
    }
    Fit::Same
}

/// Remembers a property that would be written differently from how it was read.
#[cold]
fn receive(
    object: &mut dyn Object,
    reader: &mut Reader<'_>,
    (index, property): (usize, &Property),
    at: usize,
    fit: Fit,
) {
    let text = reader.since(at);
    if matches!(fit, Fit::Null) && property.is_expected() {
        reader.note(at, None, expected(object, index));
    }
    let fit = match fit {
        Fit::Empty if !property.is_optional() => Fit::Same,
        Fit::Whole if !property.is_optional() => Fit::Raw,
        fit => fit,
    };
    if matches!(fit, Fit::Raw | Fit::Partly | Fit::Other) {
        reader.charge(text.len());
    }
    object.extra_mut().receive(index, fit, text);
}

/// Remembers an absent property the schema requires.
#[cold]
fn lack(object: &mut dyn Object, reader: &mut Reader<'_>, (index, property): (usize, &Property), start: usize) {
    reader.note(start, Some(property.name()), expected(object, index));
    if !property.is_optional() {
        object.extra_mut().set_absent(index);
    }
}

fn expected(object: &dyn Object, index: usize) -> &'static str {
    object.field(index).map_or("a string", |field| field.expected())
}

fn read_constant(value: &str, reader: &mut Reader<'_>) -> Fit {
    let at = reader.position();
    if reader.eat("\"") && reader.eat(value) && reader.eat("\"") {
        return Fit::Same;
    }
    reader.at = at;
    let mut is_same = false;
    let fit = reader.read_string(&mut |text| is_same = text == value);
    if fit == Fit::Same && !is_same {
        reader.note(at, None, "the constant of the schema");
        return Fit::Other;
    }
    fit
}

/// Writes a generated struct.
///
/// A required property is left out if it was absent and is still empty; an optional one if it's empty, unless it's an
/// array that was received or set. An unknown property replaces the known one of the same name.
pub(crate) fn write_object(object: &dyn Object, out: &mut Writer) {
    let extra = object.extra();
    out.raw("{");
    for (index, property) in object.properties().list.iter().enumerate() {
        if !extra.is_empty() && extra.contains_key(&property.name()) {
            continue;
        }
        let state = extra.state(index);
        let Some(field) = object.field(index) else {
            match (state, property.kind) {
                (State::Plain, Kind::Constant(value)) => out.property(property.key).string(value),
                (State::Null, _) => out.property(property.key).raw("null"),
                (State::Raw(text), _) => out.property(property.key).raw(text),
                _ => {}
            }
            continue;
        };
        match state {
            State::Null if field.is_empty() => out.property(property.key).raw("null"),
            State::Raw(text) if field.equals(text) => out.property(property.key).raw(text),
            State::Plain | State::Raw(_) if property.is_optional() && field.is_empty() => {}
            State::Other if !property.is_optional() && field.is_empty() => {}
            State::Other => field.write_other(property.key, out),
            State::Plain | State::Null | State::Raw(_) => field.write(out.property(property.key)),
        }
    }
    for (key, value) in extra.iter() {
        out.key(key);
        out.raw(value.get());
    }
    out.raw("}");
}
