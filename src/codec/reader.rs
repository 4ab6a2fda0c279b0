//! A pull reader over JSON text.

use std::borrow::Cow;

use super::mismatch::{JsonError, Note};

/// Maximum nesting of arrays and objects, as in serde_json.
pub(crate) const MAX_DEPTH: usize = 127;

pub(super) const TOO_DEEP: &str = "recursion limit exceeded";
pub(super) const UNCLOSED: &str = "expected a comma or the end of the array or object";

/// Maximum memory for arrays per byte of text, after the first MiB.
const MEMORY_PER_BYTE: usize = 12;

/// Reads JSON text from its start to its end.
///
/// The first error ends the text, so all loops end, and callers check once at the end. The reader accepts the same text
/// as serde_json, plus lone surrogates in strings, which become U+FFFD, and numbers of any size.
pub(crate) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    pub(super) depth: usize,
    pub(super) error: Option<(usize, &'static str)>,
    /// Remaining memory for arrays, in bytes.
    memory: usize,
    /// Whether the last string had a lone surrogate.
    pub(super) is_lossy: bool,
    pub(super) notes: Option<Vec<Note>>,
    /// The start of the last tagged object, the end of its tag, if it comes first, and the [`number`] of the tag's key.
    pub(super) tag: Option<(usize, usize, u128)>,
    /// Whether an object has a known key twice.
    pub(super) has_duplicates: bool,
    /// Whether the last of duplicate tags is searched for.
    pub(super) finds_last_tags: bool,
    /// Start and end of the containers skipped by the search for a tag, to skip each once.
    pub(super) passed: Vec<(usize, usize)>,
    /// The end of that search.
    pub(super) passed_to: usize,
}

pub(super) const CHUNK: usize = size_of::<u128>();

/// Returns the 16 bytes at a position.
#[inline]
pub(super) fn chunk(bytes: &[u8], at: usize) -> Option<u128> {
    bytes.get(at..)?.first_chunk().map(|chunk| u128::from_le_bytes(*chunk))
}

/// Returns a number for each text of up to 16 bytes, unique without NUL at the end, or none for longer ones.
pub(super) const fn number(text: &[u8]) -> Option<u128> {
    let (mut number, mut index) = (0, 0);
    while index < text.len() && index < CHUNK {
        number |= (text[index] as u128) << (index * 8);
        index += 1;
    }
    if text.len() <= CHUNK { Some(number) } else { None }
}

/// Masks for the first bytes of a chunk, by their number.
static MASKS: [u128; CHUNK] = {
    let mut masks = [0; CHUNK];
    let mut length = 1;
    while length < CHUNK {
        masks[length] = u128::MAX >> ((CHUNK - length) * 8);
        length += 1;
    }
    masks
};

