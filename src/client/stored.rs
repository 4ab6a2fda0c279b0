//! The rest of the endpoint family: what can be done with a stored or a background response, counting
//! tokens, and compaction.
//!
//! Place in the flow: beside `client.rs`, which creates responses; the calls go through `send.rs`, the
//! pages of input items are in `pages.rs`. None of these paths is published by the gateway.

use std::time::Duration;

use http::Method;
use reqwest::Url;

use crate::client::Client;
use crate::client::input_items::InputItems;
use crate::error::{Error, ErrorKind};
use crate::stream::EventStream;
use crate::transport::body::Whole;
use crate::transport::send::{Call, EVENT_STREAM, JSON};
use crate::transport::tracing::Trace;
use crate::types::{
    CompactRequest, CompactedResponse, DeletedResponse, InputTokens, InputTokensRequest, Response, ResponseStatus,
};

/// The first pause of [`Client::wait`]; it doubles with each look.
pub const WAIT_FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause of [`Client::wait`].
pub const WAIT_LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// # Stored and background responses, token counts, compaction
///
/// These endpoints are OpenAI's. The gateway does not publish them and may answer 404
/// ([`ErrorKind::NotFound`]); a response can be looked up only if the server has stored it.
///
/// All of them are tried again as [`create`](Self::create) is. An id becomes one segment of the path,
/// whatever characters it has. One that cannot be a segment is refused before anything is sent
/// ([`ErrorKind::Configuration`]): an empty one, `.`, `..`, and one with a control character.
impl Client {
    /// Asks for a response as it is now: `GET /responses/{id}`.
    ///
    /// OpenAI's; not published by the gateway, which may answer 404. What else the answer shall
    /// include is a parameter of the query.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if there is no such response or path, [`ErrorKind::Configuration`] if
    /// the id cannot be part of a path, and otherwise as for [`create`](Self::create). A response whose
    /// own `status` is `failed` is no error.
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
        let call = self.call("retrieve", Method::GET, &[Segment::Id(id)])?;
        let outcome = self.whole(&call).await.and_then(Whole::into_response);
        call.trace.outcome(outcome, |response| response.usage.as_deref())
    }

    /// Ends a response that runs in the background: `POST /responses/{id}/cancel`, without a body.
    ///
    /// OpenAI's; not published by the gateway, which may answer 404. The answer is the response as it
    /// is then; of one that has ended already, as it ended.
    ///
    /// # Errors
    ///
    /// As for [`retrieve`](Self::retrieve); [`ErrorKind::InvalidRequest`] if the response was not made
    /// with `background`.
    ///
    /// ```no_run
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), nexconn_responses::Error> {
    /// let response = client.cancel("resp_1").await?;
    /// println!("{:?}", response.status);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn cancel(&self, id: &str) -> Result<Response, Error> {
        let call = self.call("cancel", Method::POST, &[Segment::Id(id), Segment::Name("cancel")])?;
        let outcome = self.whole(&call).await.and_then(Whole::into_response);
        call.trace.outcome(outcome, |response| response.usage.as_deref())
    }

    /// Deletes a stored response: `DELETE /responses/{id}`.
    ///
    /// OpenAI's; not published by the gateway, which may answer 404. OpenAI's reference promises no
    /// body; of a success without one, only the id is known.
    ///
    /// # Errors
    ///
    /// As for [`retrieve`](Self::retrieve). [`ErrorKind::NotFound`] also if a first try deleted the
    /// response and its answer was lost.
    ///
    /// ```no_run
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), nexconn_responses::Error> {
    /// let deleted = client.delete("resp_1").await?;
    /// assert_ne!(deleted.deleted, Some(false));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete(&self, id: &str) -> Result<DeletedResponse, Error> {
        let call = self.call("delete", Method::DELETE, &[Segment::Id(id)])?;
        let outcome = self.whole(&call).await.and_then(|whole| whole.into_deleted(id));
        call.trace.outcome(outcome, |_| None)
    }

    /// The items that a stored response was made from, as a stream:
    /// `GET /responses/{id}/input_items`, page by page.
    ///
    /// OpenAI's; not published by the gateway, which may answer 404. Nothing is sent before the stream
    /// is polled. See [`InputItems`] for its order, its end and its errors.
    ///
    /// ```no_run
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), nexconn_responses::Error> {
    /// let mut items = client.input_items("resp_1").oldest_first().page_size(100);
    /// while let Some(item) = items.next().await {
    ///     println!("{:?}", item?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn input_items(&self, id: impl Into<String>) -> InputItems {
        InputItems::new(self.clone(), id.into())
    }

    /// Counts the tokens that a request would send to the model, without running it:
    /// `POST /responses/input_tokens`.
    ///
    /// OpenAI's; not published by the gateway, which may answer 404.
    ///
    /// # Errors
    ///
    /// As for [`create`](Self::create).
    ///
    /// ```no_run
    /// use nexconn_responses::types::{InputTokensRequest, models};
    ///
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), nexconn_responses::Error> {
    /// let count = client.input_tokens(&InputTokensRequest::new(models::GPT_5_2, "Hello")).await?;
    /// println!("{} tokens", count.input_tokens);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn input_tokens(&self, request: &InputTokensRequest) -> Result<InputTokens, Error> {
        let call = self.input_tokens_call(request)?;
        let outcome = self.whole(&call).await.and_then(Whole::into_input_tokens);
        call.trace.outcome(outcome, |_| None).inspect(|count| call.trace.tokens(count.input_tokens, None))
    }

    /// Condenses a long context into fewer items that carry on in its place:
    /// `POST /responses/compact`.
    ///
    /// OpenAI's; not published by the gateway, which may answer 404. The output is sent as the input of
    /// the next request, as it is.
    ///
    /// # Errors
    ///
    /// As for [`create`](Self::create).
    ///
    /// ```no_run
    /// use nexconn_responses::types::{CompactRequest, CreateResponseRequest, InputItem, Message, models};
    ///
    /// # async fn run(client: nexconn_responses::Client, history: Vec<InputItem>) -> Result<(), nexconn_responses::Error> {
    /// let compacted = client.compact(&CompactRequest::new(models::GPT_5_2, history)).await?;
    /// let mut items = compacted.output;
    /// items.push(Message::user("And in winter?").into());
    /// let response = client.create(&CreateResponseRequest::new(models::GPT_5_2, items)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn compact(&self, request: &CompactRequest) -> Result<CompactedResponse, Error> {
        let call = self.compact_call(request)?;
        let outcome = self.whole(&call).await.and_then(Whole::into_compacted);
        call.trace.outcome(outcome, |compacted| compacted.usage.as_deref())
    }

    /// The events of a background response after the one with this sequence number, or all of them:
    /// `GET /responses/{id}?stream=true&starting_after=N`.
    ///
    /// OpenAI's; not published by the gateway, which may answer 404. The response must have been made
    /// with both `background` and `stream`. The number of an event is what
    /// [`StreamEvent::sequence_number`](crate::types::StreamEvent::sequence_number) says. An answer that
    /// is the whole response as JSON is understood as by [`stream`](Self::stream).
    ///
    /// # Errors
    ///
    /// As for [`retrieve`](Self::retrieve); those of streams the stream itself yields.
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
    /// // The connection broke: carry on where it did.
    /// if let Some(id) = id {
    ///     let response = client.resume(&id, last).await?.into_response().await?;
    ///     println!("{}", response.output_text());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn resume(&self, id: &str, after_sequence_number: Option<i64>) -> Result<EventStream, Error> {
        let call = self.call("resume", Method::GET, &[Segment::Id(id)])?;
        let mut call = call.accept(EVENT_STREAM).query("stream", "true");
        if let Some(number) = after_sequence_number {
            call = call.query("starting_after", &number.to_string());
        }
        self.events(&call).await
    }

    /// Waits until a background response has ended: [`retrieve`](Self::retrieve) again and again.
    ///
    /// OpenAI's; not published by the gateway, which may answer 404. Between two looks it waits
    /// [`WAIT_FIRST_PAUSE`], and each time twice as long, up to [`WAIT_LONGEST_PAUSE`]. It goes on while
    /// the status is `queued` or `in_progress`. Any other one is an end, and so are a status that the
    /// schema does not know and none at all: who waits for what never comes waits for ever.
    ///
    /// There is no limit to the whole wait. Dropping the future ends it, as `tokio::time::timeout` does,
    /// and leaves the response running.
    ///
    /// # Errors
    ///
    /// As for [`retrieve`](Self::retrieve), from the first look that fails after all its tries. A
    /// response that has ended as `failed`, `incomplete` or `cancelled` is no error.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use nexconn_responses::types::{CreateResponseRequest, models};
    ///
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let request = CreateResponseRequest::new(models::GPT_5_2, "A long story").background(true);
    /// let id = client.create(&request).await?.id;
    /// let response = tokio::time::timeout(Duration::from_secs(3600), client.wait(&id)).await??;
    /// println!("{:?}: {}", response.status, response.output_text());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn wait(&self, id: &str) -> Result<Response, Error> {
        let mut pause = WAIT_FIRST_PAUSE;
        loop {
            let response = self.retrieve(id).await?;
            if has_ended(response.status.as_ref()) {
                return Ok(response);
            }
            self.shared.clock.sleep(pause).await;
            pause = (pause * 2).min(WAIT_LONGEST_PAUSE);
        }
    }

    fn input_tokens_call(&self, request: &InputTokensRequest) -> Result<Call, Error> {
        let trace = Trace::new("input_tokens", request.model.as_deref());
        self.traced_call(trace, Method::POST, &[Segment::Name("input_tokens")])?.json(request)
    }

    fn compact_call(&self, request: &CompactRequest) -> Result<Call, Error> {
        let trace = Trace::new("compact", request.model.as_deref());
        self.traced_call(trace, Method::POST, &[Segment::Name("compact")])?.json(request)
    }

    /// A call of a path below `/responses`, which observers are told of by the name of the operation.
    pub(crate) fn call(&self, operation: &'static str, method: Method, path: &[Segment<'_>]) -> Result<Call, Error> {
        self.traced_call(Trace::new(operation, None), method, path)
    }

    fn traced_call(&self, trace: Trace, method: Method, path: &[Segment<'_>]) -> Result<Call, Error> {
        Ok(Call::new(method, below(&self.shared.responses, path)?, JSON, trace))
    }
}

