//! The stream of events that `Client::stream` returns.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll, ready};

use futures_core::Stream;
use http_body::Body as _;
use reqwest::Body;

use crate::error::metadata::ResponseMetadata;
use crate::error::redact::Redactor;
use crate::error::text::excerpt;
use crate::error::{Error, ErrorKind};
use crate::stream::accumulator::Accumulator;
use crate::stream::body::StreamBody;
use crate::stream::event::{self, Effect};
use crate::stream::idle_timer::IdleTimer;
use crate::stream::resume::Resumption;
use crate::transport::body::{PendingBody, ResponseBody, ResponseHead, first_mismatch};
use crate::transport::context::Context;
use crate::transport::resume_policy::ResumePolicy;
use crate::transport::tracing::Trace;
use crate::types::{Response, StreamEvent};

/// The events of a streamed response.
///
/// Yields every event, in order. Events of an unknown type are [`StreamEvent::Unknown`]. The stream ends after
/// the terminal event (`response.completed`, `response.incomplete` or `response.failed`), even if the server
/// keeps the connection open.
///
/// The last item is an error if
///
/// - the response fails ([`ErrorKind::ResponseFailed`]). The `response.failed` or `error` event is yielded
///   before. After an `error` event, the stream is read to its terminal event, and
///   [`Error::response`] returns the response of that event.
/// - the stream ends, or its connection breaks, before a terminal event ([`ErrorKind::StreamTruncated`]),
/// - no bytes arrive for the [`idle_timeout`](crate::ClientBuilder::idle_timeout) ([`ErrorKind::Timeout`]),
/// - an event isn't JSON ([`ErrorKind::Decode`]),
/// - an event exceeds the [`max_event_size`](crate::ClientBuilder::max_event_size)
///   ([`ErrorKind::LimitExceeded`]).
///
/// Deviating servers are supported: the type may stand only in the `event:` line, `response.done` and
/// `response.cancelled` end a stream like `response.completed`, a response may come without an event around
/// it, and `[DONE]` ends the stream.
///
/// Dropping the stream closes the connection. So does reading it to its end, unless the server ended the body
/// with the terminal event. Memory is bounded by the largest event.
///
/// ```no_run
/// use nexconn_responses::{
///     Client,
///     types::{CreateResponseRequest, StreamEvent},
/// };
///
/// # async fn run() -> Result<(), nexconn_responses::Error> {
/// let mut stream = Client::from_env()?
///     .stream(&CreateResponseRequest::new("openai/gpt-5.2", "Hello"))
///     .await?;
/// while let Some(event) = stream.next().await {
///     if let StreamEvent::OutputTextDelta(event) = event? {
///         print!("{}", event.delta);
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing unless it is polled"]
pub struct EventStream {
    source: Source,
    body: StreamBody,
    head: ResponseHead,
    redactor: Redactor,
    strict_decoding: bool,
    /// The error of an `error` event, until the terminal event.
    failure: Option<Error>,
    /// Sequence number of the last event the caller already has.
    skip_through: Option<i64>,
    resumption: Option<Box<Resumption>>,
    timer: IdleTimer,
    trace: Trace,
}

/// The source of the next item.
enum Source {
    Body(Body),
    /// The body has ended, but there may be frames left.
    Frames,
    /// A response that came in one piece.
    Event(Arc<StreamEvent>),
    Error(Error),
    Ended,
}

impl EventStream {
    /// Returns the events of a body.
    pub(crate) fn new(body: PendingBody, context: &Context, trace: Trace) -> Self {
        let (head, bytes, rest) = body.into_parts();
        let mut stream = Self::from_source(Source::Body(rest), head, context, trace);
        stream.body.feed(&bytes);
        stream
    }

    /// Returns a stream of one event, for the status of a response.
    pub(crate) fn from_response(response: Response, head: ResponseHead, context: &Context, trace: Trace) -> Self {
        let event = Arc::new(StreamEvent::from_response(response));
        Self::from_source(Source::Event(event), head, context, trace)
    }

    fn from_source(source: Source, head: ResponseHead, context: &Context, trace: Trace) -> Self {
        let Context { redactor, clock, settings, .. } = context;
        Self {
            source,
            body: StreamBody::new(settings.max_event_size),
            head,
            redactor: redactor.clone(),
            strict_decoding: settings.strict_decoding,
            failure: None,
            skip_through: None,
            resumption: None,
            timer: IdleTimer::new(Arc::clone(clock), settings.idle_timeout()),
            trace,
        }
    }

    /// Skips events up to this sequence number, for servers that send them although they weren't asked for.
    pub(crate) fn skip_through(mut self, sequence_number: Option<i64>) -> Self {
        self.skip_through = sequence_number;
        self
    }

