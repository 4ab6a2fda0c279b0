//! A streamed answer: bytes from the socket, frames from `sse.rs`, typed events out.
//!
//! Place in the flow: made by `client.rs` when the head of the answer is there. There is no task and
//! no channel: polling the stream polls the socket, and not polling it stops the server.

pub(crate) mod accumulator;
pub(crate) mod text;

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll, ready};

use futures_core::Stream;
use http_body::Body as _;
use reqwest::Body;
use serde::Serialize;
use serde_json::json;

use crate::codec::decode as json;
use crate::error::redact::ApiKey;
use crate::error::text::excerpt;
use crate::error::{Error, ErrorKind};
use crate::sse::{Decoder, Frame};
use crate::stream::text::TextStream;
use crate::transport::body::{PendingBody, ResponseBody, ResponseHead};
use crate::transport::clock::IdleTimer;
use crate::transport::context::Context;
use crate::transport::tracing::Trace;
use crate::types::{
    CompletedEvent, ErrorBody, FailedEvent, InProgressEvent, IncompleteEvent, QueuedEvent, Response, ResponseStatus,
    StreamEvent,
};

/// The events of a streamed answer.
///
/// It yields every event that the server sends, those that the schema does not know as
/// [`StreamEvent::Unknown`]. It ends after the terminal event, `response.completed`,
/// `response.incomplete` or `response.failed`, even if the server keeps the connection open.
/// Comments, frames without data and `[DONE]` are no events.
///
/// The last item is an error when
///
/// - the server says that the response failed ([`ErrorKind::ResponseFailed`]): by `response.failed`,
///   which is yielded first, or by an `error` event, which is yielded too; the stream is read on to its
///   terminal event then, for the response, whose status is not asked,
/// - the stream ends or breaks before a terminal event ([`ErrorKind::StreamTruncated`]),
/// - nothing arrives for as long as the client's
///   [`idle_timeout`](crate::ClientBuilder::idle_timeout) ([`ErrorKind::Timeout`]),
/// - an event is not JSON ([`ErrorKind::Decode`]),
/// - an event is longer than the client's [`max_event_size`](crate::ClientBuilder::max_event_size)
///   ([`ErrorKind::LimitExceeded`]).
///
/// Dropping it closes the connection, and so does its end: a connection is not kept for another request
/// unless the server had ended the answer by the time that the terminal event was read. Memory is bounded
/// by the longest event.
///
/// ```no_run
/// use nexconn_responses::{Client, types::{CreateResponseRequest, StreamEvent}};
/// use std::{future::poll_fn, pin::Pin};
/// use futures_core::Stream;
///
/// # async fn run() -> Result<(), nexconn_responses::Error> {
/// let mut stream = Client::from_env()?.stream(&CreateResponseRequest::new("openai/gpt-5.2", "Hello")).await?;
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
    decoder: Decoder,
    form: Form,
    limit: usize,
    head: ResponseHead,
    key: ApiKey,
    /// An `error` event, until the terminal event that may follow it.
    failure: Option<Error>,
    timer: IdleTimer,
    trace: Trace,
}

/// What the body turns out to be.
enum Form {
    /// There were only blanks so far.
    Unknown,
    Events,
    /// JSON, which no event begins with: the whole response, or an error.
    Json(Vec<u8>),
}

/// Where the next event comes from.
enum Source {
    /// The socket.
    Body(Body),
    /// The decoder; the body has ended.
    Rest,
    /// A response that came as a whole.
    Whole(Box<StreamEvent>),
    /// The error that follows the last event.
    Failed(Error),
    /// Nowhere.
    Ended,
}

impl Source {
    fn whole(response: Response) -> Self {
        Self::Whole(Box::new(match response.status {
            Some(ResponseStatus::Failed) => StreamEvent::Failed(FailedEvent::new(response)),
            Some(ResponseStatus::Incomplete) => StreamEvent::Incomplete(IncompleteEvent::new(response)),
            Some(ResponseStatus::Queued) => StreamEvent::Queued(QueuedEvent::new(response)),
            Some(ResponseStatus::InProgress) => StreamEvent::InProgress(InProgressEvent::new(response)),
            _ => StreamEvent::Completed(CompletedEvent::new(response)),
        }))
    }
}

impl EventStream {
    /// Returns the events of a body.
    pub(crate) fn new(body: PendingBody, context: &Context, trace: Trace) -> Self {
        let (head, bytes, rest) = body.into_parts();
        let mut stream = Self::from_source(Source::Body(rest), head, context, trace);
        stream.take(&bytes);
        stream
    }

    /// Returns the one event that stands for the status of a response.
    pub(crate) fn from_response(response: Response, head: ResponseHead, context: &Context, trace: Trace) -> Self {
        Self::from_source(Source::whole(response), head, context, trace)
    }

