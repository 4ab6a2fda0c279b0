//! Stored and background responses: `/responses/{id}`.

use std::borrow::Cow;

use http::Method;

use crate::client::Client;
use crate::client::create::open_stream;
use crate::client::input_items::InputItems;
use crate::client::request_builder::{RequestBuilder, call};
use crate::error::Error;
use crate::error::metadata::ResponseMetadata;
use crate::stream::event_stream::EventStream;
use crate::transport::body::ResponseBody;
use crate::transport::context::Context;
use crate::transport::request::{EVENT_STREAM, RESPONSES, Request, STARTING_AFTER, Segment};
use crate::transport::tracing::Trace;
use crate::types::{DeletedResponse, Response};

/// # Stored and background responses
///
/// These endpoints are from OpenAI's reference. The gateway doesn't publish them and may return 404
/// ([`ErrorKind::NotFound`](crate::ErrorKind::NotFound)). They're retried like [`create`](Self::create).
///
/// An id becomes one percent-encoded segment of the path. An id that's empty, `.`, `..`, or has a control
/// character is an [`ErrorKind::Configuration`](crate::ErrorKind::Configuration), and no request is sent.
impl Client {
    /// Retrieves a response: `GET /responses/{id}`.
    ///
    /// From OpenAI's reference; the gateway may return 404.
    ///
    /// ```no_run
    /// use nexconn_responses::types::Include;
    ///
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), nexconn_responses::Error> {
    /// let response = client.retrieve("resp_1").await?;
    ///
    /// let with_reasoning = client
    ///     .retrieve("resp_1")
    ///     .include([Include::ReasoningEncryptedContent])
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`create`](Self::create). Returns [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if the response
    /// or the path doesn't exist. A response with status `failed` is returned as `Ok`.
    pub fn retrieve(&self, id: &str) -> RequestBuilder<Response> {
        let request = self.request_to("retrieve", Method::GET, &[RESPONSES, Segment::Id(id)]);
        RequestBuilder::new(&self.context, request, |context, request| {
            Box::pin(call(context, request, ResponseBody::into_response, Trace::response))
        })
    }

    /// Cancels a background response: `POST /responses/{id}/cancel`.
    ///
    /// From OpenAI's reference; the gateway may return 404. Returns the cancelled response.
    ///
    /// ```no_run
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), nexconn_responses::Error> {
    /// let response = client.cancel("resp_1").await?;
    /// println!("{:?}", response.status);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`retrieve`](Self::retrieve). Servers reject a response that wasn't created with `background`, and some
    /// reject one that has already ended (status 400 or 409).
    pub fn cancel(&self, id: &str) -> RequestBuilder<Response> {
        let path = [RESPONSES, Segment::Id(id), Segment::Name("cancel")];
        let request = self.request_to("cancel", Method::POST, &path);
        RequestBuilder::new(&self.context, request, |context, request| {
            Box::pin(call(context, request, ResponseBody::into_response, Trace::response))
        })
    }

    /// Deletes a stored response: `DELETE /responses/{id}`.
    ///
    /// From OpenAI's reference; the gateway may return 404. If the server confirms without a body, only the id is
    /// set.
    ///
    /// ```no_run
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), nexconn_responses::Error> {
    /// let deleted = client.delete("resp_1").await?;
    /// assert_ne!(deleted.deleted, Some(false));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`retrieve`](Self::retrieve). Also returns [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if the
    /// first attempt deleted the response but its confirmation was lost.
    pub fn delete(&self, id: &str) -> RequestBuilder<DeletedResponse> {
        let request = self.request_to("delete", Method::DELETE, &[RESPONSES, Segment::Id(id)]);
        RequestBuilder::new(&self.context, request, |context, request| {
            let of_id = |id: Cow<'_, str>| DeletedResponse { deleted: None, ..DeletedResponse::new(id, true) };
            Box::pin(call(context, request, move |body| body.into_deleted(of_id), |_, _| {}))
        })
    }

    /// Returns the input items of a stored response as a stream: `GET /responses/{id}/input_items`.
    ///
    /// From OpenAI's reference; the gateway may return 404. The stream requests each page when you
    /// reach it, and returns errors as its last item; see [`InputItems`].
    ///
    /// ```no_run
    /// use nexconn_responses::Order;
    ///
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), nexconn_responses::Error> {
    /// let mut items = client
    ///     .input_items("resp_1")
    ///     .order(Order::OldestFirst)
    ///     .page_size(100);
    /// while let Some(item) = items.next().await {
    ///     println!("{:?}", item?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn input_items(&self, id: &str) -> InputItems {
        InputItems::of_response(&self.context, id)
    }

    /// Streams the events of a background response after a sequence number, or all of them:
    /// `GET /responses/{id}?stream=true&starting_after=N`.
    ///
    /// From OpenAI's reference; the gateway may return 404. The response must have been created with both
    /// `background` and `stream`. Get the number of an event with
    /// [`StreamEvent::sequence_number`](crate::types::StreamEvent::sequence_number).
    ///
    /// ```no_run
    /// use nexconn_responses::types::{CreateResponseRequest, StreamEvent, models};
    ///
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), nexconn_responses::Error> {
    /// let request = CreateResponseRequest::new(models::GPT_5_2, "A long story")
    ///     .background(true);
    /// let (mut id, mut last) = (None, None);
    /// let mut stream = client.stream(&request).await?;
    /// while let Some(Ok(event)) = stream.next().await {
    ///     last = event.sequence_number().or(last);
    ///     if let StreamEvent::Created(event) = &event {
    ///         id = Some(event.response.id.clone());
    ///     }
    /// }
    /// // The connection broke: resume after the last event.
    /// if let Some(id) = id {
    ///     let response = client.resume(&id, last).await?.into_response().await?;
    ///     println!("{}", response.output_text());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`retrieve`](Self::retrieve). The stream returns its own errors.
    pub fn resume(&self, id: &str, after_sequence_number: Option<i64>) -> RequestBuilder<EventStream> {
        let request = self.request_to("resume", Method::GET, &[RESPONSES, Segment::Id(id)]);
        let request = request.map(|request| {
            let request = request.accept(EVENT_STREAM).query("stream", "true");
            match after_sequence_number {
                Some(number) => request.query(STARTING_AFTER, &number.to_string()),
                None => request,
            }
        });
        RequestBuilder::new(&self.context, request, |context, request| Box::pin(resume(context, request)))
    }
}

/// Some servers ignore the sequence number, so the stream itself skips the events up to it.
async fn resume(context: Context, request: Request) -> Result<(EventStream, ResponseMetadata), Error> {
    let number = request.url.query_pairs().find(|(name, _)| name == STARTING_AFTER);
    let number = number.and_then(|(_, number)| number.parse().ok());
    let (stream, metadata) = open_stream(context, request).await?;
    Ok((stream.skip_through(number), metadata))
}
