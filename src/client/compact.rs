//! Compacts contexts: `/responses/compact`.

use http::Method;

use crate::client::Client;
use crate::client::request_builder::{RequestBuilder, call};
use crate::transport::body::ResponseBody;
use crate::transport::request::{RESPONSES, Segment};
use crate::types::{CompactRequest, CompactedResponse, JsonText};

impl Client {
    /// Compacts a long context into fewer items: `POST /responses/compact`.
    ///
    /// From OpenAI's reference; the gateway may return 404. Send the output unchanged as the input of the next
    /// request.
    ///
    /// ```no_run
    /// use nexconn_responses::types::{
    ///     CompactRequest, CreateResponseRequest, InputItem, Message, models,
    /// };
    ///
    /// # use nexconn_responses::{Client, Error};
    /// # async fn run(client: Client, history: Vec<InputItem>) -> Result<(), Error> {
    /// let compacted = client
    ///     .compact(&CompactRequest::new(models::GPT_5_2, history))
    ///     .await?;
    /// let mut items = compacted.output;
    /// items.push(Message::user("And in winter?").into());
    /// let response = client
    ///     .create(&CreateResponseRequest::new(models::GPT_5_2, items))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`create`](Self::create).
    pub fn compact(&self, request: &CompactRequest) -> RequestBuilder<CompactedResponse> {
        let request = self
            .request_to("compact", Method::POST, &[RESPONSES, Segment::Name("compact")])
            .map(|to| to.model(request.model.as_deref()).encoded(request.to_json()));
        RequestBuilder::new(&self.context, request, |context, request| {
            Box::pin(call(context, request, ResponseBody::into_value, |trace, compacted: &CompactedResponse| {
                trace.usage(compacted.usage.as_deref());
            }))
        })
    }
}
