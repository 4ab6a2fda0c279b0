//! A decoder for server-sent events (`text/event-stream`) that does no I/O.
//!
//! Use it on its own for recordings and proxies.
//!
//! ```
//! use nexconn_responses::sse::Decoder;
//!
//! let mut decoder = Decoder::new();
//! decoder.push(b"event: greeting\ndata: hel");
//! assert!(decoder.next_frame()?.is_none());
//! decoder.push(b"lo\n\n");
//! let frame = decoder.next_frame()?.expect("the frame is complete");
//! assert_eq!(frame.event, b"greeting");
//! assert_eq!(&*frame.data, b"hello");
//! # Ok::<(), nexconn_responses::sse::FrameTooLarge>(())
//! ```

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use memchr::memchr2;

/// Default maximum size of one event: 67,108,864 bytes (64 MiB).
///
/// The largest events seen in practice end responses with generated images.
pub const DEFAULT_MAX_EVENT_SIZE: usize = 64 * 1024 * 1024;

/// Maximum size of the unrecognized lines a decoder keeps, in bytes.
const MAX_UNRECOGNIZED: usize = 64 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A server-sent event with data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Value of the last `event` field, empty if there was none.
    pub event: &'a [u8],
    /// Values of the `data` fields, joined with line feeds. Borrowed if there's only one.
    pub data: Cow<'a, [u8]>,
}

/// The error of [`Decoder::next_frame`] if an event exceeds the size limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameTooLarge {
    /// The limit, in bytes.
    pub limit: usize,
}

impl fmt::Display for FrameTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "server-sent event exceeds {} bytes", self.limit)
    }
}

impl std::error::Error for FrameTooLarge {}

/// Decodes server-sent events as the HTML standard defines them.
///
/// See the [module](self) for an example.
///
/// Push bytes in chunks of any size. Lines end with LF, CR or CRLF, and a byte-order mark at the start is
/// skipped. Comments, `id`, `retry` and unknown fields are ignored, and so are events without `data`. Memory
/// is bounded by the current event and the bytes pushed after it.
#[derive(Clone, Debug)]
pub struct Decoder {
    buffer: Vec<u8>,
    limit: usize,
    /// Start of the bytes the current frame needs.
    frame: usize,
    /// Start of the current line.
    line: usize,
    /// End of the part of the current line already searched for a line end.
    searched: usize,
    /// The last line ended with CR, so an LF that follows belongs to it.
    after_cr: bool,
    /// The input so far is a prefix of a byte-order mark.
    at_start: bool,
    event: Range<usize>,
    data: Option<Range<usize>>,
    /// Fields of the current frame that have been copied out of the buffer.
    detached: Option<Detached>,
    /// Size of the lines of the current frame that have left the buffer.
    detached_size: usize,
    /// Fields of the last returned frame, which borrows its event name from here.
    returned: Option<Detached>,
    unrecognized: Vec<u8>,
}

/// Fields of a frame that has several `data` fields, or ignored lines between its fields.
#[derive(Clone, Debug, Default)]
struct Detached {
    event: Vec<u8>,
    data: Option<Vec<u8>>,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// Creates a decoder with the limit [`DEFAULT_MAX_EVENT_SIZE`].
    #[must_use]
    pub fn new() -> Self {
        Self::with_max_event_size(DEFAULT_MAX_EVENT_SIZE)
    }

    /// Creates a decoder that rejects events of more than `limit` bytes.
    ///
    /// Comments and other ignored lines count only while they are incomplete.
    #[must_use]
    pub fn with_max_event_size(limit: usize) -> Self {
        Self {
            buffer: Vec::new(),
            limit,
            frame: 0,
            line: 0,
            searched: 0,
            after_cr: false,
            at_start: true,
            event: 0..0,
            data: None,
            detached: None,
            detached_size: 0,
            returned: None,
            unrecognized: Vec::new(),
        }
    }

    /// Appends the next bytes of the stream.
    ///
    /// Call [`next_frame`](Self::next_frame) until it returns `None` before you push again, or the bytes
    /// accumulate.
    pub fn push(&mut self, bytes: &[u8]) {
        self.discard(self.frame);
        self.buffer.extend_from_slice(bytes);
    }

    /// Returns the next complete frame, or `None` if more bytes are needed.
    ///
    /// # Errors
    ///
    /// Returns [`FrameTooLarge`] if a frame exceeds the limit. Don't use the decoder after that.
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, FrameTooLarge> {
        if self.at_start && !self.skip_byte_order_mark() {
            return Ok(None);
        }
        loop {
            let Some(line) = self.next_line() else {
                self.check_size(self.buffer.len())?;
                return Ok(None);
            };
            if !line.is_empty() {
                self.field(line)?;
                continue;
            }
            let size = self.check_size(self.line);
            (self.frame, self.detached_size) = (self.line, 0);
            size?;
            let (event, data) = (std::mem::replace(&mut self.event, 0..0), self.data.take());
            self.returned = self.detached.take();
            if let Some(data) = self.returned.as_mut().and_then(|detached| detached.data.take()) {
                let event = self.returned.as_ref().map_or(&[][..], |detached| &detached.event);
                return Ok(Some(Frame { event, data: Cow::Owned(data) }));
            }
            if let Some(data) = data {
                return Ok(Some(Frame { event: &self.buffer[event], data: Cow::Borrowed(&self.buffer[data]) }));
            }
        }
    }

