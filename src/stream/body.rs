//! The body of a streamed response: an event stream, or JSON in place of one.

use crate::sse::{Decoder, Frame, FrameTooLarge};

/// The bytes of a body, and the frames among them.
pub(super) struct StreamBody {
    kind: BodyKind,
    decoder: Decoder,
    limit: usize,
}

enum BodyKind {
    /// Only whitespace so far.
    Unknown,
    Events,
    /// JSON, which no event stream starts with: a complete response, or an error.
    Json(Vec<u8>),
}

impl StreamBody {
    pub(super) fn new(max_event_size: usize) -> Self {
        let decoder = Decoder::with_max_event_size(max_event_size);
        Self { kind: BodyKind::Unknown, decoder, limit: max_event_size }
    }

    pub(super) fn feed(&mut self, mut bytes: &[u8]) {
        // The bytes of a byte-order mark start neither JSON nor a field.
        let is_blank = |byte: &u8| byte.is_ascii_whitespace() || b"\xEF\xBB\xBF".contains(byte);
        if let (BodyKind::Unknown, Some(start)) = (&self.kind, bytes.iter().position(|byte| !is_blank(byte))) {
            if matches!(bytes[start], b'{' | b'[') {
                self.kind = BodyKind::Json(Vec::new());
                bytes = &bytes[start..];
            } else {
                self.kind = BodyKind::Events;
            }
        }
        match &mut self.kind {
            BodyKind::Unknown | BodyKind::Events => self.decoder.push(bytes),
            BodyKind::Json(text) => text.extend_from_slice(bytes),
        }
    }

    pub(super) fn next_frame(&mut self) -> Result<Option<Frame<'_>>, FrameTooLarge> {
        match &self.kind {
            BodyKind::Json(text) if text.len() > self.limit => Err(FrameTooLarge { limit: self.limit }),
            BodyKind::Json(_) => Ok(None),
            BodyKind::Unknown | BodyKind::Events => self.decoder.next_frame(),
        }
    }

    /// Marks the end of the body. Returns its text if it's JSON.
    pub(super) fn finish(&mut self) -> Option<Vec<u8>> {
        match std::mem::replace(&mut self.kind, BodyKind::Events) {
            BodyKind::Json(text) => Some(text),
            BodyKind::Unknown | BodyKind::Events => {
                self.decoder.finish();
                None
            }
        }
    }

    /// Returns the lines that aren't part of the format.
    pub(super) fn unrecognized(&self) -> &[u8] {
        self.decoder.unrecognized()
    }
}
