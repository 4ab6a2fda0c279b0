//! Reads and writes the properties of generated structs.

use super::extra::{Extra, INLINE, State, States};
use super::properties::{Kind, Properties, Property, Set};
use super::reader::Reader;
use super::traits::{Field, Fit, fingerprint};
use super::writer::Writer;

/// A generated struct. Its properties are numbered in the order of encoding.
pub(crate) trait Object {
    fn empty() -> Self
    where
        Self: Sized;

    fn properties(&self) -> &'static Properties;

    /// Reads the next value into the empty field `index`. For an optional one, it isn't null.
    fn read_field(&mut self, index: usize, reader: &mut Reader<'_>) -> Fit;

    fn field(&self, index: usize) -> Option<&dyn Field>;

    fn field_mut(&mut self, index: usize) -> Option<&mut dyn Field>;

    fn extra(&self) -> &Extra;

    fn extra_mut(&mut self) -> &mut Extra;
}

/// Reads a generated struct.
pub(crate) fn read_object(object: &mut dyn Object, reader: &mut Reader<'_>) -> Fit {
    let start = reader.position();
    if !reader.enter(b'{') {
        return reader.skip_mismatch("an object");
    }
    let properties = object.properties();
    let (mut seen, mut slot, mut states) = (Set([0; 4]), 0, States::default());
    if let Some((start, end, key)) = reader.tag.take()
        && start + 1 == reader.at
        && properties.tag == Some(key)
    {
        // The union has compared it.
        (reader.at, slot) = (end, 1);
        seen.insert(0);
    }
    while let Some((index, property)) = properties.next_expected(reader, slot).or_else(|| {
        if reader.leave(b'}') { None } else { properties.next_known(object.extra_mut(), reader, &mut slot) }
    }) {
        slot = index + 1;
        if !seen.insert(index) {
            clear(object, reader, index, &mut states);
        }
        let at = reader.at;
        let fit = if matches!(property.kind, Kind::Constant) {
            read_constant(properties.constant(index), reader)
        } else if property.is_optional() && reader.peek() == b'n' {
            reader.null()
        } else {
            object.read_field(index, reader)
        };
        if fit == Fit::Same {
            continue;
        }
        let has_state = matches!(fit, Fit::Null | Fit::Empty | Fit::Whole) && matches!(property.kind, Kind::Optional);
        if has_state && index < INLINE {
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

/// Clears a property before its second value.
#[cold]
fn clear(object: &mut dyn Object, reader: &mut Reader<'_>, index: usize, states: &mut States) {
    reader.has_duplicates = true;
    if let Some(field) = object.field_mut(index) {
        field.clear();
    }
    let extra = object.extra_mut();
    extra.add(states);
    extra.record(index, Fit::Same, "", 0);
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
    let mut value = 0;
    if let (Fit::Null | Fit::Mismatch, Some(field)) = (fit, object.field_mut(index)) {
        field.clear();
    }
    if matches!(fit, Fit::Rewritten | Fit::Partial | Fit::Mismatch) {
        reader.charge(text.len());
        value = object.field(index).map_or(0, fingerprint);
    }
    object.extra_mut().record(index, fit, text, value);
}

/// Remembers an absent property the schema requires.
#[cold]
fn record_missing(
    object: &mut dyn Object,
    reader: &mut Reader<'_>,
    (index, property): (usize, &Property),
    start: usize,
) {
    reader.note(start, Some(object.properties().name(property)), expected(object, index));
    if !property.is_optional() {
        object.extra_mut().record(index, Fit::Empty, "", 0);
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

/// Encodes an object with another value of a property, which is given as JSON.
#[allow(dead_code, reason = "only the client uses it")]
pub(crate) fn encode_with(object: &dyn Object, name: &'static str, json: &'static str) -> String {
    let mut out = Writer::new();
    out.replacement = Some((name, json));
    write_object(object, &mut out);
    out.finish()
}

/// Writes a generated struct.
///
/// A required property is left out if it was absent and is still empty; an optional one if it's empty, unless it's an
/// array that was received or set. An unknown property replaces the known one of the same name.
pub(crate) fn write_object(object: &dyn Object, out: &mut Writer) {
    if out.writes_states {
        return write_states(object, out);
    }
    let (extra, replacement, properties) = (object.extra(), out.replacement.take(), object.properties());
    out.raw("{");
    for (index, property) in properties.list.iter().enumerate() {
        if !extra.is_empty() && extra.contains_key(&properties.name(property)) {
            continue;
        }
        let key = properties.key(property);
        if let Some((_, json)) = replacement.filter(|(name, _)| properties.has_name(property, name.as_bytes())) {
            out.property(key).raw(json);
            continue;
        }
        let state = extra.state(index);
        let Some(field) = object.field(index) else {
            match state {
                State::Plain => out.property(key).string(properties.constant(index)),
                State::Null => out.property(key).raw("null"),
                State::Raw(text, _) => out.property(key).raw(text),
                State::Other => {}
            }
            continue;
        };
        match state {
            State::Null if field.is_empty() => out.property(key).raw("null"),
            State::Raw(text, value) if fingerprint(field) == value => out.property(key).raw(text),
            State::Plain | State::Raw(..) if property.is_optional() && field.is_empty() => {}
            State::Other if !property.is_optional() && field.is_empty() => {}
            State::Other if field.write_integer(key, out) => {}
            State::Other | State::Plain | State::Null | State::Raw(..) => field.write(out.property(key)),
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
            State::Raw(text, _) => text,
        });
        if let Some(field) = object.field(index) {
            out.raw(":");
            field.write(out);
        }
    }
    write_unknown(extra, out);
}