    /// Marks the end of the input, so a last frame without a blank line after it is returned too.
    ///
    /// The standard drops such a frame. This decoder leaves it to you, because you can tell whether the data
    /// is complete.
    pub fn finish(&mut self) {
        self.push(b"\n\n");
    }

    /// Returns the lines so far that aren't comments or standard fields, for example an error page that a
    /// proxy wrote into the stream.
    ///
    /// Only the first 64 KiB are kept.
    #[must_use]
    pub fn unrecognized(&self) -> &[u8] {
        &self.unrecognized
    }

    /// Returns an error if the current frame, up to `end` in the buffer, exceeds the limit.
    fn check_size(&self, end: usize) -> Result<(), FrameTooLarge> {
        let size = end - self.frame + self.detached_size;
        if size > self.limit { Err(FrameTooLarge { limit: self.limit }) } else { Ok(()) }
    }

    /// Drops the bytes before `offset`.
    fn discard(&mut self, offset: usize) {
        if offset == 0 {
            return;
        }
        self.buffer.drain(..offset);
        self.frame -= offset;
        self.line -= offset;
        self.searched -= offset;
        let shift = |range: &mut Range<usize>| {
            *range = range.start.saturating_sub(offset)..range.end.saturating_sub(offset);
        };
        shift(&mut self.event);
        self.data.as_mut().map(shift);
    }

    /// Skips a byte-order mark. Returns false if more bytes are needed to recognize it.
    fn skip_byte_order_mark(&mut self) -> bool {
        let seen = self.buffer.len().min(BYTE_ORDER_MARK.len());
        if self.buffer[..seen] != BYTE_ORDER_MARK[..seen] {
            self.at_start = false;
        } else if seen == BYTE_ORDER_MARK.len() {
            self.at_start = false;
            (self.frame, self.line, self.searched) = (seen, seen, seen);
        }
        !self.at_start
    }

    /// Returns the next complete line, without its line end.
    fn next_line(&mut self) -> Option<Range<usize>> {
        if self.after_cr {
            let next = *self.buffer.get(self.line)?;
            self.after_cr = false;
            if next == b'\n' {
                // An LF counts towards the frame if its CR does.
                let is_before_frame = self.frame == self.line;
                self.line += 1;
                self.searched = self.line;
                if is_before_frame {
                    self.frame = self.line;
                }
            }
        }
        let Some(offset) = memchr2(b'\n', b'\r', &self.buffer[self.searched..]) else {
            self.searched = self.buffer.len();
            return None;
        };
        let end = self.searched + offset;
        let line = self.line..end;
        self.after_cr = self.buffer[end] == b'\r';
        self.line = end + 1;
        self.searched = self.line;
        Some(line)
    }

    fn field(&mut self, line: Range<usize>) -> Result<(), FrameTooLarge> {
        let bytes = &self.buffer[line.clone()];
        let colon = bytes.iter().take(6).position(|byte| *byte == b':');
        let name = &bytes[..colon.unwrap_or(bytes.len())];
        let mut start = line.start + colon.map_or(bytes.len(), |colon| colon + 1);
        if start < line.end && self.buffer[start] == b' ' {
            start += 1;
        }
        match name {
            b"data" => self.data_field(start..line.end),
            b"event" => self.event_field(start..line.end),
            b"" | b"id" | b"retry" => return self.ignore(line.start),
            _ => {
                let room = MAX_UNRECOGNIZED.saturating_sub(self.unrecognized.len());
                self.unrecognized.extend(bytes.iter().chain(b"\n").take(room));
                return self.ignore(line.start);
            }
        }
        Ok(())
    }

    fn event_field(&mut self, value: Range<usize>) {
        match &mut self.detached {
            Some(detached) => self.buffer[value].clone_into(&mut detached.event),
            None => self.event = value,
        }
    }

    fn data_field(&mut self, value: Range<usize>) {
        if self.data.is_some() {
            self.detach();
        }
        let Some(detached) = &mut self.detached else {
            self.data = Some(value);
            return;
        };
        let data = match &mut detached.data {
            Some(data) => {
                data.push(b'\n');
                data
            }
            none => none.insert(Vec::new()),
        };
        data.extend_from_slice(&self.buffer[value]);
    }

    /// Drops an ignored line, so any number of them may come between the fields of a frame.
    fn ignore(&mut self, start: usize) -> Result<(), FrameTooLarge> {
        self.check_size(self.line)?;
        self.detach();
        self.detached_size += start - self.frame;
        self.frame = self.line;
        Ok(())
    }

    /// Copies the fields of the current frame out of the buffer, unless it has none.
    fn detach(&mut self) {
        if self.detached.is_some() || (self.event.is_empty() && self.data.is_none()) {
            return;
        }
        let event = self.buffer[std::mem::replace(&mut self.event, 0..0)].to_vec();
        let data = self.data.take().map(|data| self.buffer[data].to_vec());
        self.detached = Some(Detached { event, data });
    }
}
