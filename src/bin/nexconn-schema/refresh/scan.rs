//! Reads JSON as far as it's valid. Distinguishes truncated from damaged text.
//!
//! A page may be cut in the middle of the schema. Then the scan can close the text without making anything up. If
//! more JSON follows the place where it becomes invalid, the text is damaged instead.

use std::ops::Range;

use super::tokens::{continues, is_blank, starts_with_key, string_length};
use crate::generate::document::escape;
use crate::generate::json::MAX_DEPTH;
use crate::generate::source::Cut;
use crate::terminal::quoted;

/// An open object or array.
struct Open {
    start: usize,
    closer: u8,
    /// The key or index of the current value.
    key: String,
    index: usize,
    /// Whether it's an object with a `$schema`.
    is_schema: bool,
}

/// The tokens allowed next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// After `{`: a key or `}`.
    FirstKey,
    /// After a comma in an object.
    Key,
    /// After `[`: a value or `]`.
    FirstValue,
    /// After a colon, after a comma in an array, and at the start.
    Value,
    /// After a value: a comma or a closing bracket.
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

    fn description(self) -> &'static str {
        match self {
            Self::FirstKey => "a key in double quotes or `}`",
            Self::Key => "a key in double quotes",
            Self::FirstValue | Self::Value => "a value",
            Self::Next => "a comma or a closing bracket",
        }
    }
}

/// How a scan ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The value is complete.
    Whole,
    /// The text stops inside the value.
    Stopped,
    /// The value nests too deep.
    TooDeep,
    /// The text is invalid at this offset, and JSON continues after it.
    Damaged(usize, String),
}

/// A scan of the JSON value a text starts with.
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
    expect: Expect,
    open: Vec<Open>,
    /// Up to here the text can be closed.
    whole: usize,
    /// Whether it's inside a string value.
    in_string: bool,
    last_token: usize,
    too_deep: bool,
    title: Option<Range<usize>>,
    schemas: Vec<usize>,
}

impl<'a> Scan<'a> {
    pub(super) fn run(text: &'a str) -> Self {
        let mut scan = Self {
            text,
            at: 0,
            expect: Expect::Value,
            open: Vec::new(),
            whole: 0,
            in_string: false,
            last_token: 0,
            too_deep: false,
            title: None,
            schemas: Vec::new(),
        };
        while scan.step() && !scan.open.is_empty() {}
        scan
    }

    /// The text up to where it can be closed.
    pub(super) fn text(&self) -> &'a str {
        &self.text[..self.whole]
    }

    /// The start of the last valid token.
    pub(super) fn last_token(&self) -> usize {
        self.last_token
    }

    /// The starts of the outermost objects with a `$schema`.
    pub(super) fn schemas(&self) -> &[usize] {
        &self.schemas
    }

    /// The `title` of the outermost object.
    pub(super) fn title(&self) -> Option<String> {
        serde_json::from_str(&self.text[self.title.clone()?]).ok()
    }

    /// Leaves out a quote at the end of a shell word.
    pub(super) fn without_shell_quote(mut self) -> Self {
        if self.in_string && self.text().ends_with('\'') && !self.text[self.whole..].starts_with('\\') {
            self.whole -= 1;
        }
        self
    }

    /// The text after the value.
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.whole..]
    }

    /// Whether the value is complete.
    pub(super) fn is_whole(&self) -> bool {
        self.open.is_empty() && self.whole > 0
    }

    pub(super) fn end(&self) -> End {
        if self.too_deep {
            return End::TooDeep;
        }
        let at = if self.in_string { self.whole } else { self.at };
        let rest = &self.text[at..];
        if self.is_whole() {
            return match rest.trim_start_matches(is_blank).trim_start_matches(',') {
                // A bracket too many closes the schema too early.
                more if starts_with_key(more) => {
                    End::Damaged(at, "the object is closed, but more of it follows".to_owned())
                }
                _ => End::Whole,
            };
        }
        // After a value and a line break, a bracket may start other JSON. Otherwise it may be the damage.
        let is_other = self.in_string || (self.expect == Expect::Next && self.text[self.last_token..at].contains('\n'));
        if !continues(rest, !is_other) {
            return End::Stopped;
        }
        End::Damaged(at, self.problem(rest))
    }

    fn problem(&self, rest: &str) -> String {
        if !self.in_string {
            return format!("expected {}, found {}", self.expect.description(), quoted(rest));
        }
        let line = self.text().rsplit('\n').next().unwrap_or_default();
        let start = line.rfind('"').map_or(line, |quote| &line[quote..]);
        match rest.chars().next() {
            Some('\\') => format!("invalid escape in a string: {}", quoted(rest)),
            Some('\n') => format!("line break in a string, after {}", quoted(start)),
            _ => format!("invalid character in a string, before {}", quoted(rest)),
        }
    }

    /// The cut, if the text stops inside the value.
    pub(super) fn cut(&self) -> Option<Cut> {
        if self.open.is_empty() {
            return None;
        }
        let mut appended = if self.in_string { "\"".to_owned() } else { String::new() };
        for (depth, open) in self.open.iter().enumerate().rev() {
            appended += &format!("\n{}{}", "  ".repeat(depth), char::from(open.closer));
        }
        appended.push('\n');
        let pointer = self.open.iter().map(|open| format!("/{}", escape(&open.key))).collect();
        Some(Cut { line: self.text().matches('\n').count() + 1, pointer, appended })
    }

    /// Reads one token; false at the end of the text and where it's invalid.
    fn step(&mut self) -> bool {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches(is_blank).len();
        let token = self.at;
        let is_valid = self.token();
        if is_valid {
            self.last_token = token;
        }
        is_valid
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
        if self.open.len() >= MAX_DEPTH {
            self.too_deep = true;
            return false;
        }
        let (closer, expect) = if byte == b'{' { (b'}', Expect::FirstKey) } else { (b']', Expect::FirstValue) };
        self.open.push(Open { start: self.at, closer, key: "0".to_owned(), index: 0, is_schema: false });
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

    /// Reads a key with its colon.
    fn key(&mut self) -> bool {
        let Ok(length) = string_length(&self.text[self.at..]) else { return false };
        let name = &self.text[self.at..self.at + length];
        let rest = &self.text[self.at + length..];
        let Some(rest) = rest.trim_start_matches(is_blank).strip_prefix(':') else { return false };
        let Ok(name) = serde_json::from_str::<String>(name) else { return false };
        if name == "$schema"
            && rest.trim_start_matches(is_blank).starts_with('"')
            && !self.open.iter().any(|open| open.is_schema)
            && let Some(open) = self.open.last_mut()
        {
            open.is_schema = true;
            self.schemas.push(open.start);
        }
        if let Some(open) = self.open.last_mut() {
            open.key = name;
        }
        self.at = self.text.len() - rest.len();
        self.expect = Expect::Value;
        true
    }

    fn string(&mut self) -> bool {
        match string_length(&self.text[self.at..]) {
            Ok(length) => {
                if matches!(self.open.as_slice(), [open] if open.key == "title") {
                    self.title = Some(self.at..self.at + length);
                }
                self.value_ends(self.at + length);
                true
            }
            Err(length) => {
                self.in_string = true;
                self.whole = self.at + length;
                false
            }
        }
    }

    /// Reads a number, `true`, `false` or `null`. At the end of the text, digits may be missing.
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
