//! Reads strings, numbers and literals.

use std::borrow::Cow;

use super::reader::{CHUNK, Reader, chunk};

impl<'a> Reader<'a> {
    /// Reads the string that starts here.
    #[inline]
    pub(crate) fn string(&mut self) -> Cow<'a, str> {
        let start = self.at + 1;
        if self.pass_plain() {
            Cow::Borrowed(self.text.get(start..self.at - 1).unwrap_or_default())
        } else {
            Cow::Owned(self.unescape(start))
        }
    }

    /// Skips the next string, if it has no escapes. Otherwise, moves to the first one.
    #[inline]
    fn pass_plain(&mut self) -> bool {
        self.is_lossy = false;
        self.at = self.special(self.at + 1);
        let is_plain = self.byte() == b'"';
        self.at += usize::from(is_plain);
        is_plain
    }

    /// Returns the position of the next quote, backslash or control character. Most strings are short.
    #[inline]
    fn special(&self, at: usize) -> usize {
        match chunk(self.text.as_bytes(), at).map(special_in) {
            Some(0) => self.special_after(at + CHUNK),
            Some(found) => at + first_byte(found),
            None => self.far_special(at),
        }
    }

    #[inline(never)]
    fn special_after(&self, mut at: usize) -> usize {
        for _ in 0..3 {
            match chunk(self.text.as_bytes(), at).map(special_in) {
                Some(0) => at += CHUNK,
                Some(found) => return at + first_byte(found),
                None => break,
            }
        }
        self.far_special(at)
    }

    /// Strings can't contain control characters, so a long one is searched for its end first.
    #[inline(never)]
    fn far_special(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        let length = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
        let least = |text: &[u8]| text.iter().fold(u8::MAX, |least, byte| least.min(*byte));
        match rest.get(..length) {
            Some(plain) if least(plain) >= 0x20 => at + length,
            _ => at + special(rest),
        }
    }

    /// Copies the next string. A short one is copied with the text after it, without a call.
    #[inline]
    pub(super) fn new_string(&mut self) -> String {
        let start = self.at + 1;
        if !self.pass_plain() {
            return self.unescape(start);
        }
        let length = self.at - 1 - start;
        match self.text.get(start..start + CHUNK) {
            Some(chunk) if (1..=CHUNK).contains(&length) => {
                let mut string = String::with_capacity(CHUNK);
                string.push_str(chunk);
                string.truncate(length);
                string
            }
            _ => String::from(self.text.get(start..start + length).unwrap_or_default()),
        }
    }

    /// Reads a string from its first escape, and returns all of it.
    pub(super) fn unescape(&mut self, start: usize) -> String {
        let likely_end = self.at + self.text.get(self.at..).and_then(|rest| rest.find('"')).unwrap_or(0);
        let mut string = String::with_capacity(likely_end - start);
        string.push_str(self.since(start));
        self.escapes(|c, plain| {
            if let Some(c) = c {
                string.push(c);
            }
            string.push_str(plain);
        });
        string
    }

    /// Skips the string that starts here.
    #[inline]
    pub(super) fn pass_string(&mut self) {
        if !self.pass_plain() {
            self.escapes(|_, _| {});
        }
    }

    /// Continues a string at its first escape or invalid byte. Passes on each escape and the text after it.
    #[inline]
    fn escapes(&mut self, mut take: impl FnMut(Option<char>, &str)) {
        while self.byte() == b'\\' {
            let c = self.escape();
            let start = self.at;
            self.at = self.special(start);
            take(c, self.since(start));
        }
        match self.text.as_bytes().get(self.at) {
            Some(b'"') => self.at += 1,
            Some(_) => self.fail("control character in a string"),
            None => self.fail("unexpected end"),
        }
    }

    /// Reads an escape. A surrogate without its other half is U+FFFD.
    fn escape(&mut self) -> Option<char> {
        self.at += 1;
        let byte = self.byte();
        if byte == b'u' {
            let first = self.code_unit()?;
            if let Some(c) = char::from_u32(first) {
                return Some(c);
            }
            let after = self.at;
            if first < 0xdc00 && self.byte() == b'\\' {
                self.at += 1;
                if self.byte() == b'u' {
                    let second = self.code_unit()?;
                    if (0xdc00..0xe000).contains(&second) {
                        return char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00));
                    }
                }
            }
            self.at = after;
            self.is_lossy = true;
            return Some(char::REPLACEMENT_CHARACTER);
        }
        let c = escaped_char(byte);
        if c.is_some() {
            self.at += 1;
        } else {
            self.fail("invalid escape");
        }
        c
    }

    /// Reads the four hexadecimal digits after `\u`.
    fn code_unit(&mut self) -> Option<u32> {
        let digits = self.text.as_bytes().get(self.at + 1..self.at + 5).unwrap_or_default();
        let unit = digits.iter().try_fold(0, |unit, byte| Some(unit * 16 + char::from(*byte).to_digit(16)?));
        if digits.len() < 4 || unit.is_none() {
            self.fail("invalid escape");
            return None;
        }
        self.at += 5;
        unit
    }

    /// Reads the number that starts here if it has up to 15 digits, and no sign or exponent. Returns its digits, and the
    /// number of those after the point.
    #[inline]
    pub(super) fn short_number(&mut self) -> Option<(i64, usize)> {
        let bytes = self.text.as_bytes();
        let (mut value, mut end) = (0_i64, self.at);
        while let Some(digit @ b'0'..=b'9') = bytes.get(end) {
            value = value.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
            end += 1;
        }
        let whole = end - self.at;
        let mut decimals = 0;
        if bytes.get(end) == Some(&b'.') {
            while let Some(digit @ b'0'..=b'9') = bytes.get(end + 1) {
                value = value.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
                (end, decimals) = (end + 1, decimals + 1);
            }
            end += 1;
        }
        let is_valid = whole == 1 || whole > 1 && self.byte() != b'0';
        let is_short = whole + decimals <= SHORT && !matches!(bytes.get(end), Some(b'.' | b'e' | b'E'));
        if !is_valid || !is_short || bytes.get(end - 1) == Some(&b'.') {
            return None;
        }
        self.at = end;
        Some((value, decimals))
    }

    /// Reads the number that starts here, and returns its text.
    pub(crate) fn number(&mut self) -> &'a str {
        let start = self.at;
        if self.byte() == b'-' {
            self.at += 1;
        }
        let is_valid = match self.byte() {
            b'0' => {
                self.at += 1;
                true
            }
            _ => self.digits(),
        };
        let is_valid = is_valid && (self.byte() != b'.' || self.digits_after(1));
        let is_valid = is_valid && {
            let sign = self.text.as_bytes().get(self.at + 1);
            !matches!(self.byte(), b'e' | b'E') || self.digits_after(1 + usize::from(matches!(sign, Some(b'+' | b'-'))))
        };
        if !is_valid {
            self.fail("invalid number");
        }
        self.since(start)
    }

    fn digits_after(&mut self, skipped: usize) -> bool {
        self.at += skipped;
        self.digits()
    }

    /// Skips one or more digits.
    #[inline]
    fn digits(&mut self) -> bool {
        let start = self.at;
        while self.byte().is_ascii_digit() {
            self.at += 1;
        }
        self.at > start
    }

    /// Skips `true`, `false` or `null`.
    pub(crate) fn word(&mut self, word: &'static str) {
        if self.text.get(self.at..).is_some_and(|text| text.starts_with(word)) {
            self.at += word.len();
        } else {
            self.fail("expected a value");
        }
    }
}

