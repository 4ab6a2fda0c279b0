//! Bytes in, server-sent events out: the decoder of `text/event-stream`, without any IO.
//!
//! Place in the flow: `stream.rs` pushes what the socket delivers and decodes the data of each
//! [`Frame`] into a typed event. It is public because it is useful by itself, for recordings and
//! for proxies.
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

/// The most bytes that one frame may have, unless [`Decoder::with_max_event_size`] says otherwise: 64 MiB.
///
/// The largest frames in practice are the last ones of responses that hold generated images.
pub const DEFAULT_MAX_EVENT_SIZE: usize = 64 * 1024 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A server-sent event that has data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The last `event` field; empty if there was none.
    pub event: &'a [u8],
    /// The `data` fields, joined with line feeds. Borrowed when there was only one.
    pub data: Cow<'a, [u8]>,
}

/// A frame is longer than the limit of the decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameTooLarge {
    /// The limit, in bytes.
    pub limit: usize,
}

impl fmt::Display for FrameTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a server-sent event is longer than the limit of {} bytes", self.limit)
    }
}

impl std::error::Error for FrameTooLarge {}

/// A decoder of server-sent events, as the HTML standard describes them.
///
/// It takes the bytes in any portions. Lines end with LF, CR or CRLF; a byte-order mark at the start
/// is skipped; comments, `id`, `retry` and unknown fields are ignored, and so are frames without
/// `data`. It holds the current frame and what was pushed after it, and nothing else.
#[derive(Clone, Debug)]
pub struct Decoder {
    buffer: Vec<u8>,
    limit: usize,
    /// Where the current frame starts.
    frame: usize,
    /// Where the current line starts.
    line: usize,
    /// Up to where the current line has been searched for its end.
    searched: usize,
    /// Whether the last line ended with a CR, so that an LF now belongs to it.
    after_cr: bool,
    /// Whether nothing but a part of a byte-order mark has been seen.
    at_start: bool,
    event: Range<usize>,
    data: Option<Range<usize>>,
    /// The data of a frame that has more than one `data` field.
    joined: Option<Vec<u8>>,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder with the limit [`DEFAULT_MAX_EVENT_SIZE`].
    #[must_use]
    pub fn new() -> Self {
        Self::with_max_event_size(DEFAULT_MAX_EVENT_SIZE)
    }

    /// A decoder that refuses a frame of more than `limit` bytes.
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
            joined: None,
        }
    }

    /// Takes the next bytes of the stream. Call [`next_frame`](Self::next_frame) until it has none
    /// before the next push, or the bytes pile up.
    pub fn push(&mut self, bytes: &[u8]) {
        self.forget(self.frame);
        self.buffer.extend_from_slice(bytes);
    }

    /// The next complete frame among the bytes pushed so far; `None` if more bytes are needed.
    ///
    /// # Errors
    ///
    /// When a frame is longer than the limit. The decoder is of no more use then.
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, FrameTooLarge> {
        if self.at_start && !self.skip_byte_order_mark() {
            return Ok(None);
        }
        loop {
            let Some(line) = self.next_line() else {
                let too_long = self.buffer.len() - self.frame > self.limit;
                return if too_long { Err(FrameTooLarge { limit: self.limit }) } else { Ok(None) };
            };
            if !line.is_empty() {
                self.field(line);
                continue;
            }
            let too_long = self.line - self.frame > self.limit;
            self.frame = self.line;
            if too_long {
                return Err(FrameTooLarge { limit: self.limit });
            }
            let event = std::mem::replace(&mut self.event, 0..0);
            if let Some(data) = self.data.take() {
                let data = match self.joined.take() {
                    Some(joined) => Cow::Owned(joined),
                    None => Cow::Borrowed(&self.buffer[data]),
                };
                return Ok(Some(Frame { event: &self.buffer[event], data }));
            }
        }
    }

    /// Says that the stream has ended: a last frame that is not followed by a blank line counts.
    ///
    /// The standard drops such a frame. Here the caller, who can tell whether its data is whole,
    /// decides.
    pub fn finish(&mut self) {
        self.push(b"\n\n");
    }

    /// Drops the bytes before `offset`.
    fn forget(&mut self, offset: usize) {
        if offset == 0 {
            return;
        }
        self.buffer.drain(..offset);
        self.frame -= offset;
        self.line -= offset;
        self.searched -= offset;
        let moved = |range: &mut Range<usize>| {
            *range = range.start.saturating_sub(offset)..range.end.saturating_sub(offset);
        };
        moved(&mut self.event);
        self.data.as_mut().map(moved);
    }

    /// False if it takes more bytes to tell.
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

    /// The next line, without its end.
    fn next_line(&mut self) -> Option<Range<usize>> {
        if self.after_cr {
            let next = *self.buffer.get(self.line)?;
            self.after_cr = false;
            if next == b'\n' {
                // The LF of the blank line before a frame is no part of the frame; that of a line within it is.
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

    fn field(&mut self, line: Range<usize>) {
        let bytes = &self.buffer[line.clone()];
        let colon = bytes.iter().take(6).position(|byte| *byte == b':');
        let name = &bytes[..colon.unwrap_or(bytes.len())];
        let mut start = line.start + colon.map_or(bytes.len(), |colon| colon + 1);
        if start < line.end && self.buffer[start] == b' ' {
            start += 1;
        }
        match name {
            b"data" => self.data_field(start..line.end),
            b"event" => self.event = start..line.end,
            _ => {}
        }
    }

    fn data_field(&mut self, value: Range<usize>) {
        match (&self.data, &mut self.joined) {
            (None, _) => self.data = Some(value),
            (Some(_), Some(joined)) => {
                joined.push(b'\n');
                joined.extend_from_slice(&self.buffer[value]);
            }
            (Some(first), joined @ None) => {
                let mut lines = self.buffer[first.clone()].to_vec();
                lines.push(b'\n');
                lines.extend_from_slice(&self.buffer[value]);
                *joined = Some(lines);
            }
        }
    }
}
