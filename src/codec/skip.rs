//! Skips values: those kept as text, and those before the tag of a union.

use std::borrow::Cow;
use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering::Relaxed;

use super::reader::{MAX_DEPTH, Reader, TOO_DEEP, UNCLOSED, number};
use super::writer::Writer;

/// Minimum length of remembered containers. Shorter ones are skipped again.
const MIN_REMEMBERED: usize = 64;

/// The tag of an object in a union.
pub(crate) enum Tag<'a> {
    /// The position of the tag in the list.
    Known(usize),
    Unknown,
    /// The object has no tag and only this property.
    Only(Cow<'a, str>),
    Missing,
}

/// The tags of a union.
pub(crate) struct Tags {
    /// The brace, the tag's key and colon, and the quote of the tag.
    start: &'static str,
    /// The [`number`] of the key.
    key: Option<u128>,
    /// Each tag with the start and its end quote. Sorted by length.
    list: &'static [&'static str],
    /// The tag that was last read, as a guess that's checked. Streams repeat the same event.
    last: AtomicU8,
}

impl Tags {
    pub(crate) const fn new(start: &'static str, list: &'static [&'static str]) -> Self {
        let key = match start.as_bytes() {
            [_, key @ .., _] => number(key),
            _ => None,
        };
        Self { start, key, list, last: AtomicU8::new(0) }
    }

    /// Returns the tag's key in JSON, with quotes and colon.
    fn key(&self) -> &'static str {
        self.start.get(1..self.start.len() - 1).unwrap_or_default()
    }

    /// Returns the tag's key, unescaped.
    fn name(&self) -> Cow<'static, str> {
        let key = self.key();
        if key.contains('\\') {
            return Reader::new(key).string();
        }
        Cow::Borrowed(key.get(1..key.len() - 2).unwrap_or_default())
    }

    /// Finds a tag by its JSON, with quotes.
    fn find(&self, json: &str) -> Tag<'static> {
        let length = self.start.len() - 1 + json.len();
        let shorter = self.list.partition_point(|tag| tag.len() < length);
        let same_length = self.list.iter().enumerate().skip(shorter).take_while(|(_, tag)| tag.len() == length);
        match same_length.map(|(index, tag)| (index, tag.ends_with(json))).find(|(_, is_equal)| *is_equal) {
            Some((index, _)) => {
                self.last.store(u8::try_from(index).unwrap_or_default(), Relaxed);
                Tag::Known(index)
            }
            None => Tag::Unknown,
        }
    }
}

