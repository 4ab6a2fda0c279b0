//! Creates responses: `POST /responses`.

use std::borrow::Cow;

use http::Method;

use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::stream::event_stream::EventStream;
use crate::transport::clock::timeout;
use crate::transport::context::Context;
use crate::transport::request::{EVENT_STREAM, RESPONSES, Request};
use crate::transport::send::send;
use crate::transport::tracing::Trace;
use crate::types::{CreateResponseRequest, Response, StreamEvent};

impl Client {
    /// Sends a request and returns the response.
    ///
    /// Overrides the request's `stream` field with `false`. If the server returns a stream nevertheless, it's read to its
    /// end.
    ///
    /// # Errors
    ///
    /// Returns any [`ErrorKind`](crate::ErrorKind). A response with status `failed` or
    /// `incomplete` is returned as `Ok`.
    pub async fn create(&self, request: &CreateResponseRequest) -> Result<Response, Error> {
        let request = self.create_request("create", &with_stream(request, false))?;
        let response = request.trace.in_span(receive(&self.context, &request)).await;
        request.trace.outcome(response, |response| response.usage.as_deref())
    }

    /// Sends a request and returns a stream of events as soon as the headers have arrived.
    ///
    /// Overrides the request's `stream` field with `true`. If the server returns the response as JSON instead of a stream,
    /// the stream has one event: the one that stands for the status of the response.
    ///
    /// # Errors
    ///
    /// Returns any [`ErrorKind`](crate::ErrorKind) except those of streams, which the stream itself returns.
    pub async fn stream(&self, request: &CreateResponseRequest) -> Result<EventStream, Error> {
        let request = self.create_request("stream", &with_stream(request, true))?.accept(EVENT_STREAM);
        open_stream(&self.context, &request).await
    }

    fn create_request(&self, operation: &'static str, request: &CreateResponseRequest) -> Result<Request, Error> {
        let trace = Trace::new(operation, request.model.as_deref());
        self.request_to(trace, Method::POST, &[RESPONSES])?.json(request)
    }
}

/// Sends a request and returns the response, also if the server streams it.
async fn receive(context: &Context, request: &Request) -> Result<Response, Error> {
    let mut body = send(context, request).await?;
    if !body.is_event_stream().await? {
        return body.read().await?.into_response();
    }
    let head = body.head().clone();
    let mut deadline = context.clock.sleep(context.settings.timeout);
    let stream = EventStream::new(body, context, request.trace.clone());
    match timeout(collect_response(stream), &mut deadline).await {
        Some(response) => response,
        None => Err(head.describe(Error::new(ErrorKind::Timeout, "the stream didn't end in time; raise timeout"))),
    }
}

/// Reads a stream to its terminal event. A failed response is a response.
async fn collect_response(mut stream: EventStream) -> Result<Response, Error> {
    let mut response = None;
    while let Some(event) = stream.next().await {
        match event {
            Ok(StreamEvent::Completed(event)) => response = Some(event.response),
            Ok(StreamEvent::Incomplete(event)) => response = Some(event.response),
            Ok(StreamEvent::Failed(event)) => response = Some(event.response),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::ResponseFailed && response.is_some() => break,
            Err(error) => return Err(error),
        }
    }
    response
        .map(|response| *response)
        .ok_or_else(|| Error::new(ErrorKind::StreamTruncated, "the stream ended without a terminal event"))
}

/// Sends a request and returns its events, also if the server returns the response as JSON.
pub(crate) async fn open_stream(context: &Context, request: &Request) -> Result<EventStream, Error> {
    let stream = async {
        let mut body = send(context, request).await?;
        let trace = request.trace.clone();
        if body.is_event_stream().await? {
            return Ok(EventStream::new(body, context, trace));
        }
        let body = body.read().await?;
        let head = body.head().clone();
        Ok(EventStream::from_response(body.into_response()?, head, context, trace))
    };
    let outcome = request.trace.in_span(stream).await;
    request.trace.outcome(outcome, |_| None)
}

/// Returns the request with this value of `stream`.
fn with_stream(request: &CreateResponseRequest, stream: bool) -> Cow<'_, CreateResponseRequest> {
    if request.stream == Some(stream) {
        return Cow::Borrowed(request);
    }
    Cow::Owned(request.clone().stream(stream))
}