    fn from_source(source: Source, head: ResponseHead, context: &Context, trace: Trace) -> Self {
        let Context { key, clock, settings, .. } = context;
        Self {
            source,
            decoder: Decoder::with_max_event_size(settings.max_event_size),
            form: Form::Unknown,
            limit: settings.max_event_size,
            head,
            key: key.clone(),
            failure: None,
            timer: IdleTimer::new(Arc::clone(clock), settings.idle_timeout()),
            trace,
        }
    }

    /// The server's id of the request.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.head.request_id.as_deref()
    }

    /// The next event, without the need for a `StreamExt`; `None` after the last one.
    pub async fn next(&mut self) -> Option<Result<StreamEvent, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Reads to the end and returns the response of the terminal event, completed or incomplete.
    ///
    /// # Errors
    ///
    /// The error that the stream ends with; [`ErrorKind::AlreadyRead`] if its terminal event has
    /// been taken from the stream already.
    pub async fn into_response(mut self) -> Result<Response, Error> {
        let mut last = None;
        while let Some(event) = self.next().await {
            match event? {
                StreamEvent::Completed(event) => last = Some(event.response),
                StreamEvent::Incomplete(event) => last = Some(event.response),
                _ => {}
            }
        }
        last.map(|response| *response)
            .ok_or_else(|| self.error(ErrorKind::AlreadyRead, "the terminal event was already read from the stream"))
    }

    /// Only the text of the answer, piece by piece: see [`TextStream`].
    pub fn text_stream(self) -> TextStream {
        TextStream::new(self)
    }

    fn error(&self, kind: ErrorKind, message: impl Into<String>) -> Error {
        self.head.describe(Error::new(kind, message))
    }

    /// Takes the next bytes of the body.
    fn take(&mut self, bytes: &[u8]) {
        if let (Form::Unknown, Some(first)) = (&self.form, bytes.trim_ascii_start().first()) {
            self.form = if *first == b'{' { Form::Json(Vec::new()) } else { Form::Events };
        }
        match &mut self.form {
            Form::Unknown | Form::Events => self.decoder.push(bytes),
            Form::Json(text) => text.extend_from_slice(bytes),
        }
    }

    /// The next event among the bytes that are there.
    fn next_event(&mut self) -> Result<Option<StreamEvent>, Error> {
        if matches!(&self.form, Form::Json(text) if text.len() > self.limit) {
            return Err(self.error(ErrorKind::LimitExceeded, "its body is too long"));
        }
        loop {
            let outcome = match self.decoder.next_frame() {
                Ok(None) => return Ok(None),
                Ok(Some(frame)) if is_no_event(&frame) => continue,
                Ok(Some(frame)) => decode(&frame, &self.key).map(|event| (event, frame.event == b"error")),
                Err(error) => {
                    return Err(self.error(ErrorKind::LimitExceeded, "one event is too long").with_source(error));
                }
            };
            return match outcome {
                Ok((event, is_named_error)) => {
                    self.remember(&event, is_named_error);
                    Ok(Some(event))
                }
                Err(undecoded) => Err(self.undecoded(undecoded)),
            };
        }
    }

    /// Sees to it that the stream ends as the event says. `is_named_error` is what its frame says.
    fn remember(&mut self, event: &StreamEvent, is_named_error: bool) {
        match event {
            StreamEvent::Completed(CompletedEvent { response, .. })
            | StreamEvent::Incomplete(IncompleteEvent { response, .. }) => {
                self.trace.usage(response.usage.as_deref());
                self.source = self.failure.take().map_or(Source::Ended, Source::Failed);
            }
            StreamEvent::Failed(failed) => {
                self.trace.usage(failed.response.usage.as_deref());
                let said = self.failure.take().filter(|_| failed.response.error.is_none());
                let error = said.unwrap_or_else(|| self.said(&json!({ "error": failed.response.error })));
                self.source = Source::Failed(error);
            }
            StreamEvent::Error(event) => self.failure = Some(self.said(event)),
            // Some servers put a plain error body into the stream.
            StreamEvent::Unknown(value)
                if is_named_error || value.get("error").is_some_and(|error| !error.is_null()) =>
            {
                self.failure = Some(self.said(value));
            }
            _ => {}
        }
    }

    /// The error that an error body in the stream stands for, nested or flat. The tag of a flat
    /// `error` event is not the type of the error.
    fn said(&self, body: &impl Serialize) -> Error {
        let text = self.key.redact(&serde_json::to_vec(body).unwrap_or_default());
        let mut body: Option<ErrorBody> = serde_json::from_str(&text).ok();
        if let Some(body) = body.as_mut().filter(|body| body.type_.as_deref() == Some("error")) {
            body.type_ = None;
        }
        let message = body.as_ref().and_then(ErrorBody::error_message).unwrap_or("the server does not say why".into());
        self.error(ErrorKind::ResponseFailed, message).with_body(text, body)
    }

    /// An event that is not JSON: cut by the end of the stream, or the server's fault.
    fn undecoded(&mut self, error: Error) -> Error {
        let error = self.head.describe(error);
        match &self.source {
            Source::Rest => self.failure.take().unwrap_or(error.with_kind(ErrorKind::StreamTruncated)),
            _ => error,
        }
    }

    /// The body has ended; what is left of it may be an event, or the whole was none.
    fn finish(&mut self) {
        self.source = match std::mem::replace(&mut self.form, Form::Events) {
            Form::Unknown | Form::Events => {
                self.decoder.finish();
                Source::Rest
            }
            Form::Json(text) => {
                let whole = ResponseBody::new(self.head.clone(), text, self.key.clone());
                whole.into_response().map_or_else(Source::Failed, Source::whole)
            }
        };
    }

    /// The end of the stream without a terminal event.
    fn end(&mut self) -> Error {
        let said = self.failure.take();
        said.unwrap_or_else(|| self.error(ErrorKind::StreamTruncated, "the server closed it"))
    }

    /// The server has said nothing for too long.
    fn late(&mut self) -> Error {
        let said = self.failure.take();
        said.unwrap_or_else(|| self.error(ErrorKind::Timeout, "nothing has arrived for too long"))
    }

    fn broken(&mut self, error: reqwest::Error) -> Error {
        let said = self.failure.take();
        said.unwrap_or_else(|| {
            self.error(ErrorKind::StreamTruncated, "the connection broke").with_source(error.without_url())
        })
    }
}