impl<'a> Reader<'a> {
    /// Skips a value and returns its text.
    pub(crate) fn skip(&mut self) -> &'a str {
        let start = self.position();
        self.pass();
        self.since(start)
    }

    /// Skips a value. It doesn't recurse: `kinds` has a bit for each container around the position, 1 for objects.
    fn pass(&mut self) {
        let (mut kinds, mut open) = (0_u128, 0);
        loop {
            let byte = self.peek();
            match byte {
                b'{' | b'[' => {
                    if self.depth + open == MAX_DEPTH {
                        return self.fail(TOO_DEEP);
                    }
                    let is_object = byte == b'{';
                    self.at += 1;
                    kinds = kinds << 1 | u128::from(is_object);
                    open += 1;
                    // The closing brackets are this far from the opening ones.
                    if self.peek() != byte + 2 {
                        if is_object {
                            self.pass_key();
                        }
                        continue;
                    }
                }
                _ => self.pass_scalar(byte),
            }
            // After a value: the end of containers, or a comma.
            loop {
                if open == 0 {
                    return;
                }
                let is_object = kinds & 1 == 1;
                match self.peek() {
                    b',' => {
                        self.at += 1;
                        if is_object {
                            self.pass_key();
                        }
                        break;
                    }
                    b'}' if is_object => {}
                    b']' if !is_object => {}
                    _ => return self.fail(UNCLOSED),
                }
                self.at += 1;
                kinds >>= 1;
                open -= 1;
            }
        }
    }

    fn pass_scalar(&mut self, first: u8) {
        match first {
            b'"' => self.pass_string(),
            b'-' | b'0'..=b'9' => drop(self.number()),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => self.fail("expected a value"),
        }
    }

    fn pass_key(&mut self) {
        if self.peek() != b'"' {
            return self.fail("expected a key");
        }
        self.pass_string();
        if self.is_lossy {
            self.fail("lone surrogate in a key");
        }
        self.colon();
    }

    /// Skips a value that's read later, so only strings and brackets are checked. Remembers the ends of long containers.
    fn leap(&mut self) {
        let first = self.peek();
        if !matches!(first, b'{' | b'[') {
            return self.pass_scalar(first);
        }
        if self.jump() {
            return;
        }
        let (mut innermost, mut depth) = (0, self.depth);
        while let Some(byte) = self.text.as_bytes().get(self.at) {
            match byte {
                b'"' => {
                    self.pass_string();
                    continue;
                }
                b'{' | b'[' if depth == MAX_DEPTH => return self.fail(TOO_DEEP),
                b'{' | b'[' => {
                    // Until its end is known, a container has the number of the one around it.
                    self.passed.push((self.at, innermost));
                    (innermost, depth) = (self.passed.len() - 1, depth + 1);
                }
                b'}' | b']' => {
                    let Some(around) = self.remember(innermost, *byte) else { break };
                    (innermost, depth) = (around, depth - 1);
                    if depth == self.depth {
                        self.at += 1;
                        return;
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
        self.fail(UNCLOSED);
    }

    /// Remembers the end of a container, if it's long, and returns the number of the one around it. Fails if it ends with
    /// the other bracket.
    fn remember(&mut self, number: usize, close: u8) -> Option<usize> {
        let (start, end) = self.passed.get_mut(number)?;
        let is_closed = self.text.as_bytes().get(*start).is_some_and(|open| open + 2 == close);
        let around = std::mem::replace(end, self.at + 1);
        if *end - *start < MIN_REMEMBERED {
            self.passed.truncate(number);
        }
        is_closed.then_some(around)
    }

    /// Skips a remembered container.
    fn jump(&mut self) -> bool {
        let found = self.passed.binary_search_by_key(&self.at, |(start, _)| *start);
        if let Some((_, end)) = found.ok().and_then(|index| self.passed.get(index)) {
            self.at = *end;
            return true;
        }
        false
    }

    /// Returns the tag of the next object, without consuming the object.
    pub(crate) fn tag(&mut self, tags: &Tags) -> Tag<'a> {
        let start = self.position();
        self.tag = None;
        // Nearly always, it's the first property.
        if !self.finds_last_tags && self.depth < MAX_DEPTH {
            let guess = usize::from(tags.last.load(Relaxed));
            let tag = match tags.list.get(guess) {
                Some(tag) if self.eat(tag) => Tag::Known(guess),
                _ if self.eat(tags.start) => {
                    self.at -= 1;
                    self.read_tag(tags)
                }
                _ => Tag::Missing,
            };
            if matches!(tag, Tag::Known(_)) {
                self.tag = tags.key.map(|key| (start, self.at, key));
                self.at = start;
                return tag;
            }
        }
        if self.error.is_none() {
            self.at = start;
        }
        let last = if self.depth == 0 { self.last_tag(tags) } else { None };
        last.unwrap_or_else(|| self.search_tag(tags))
    }

    /// Reads the next value, a string, as a tag.
    fn read_tag(&mut self, tags: &Tags) -> Tag<'static> {
        let start = self.at;
        match self.string() {
            Cow::Borrowed(_) => tags.find(self.since(start)),
            Cow::Owned(text) => {
                // In the only encoding of the list.
                let mut out = Writer::new();
                out.string(&text);
                tags.find(&out.finish())
            }
        }
    }

    /// Makes the object keep the tag it was read by, which isn't its constant.
    pub(crate) fn keep_tag(&mut self) {
        self.tag = None;
    }

    /// Returns the tag of the whole text if it's known and the last property, as of servers that sort the keys.
    fn last_tag(&self, tags: &Tags) -> Option<Tag<'a>> {
        let text = self.text.strip_suffix('}')?;
        let (before, _) = text.strip_suffix('"')?.rsplit_once('"')?;
        let is_tag = before.strip_suffix(tags.key())?.ends_with(',');
        let tag = is_tag.then(|| tags.find(text.get(before.len()..).unwrap_or_default()));
        tag.filter(|tag| matches!(tag, Tag::Known(_)))
    }

    /// Searches the properties for a known tag, or for the last tag.
    #[cold]
    fn search_tag(&mut self, tags: &Tags) -> Tag<'a> {
        let name = tags.name();
        let start = self.at;
        if start >= self.passed_to {
            self.passed.clear();
        }
        let (mut tag, mut other_keys, mut is_first) = (Tag::Missing, 0, true);
        if !self.enter(b'{') {
            return tag;
        }
        while let Some(key) = self.key(&mut is_first) {
            let is_tag = key == name;
            if is_tag && self.peek() == b'"' {
                tag = self.read_tag(tags);
                if matches!(tag, Tag::Known(_)) && !self.finds_last_tags {
                    self.depth -= 1;
                    break;
                }
                continue;
            }
            self.leap();
            other_keys += 1;
            match tag {
                Tag::Known(_) | Tag::Unknown if !is_tag => {}
                _ if other_keys == 1 => tag = Tag::Only(key),
                _ => tag = Tag::Missing,
            }
        }
        if self.error.is_none() {
            self.passed_to = self.passed_to.max(self.at);
            self.at = start;
        }
        tag
    }
}
