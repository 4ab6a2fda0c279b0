//! The traits for reading and writing types and fields.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::reader::Reader;
use super::writer::Writer;

/// How well a value fits its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Fit {
    /// It's written as received.
    Same,
    /// It's an empty array.
    Empty,
    /// It's an integer for a float.
    Whole,
    /// It's an unexpected null. The value is empty.
    Null,
    /// It's written differently, such as 1 for 1.0.
    Rewritten,
    /// A part has an unexpected type. The value is the rest.
    Partial,
    /// It has an unexpected type. The value is empty.
    Mismatch,
}

impl Fit {
    /// Combines the fits of elements.
    pub(super) fn and(self, element: Self) -> Self {
        match (self, element) {
            (Self::Partial, _) | (_, Self::Partial | Self::Mismatch) => Self::Partial,
            (Self::Rewritten | Self::Whole, _) | (_, Self::Rewritten | Self::Whole) => Self::Rewritten,
            _ => Self::Same,
        }
    }
}

/// A type with a JSON encoding.
pub(crate) trait Codec: Sized + 'static {
    /// The expected kind of value, for messages.
    const EXPECTED: &'static str;

    /// The first bytes of values that count as an array of one, if an array is expected.
    const LONE: &'static [u8] = b"";

    /// Returns the value for absent or mismatched JSON.
    fn empty() -> Self;

    /// Reads any next value into an empty one. After a mismatch, the value must be cleared.
    fn read(&mut self, reader: &mut Reader<'_>) -> Fit;

    /// Reads a next value other than null.
    #[inline]
    fn read_some(&mut self, reader: &mut Reader<'_>) -> Fit {
        self.read(reader)
    }

    fn write(&self, out: &mut Writer);

    /// Writes a property that was received as an integer for a float. Returns false for other types.
    fn write_integer(&self, _key: &str, _out: &mut Writer) -> bool {
        false
    }

    fn is_empty(&self) -> bool {
        states(self) == states(&Self::empty())
    }
}

/// [`Codec`] for the fields of structs. It's object-safe, so the code for objects exists once.
pub(crate) trait Field {
    fn clear(&mut self);
    fn write(&self, out: &mut Writer);
    fn write_integer(&self, key: &str, out: &mut Writer) -> bool;
    fn is_empty(&self) -> bool;
    fn expected(&self) -> &'static str;
}

impl<T: Codec> Field for T {
    #[inline]
    fn clear(&mut self) {
        *self = Self::empty();
    }

    #[inline]
    fn write(&self, out: &mut Writer) {
        Codec::write(self, out);
    }

    #[inline]
    fn write_integer(&self, key: &str, out: &mut Writer) -> bool {
        Codec::write_integer(self, key, out)
    }

    #[inline]
    fn is_empty(&self) -> bool {
        Codec::is_empty(self)
    }

    #[inline]
    fn expected(&self) -> &'static str {
        T::EXPECTED
    }
}

/// Returns a text that's equal for two values if they, and their records of the received JSON, are equal. Comparing the
/// values themselves would take code for each type.
pub(super) fn states(value: &dyn Field) -> String {
    let mut out = Writer::new();
    out.writes_states = true;
    value.write(&mut out);
    out.finish()
}

/// Returns a hash of the states of a value.
pub(super) fn fingerprint(value: &dyn Field) -> u64 {
    let mut hasher = DefaultHasher::new();
    states(value).hash(&mut hasher);
    hasher.finish()
}

/// Reads a string that holds JSON. Other values are kept as their text.
pub(crate) fn read_json_text(text: &mut String, reader: &mut Reader<'_>) -> Fit {
    let at = reader.position();
    if matches!(reader.peek(), b'"' | b'n') {
        return text.read(reader);
    }
    reader.skip().clone_into(text);
    reader.note(at, None, String::EXPECTED);
    Fit::Partial
}

/// Returns the empty value of a field's type.
pub(crate) fn empty<T: Codec>() -> T {
    T::empty()
}

impl Reader<'_> {
    /// Skips a value of another type. The caller handles null.
    #[cold]
    pub(crate) fn skip_mismatch(&mut self, expected: &'static str) -> Fit {
        let at = self.position();
        if self.peek() == b'n' {
            return self.null();
        }
        self.skip();
        self.note(at, None, expected);
        Fit::Mismatch
    }

    pub(super) fn null(&mut self) -> Fit {
        self.word("null");
        Fit::Null
    }

    /// Checks that an element isn't null.
    #[inline]
    pub(super) fn element(&mut self, at: usize, expected: &'static str, fit: Fit) -> Fit {
        match fit {
            Fit::Null => {
                self.note(at, None, expected);
                Fit::Mismatch
            }
            Fit::Empty => Fit::Same,
            fit => fit,
        }
    }

    /// Reads a string, if one comes next.
    pub(crate) fn read_string(&mut self, take: &mut dyn FnMut(&str)) -> Fit {
        let at = self.position();
        if self.peek() != b'"' {
            return self.skip_mismatch("a string");
        }
        take(&self.string());
        self.check_string(at)
    }

    /// Checks the string at the position for lone surrogates.
    #[inline]
    pub(super) fn check_string(&mut self, at: usize) -> Fit {
        if self.is_lossy {
            self.note(at, None, "a string without lone surrogates");
            return Fit::Partial;
        }
        Fit::Same
    }
}
