//! The responses of the mock gateway, and their faults.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Read as _, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Value, json};

use super::events;

/// A response of a [`MockGateway`](super::MockGateway).
///
/// ```
/// use std::time::Duration;
///
/// use nexconn_responses::testing::Reply;
///
/// let reply = Reply::text("Good morning!");
/// let busy = Reply::error(429, "slow down").retry_after(Duration::from_secs(2));
/// let interrupted = Reply::text("Once upon a time").reset_after(3);
/// ```
#[derive(Clone, Debug)]
pub struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) content: Content,
    delay: Duration,
    slow: Option<(usize, Duration)>,
    pub(super) faults: VecDeque<(usize, Fault)>,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    /// A response object. Streamed if the request sets `stream`.
    Response(Value),
    Events(Vec<Value>),
    Json(Value),
    /// A body of this media type.
    Text(String, String),
    /// Bytes without a head.
    Raw(Pieces),
}

/// Bytes made while they're sent.
#[derive(Clone)]
pub(super) struct Pieces(Arc<dyn Fn() -> Box<dyn Iterator<Item = Bytes>> + Send + Sync>);

impl fmt::Debug for Pieces {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pieces")
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    Truncate,
    Reset,
    Stall,
    Garbage,
}

impl Reply {
    fn new(status: u16, content: Content) -> Self {
        let (headers, faults) = (Vec::new(), VecDeque::new());
        Self { status, headers, content, delay: Duration::ZERO, slow: None, faults }
    }

    /// Creates a completed response with one message. If the request sets `stream`, it's streamed word by word.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        let part = json!({"type": "output_text", "text": text.into(), "annotations": [], "logprobs": []});
        Self::output([json!({"type": "message", "role": "assistant", "content": [part]})])
    }

    /// Creates a completed response with a call of a function, with JSON arguments.
    #[must_use]
    pub fn function_call(name: impl Into<String>, arguments: impl Serialize) -> Self {
        Self::function_calls([(name, arguments)])
    }

    /// Creates a completed response with calls of several functions. Their `call_id`s are `call_1`, `call_2`, ….
    #[must_use]
    pub fn function_calls<N: Into<String>, A: Serialize>(calls: impl IntoIterator<Item = (N, A)>) -> Self {
        Self::output(calls.into_iter().enumerate().map(|(index, (name, arguments))| {
            let arguments = serde_json::to_string(&arguments).unwrap_or_default();
            let call_id = format!("call_{}", index + 1);
            json!({"type": "function_call", "call_id": call_id, "name": name.into(), "arguments": arguments})
        }))
    }

    /// Creates a completed response with these output items, typed or as JSON.
    #[must_use]
    pub fn output<T: Serialize>(items: impl IntoIterator<Item = T>) -> Self {
        let items: Vec<Value> = items.into_iter().map(|item| to_value(&item)).collect();
        Self::response(&json!({"output": items}))
    }

    /// Creates a response object, typed or as JSON. Required properties it lacks are filled in.
    ///
    /// If the request sets `stream`, it's streamed, and ends with the event of its status.
    #[must_use]
    pub fn response(response: &impl Serialize) -> Self {
        Self::new(200, Content::Response(to_value(response)))
    }

    /// Creates a stream of exactly these events, typed or as JSON.
    #[must_use]
    pub fn events<T: Serialize>(events: impl IntoIterator<Item = T>) -> Self {
        Self::new(200, Content::Events(events.into_iter().map(|event| to_value(&event)).collect()))
    }

    /// Creates a response with exactly this JSON.
    #[must_use]
    pub fn json(body: &impl Serialize) -> Self {
        Self::new(200, Content::Json(to_value(body)))
    }

    /// Creates a response with a body of any media type, such as a recorded `text/event-stream`.
    #[must_use]
    pub fn body(media_type: impl Into<String>, body: impl Into<String>) -> Self {
        Self::new(200, Content::Text(media_type.into(), body.into()))
    }

    /// Creates an error response in OpenAI's format.
    #[must_use]
    pub fn error(status: u16, message: impl Into<String>) -> Self {
        let kind = if status < 500 { "invalid_request_error" } else { "server_error" };
        let error = json!({"message": message.into(), "type": kind, "param": null, "code": null});
        Self::new(status, Content::Json(json!({"error": error})))
    }

    /// Creates a response of exactly these bytes, after which the connection is closed.
    #[must_use]
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self::raw_pieces([bytes.into()])
    }

    /// Creates a response of exactly these bytes, each piece in one write.
    ///
    /// The iterator runs while the response is sent, so it can be longer than memory, or wait for your test.
    ///
    /// ```
    /// use nexconn_responses::testing::Reply;
    ///
    /// let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
    /// let event = "data: {\"type\": \"response.in_progress\"}\n\n";
    /// let long = Reply::raw_pieces(
    ///     std::iter::once(head).chain(std::iter::repeat_n(event, 1_000_000)),
    /// );
    /// ```
    #[must_use]
    pub fn raw_pieces<I>(pieces: I) -> Self
    where
        I: IntoIterator<Item: Into<Bytes> + 'static, IntoIter: Clone + Send + Sync + 'static>,
    {
        let pieces = pieces.into_iter();
        Self::new(0, Content::Raw(Pieces(Arc::new(move || Box::new(pieces.clone().map(Into::into))))))
    }

    /// Resets the connection before the response starts.
    #[must_use]
    pub fn reset() -> Self {
        Self::raw("").reset_after(0)
    }

    /// Never sends the start of a response.
    #[must_use]
    pub fn stall() -> Self {
        Self::raw("").stall_after(0)
    }

    /// Sets the status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the `code` of an error response.
    #[must_use]
    pub fn code(mut self, code: impl Into<String>) -> Self {
        if let Content::Json(body) = &mut self.content {
            body["error"]["code"] = code.into().into();
        }
        self
    }

    /// Adds a `retry-after-ms` header, and `retry-after` in whole seconds.
    #[must_use]
    pub fn retry_after(self, delay: Duration) -> Self {
        let seconds = delay.as_millis().div_ceil(1000).to_string();
        self.header("retry-after-ms", delay.as_millis().to_string()).header("retry-after", seconds)
    }

    /// Waits before the response starts.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Sends a few bytes at a time, with a pause after each.
    #[must_use]
    pub fn slow(mut self, bytes: usize, pause: Duration) -> Self {
        self.slow = Some((bytes.max(1), pause));
        self
    }

    /// Closes the connection early: after `count` events of a stream, or `count` bytes of another body.
    ///
    /// Repeat it to interrupt the same stream again when it's resumed: the second call counts from there.
    #[must_use]
    pub fn truncate_after(self, count: usize) -> Self {
        self.fault(count, Fault::Truncate)
    }

    /// Resets the connection. Counts as [`truncate_after`](Self::truncate_after) does.
    #[must_use]
    pub fn reset_after(self, count: usize) -> Self {
        self.fault(count, Fault::Reset)
    }

    /// Stops sending but keeps the connection open. Counts as [`truncate_after`](Self::truncate_after) does.
    #[must_use]
    pub fn stall_after(self, count: usize) -> Self {
        self.fault(count, Fault::Stall)
    }

    /// Sends bytes other than HTTP, and closes. Counts as [`truncate_after`](Self::truncate_after) does.
    #[must_use]
    pub fn garbage_after(self, count: usize) -> Self {
        self.fault(count, Fault::Garbage)
    }

    fn fault(mut self, count: usize, fault: Fault) -> Self {
        self.faults.push_back((count, fault));
        self
    }

    /// Sends the reply up to its fault, if it has one. Returns the fault, or [`Fault::Truncate`] if the connection
    /// can't be used for another request.
    pub(super) fn send(&self, connection: &TcpStream) -> io::Result<Option<Fault>> {
        thread::sleep(self.delay);
        let fault = self.faults.front().copied();
        let count = fault.map_or(usize::MAX, |(count, _)| count);
        let fault = fault.map(|(_, fault)| fault);
        let mut out = Slow { connection, slow: self.slow };
        match &self.content {
            Content::Events(events) => {
                let head = self.head("content-type: text/event-stream\r\ntransfer-encoding: chunked");
                out.write_all(head.as_bytes())?;
                for event in events.iter().take(count) {
                    let frame = events::frame(event);
                    out.write_all(format!("{:x}\r\n{frame}\r\n", frame.len()).as_bytes())?;
                }
                if fault.is_none() {
                    out.write_all(b"0\r\n\r\n")?;
                }
            }
            Content::Raw(Pieces(pieces)) => {
                out.write_up_to(count, pieces())?;
                return Ok(fault.or(Some(Fault::Truncate)));
            }
            Content::Response(body) | Content::Json(body) => {
                self.send_body("application/json", &body.to_string(), count, &mut out)?;
            }
            Content::Text(media_type, body) => self.send_body(media_type, body, count, &mut out)?,
        }
        Ok(fault)
    }

    /// Sends the head and at most `count` bytes of the body.
    fn send_body(&self, media_type: &str, body: &str, count: usize, out: &mut Slow<'_>) -> io::Result<()> {
        let head = self.head(&format!("content-type: {media_type}\r\ncontent-length: {}", body.len()));
        out.write_all(head.as_bytes())?;
        out.write_all(&body.as_bytes()[..count.min(body.len())])
    }

    fn head(&self, ending: &str) -> String {
        let headers: String = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("HTTP/1.1 {} Mock\r\n{headers}{ending}\r\n\r\n", self.status)
    }
}

