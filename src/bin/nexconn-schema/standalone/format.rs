//! Reads and writes strings as the types of their formats, which need neither an empty value nor serde.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use super::reader::Reader;
use super::traits::Fit;
use super::writer::Writer;

/// Reads and parses a string.
pub(crate) fn read_format<T: FromStr + Display>(
    value: &mut Option<T>,
    reader: &mut Reader<'_>,
    expected: &'static str,
) -> Fit {
    let at = reader.position();
    if reader.peek() != b'"' {
        return reader.skip_mismatch(expected);
    }
    let text = reader.string();
    let is_lossy = reader.is_lossy;
    match text.parse::<T>() {
        Ok(parsed) if !is_lossy => {
            let is_same = parsed.to_string() == text;
            *value = Some(parsed);
            if is_same { Fit::Same } else { Fit::Rewritten }
        }
        _ => {
            reader.note(at, None, expected);
            Fit::Mismatch
        }
    }
}

/// Reads an array of such strings. Omits the elements it can't parse.
pub(crate) fn read_format_list<T: FromStr + Display>(
    values: &mut Vec<T>,
    reader: &mut Reader<'_>,
    expected: &'static str,
) -> Fit {
    if !reader.enter(b'[') {
        return reader.skip_mismatch("an array");
    }
    let (mut is_first, mut fit) = (true, Fit::Empty);
    while reader.next(&mut is_first, b']') {
        let (read, value) = read_element(reader, size_of::<T>(), expected);
        fit = fit.and(read);
        values.extend(value);
    }
    fit
}

/// Reads a map to such strings. Omits the values it can't parse.
pub(crate) fn read_format_map<T: FromStr + Display>(
    values: &mut BTreeMap<String, T>,
    reader: &mut Reader<'_>,
    expected: &'static str,
) -> Fit {
    if !reader.enter(b'{') {
        return reader.skip_mismatch("an object");
    }
    let (mut is_first, mut fit) = (true, Fit::Same);
    while let Some(key) = reader.key(&mut is_first) {
        let (read, value) = read_element(reader, size_of::<(String, T)>(), expected);
        fit = fit.and(read);
        // The last value of a duplicate key counts.
        match value {
            Some(value) => drop(values.insert(key.into_owned(), value)),
            None => drop(values.remove(&*key)),
        }
    }
    fit
}

fn read_element<T: FromStr + Display>(
    reader: &mut Reader<'_>,
    size: usize,
    expected: &'static str,
) -> (Fit, Option<T>) {
    reader.charge(size);
    let at = reader.position();
    let mut value = None;
    let fit = read_format(&mut value, reader, expected);
    (reader.element(at, expected, fit), value)
}

pub(crate) fn write_format(value: &impl Display, out: &mut Writer) {
    out.string(&value.to_string());
}

/// Implements [`Codec`](super::traits::Codec) for options, arrays and maps of a type with `FromStr` and `Display`.
macro_rules! format_type {
    ($type:ty, $expected:literal) => {
        impl codec::Codec for Option<$type> {
            const EXPECTED: &'static str = $expected;

            fn empty() -> Self {
                None
            }

            fn read(&mut self, reader: &mut codec::Reader<'_>) -> codec::Fit {
                codec::read_format(self, reader, $expected)
            }

            fn write(&self, out: &mut codec::Writer) {
                match self {
                    Some(value) => codec::write_format(value, out),
                    None => out.raw("null"),
                }
            }

            fn is_empty(&self) -> bool {
                self.is_none()
            }
        }

        impl codec::Codec for Vec<$type> {
            const EXPECTED: &'static str = "an array";

            fn empty() -> Self {
                Self::new()
            }

            fn read(&mut self, reader: &mut codec::Reader<'_>) -> codec::Fit {
                codec::read_format_list(self, reader, $expected)
            }

            fn write(&self, out: &mut codec::Writer) {
                out.raw("[");
                for value in self {
                    out.comma();
                    codec::write_format(value, out);
                }
                out.raw("]");
            }

            fn is_empty(&self) -> bool {
                self.is_empty()
            }
        }

        impl codec::Codec for BTreeMap<String, $type> {
            const EXPECTED: &'static str = "an object";

            fn empty() -> Self {
                Self::new()
            }

            fn read(&mut self, reader: &mut codec::Reader<'_>) -> codec::Fit {
                codec::read_format_map(self, reader, $expected)
            }

            fn write(&self, out: &mut codec::Writer) {
                out.raw("{");
                for (key, value) in self {
                    out.key(key);
                    codec::write_format(value, out);
                }
                out.raw("}");
            }
        }
    };
}
pub(crate) use format_type;
