//! Stored and background responses: `/responses/{id}`.

use http::Method;

use crate::client::Client;
use crate::client::create::open_stream;
use crate::client::input_items::InputItems;
use crate::error::Error;
use crate::stream::event_stream::EventStream;
use crate::transport::body::ResponseBody;
use crate::transport::request::{EVENT_STREAM, RESPONSES, Request, Segment};
use crate::transport::send::fetch;
use crate::transport::tracing::Trace;
use crate::types::{DeletedResponse, Response};

/// # Stored and background responses
///
/// These endpoints are from OpenAI's reference. The gateway doesn't publish them and may return 404
/// ([`ErrorKind::NotFound`](crate::ErrorKind::NotFound)). They're retried like [`create`](Self::create).
///
/// An id becomes one percent-encoded segment of the path. An id that's empty, `.`, `..`, or has a control
/// character is an [`ErrorKind::Configuration`](crate::ErrorKind::Configuration), and nothing is sent.
impl Client {
    /// Retrieves a response: `GET /responses/{id}`.
    ///
    /// From OpenAI's reference; the gateway may return 404.
    ///
    /// # Errors
    ///
    /// See [`create`](Self::create). Returns [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if the response
    /// or the path doesn't exist. A response with status `failed` is returned as `Ok`.
    ///
    /// ```no_run
    /// use nexconn_responses::{Client, RequestOptions};
    ///
    /// # async fn run() -> Result<(), nexconn_responses::Error> {
    /// let client = Client::from_env()?;
    /// let response = client.retrieve("resp_1").await?;
    ///
    /// let options = RequestOptions::new().query("include[]", "reasoning.encrypted_content");
    /// let with_reasoning = client.with(&options)?.retrieve("resp_1").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn retrieve(&self, id: &str) -> Result<Response, Error> {
        let request = self.stored_request("retrieve", Method::GET, &[RESPONSES, Segment::Id(id)])?;
        let outcome = fetch(&self.context, &request).await.and_then(ResponseBody::into_response);
        request.trace.outcome(outcome, |response| response.usage.as_deref())
    }

    /// Cancels a background response: `POST /responses/{id}/cancel`.
    ///
    /// From OpenAI's reference; the gateway may return 404. Returns the response as it is afterwards.
    ///
    /// # Errors
    ///
    /// See [`retrieve`](Self::retrieve). Servers reject a response that wasn't created with `background`, and some
    /// reject one that has already ended (status 400 or 409).
    ///
    /// ```no_run
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), nexconn_responses::Error> {
    /// let response = client.cancel("resp_1").await?;
    /// println!("{:?}", response.status);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn cancel(&self, id: &str) -> Result<Response, Error> {
        let path = [RESPONSES, Segment::Id(id), Segment::Name("cancel")];
        let request = self.stored_request("cancel", Method::POST, &path)?;
        let outcome = fetch(&self.context, &request).await.and_then(ResponseBody::into_response);
        request.trace.outcome(outcome, |response| response.usage.as_deref())
    }

    /// Deletes a stored response: `DELETE /responses/{id}`.
    ///
    /// From OpenAI's reference; the gateway may return 404. If the server confirms without a body, only the id is
    /// set.
    ///
    /// # Errors
    ///
    /// See [`retrieve`](Self::retrieve). Also returns [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if the
    /// first attempt deleted the response but its confirmation was lost.
    ///
    /// ```no_run
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), nexconn_responses::Error> {
    /// let deleted = client.delete("resp_1").await?;
    /// assert_ne!(deleted.deleted, Some(false));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete(&self, id: &str) -> Result<DeletedResponse, Error> {
        let request = self.stored_request("delete", Method::DELETE, &[RESPONSES, Segment::Id(id)])?;
        let outcome = fetch(&self.context, &request).await.and_then(|body| body.into_deleted(id));
        request.trace.outcome(outcome, |_| None)
    }

    /// Returns the input items of a stored response as a stream: `GET /responses/{id}/input_items`.
    ///
    /// From OpenAI's reference; the gateway may return 404. The stream requests each page when it needs it.
    ///
    /// ```no_run
    /// use nexconn_responses::Order;
    ///
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), nexconn_responses::Error> {
    /// let mut items = client.input_items("resp_1").order(Order::OldestFirst).page_size(100);
    /// while let Some(item) = items.next().await {
    ///     println!("{:?}", item?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn input_items(&self, id: impl Into<String>) -> InputItems {
        InputItems::new(self.clone(), id.into())
    }

    /// Streams the events of a background response after a sequence number, or all of them:
    /// `GET /responses/{id}?stream=true&starting_after=N`.
    ///
    /// From OpenAI's reference; the gateway may return 404. The response must have been created with both
    /// `background` and `stream`. Get the number of an event with
    /// [`StreamEvent::sequence_number`](crate::types::StreamEvent::sequence_number).
    ///
    /// # Errors
    ///
    /// See [`retrieve`](Self::retrieve). The stream returns its own errors.
    ///
    /// ```no_run
    /// use nexconn_responses::types::{CreateResponseRequest, StreamEvent, models};
    ///
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), nexconn_responses::Error> {
    /// let request = CreateResponseRequest::new(models::GPT_5_2, "A long story").background(true);
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
    pub async fn resume(&self, id: &str, after_sequence_number: Option<i64>) -> Result<EventStream, Error> {
        let request = self.stored_request("resume", Method::GET, &[RESPONSES, Segment::Id(id)])?;
        let mut request = request.accept(EVENT_STREAM).query("stream", "true");
        if let Some(number) = after_sequence_number {
            request = request.query("starting_after", &number.to_string());
        }
        Ok(open_stream(&self.context, &request).await?.skip_through(after_sequence_number))
    }

    fn stored_request(&self, operation: &'static str, method: Method, path: &[Segment<'_>]) -> Result<Request, Error> {
        self.request_to(Trace::new(operation, None), method, path)
    }
}