impl<'a> Reader<'a> {
    /// Starts at the first byte, or after a byte-order mark.
    #[inline]
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 },
            depth: 0,
            error: None,
            memory: text.len().saturating_mul(MEMORY_PER_BYTE).saturating_add(1 << 20),
            is_lossy: false,
            notes: None,
            tag: None,
            has_duplicates: false,
            finds_last_tags: false,
            passed: Vec::new(),
            passed_to: 0,
        }
    }

    /// Notes each mismatch.
    pub(crate) fn with_notes(text: &'a str) -> Self {
        Self { notes: Some(Vec::new()), ..Self::new(text) }
    }

    /// Returns to the start, if an object had a known key twice: its tag may be the last one.
    #[inline]
    pub(super) fn restarts(&mut self) -> bool {
        let restarts = self.has_duplicates;
        if restarts {
            self.restart();
        }
        restarts
    }

    #[cold]
    fn restart(&mut self) {
        let notes = self.notes.as_ref().map(|_| Vec::new());
        *self = Self { notes, finds_last_tags: true, ..Self::new(self.text) };
    }

    /// Fails unless the whole text was JSON.
    #[inline]
    pub(crate) fn finish(&mut self) -> Result<(), JsonError> {
        self.peek();
        if self.at == self.text.len() && self.error.is_none() {
            return Ok(());
        }
        Err(self.failure())
    }

    #[cold]
    fn failure(&mut self) -> JsonError {
        let (at, problem) = self.error.unwrap_or((self.at, "trailing characters"));
        JsonError::new(self.text, at, problem)
    }

    #[cold]
    pub(crate) fn fail(&mut self, problem: &'static str) {
        self.error.get_or_insert((self.at, problem));
        self.at = self.text.len();
    }

    /// Notes that the value at `at` has an unexpected type, or lacks the property `missing`.
    #[cold]
    pub(crate) fn note(&mut self, at: usize, missing: Option<Cow<'static, str>>, expected: &'static str) {
        if let (Some(notes), None) = (&mut self.notes, self.error) {
            notes.push(Note { at, missing, expected });
        }
    }

    /// Takes `bytes` from the remaining memory.
    pub(crate) fn charge(&mut self, bytes: usize) {
        match self.memory.checked_sub(bytes) {
            Some(left) => self.memory = left,
            None => self.fail("too many small values: the document would take too much memory"),
        }
    }

    /// Returns the position, for [`since`](Self::since).
    #[inline]
    pub(crate) fn position(&mut self) -> usize {
        self.peek();
        self.at
    }

    /// Returns the text since a position.
    #[inline]
    pub(crate) fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    #[inline]
    pub(super) fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    /// Returns the first byte of the next token, or 0 at the end.
    #[inline]
    pub(crate) fn peek(&mut self) -> u8 {
        match self.byte() {
            byte @ b'!'.. => byte,
            _ => self.skip_space(),
        }
    }

    /// Not inline, which would make the types' code larger: most text has no space.
    #[inline(never)]
    fn skip_space(&mut self) -> u8 {
        while matches!(self.byte(), b' ' | b'\n' | b'\t' | b'\r') {
            self.at += 1;
        }
        self.byte()
    }

    /// Enters an array or an object, if one comes next.
    #[inline]
    pub(crate) fn enter(&mut self, open: u8) -> bool {
        if self.peek() != open {
            return false;
        }
        if self.depth == MAX_DEPTH {
            self.fail(TOO_DEEP);
        } else {
            self.depth += 1;
            self.at += 1;
        }
        true
    }

    /// Moves to the next element of an array or key of an object, and leaves it after the last.
    pub(crate) fn next(&mut self, is_first: &mut bool, close: u8) -> bool {
        let byte = self.peek();
        if byte == close {
            self.at += 1;
            self.depth -= 1;
            return false;
        }
        if !std::mem::take(is_first) {
            if byte != b',' {
                self.fail(UNCLOSED);
                return false;
            }
            self.at += 1;
        }
        self.error.is_none()
    }

    /// Leaves the array or object, if its end comes next literally.
    #[inline]
    pub(super) fn leave(&mut self, close: u8) -> bool {
        let is_end = self.byte() == close;
        if is_end {
            self.at += 1;
            self.depth -= 1;
        }
        is_end
    }

    /// Returns the next key of an object, and leaves the object after the last.
    pub(crate) fn key(&mut self, is_first: &mut bool) -> Option<Cow<'a, str>> {
        self.next(is_first, b'}').then(|| self.this_key())
    }

    /// Reads the key that comes next, and its colon.
    pub(crate) fn this_key(&mut self) -> Cow<'a, str> {
        if self.peek() != b'"' {
            self.fail("expected a key");
            return Cow::Borrowed("");
        }
        let key = self.string();
        if self.is_lossy {
            self.fail("lone surrogate in a key");
        }
        self.colon();
        key
    }

    pub(super) fn colon(&mut self) {
        if self.peek() == b':' {
            self.at += 1;
        } else {
            self.fail("expected `:`");
        }
    }

    /// Skips a text, if it comes next literally.
    #[inline]
    pub(super) fn eat(&mut self, text: &str) -> bool {
        self.eat_start(text.as_bytes(), text.len())
    }

    /// Skips the first `length` bytes of a text, if they come next. If the text has at least 16 bytes, up to 32 are
    /// compared as two numbers, which is faster than a call.
    #[inline]
    pub(super) fn eat_start(&mut self, text: &[u8], length: usize) -> bool {
        let Some(rest) = self.text.as_bytes().get(self.at..) else { return false };
        let comes_next = match (chunk(rest, 0), chunk(text, 0)) {
            (Some(next), Some(start)) if length <= 2 * CHUNK => {
                let mask = MASKS.get(length).copied().unwrap_or(u128::MAX);
                let is_same = |at| chunk(rest, at) == chunk(text, at);
                (next ^ start) & mask == 0 && (length <= CHUNK || is_same(length - CHUNK))
            }
            _ => text.get(..length).is_some_and(|text| rest.starts_with(text)),
        };
        self.at += if comes_next { length } else { 0 };
        comes_next
    }
}