/// `[DONE]`, which some servers send at the end, and frames with nothing in them.
fn is_no_event(frame: &Frame<'_>) -> bool {
    frame.data.starts_with(b"[DONE]") || frame.data.trim_ascii().is_empty()
}

fn decode(frame: &Frame<'_>, key: &ApiKey) -> Result<StreamEvent, Error> {
    json::decode(&frame.data).map_err(|error| {
        let text = key.excerpt(&frame.data);
        let event = key.excerpt(frame.event);
        let what = if error.is_data() { "no event" } else { "not JSON" };
        let message = format!("an event {} is {what}: it begins {}", excerpt(&event), excerpt(&text));
        Error::new(ErrorKind::Decode, message).with_pointer(&frame.data, error).redacted(key).with_body(text, None)
    })
}

impl EventStream {
    /// The next item, of which nobody has been told yet.
    fn poll_item(&mut self, context: &mut task::Context<'_>) -> Poll<Option<Result<StreamEvent, Error>>> {
        loop {
            if let Source::Body(_) | Source::Rest = self.source {
                match self.next_event() {
                    Ok(Some(event)) => return Poll::Ready(Some(Ok(event))),
                    Ok(None) => {}
                    Err(error) => return self.fail(error),
                }
            }
            match &mut self.source {
                Source::Body(body) => match Pin::new(body).poll_frame(context) {
                    Poll::Pending => {
                        ready!(self.timer.poll_elapsed(context));
                        let error = self.late();
                        return self.fail(error);
                    }
                    Poll::Ready(frame) => {
                        self.timer.reset();
                        match frame {
                            Some(Ok(frame)) => self.take(frame.data_ref().map_or(&[][..], |data| data)),
                            Some(Err(error)) => {
                                let error = self.broken(error);
                                return self.fail(error);
                            }
                            None => self.finish(),
                        }
                    }
                },
                Source::Rest => {
                    let error = self.end();
                    return self.fail(error);
                }
                Source::Whole(_) | Source::Failed(_) | Source::Ended => {
                    return Poll::Ready(match std::mem::replace(&mut self.source, Source::Ended) {
                        Source::Whole(event) => {
                            self.source = Source::Rest;
                            self.remember(&event, false);
                            Some(Ok(*event))
                        }
                        Source::Failed(error) => Some(Err(error)),
                        Source::Body(_) | Source::Rest | Source::Ended => None,
                    });
                }
            }
        }
    }

    /// Ends with an error.
    fn fail(&mut self, error: Error) -> Poll<Option<Result<StreamEvent, Error>>> {
        self.source = Source::Ended;
        Poll::Ready(Some(Err(error)))
    }
}

impl Stream for EventStream {
    type Item = Result<StreamEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        let item = ready!(self.poll_item(context));
        match &item {
            Some(Ok(_)) => self.trace.event(),
            Some(Err(error)) => self.trace.failed(error),
            None => {}
        }
        Poll::Ready(item)
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("request_id", &self.head.request_id).finish_non_exhaustive()
    }
}
