//! Reads and writes the standard types: scalars, boxes, options, arrays and maps.
//!
//! Generic functions are inline, so they're compiled with the types that use them. Elsewhere, they'd need copies of the
//! code that drops these types.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::{forget, replace, take};

use super::reader::Reader;
use super::traits::{Codec, Fit};
use super::writer::Writer;

impl Codec for bool {
    const EXPECTED: &'static str = "a boolean";

    fn empty() -> Self {
        false
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Fit {
        match reader.peek() {
            first @ (b't' | b'f') => {
                *self = first == b't';
                reader.word(if *self { "true" } else { "false" });
                Fit::Same
            }
            _ => reader.skip_mismatch(Self::EXPECTED),
        }
    }

    fn write(&self, out: &mut Writer) {
        out.raw(if *self { "true" } else { "false" });
    }
}

impl Codec for i64 {
    const EXPECTED: &'static str = "an integer";

    fn empty() -> Self {
        0
    }

    /// Accepts floats without a fraction.
    fn read(&mut self, reader: &mut Reader<'_>) -> Fit {
        if let Some([digit @ b'0'..=b'9', b',' | b'}', ..]) = reader.text.as_bytes().get(reader.at..) {
            *self = Self::from(digit - b'0');
            reader.at += 1;
            return Fit::Same;
        }
        read_integer(self, reader)
    }

    fn write(&self, out: &mut Writer) {
        out.integer(self);
    }
}

#[inline(never)]
fn read_integer(integer: &mut i64, reader: &mut Reader<'_>) -> Fit {
    if !matches!(reader.peek(), b'-' | b'0'..=b'9') {
        return reader.skip_mismatch(i64::EXPECTED);
    }
    let at = reader.at;
    if let Some((value, 0)) = reader.short_number() {
        *integer = value;
        return Fit::Same;
    }
    reader.at = at;
    let text = reader.number();
    if let Ok(value) = text.parse() {
        *integer = value;
        return if text == "-0" { Fit::Rewritten } else { Fit::Same };
    }
    if let Some(value) = text.parse().ok().and_then(whole) {
        *integer = value;
        return Fit::Rewritten;
    }
    reader.note(at, None, i64::EXPECTED);
    Fit::Mismatch
}

/// Converts an integer of any type. Integers out of range become `i64::MAX`.
#[inline]
pub(crate) fn integer(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

/// Converts a float to an equal integer, within the range in which every integer is a float.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
fn whole(value: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_991.0;
    (value.fract() == 0.0 && value.abs() <= EXACT).then_some(value as i64)
}

/// The powers of ten for the decimals of a short number.
const POWERS: [f64; 15] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14];

impl Codec for f64 {
    const EXPECTED: &'static str = "a number";

    fn empty() -> Self {
        0.0
    }

    /// Reads integers as the nearest float. They're written as integers again.
    #[expect(clippy::cast_precision_loss, reason = "integers without an equal float are kept as text, too")]
    fn read(&mut self, reader: &mut Reader<'_>) -> Fit {
        if !matches!(reader.peek(), b'-' | b'0'..=b'9') {
            return reader.skip_mismatch(Self::EXPECTED);
        }
        if let Some((digits, decimals)) = reader.short_number() {
            // The quotient of two exact floats is the nearest float.
            *self = digits as Self / POWERS.get(decimals).copied().unwrap_or(1.0);
            return if decimals == 0 { Fit::Whole } else { Fit::Same };
        }
        let at = reader.at;
        let text = reader.number();
        match text.parse::<Self>() {
            Ok(value) if value.is_finite() => {
                *self = value;
                match whole(value) {
                    _ if text.contains(['.', 'e', 'E']) => Fit::Same,
                    Some(_) if text != "-0" => Fit::Whole,
                    _ => Fit::Rewritten,
                }
            }
            _ => {
                reader.note(at, None, "a number in the range of an `f64`");
                Fit::Mismatch
            }
        }
    }

    fn write(&self, out: &mut Writer) {
        out.float(*self);
    }

    fn write_integer(&self, key: &str, out: &mut Writer) -> bool {
        let integer = whole(*self);
        if let Some(value) = integer {
            out.property(key).integer(value);
        }
        integer.is_some()
    }
}

impl Codec for String {
    const EXPECTED: &'static str = "a string";

    fn empty() -> Self {
        Self::new()
    }

    #[inline]
    fn read(&mut self, reader: &mut Reader<'_>) -> Fit {
        if reader.peek() != b'"' {
            return reader.skip_mismatch(Self::EXPECTED);
        }
        let at = reader.at;
        // The old value is empty.
        forget(replace(self, reader.new_string()));
        reader.check_string(at)
    }

    fn write(&self, out: &mut Writer) {
        out.string(self);
    }
}

impl<T: Codec> Codec for Box<T> {
    const EXPECTED: &'static str = T::EXPECTED;
    const LONE: &'static [u8] = T::LONE;

    #[inline]
    fn empty() -> Self {
        Self::new(T::empty())
    }

