//! Creates responses: `POST /responses`.

use std::borrow::Cow;

use http::Method;

use crate::client::Client;
use crate::error::Error;
use crate::stream::EventStream;
use crate::transport::body::ResponseBody;
use crate::transport::context::Context;
use crate::transport::request::{EVENT_STREAM, Request};
use crate::transport::send::{fetch, send};
use crate::transport::tracing::Trace;
use crate::types::{CreateResponseRequest, Response};

impl Client {
    /// Sends a request and returns the response.
    ///
    /// Overrides the request's `stream` field.
    ///
    /// # Errors
    ///
    /// Returns any [`ErrorKind`](crate::ErrorKind) except those of streams. A response with status `failed` or
    /// `incomplete` is returned as `Ok`.
    pub async fn create(&self, request: &CreateResponseRequest) -> Result<Response, Error> {
        let request = self.create_request("create", &with_stream(request, false))?;
        let outcome = fetch(&self.context, &request).await.and_then(ResponseBody::into_response);
        request.trace.outcome(outcome, |response| response.usage.as_deref())
    }

    /// Sends a request and returns a stream of events as soon as the headers have arrived.
    ///
    /// Overrides the request's `stream` field. If the server returns the response as JSON instead of a stream,
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
        self.request_to(trace, Method::POST, &[])?.json(request)
    }
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
    if request.stream.unwrap_or(false) == stream {
        return Cow::Borrowed(request);
    }
    Cow::Owned(request.clone().stream(stream))
}