    /// Resumes the stream if its connection breaks.
    pub(crate) fn resume_on_disconnect(mut self, policy: ResumePolicy, context: &Context) -> Self {
        self.resumption = Some(Box::new(Resumption::new(policy, context, self.trace.clone())));
        self
    }

    /// Returns the server's id of the request.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.head.request_id()
    }

    /// Returns the metadata of the response: status, headers, attempts, rate limits.
    #[must_use]
    pub fn metadata(&self) -> &ResponseMetadata {
        &self.head.metadata
    }

    /// Returns the next event, or `None` after the last one. You don't need `StreamExt` for it.
    pub async fn next(&mut self) -> Option<Result<StreamEvent, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Reads the stream to its end and returns the response of the terminal event.
    ///
    /// If the server leaves out the output there, it's filled from the events read by this call.
    ///
    /// # Errors
    ///
    /// Returns the error the stream ends with, or [`ErrorKind::AlreadyRead`] if the terminal event was
    /// read before.
    pub async fn into_response(mut self) -> Result<Response, Error> {
        let mut accumulator = Accumulator::new();
        let mut is_complete = false;
        while let Some(event) = self.next().await {
            let event = event?;
            is_complete = event.terminal_response().is_some();
            accumulator.push_owned(event);
        }
        let response = accumulator.into_response().filter(|_| is_complete);
        response
            .ok_or_else(|| self.error(ErrorKind::AlreadyRead, "the terminal event was already read from the stream"))
    }

    fn error(&self, kind: ErrorKind, message: impl Into<String>) -> Error {
        self.head.describe(Error::new(kind, message))
    }

    /// Returns the next event of the bytes read so far.
    fn next_event(&mut self) -> Result<Option<StreamEvent>, Error> {
        loop {
            let frame = match self.body.next_frame() {
                Ok(None) => return Ok(None),
                Ok(Some(frame)) => frame,
                Err(error) => {
                    let message = format!("an event exceeds {} bytes; raise max_event_size", error.limit);
                    return Err(self.error(ErrorKind::LimitExceeded, message).with_source(error));
                }
            };
            if frame.data.trim_ascii().is_empty() {
                continue;
            }
            if frame.data.starts_with(b"[DONE]") {
                self.source = Source::Error(self.truncated("the server sent [DONE] before a terminal event"));
                return Ok(None);
            }
            match StreamEvent::read(&frame, &self.redactor) {
                Ok((event, effect)) if self.is_skipped(&event, &effect) => drop(event),
                Ok((event, effect)) => {
                    if let Some(error) = self.strict_decoding.then(|| first_mismatch(&event)).flatten() {
                        return Err(self.head.describe(error.redacted(&self.redactor)));
                    }
                    self.observe(&event, effect);
                    return Ok(Some(event));
                }
                Err(error) => return Err(self.undecoded(error)),
            }
        }
    }

    /// Whether the caller already has an event. Terminal events are never skipped.
    fn is_skipped(&self, event: &StreamEvent, effect: &Effect) -> bool {
        let Some(last) = self.skip_through else { return false };
        let is_terminal = matches!(effect, Effect::End | Effect::Fail(_));
        !is_terminal && event.sequence_number().is_some_and(|number| number <= last)
    }

    /// Updates the state of the stream after an event.
    fn observe(&mut self, event: &StreamEvent, effect: Effect) {
        let response = event.terminal_response();
        if let Some(response) = response {
            self.trace.response(response);
        }
        let error = match effect {
            Effect::Continue => return,
            Effect::Error(body) => {
                self.failure = Some(self.head.describe(event::error_from_event(&body, &self.redactor)));
                return;
            }
            Effect::End => self.failure.take(),
            Effect::Fail(body) => {
                let error = self.head.describe(event::error_from_event(&body, &self.redactor));
                let has_reason = error.body().is_some_and(|body| body.error.is_some());
                Some(self.failure.take().filter(|_| !has_reason).unwrap_or(error))
            }
        };
        self.source = match (error, response) {
            (Some(error), Some(response)) => Source::Error(error.with_response(event::copy(response))),
            (Some(error), None) => Source::Error(error),
            (None, _) => Source::Ended,
        };
    }

    /// Returns the error for an event that isn't JSON. If it's the last one, the stream was cut within it.
    fn undecoded(&mut self, error: Error) -> Error {
        let error = self.head.describe(error);
        match &self.source {
            Source::Frames => self.failure.take().unwrap_or(error.with_kind(ErrorKind::StreamTruncated)),
            _ => error,
        }
    }

    /// Handles the end of the body.
    fn finish(&mut self) {
        self.source = match self.body.finish() {
            None => Source::Frames,
            Some(json) => {
                let body = ResponseBody::new(self.head.clone(), json, self.redactor.clone(), self.strict_decoding);
                let event = body.into_response().map(StreamEvent::from_response);
                event.map_or_else(Source::Error, |event| Source::Event(Arc::new(event)))
            }
        };
    }

    /// Returns the error the server sent, in an event or outside of the format.
    fn server_error(&mut self) -> Option<Error> {
        if let Some(error) = self.failure.take() {
            return Some(error);
        }
        let text = self.redactor.excerpt(self.body.unrecognized().trim_ascii());
        match text.as_bytes().first()? {
            b'{' | b'[' => Some(self.head.describe(event::error_from_event(&text, &self.redactor)))
                .filter(|error| error.body().is_some()),
            b'<' => {
                let message = format!("the stream contains {} in place of an event", excerpt(&text));
                Some(self.error(ErrorKind::StreamTruncated, message).with_text(text))
            }
            _ => None,
        }
    }

    /// Returns the error for a stream that ends without a terminal event.
    fn truncated(&mut self, reason: &str) -> Error {
        self.server_error().unwrap_or_else(|| self.error(ErrorKind::StreamTruncated, reason))
    }

    fn idle_timeout(&mut self) -> Error {
        self.server_error()
            .unwrap_or_else(|| self.error(ErrorKind::Timeout, "no bytes arrived in time; raise idle_timeout"))
    }

    fn io_error(&mut self, error: reqwest::Error) -> Error {
        self.server_error().unwrap_or_else(|| {
            self.error(ErrorKind::StreamTruncated, "the connection broke").with_source(error.without_url())
        })
    }

    /// Returns the next item, before it's traced.
    fn poll_item(&mut self, context: &mut task::Context<'_>) -> Poll<Option<Result<StreamEvent, Error>>> {
        loop {
            if let Source::Body(_) | Source::Frames = self.source {
                match self.next_event() {
                    Ok(None) => {}
                    Ok(Some(event)) => return Poll::Ready(Some(Ok(event))),
                    Err(error) => return self.fail(error),
                }
            }
            let Source::Body(body) = &mut self.source else { return Poll::Ready(self.last_items()) };
            let Poll::Ready(frame) = Pin::new(body).poll_frame(context) else {
                ready!(self.timer.poll_elapsed(context));
                let error = self.idle_timeout();
                return self.fail(error);
            };
            self.timer.reset();
            match frame {
                Some(Ok(frame)) => self.body.feed(frame.data_ref().map_or(&[], |data| data)),
                Some(Err(error)) => {
                    let error = self.io_error(error);
                    return self.fail(error);
                }
                None => self.finish(),
            }
        }
    }

    /// Returns the next item after the last frame.
    fn last_items(&mut self) -> Option<Result<StreamEvent, Error>> {
        match std::mem::replace(&mut self.source, Source::Ended) {
            Source::Event(event) => {
                self.source = Source::Frames;
                let event = Arc::into_inner(event)?;
                self.observe(&event, event.effect());
                Some(Ok(event))
            }
            Source::Frames => Some(Err(self.truncated("the server closed the connection before a terminal event"))),
            Source::Error(error) => Some(Err(error)),
            Source::Body(_) | Source::Ended => None,
        }
    }

    /// Returns the next item, and resumes the stream if its connection broke.
    fn poll_resumed(&mut self, context: &mut task::Context<'_>) -> Poll<Option<Result<StreamEvent, Error>>> {
        loop {
            if let Some(resumption) = self.resumption.as_mut().filter(|resumption| resumption.is_pending()) {
                let body = match ready!(resumption.poll(context)) {
                    Ok(body) => body,
                    Err(error) => return self.fail(error),
                };
                self.skip_through = resumption.last();
                self.body = StreamBody::new(resumption.max_event_size());
                let (head, bytes, rest) = body.into_parts();
                self.body.feed(&bytes);
                (self.head, self.source) = (head, Source::Body(rest));
                self.timer.reset();
            }
            let item = ready!(self.poll_item(context));
            match (item, &mut self.resumption) {
                (Some(Err(error)), Some(resumption)) => match resumption.start(error) {
                    Ok(()) => {}
                    Err(error) => return self.fail(error),
                },
                (Some(Ok(event)), Some(resumption)) => {
                    resumption.observe(&event);
                    return Poll::Ready(Some(Ok(event)));
                }
                (item, _) => return Poll::Ready(item),
            }
        }
    }

    /// Ends the stream with an error.
    fn fail(&mut self, error: Error) -> Poll<Option<Result<StreamEvent, Error>>> {
        self.source = Source::Ended;
        Poll::Ready(Some(Err(error)))
    }
}

impl Stream for EventStream {
    type Item = Result<StreamEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        let item = ready!(self.poll_resumed(context));
        match &item {
            Some(Ok(event)) => self.trace.event(event),
            Some(Err(error)) => self.trace.failed(error),
            None => {}
        }
        Poll::Ready(item)
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("request_id", &self.head.request_id()).finish_non_exhaustive()
    }
}
