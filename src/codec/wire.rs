//! The traits by which types and fields read and write themselves.

use super::reader::Reader;
use super::writer::Writer;

/// How a value that was read fits its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Fit {
    /// It's written as it was read.
    Same,
    /// It's an empty array.
    Empty,
    /// It's null, and the type has no null. The value is empty.
    Null,
    /// It's written in another way, such as 1 for 1.0.
    Raw,
    /// A part of it isn't of the type. The value is the rest.
    Partly,
    /// It isn't of the type. The value is empty.
    Other,
}

impl Fit {
    /// Joins an element's fit to that of the elements before.
    pub(super) fn and(self, element: Self) -> Self {
        match (self, element) {
            (Self::Partly, _) | (_, Self::Partly | Self::Other) => Self::Partly,
            (Self::Raw, _) | (_, Self::Raw) => Self::Raw,
            _ => Self::Same,
        }
    }
}

/// A type that reads and writes itself.
pub(crate) trait Wire: Sized + PartialEq {
    /// The kind of value that it reads, for messages.
    const EXPECTED: &'static str;

    /// The first bytes of values that count as an array of one where an array of the type is expected.
    const LONE: &'static [u8] = b"";

    /// The value that stands in for one that's absent or of another type.
    fn empty() -> Self;

    /// Reads the next value, whatever it is, into an empty one.
    fn read(&mut self, reader: &mut Reader<'_>) -> Fit;

    fn write(&self, out: &mut Writer);

    fn is_empty(&self) -> bool {
        *self == Self::empty()
    }

    /// Whether the text, which was read before, would be read as this value.
    fn equals(&self, text: &str) -> bool {
        let mut value = Self::empty();
        let _ = value.read(&mut Reader::new(text));
        value == *self
    }
}

/// [`Wire`] as the fields of a struct are used: behind a pointer, so that the code for objects exists once.
pub(crate) trait Field {
    fn read(&mut self, reader: &mut Reader<'_>) -> Fit;
    fn write(&self, out: &mut Writer);
    fn is_empty(&self) -> bool;
    fn clear(&mut self);
    fn expected(&self) -> &'static str;
    fn equals(&self, text: &str) -> bool;
}

impl<T: Wire> Field for T {
    fn read(&mut self, reader: &mut Reader<'_>) -> Fit {
        Wire::read(self, reader)
    }

    fn write(&self, out: &mut Writer) {
        Wire::write(self, out);
    }

    fn is_empty(&self) -> bool {
        Wire::is_empty(self)
    }

    fn clear(&mut self) {
        *self = Self::empty();
    }

    fn expected(&self) -> &'static str {
        T::EXPECTED
    }

    fn equals(&self, text: &str) -> bool {
        Wire::equals(self, text)
    }
}

/// Returns the empty value of a field's type.
pub(crate) fn empty<T: Wire>() -> T {
    T::empty()
}

impl Reader<'_> {
    /// Passes a value that isn't of the type. Null is for the caller to judge.
    #[cold]
    pub(crate) fn other(&mut self, expected: &'static str) -> Fit {
        let at = self.position();
        if self.skip() == "null" {
            return Fit::Null;
        }
        self.note(at, None, expected);
        Fit::Other
    }

    /// Judges an element: it may not be null.
    #[inline]
    pub(super) fn element(&mut self, at: usize, expected: &'static str, fit: Fit) -> Fit {
        match fit {
            Fit::Null => {
                self.note(at, None, expected);
                Fit::Other
            }
            Fit::Empty => Fit::Same,
            fit => fit,
        }
    }

    /// Reads a string, if one comes next.
    pub(crate) fn read_string(&mut self, take: &mut dyn FnMut(&str)) -> Fit {
        let at = self.position();
        if self.peek() != b'"' {
            return self.other("a string");
        }
        take(&self.string());
        self.judge_string(at)
    }

    /// Judges the string that was read at the position.
    #[inline]
    pub(super) fn judge_string(&mut self, at: usize) -> Fit {
        if self.is_lossy() {
            self.note(at, None, "a string without lone surrogates");
            return Fit::Partly;
        }
        Fit::Same
    }
}
