//! A streamed answer: bytes from the socket, frames from `sse.rs`, typed events out.
//!
//! Place in the flow: made by `client.rs` when the head of the answer is there. There is no task and
//! no channel: polling the stream polls the socket, and not polling it stops the server.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use http_body::Body as _;
use reqwest::Body;
use serde::Serialize;
use serde_json::json;

use crate::client::Client;
use crate::clock::{Clock, Sleep};
use crate::error::{Error, ErrorKind};
use crate::secret::Secret;
use crate::send::{self, brief};
use crate::sse::{Decoder, Frame};
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
/// - the server says that the response failed ([`ErrorKind::StreamFailed`]): by `response.failed`,
///   which is yielded first, or by an `error` event, after which nothing terminal comes,
/// - the stream ends or breaks before a terminal event ([`ErrorKind::StreamTruncated`]),
/// - nothing arrives for as long as the client's
///   [`idle_timeout`](crate::ClientBuilder::idle_timeout) ([`ErrorKind::Timeout`]),
/// - an event is not JSON ([`ErrorKind::Decode`]),
/// - an event is longer than the client's [`event_limit`](crate::ClientBuilder::event_limit)
///   ([`ErrorKind::LimitExceeded`]).
///
/// Dropping it closes the connection. Memory is bounded by the longest event.
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
    request_id: Option<String>,
    key: Secret,
    /// An `error` event, until the terminal event that may follow it.
    failure: Option<Error>,
    patience: Patience,
}

/// How long nothing may arrive.
struct Patience {
    clock: Arc<dyn Clock>,
    idle: Duration,
    /// Runs while the stream waits for bytes.
    sleep: Option<Sleep>,
}

impl Patience {
    /// Ready once nothing has arrived for too long.
    fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.sleep.get_or_insert_with(|| self.clock.sleep(self.idle)).as_mut().poll(context)
    }

    fn renew(&mut self) {
        self.sleep = None;
    }
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

impl EventStream {
    pub(crate) fn new(response: reqwest::Response, client: &Client) -> Self {
        let request_id = send::request_id(response.headers());
        Self::of(Source::Body(response.into()), request_id, client)
    }

    fn of(source: Source, request_id: Option<String>, client: &Client) -> Self {
        let Client { shared, settings } = client;
        Self {
            source,
            decoder: Decoder::with_limit(settings.event_limit),
            request_id,
            key: shared.key.clone(),
            failure: None,
            patience: Patience { clock: Arc::clone(&shared.clock), idle: settings.idle_timeout(), sleep: None },
        }
    }

    /// The events of a text that is there already.
    pub(crate) fn of_text(bytes: Vec<u8>, request_id: Option<String>, client: &Client) -> Self {
        Self::of(Source::Body(bytes.into()), request_id, client)
    }

    /// The event that the status of a response stands for that is there already, in most cases a terminal one.
    pub(crate) fn of_response(response: Response, request_id: Option<String>, client: &Client) -> Self {
        let event = match response.status {
            Some(ResponseStatus::Failed) => StreamEvent::Failed(FailedEvent::new(response)),
            Some(ResponseStatus::Incomplete) => StreamEvent::Incomplete(IncompleteEvent::new(response)),
            Some(ResponseStatus::Queued) => StreamEvent::Queued(QueuedEvent::new(response)),
            Some(ResponseStatus::InProgress) => StreamEvent::InProgress(InProgressEvent::new(response)),
            _ => StreamEvent::Completed(CompletedEvent::new(response)),
        };
        Self::of(Source::Whole(Box::new(event)), request_id, client)
    }

    /// The server's id of the request.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The next event, without the need for a `StreamExt`; `None` after the last one.
    pub async fn next(&mut self) -> Option<Result<StreamEvent, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Reads to the end and returns the response of the terminal event, completed or incomplete.
    ///
    /// # Errors
    ///
    /// The error that the stream ends with; [`ErrorKind::StreamTruncated`] if its terminal event has
    /// been taken from the stream already.
    pub async fn into_response(mut self) -> Result<Response, Error> {
        while let Some(event) = self.next().await {
            match event? {
                StreamEvent::Completed(event) => return Ok(*event.response),
                StreamEvent::Incomplete(event) => return Ok(*event.response),
                _ => {}
            }
        }
        Err(self.error(ErrorKind::StreamTruncated, "its terminal event has been read already"))
    }

    /// Only the text of the answer, piece by piece: see [`TextStream`].
    pub fn text_stream(self) -> TextStream {
        TextStream { events: self }
    }

    fn error(&self, kind: ErrorKind, message: impl Into<String>) -> Error {
        Error::new(kind, message).with_status(200).with_request_id(self.request_id.clone())
    }