    #[inline]
    fn read(&mut self, reader: &mut Reader<'_>) -> Fit {
        (**self).read(reader)
    }

    #[inline]
    fn write(&self, out: &mut Writer) {
        (**self).write(out);
    }
}

impl<T: Codec> Codec for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    #[inline]
    fn empty() -> Self {
        None
    }

    #[inline]
    fn read(&mut self, reader: &mut Reader<'_>) -> Fit {
        if reader.peek() == b'n' {
            return reader.null();
        }
        self.read_some(reader)
    }

    #[inline]
    fn read_some(&mut self, reader: &mut Reader<'_>) -> Fit {
        // The old value is empty. Dropping it would take code for each type.
        forget(self.replace(T::empty()));
        self.as_mut().map_or(Fit::Mismatch, |value| value.read(reader))
    }

    #[inline]
    fn write(&self, out: &mut Writer) {
        match self {
            Some(value) => value.write(out),
            None => out.raw("null"),
        }
    }

    #[inline]
    fn write_integer(&self, key: &str, out: &mut Writer) -> bool {
        self.as_ref().is_none_or(|value| value.write_integer(key, out))
    }

    #[inline]
    fn is_empty(&self) -> bool {
        self.is_none()
    }
}

impl<T: Codec> Codec for Vec<T> {
    const EXPECTED: &'static str = "an array";

    #[inline]
    fn empty() -> Self {
        Self::new()
    }

    /// Omits elements of another type. A lone value that fits an element counts as an array of one.
    #[inline]
    fn read(&mut self, reader: &mut Reader<'_>) -> Fit {
        if !reader.enter(b'[') {
            return self.read_lone(reader);
        }
        let (mut is_first, mut fit) = (true, Fit::Empty);
        while reader.next(&mut is_first, b']') {
            fit = fit.and(self.read_element(reader));
        }
        fit
    }

    #[inline]
    fn write(&self, out: &mut Writer) {
        out.raw("[");
        for item in self {
            out.comma();
            item.write(out);
        }
        out.raw("]");
    }

    #[inline]
    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

/// Appends an element to an array.
trait ReadElement {
    fn read_element(&mut self, reader: &mut Reader<'_>) -> Fit;
    fn read_lone(&mut self, reader: &mut Reader<'_>) -> Fit;
}

impl<T: Codec> ReadElement for Vec<T> {
    #[inline]
    fn read_element(&mut self, reader: &mut Reader<'_>) -> Fit {
        reader.charge(size_of::<T>());
        if self.is_empty() {
            reserve_one(self);
        }
        let at = reader.position();
        self.push(T::empty());
        let fit = self.last_mut().map_or(Fit::Mismatch, |item| item.read(reader));
        let fit = reader.element(at, T::EXPECTED, fit);
        if matches!(fit, Fit::Mismatch) {
            self.pop();
        }
        fit
    }

    #[cold]
    #[inline(never)]
    fn read_lone(&mut self, reader: &mut Reader<'_>) -> Fit {
        let at = reader.position();
        if !T::LONE.contains(&reader.peek()) {
            return reader.skip_mismatch(Self::EXPECTED);
        }
        reader.note(at, None, Self::EXPECTED);
        Fit::Partial.and(self.read_element(reader))
    }
}

/// Most arrays have one element, and large allocations are slow.
#[inline(never)]
fn reserve_one<T>(array: &mut Vec<T>) {
    array.reserve_exact(1);
}

impl<T: Codec> Codec for BTreeMap<String, T> {
    const EXPECTED: &'static str = "an object";

    #[inline]
    fn empty() -> Self {
        Self::new()
    }

    /// Omits values of another type.
    #[inline]
    fn read(&mut self, reader: &mut Reader<'_>) -> Fit {
        if !reader.enter(b'{') {
            return reader.skip_mismatch(Self::EXPECTED);
        }
        let (mut is_first, mut fit) = (true, Fit::Same);
        // Keys whose last value is omitted although an earlier one wasn't. Collected: `remove` would add
        // 8 kB of code for each type of value.
        let mut omitted = BTreeSet::new();
        while let Some(key) = reader.key(&mut is_first) {
            reader.charge(size_of::<(String, T)>());
            let at = reader.position();
            let mut value = T::empty();
            let read = value.read(reader);
            let read = reader.element(at, T::EXPECTED, read);
            match read {
                Fit::Mismatch if self.contains_key(&*key) => drop(omitted.insert(key.into_owned())),
                Fit::Mismatch => {}
                _ => {
                    omitted.remove(&*key);
                    self.insert(key.into_owned(), value);
                }
            }
            fit = fit.and(read);
        }
        if !omitted.is_empty() {
            for (key, value) in take(self) {
                if !omitted.contains(&key) {
                    self.insert(key, value);
                }
            }
        }
        fit
    }

    #[inline]
    fn write(&self, out: &mut Writer) {
        out.raw("{");
        for (key, value) in self {
            out.key(key);
            value.write(out);
        }
        out.raw("}");
    }
}
