//! Counts tokens and compacts contexts: `/responses/input_tokens`, `/responses/compact`.

use http::Method;

use crate::client::Client;
use crate::error::Error;
use crate::transport::body::ResponseBody;
use crate::transport::request::{RESPONSES, Request, Segment};
use crate::transport::send::fetch;
use crate::transport::tracing::Trace;
use crate::types::{CompactRequest, CompactedResponse, InputTokens, InputTokensRequest};

/// # Token counts and compaction
///
/// These endpoints are from OpenAI's reference. The gateway doesn't publish them and may return 404
/// ([`ErrorKind::NotFound`](crate::ErrorKind::NotFound)).
impl Client {
    /// Counts the input tokens of a request without running it: `POST /responses/input_tokens`.
    ///
    /// From OpenAI's reference; the gateway may return 404.
    ///
    /// # Errors
    ///
    /// See [`create`](Self::create).
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
        let request = self.input_tokens_request(request)?;
        let outcome = fetch(&self.context, &request).await.and_then(ResponseBody::into_input_tokens);
        request.trace.outcome(outcome, |_| None).inspect(|count| request.trace.tokens(count.input_tokens, None))
    }

    /// Compacts a long context into fewer items: `POST /responses/compact`.
    ///
    /// From OpenAI's reference; the gateway may return 404. Send the output unchanged as the input of the next
    /// request.
    ///
    /// # Errors
    ///
    /// See [`create`](Self::create).
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
        let request = self.compact_request(request)?;
        let outcome = fetch(&self.context, &request).await.and_then(ResponseBody::into_compacted);
        request.trace.outcome(outcome, |compacted| compacted.usage.as_deref())
    }

    fn input_tokens_request(&self, request: &InputTokensRequest) -> Result<Request, Error> {
        let trace = Trace::new("input_tokens", request.model.as_deref());
        self.request_to(trace, Method::POST, &[RESPONSES, Segment::Name("input_tokens")])?.json(request)
    }

    fn compact_request(&self, request: &CompactRequest) -> Result<Request, Error> {
        let trace = Trace::new("compact", request.model.as_deref());
        self.request_to(trace, Method::POST, &[RESPONSES, Segment::Name("compact")])?.json(request)
    }
}
