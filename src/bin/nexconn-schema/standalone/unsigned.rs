//! Reads and writes integers up to `u64::MAX`.

use super::reader::Reader;
use super::traits::{Codec, Fit};
use super::writer::Writer;

impl Codec for u64 {
    const EXPECTED: &'static str = "a non-negative integer";

    fn empty() -> Self {
        0
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Fit {
        let at = reader.position();
        if !matches!(reader.peek(), b'-' | b'0'..=b'9') {
            return reader.skip_mismatch(Self::EXPECTED);
        }
        let text = reader.number();
        if let Ok(value) = text.parse() {
            *self = value;
            return Fit::Same;
        }
        // A float without a fraction, such as 1e3.
        if let Ok(value) = text.parse::<f64>()
            && let Ok(value) = format!("{value:.0}").parse::<Self>()
            && text.parse() == Ok(value as f64)
        {
            *self = value;
            return Fit::Rewritten;
        }
        reader.note(at, None, Self::EXPECTED);
        Fit::Mismatch
    }

    fn write(&self, out: &mut Writer) {
        out.integer(self);
    }
}
