//! JSON Pointers of mismatches.

use super::mismatch::{Mismatch, Note, kind};
use super::pointer::escape;
use super::reader::Reader;

/// Converts positions to JSON Pointers, in one pass over the text.
pub(crate) fn locate(text: &str, mut notes: Vec<Note>) -> Vec<Mismatch> {
    notes.sort_by_key(|note| note.at);
    let mut search = Search { reader: Reader::new(text), pointer: String::new(), notes: &notes, found: Vec::new() };
    search.value();
    search.found
}

struct Search<'a> {
    reader: Reader<'a>,
    pointer: String,
    notes: &'a [Note],
    found: Vec<Mismatch>,
}

impl Search<'_> {
    fn value(&mut self) {
        let at = self.reader.position();
        while let Some((note, rest)) = self.notes.split_first().filter(|(note, _)| note.at <= at) {
            self.notes = rest;
            let length = self.pointer.len();
            let found = match &note.missing {
                Some(key) => {
                    push_token(&mut self.pointer, key);
                    "nothing"
                }
                None => kind(self.reader.peek()),
            };
            self.found.push(Mismatch { pointer: self.pointer.clone(), expected: note.expected, found });
            self.pointer.truncate(length);
        }
        let mut is_first = true;
        if self.reader.enter(b'{') {
            while let Some(key) = self.reader.key(&mut is_first) {
                self.child(&key);
            }
        } else if self.reader.enter(b'[') {
            let mut index = 0;
            while self.reader.next(&mut is_first, b']') {
                self.child(&index.to_string());
                index += 1;
            }
        } else {
            self.reader.skip();
        }
    }

    fn child(&mut self, token: &str) {
        let length = self.pointer.len();
        push_token(&mut self.pointer, token);
        self.value();
        self.pointer.truncate(length);
    }
}

/// Appends a token to a JSON Pointer.
fn push_token(pointer: &mut String, token: &str) {
    pointer.push('/');
    pointer.push_str(&escape(token));
}
