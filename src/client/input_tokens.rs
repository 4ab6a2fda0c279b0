//! Counts tokens: `/responses/input_tokens`.

use http::Method;

use crate::client::Client;
use crate::client::request_builder::{RequestBuilder, call};
use crate::transport::body::ResponseBody;
use crate::transport::request::{RESPONSES, Segment};
use crate::types::{InputTokens, InputTokensRequest, JsonText};

/// # Token counts and compaction
///
/// These endpoints are from OpenAI's reference. The gateway doesn't publish them and may return 404
/// ([`ErrorKind::NotFound`](crate::ErrorKind::NotFound)).
impl Client {
    /// Counts the input tokens of a request without running it: `POST /responses/input_tokens`.
    ///
    /// From OpenAI's reference; the gateway may return 404.
    ///
    /// ```no_run
    /// use nexconn_responses::types::{InputTokensRequest, models};
    ///
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), nexconn_responses::Error> {
    /// let count = client
    ///     .input_tokens(&InputTokensRequest::new(models::GPT_5_2, "Hello"))
    ///     .await?;
    /// println!("{} tokens", count.input_tokens);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`create`](Self::create).
    pub fn input_tokens(&self, request: &InputTokensRequest) -> RequestBuilder<InputTokens> {
        let request = self
            .request_to("input_tokens", Method::POST, &[RESPONSES, Segment::Name("input_tokens")])
            .map(|to| to.model(request.model.as_deref()).encoded(request.to_json()));
        RequestBuilder::new(&self.context, request, |context, request| {
            Box::pin(call(context, request, ResponseBody::into_value, |trace, count: &InputTokens| {
                trace.tokens(count.input_tokens, None);
            }))
        })
    }
}