/// Returns the character of an escape other than `\u`, by the byte after the backslash.
pub(crate) fn escaped_char(byte: u8) -> Option<char> {
    Some(match byte {
        b'"' | b'\\' | b'/' => char::from(byte),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        _ => return None,
    })
}

/// Returns the position of the first quote, backslash or control character, or the length.
pub(crate) fn special(bytes: &[u8]) -> usize {
    let (mut at, length) = (0, bytes.len());
    while let Some(chunk) = chunk(bytes, at) {
        match special_in(chunk) {
            0 => at += CHUNK,
            found => return at + first_byte(found),
        }
    }
    if let Some(last) = bytes.last_chunk() {
        // The bytes before the rest aren't special.
        return length - CHUNK + first_byte(special_in(u128::from_le_bytes(*last)));
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let both = u128::from(u64::from_le_bytes(*last)) << 64 | u128::from(u64::from_le_bytes(*first));
        let found = first_byte(special_in(both));
        return if found < CHUNK / 2 { found } else { length + found - CHUNK };
    }
    bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..0x20)).unwrap_or(length)
}

/// Maximum digits of a short number. They're exact as a float.
const SHORT: usize = 15;

/// Sets the high bit of the first special byte of a chunk, and maybe of later ones.
#[inline]
fn special_in(chunk: u128) -> u128 {
    const ONES: u128 = u128::MAX / 255;
    // Moves the quote next to the control characters.
    let quote_or_control = (chunk ^ (ONES * 2)).wrapping_sub(ONES * 0x21);
    let escape = (chunk ^ (ONES * 0x5c)).wrapping_sub(ONES);
    (quote_or_control | escape) & !chunk & (ONES << 7)
}

/// Returns the number of the first byte with its high bit set, or 16.
#[inline]
fn first_byte(found: u128) -> usize {
    (found.trailing_zeros() / 8) as usize
}
