//! JSON read from its beginning to its end, or to where it stops being JSON.
//!
//! Place in the flow: `page.rs` scans each copy of the schema that a page has. What is whole is told
//! apart from what is cut, and a cut text can be closed: nothing is made up, and of what is whole
//! nothing is left out.

use crate::generate::source::Cut;

/// How deep a schema may be nested: what serde_json reads.
pub(crate) const DEPTH: usize = 127;

/// Blanks between tokens: those of JSON, and the non-breaking one, which web pages indent with.
const BLANKS: [char; 5] = [' ', '\t', '\n', '\r', '\u{a0}'];

/// An object or array that is open.
struct Open {
    closer: u8,
    /// The key, or the index, of the value that is being read.
    key: String,
    index: usize,
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// After `{`: a key or `}`.
    FirstKey,
    /// After a comma in an object.
    Key,
    /// After `[`: a value or `]`.
    FirstValue,
    /// After a colon, after a comma in an array, and at the beginning.
    Value,
    /// After a value: a comma, or the end of what is open.
    Next,
}

impl Expect {
    fn key(self) -> bool {
        matches!(self, Self::FirstKey | Self::Key)
    }

    fn value(self) -> bool {
        matches!(self, Self::FirstValue | Self::Value)
    }

    fn end(self, closer: u8) -> bool {
        self == Self::Next || (self == Self::FirstKey && closer == b'}') || (self == Self::FirstValue && closer == b']')
    }
}

/// The outcome of a scan.
pub(crate) struct Scan<'a> {
    text: &'a str,
    at: usize,
    expect: Expect,
    open: Vec<Open>,
    /// Up to here the text can be closed.
    whole: usize,
    /// Whether that is inside a string, which is a value.
    in_string: bool,
    /// Where the last token begins that was read.
    last: usize,
    /// Whether it is nested deeper than [`DEPTH`].
    too_deep: bool,
}

impl<'a> Scan<'a> {
    /// Scans the JSON value that the text begins with.
    pub(crate) fn run(text: &'a str) -> Self {
        let (open, expect) = (Vec::new(), Expect::Value);
        let mut scan = Self { text, at: 0, expect, open, whole: 0, in_string: false, last: 0, too_deep: false };
        while scan.step() {
            if scan.open.is_empty() {
                break;
            }
        }
        scan
    }

    /// The text that was read, without what could not be closed.
    pub(crate) fn text(&self) -> &'a str {
        &self.text[..self.whole]
    }

    /// Where the last token begins that was read. An object that begins earlier is a part of this one.
    pub(crate) fn last_token(&self) -> usize {
        self.last
    }

    /// Whether the scan ended because the text is nested deeper than [`DEPTH`].
    pub(crate) fn is_too_deep(&self) -> bool {
        self.too_deep
    }

    /// The cut, if the text ends while something is open.
    pub(crate) fn cut(&self) -> Option<Cut> {
        if self.open.is_empty() {
            return None;
        }
        let mut appended = if self.in_string { "\"".to_owned() } else { String::new() };
        for (depth, open) in self.open.iter().enumerate().rev() {
            appended += &format!("\n{}{}", "  ".repeat(depth), char::from(open.closer));
        }
        appended.push('\n');
        let pointer = self.open.iter().map(|open| format!("/{}", open.key)).collect();
        Some(Cut { line: self.text().matches('\n').count() + 1, pointer, appended })
    }

    /// Reads one token; false where the text ends or is no JSON.
    fn step(&mut self) -> bool {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches(BLANKS).len();
        let token = self.at;
        let read = self.token();
        if read {
            self.last = token;
        }
        read
    }

    fn token(&mut self) -> bool {
        let Some(byte) = self.text.as_bytes().get(self.at).copied() else { return false };
        match byte {
            b'{' | b'[' if self.expect.value() => return self.opened(byte),
            b'"' if self.expect.key() => return self.key(),
            b'"' if self.expect.value() => return self.string(),
            b',' if self.expect == Expect::Next => self.comma(),
            b'}' | b']' if self.expect.end(byte) && self.open.last().is_some_and(|open| open.closer == byte) => {
                self.open.pop();
                self.value_ends(self.at + 1);
            }
            _ if self.expect.value() => return self.scalar(),
            _ => return false,
        }
        true
    }

    fn opened(&mut self, byte: u8) -> bool {
        if self.open.len() >= DEPTH {
            self.too_deep = true;
            return false;
        }
        let (closer, expect) = if byte == b'{' { (b'}', Expect::FirstKey) } else { (b']', Expect::FirstValue) };
        self.open.push(Open { closer, key: "0".to_owned(), index: 0 });
        self.at += 1;
        self.whole = self.at;
        self.expect = expect;
        true
    }

    fn value_ends(&mut self, at: usize) {
        self.at = at;
        self.whole = at;
        self.expect = Expect::Next;
    }

    fn comma(&mut self) {
        self.at += 1;
        self.expect = Expect::Key;
        if let Some(open) = self.open.last_mut().filter(|open| open.closer == b']') {
            open.index += 1;
            open.key = open.index.to_string();
            self.expect = Expect::Value;
        }
    }

    /// A key with its colon.
    fn key(&mut self) -> bool {
        let Ok(length) = string_length(&self.text[self.at..]) else { return false };
        let name = &self.text[self.at + 1..self.at + length - 1];
        let rest = &self.text[self.at + length..];
        let Some(rest) = rest.trim_start_matches(BLANKS).strip_prefix(':') else { return false };
        if let Some(open) = self.open.last_mut() {
            open.key = name.replace('~', "~0").replace('/', "~1");
        }
        self.at = self.text.len() - rest.len();
        self.expect = Expect::Value;
        true
    }

    fn string(&mut self) -> bool {
        match string_length(&self.text[self.at..]) {
            Ok(length) => self.value_ends(self.at + length),
            Err(length) => {
                self.in_string = true;
                self.whole = self.at + length;
                return false;
            }
        }
        true
    }

    /// A number, `true`, `false` or `null`. At the very end of the text digits may be missing.
    fn scalar(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c));
        if end.is_none() && !["true", "false", "null"].contains(&rest) {
            return false;
        }
        let length = end.unwrap_or(rest.len());
        let is_json = serde_json::from_str::<serde_json::Value>(&rest[..length]).is_ok();
        if is_json {
            self.value_ends(self.at + length);
        }
        is_json
    }
}

/// The length of the JSON string at the start of the text, with its quotes; if it does not end,
/// `Err` with the length of what is whole of it.
fn string_length(text: &str) -> Result<usize, usize> {
    let bytes = text.as_bytes();
    let mut at = 1;
    loop {
        match bytes.get(at) {
            None | Some(..b' ') => return Err(at),
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at += escape_length(&bytes[at..]).ok_or(at)?,
            Some(_) => at += 1,
        }
    }
}

/// The length of the escape at the start of the text; surrogates come in pairs.
fn escape_length(text: &[u8]) -> Option<usize> {
    match text.get(1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => match unit(text)? {
            0xD800..=0xDBFF => matches!(unit(text.get(6..)?)?, 0xDC00..=0xDFFF).then_some(12),
            0xDC00..=0xDFFF => None,
            _ => Some(6),
        },
        _ => None,
    }
}

/// The value of `\uXXXX`.
fn unit(text: &[u8]) -> Option<u32> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, digit| Some(unit * 16 + char::from(*digit).to_digit(16)?))
}