/// A segment of a path.
#[derive(Clone, Copy)]
pub(crate) enum Segment<'a> {
    /// One of the protocol's own.
    Name(&'static str),
    /// An id, which comes from elsewhere.
    Id(&'a str),
}

/// The URL of a path below another. An id stays one segment, percent-encoded, or is refused.
fn below(url: &Url, path: &[Segment<'_>]) -> Result<Url, Error> {
    let mut url = url.clone();
    for segment in path {
        let segment = match *segment {
            Segment::Name(name) => name,
            // Dots and an empty segment would lead to another path, and `Url` leaves out tabs and line breaks.
            Segment::Id(id @ ("" | "." | "..")) => return Err(no_id(id)),
            Segment::Id(id) if id.contains(char::is_control) => return Err(no_id(id)),
            Segment::Id(id) => id,
        };
        let mut segments = url.path_segments_mut().map_err(|()| no_id(segment))?;
        segments.push(segment);
    }
    Ok(url)
}

fn no_id(id: &str) -> Error {
    Error::new(ErrorKind::Configuration, format!("{id:?} is no id of a response; use the `id` that it came with"))
}

/// Whether a response with this status changes no more.
fn has_ended(status: Option<&ResponseStatus>) -> bool {
    match status {
        Some(ResponseStatus::Queued | ResponseStatus::InProgress) => false,
        Some(
            ResponseStatus::Completed
            | ResponseStatus::Failed
            | ResponseStatus::Incomplete
            | ResponseStatus::Cancelled
            | ResponseStatus::Unknown(_),
        )
        | None => true,
    }
}