impl Fault {
    pub(super) fn perform(self, mut connection: &TcpStream) -> io::Result<()> {
        match self {
            Self::Truncate => {}
            Self::Reset => {
                let socket = tokio::net::TcpSocket::from_std_stream(connection.try_clone()?);
                // The newer `set_zero_linger` would raise tokio's minimum version.
                #[allow(deprecated, reason = "zero doesn't block")]
                socket.set_linger(Some(Duration::ZERO))?;
            }
            Self::Stall => while connection.read(&mut [0; 1024])? > 0 {},
            Self::Garbage => connection.write_all(b"\xFF\x00 this isn't HTTP \r\n\r\n")?,
        }
        if matches!(self, Self::Reset) { Ok(()) } else { connection.shutdown(Shutdown::Both) }
    }
}

/// Writes to a connection, slowly for a slow reply.
struct Slow<'a> {
    connection: &'a TcpStream,
    slow: Option<(usize, Duration)>,
}

impl Slow<'_> {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some((count, pause)) = self.slow else { return self.connection.write_all(bytes) };
        bytes.chunks(count).try_for_each(|chunk| {
            thread::sleep(pause);
            self.connection.write_all(chunk)
        })
    }

    /// Writes at most `count` bytes.
    fn write_up_to(&mut self, mut count: usize, mut pieces: impl Iterator<Item = Bytes>) -> io::Result<()> {
        while count > 0
            && let Some(piece) = pieces.next()
        {
            let piece = &piece[..count.min(piece.len())];
            self.write_all(piece)?;
            count -= piece.len();
        }
        Ok(())
    }
}

fn to_value(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
