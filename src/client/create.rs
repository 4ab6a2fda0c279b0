//! Creates responses: `POST /responses`.

use http::Method;

use crate::client::Client;
use crate::client::request_builder::RequestBuilder;
use crate::codec::encode_with;
use crate::error::metadata::ResponseMetadata;
use crate::error::{Error, ErrorKind};
use crate::stream::event_stream::EventStream;
use crate::transport::clock::timeout;
use crate::transport::context::Context;
use crate::transport::request::{EVENT_STREAM, RESPONSES, Request};
use crate::transport::send::send;
use crate::transport::tracing::Trace;
use crate::types::{CreateResponseRequest, Response, ResponseStatus};

impl Client {
    /// Creates a response: `POST /responses`.
    ///
    /// Overrides the request's `stream` field with `false`. If the server streams the response nevertheless, the stream
    /// is read to its end.
    ///
    /// ```no_run
    /// use nexconn_responses::types::{CreateResponseRequest, models};
    ///
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), nexconn_responses::Error> {
    /// let request = CreateResponseRequest::new(models::GPT_5_2, "Hello");
    /// println!("{}", client.create(&request).await?.output_text());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns any [`ErrorKind`](crate::ErrorKind). A response with status `failed` or
    /// `incomplete` is returned as `Ok`.
    pub fn create(&self, request: &CreateResponseRequest) -> RequestBuilder<Response> {
        let request = self.create_request("create", request, false);
        RequestBuilder::new(&self.context, request, |context, request| Box::pin(create(context, request)))
    }

    /// Creates a response and streams its events: `POST /responses` with `stream: true`. Returns as soon as the headers
    /// have arrived.
    ///
    /// Overrides the request's `stream` field. If the server returns the response as JSON, the stream yields a single
    /// event for the response's status, such as `response.completed`.
    ///
    /// ```no_run
    /// use nexconn_responses::types::{CreateResponseRequest, models};
    ///
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), nexconn_responses::Error> {
    /// let request = CreateResponseRequest::new(models::GPT_5_2, "A long story");
    /// let mut text = client.stream(&request).await?.text_stream();
    /// while let Some(delta) = text.next().await {
    ///     print!("{}", delta?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns any [`ErrorKind`](crate::ErrorKind) except those of streams, which the stream itself returns.
    pub fn stream(&self, request: &CreateResponseRequest) -> RequestBuilder<EventStream> {
        let request = self.create_request("stream", request, true);
        let request = request.map(|request| request.accept(EVENT_STREAM));
        RequestBuilder::new(&self.context, request, |context, request| Box::pin(open_stream(context, request)))
    }

    fn create_request(
        &self,
        operation: &'static str,
        request: &CreateResponseRequest,
        stream: bool,
    ) -> Result<Request, Error> {
        let model = request.model.as_deref();
        let json = match request.stream {
            Some(set) if set == stream => request.to_json(),
            _ => encode_with(request, "stream", if stream { "true" } else { "false" }),
        };
        Ok(self.request_to(operation, Method::POST, &[RESPONSES])?.model(model).encoded(json))
    }
}

async fn create(context: Context, request: Request) -> Result<(Response, ResponseMetadata), Error> {
    let trace = Trace::new(&context, &request);
    let outcome = trace.in_span(receive(&context, &request, &trace)).await;
    trace.outcome(outcome, |trace, (response, _)| {
        trace.mismatches(response);
        trace.response(response);
    })
}

/// Sends a request and returns the response, also if the server streams it.
async fn receive(context: &Context, request: &Request, trace: &Trace) -> Result<(Response, ResponseMetadata), Error> {
    let mut body = send(context, request, trace).await?;
    let head = body.head().clone();
    if !body.is_event_stream().await? {
        return Ok((body.read().await?.into_response()?, head.metadata));
    }
    let mut deadline = context.clock.sleep(context.settings.timeout);
    let stream = EventStream::new(body, context, trace.clone());
    match timeout(collect_response(stream), &mut deadline).await {
        Some(response) => Ok((response?, head.metadata)),
        None => Err(head.describe(Error::new(ErrorKind::Timeout, "the stream didn't end in time; raise timeout"))),
    }
}

/// Reads a stream to its end. A failed response is a response.
async fn collect_response(stream: EventStream) -> Result<Response, Error> {
    stream.into_response().await.or_else(|mut error| {
        let is_failed = error.response().is_some_and(|response| response.status == Some(ResponseStatus::Failed));
        is_failed.then(|| error.take_response()).flatten().ok_or(error)
    })
}

/// Sends a request and returns its events, also if the server returns the response as JSON.
pub(crate) async fn open_stream(context: Context, request: Request) -> Result<(EventStream, ResponseMetadata), Error> {
    let trace = Trace::new(&context, &request);
    let stream = async {
        let mut body = send(&context, &request, &trace).await?;
        let head = body.head().clone();
        if body.is_event_stream().await? {
            let stream = EventStream::new(body, &context, trace.clone());
            let stream = match request.resume {
                Some(policy) => stream.resume_on_disconnect(policy, &context),
                None => stream,
            };
            return Ok((stream, head.metadata));
        }
        let response = body.read().await?.into_response()?;
        let metadata = head.metadata.clone();
        Ok((EventStream::from_response(response, head, &context, trace.clone()), metadata))
    };
    let outcome = trace.in_span(stream).await;
    trace.outcome(outcome, |_, _| {})
}
