//! Reads and writes the properties of generated structs.

use super::extra::{Extra, State};
use super::json::Json;
use super::reader::Reader;
use super::wire::{Field, Fit, Wire};
use super::writer::Writer;

/// A property of a struct, with its number.
pub(crate) enum Slot<'a> {
    /// A required property.
    Required(usize, &'a mut dyn Field),
    /// An optional property: an `Option`, or an array.
    Optional(usize, &'a mut dyn Field),
    /// A string that holds JSON. Other values are kept as their text.
    Text(usize, &'a mut String),
    /// A constant string.
    Constant(usize, &'static str),
    /// An unknown property.
    Unknown,
}

/// A type with an [`Extra`].
pub(crate) trait HasExtra {
    fn extra(&mut self) -> &mut Extra;
}

/// A generated struct.
pub(crate) trait Object: HasExtra {
    fn empty() -> Self
    where
        Self: Sized;

    /// The numbers and names of the properties the schema requires.
    fn required(&self) -> &'static [(usize, &'static str)];

    fn property(&mut self, key: &str) -> Slot<'_>;

    fn write(&self, out: &mut Writer);
}

/// Reads a generated struct.
pub(crate) fn read_object(object: &mut dyn Object, reader: &mut Reader<'_>) -> Fit {
    let start = reader.position();
    if !reader.enter(b'{') {
        return reader.other("an object");
    }
    // One bit for each property.
    let mut seen = [0_u64; 4];
    let mut is_first = true;
    while let Some(key) = reader.key(&mut is_first) {
        let at = reader.position();
        let (index, is_again, fit) = match object.property(&key) {
            Slot::Required(index, field) | Slot::Optional(index, field) => {
                let is_again = see(&mut seen, index);
                if is_again {
                    field.clear();
                }
                (index, is_again, field.read(reader))
            }
            Slot::Text(index, field) => (index, see(&mut seen, index), read_text(field, reader)),
            Slot::Constant(index, value) => (index, see(&mut seen, index), read_constant(value, reader)),
            Slot::Unknown => {
                let value = Json::from_checked(reader.skip());
                reader.charge(size_of::<(String, Json)>() * 2);
                object.extra().insert(key.into_owned(), value);
                continue;
            }
        };
        if fit != Fit::Same || is_again {
            receive(object, reader, (index, at), fit, &key);
        }
    }
    for (index, key) in object.required() {
        if !see(&mut seen, *index) {
            lack(object, reader, (*index, start), key);
        }
    }
    Fit::Same
}

/// Marks a property as seen, and returns whether it was already.
fn see(seen: &mut [u64; 4], index: usize) -> bool {
    let Some(bits) = seen.get_mut(index / 64) else { return true };
    let bit = 1 << (index % 64);
    let was_seen = *bits & bit != 0;
    *bits |= bit;
    was_seen
}

/// Remembers a property that would be written differently from how it was read.
#[cold]
fn receive(object: &mut dyn Object, reader: &mut Reader<'_>, (index, at): (usize, usize), fit: Fit, key: &str) {
    let text = reader.since(at);
    let fit = match (fit, object.property(key)) {
        (Fit::Empty, Slot::Required(..)) => Fit::Same,
        (Fit::Null, slot) => {
            let expected = slot.expected();
            if object.required().iter().any(|(required, _)| *required == index) {
                reader.note(at, None, expected);
            }
            Fit::Null
        }
        (fit, _) => fit,
    };
    if matches!(fit, Fit::Raw | Fit::Partly | Fit::Other) {
        reader.charge(text.len());
    }
    object.extra().receive(index, fit, text);
}

/// Remembers an absent required property.
#[cold]
fn lack(object: &mut dyn Object, reader: &mut Reader<'_>, (index, start): (usize, usize), key: &'static str) {
    let slot = object.property(key);
    let is_optional = matches!(slot, Slot::Optional(..));
    reader.note(start, Some(key), slot.expected());
    if !is_optional {
        object.extra().set_absent(index);
    }
}

impl Slot<'_> {
    fn expected(&self) -> &'static str {
        match self {
            Slot::Required(_, field) | Slot::Optional(_, field) => field.expected(),
            Slot::Text(..) | Slot::Constant(..) | Slot::Unknown => "a string",
        }
    }
}

/// Reads a string, or any other value as its text.
fn read_text(field: &mut String, reader: &mut Reader<'_>) -> Fit {
    let at = reader.position();
    field.clear();
    if matches!(reader.peek(), b'"' | b'n') {
        return Wire::read(field, reader);
    }
    field.push_str(reader.skip());
    reader.note(at, None, "a string");
    Fit::Partly
}

fn read_constant(value: &str, reader: &mut Reader<'_>) -> Fit {
    let at = reader.position();
    let mut is_same = false;
    let fit = reader.read_string(&mut |text| is_same = text == value);
    if fit == Fit::Same && !is_same {
        reader.note(at, None, "another string");
        return Fit::Other;
    }
    fit
}

impl Writer {
    /// Begins an object with properties.
    pub(crate) fn object<'a>(&'a mut self, extra: &'a Extra) -> Properties<'a> {
        self.raw("{");
        Properties { out: self, extra, index: 0 }
    }
}

/// Writes an object's properties in the order of their numbers.
///
/// A property in `extra` replaces the known one of the same name.
pub(crate) struct Properties<'a> {
    out: &'a mut Writer,
    extra: &'a Extra,
    index: usize,
}

impl<'a> Properties<'a> {
    /// Writes a required property, unless it was absent and is still empty.
    pub(crate) fn required(&mut self, key: &str, field: &dyn Field) {
        match self.next_state(key) {
            State::Replaced => {}
            State::Other if field.is_empty() => {}
            State::Null if field.is_empty() => self.write_raw(key, "null"),
            State::Raw(text) if field.equals(text) => self.write_raw(key, text),
            State::Plain | State::Null | State::Other | State::Raw(_) => self.write(key, field),
        }
    }

    /// Writes an optional property that has a value. Empty arrays count if they were received or set.
    pub(crate) fn optional(&mut self, key: &str, field: &dyn Field) {
        match self.next_state(key) {
            State::Replaced => {}
            State::Null if field.is_empty() => self.write_raw(key, "null"),
            State::Raw(text) if field.equals(text) => self.write_raw(key, text),
            State::Plain | State::Null | State::Raw(_) if field.is_empty() => {}
            State::Plain | State::Null | State::Other | State::Raw(_) => self.write(key, field),
        }
    }

    /// Writes a constant property, or its received value if that's different.
    pub(crate) fn constant(&mut self, key: &str, value: &str) {
        match self.next_state(key) {
            State::Plain => {
                self.out.key(key);
                self.out.string(value);
            }
            State::Null => self.write_raw(key, "null"),
            State::Raw(text) => self.write_raw(key, text),
            State::Other | State::Replaced => {}
        }
    }

    /// Writes the unknown properties and ends the object.
    pub(crate) fn end(self) {
        for (key, value) in self.extra.iter() {
            self.out.key(key);
            self.out.raw(value.get());
        }
        self.out.raw("}");
    }

    fn next_state(&mut self, key: &str) -> State<'a> {
        self.index += 1;
        self.extra.state(self.index - 1, key)
    }

    fn write(&mut self, key: &str, field: &dyn Field) {
        self.out.key(key);
        field.write(self.out);
    }

    fn write_raw(&mut self, key: &str, text: &str) {
        self.out.key(key);
        self.out.raw(text);
    }
}