    /// The next event among the bytes that are there.
    fn next_event(&mut self) -> Result<Option<StreamEvent>, Error> {
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
            StreamEvent::Completed(_) | StreamEvent::Incomplete(_) => self.source = Source::Ended,
            StreamEvent::Failed(failed) => {
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
        let text = self.key.clean(&serde_json::to_vec(body).unwrap_or_default());
        let mut body: Option<ErrorBody> = serde_json::from_str(&text).ok();
        if let Some(body) = body.as_mut().filter(|body| body.type_.as_deref() == Some("error")) {
            body.type_ = None;
        }
        let message = body.as_ref().and_then(ErrorBody::error_message).unwrap_or("the server does not say why");
        self.error(ErrorKind::StreamFailed, message.to_owned()).with_body(text, body)
    }

    /// An event that is not JSON: cut by the end of the stream, or the server's fault.
    fn undecoded(&mut self, Undecoded { message, text, error }: Undecoded) -> Error {
        let kind = if matches!(self.source, Source::Rest) { ErrorKind::StreamTruncated } else { ErrorKind::Decode };
        let said = self.failure.take().filter(|_| kind == ErrorKind::StreamTruncated);
        said.unwrap_or_else(|| self.error(kind, message).with_body(text, None).with_source(error))
    }

    /// The end of the body.
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

struct Undecoded {
    message: String,
    text: String,
    error: serde_json::Error,
}

fn decode(frame: &Frame<'_>, key: &Secret) -> Result<StreamEvent, Undecoded> {
    serde_json::from_slice(&frame.data).map_err(|error| {
        let text = key.clean(key.start(&frame.data));
        let event = key.clean(key.start(frame.event));
        let what = if error.is_data() { "no event" } else { "not JSON" };
        Undecoded { message: format!("an event {} is {what}: it begins {}", brief(&event), brief(&text)), text, error }
    })
}

impl Stream for EventStream {
    type Item = Result<StreamEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Source::Body(_) | Source::Rest = this.source {
                match this.next_event() {
                    Ok(Some(event)) => return Poll::Ready(Some(Ok(event))),
                    Ok(None) => {}
                    Err(error) => {
                        this.source = Source::Ended;
                        return Poll::Ready(Some(Err(error)));
                    }
                }
            }
            match &mut this.source {
                Source::Body(body) => match Pin::new(body).poll_frame(context) {
                    Poll::Pending => {
                        ready!(this.patience.poll_end(context));
                        let error = this.late();
                        this.source = Source::Ended;
                        return Poll::Ready(Some(Err(error)));
                    }
                    Poll::Ready(frame) => {
                        this.patience.renew();
                        match frame {
                            Some(Ok(frame)) => this.decoder.push(frame.data_ref().map_or(&[][..], |data| data)),
                            Some(Err(error)) => {
                                let error = this.broken(error);
                                this.source = Source::Ended;
                                return Poll::Ready(Some(Err(error)));
                            }
                            None => {
                                this.decoder.finish();
                                this.source = Source::Rest;
                            }
                        }
                    }
                },
                Source::Rest => {
                    let error = this.end();
                    this.source = Source::Ended;
                    return Poll::Ready(Some(Err(error)));
                }
                Source::Whole(_) | Source::Failed(_) | Source::Ended => {
                    return Poll::Ready(match std::mem::replace(&mut this.source, Source::Ended) {
                        Source::Whole(event) => {
                            this.source = Source::Rest;
                            this.remember(&event, false);
                            Some(Ok(*event))
                        }
                        Source::Failed(error) => Some(Err(error)),
                        Source::Body(_) | Source::Rest | Source::Ended => None,
                    });
                }
            }
        }
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("request_id", &self.request_id).finish_non_exhaustive()
    }
}

/// The text of a streamed answer, piece by piece; made by [`EventStream::text_stream`].
///
/// It yields the `delta` of every `response.output_text.delta`, and ends as the events do: after the
/// terminal event, or with an error as the last item. All else is left out: refusals, reasoning,
/// calls of tools, whether the response is complete, and which of several messages or parts a piece
/// belongs to. A server that answers with the whole response in place of a stream sends no deltas, so
/// there is no text either; [`EventStream::into_response`] has it.
///
/// ```no_run
/// use nexconn_responses::{Client, types::CreateResponseRequest};
///
/// # async fn run() -> Result<(), nexconn_responses::Error> {
/// let request = CreateResponseRequest::new("openai/gpt-5.2", "Hello");
/// let mut text = Client::from_env()?.stream(&request).await?.text_stream();
/// while let Some(piece) = text.next().await {
///     print!("{}", piece?);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a stream does nothing unless it is polled"]
pub struct TextStream {
    events: EventStream,
}

impl TextStream {
    /// The next piece, without the need for a `StreamExt`; `None` after the last one.
    pub async fn next(&mut self) -> Option<Result<String, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl Stream for TextStream {
    type Item = Result<String, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match ready!(Pin::new(&mut self.events).poll_next(context)) {
                Some(Ok(StreamEvent::OutputTextDelta(event))) => return Poll::Ready(Some(Ok(event.delta))),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}
