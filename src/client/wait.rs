//! Waits for background responses.

use http::Method;

use crate::client::Client;
use crate::client::request_builder::{RequestBuilder, call};
use crate::error::metadata::ResponseMetadata;
use crate::error::{Error, ErrorKind};
use crate::transport::body::ResponseBody;
use crate::transport::context::Context;
use crate::transport::request::{RESPONSES, Request, Segment};
use crate::transport::settings::{WAIT_FIRST_DELAY, WAIT_MAX_DELAY};
use crate::transport::timer::Timer;
use crate::transport::tracing::Trace;
use crate::types::{Response, ResponseStatus};

impl Client {
    /// Polls [`retrieve`](Self::retrieve) until the response is no longer queued or in progress.
    ///
    /// From OpenAI's reference; the gateway may return 404. The delay between two polls starts with
    /// [`WAIT_FIRST_DELAY`](crate::WAIT_FIRST_DELAY), half a second, and doubles up to
    /// [`WAIT_MAX_DELAY`](crate::WAIT_MAX_DELAY), 8 seconds. A status that isn't known ends the wait, and so does
    /// a response without one.
    ///
    /// Set the overall limit with [`deadline`](RequestBuilder::deadline); by default, there's none. Dropping the future
    /// leaves the response running.
    ///
    /// ```no_run
    /// use nexconn_responses::types::{CreateResponseRequest, models};
    /// use std::time::Duration;
    ///
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), nexconn_responses::Error> {
    /// let request = CreateResponseRequest::new(models::GPT_5_2, "A long story")
    ///     .background(true);
    /// let id = client.create(&request).await?.id;
    /// let response = client.wait(&id).deadline(Duration::from_secs(3600)).await?;
    /// println!("{:?}: {}", response.status, response.output_text());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`retrieve`](Self::retrieve). Returns [`ErrorKind::Timeout`] after the deadline. The first poll that fails,
    /// after its retries, ends the wait. A response with status `failed`, `incomplete` or `cancelled` is returned as
    /// `Ok`.
    pub fn wait(&self, id: &str) -> RequestBuilder<Response> {
        let request = self.request_to("retrieve", Method::GET, &[RESPONSES, Segment::Id(id)]);
        RequestBuilder::new(&self.context, request, |context, request| Box::pin(wait(context, request)))
    }
}

async fn wait(mut context: Context, request: Request) -> Result<(Response, ResponseMetadata), Error> {
    let timer = Timer::start(&context);
    let mut delay = WAIT_FIRST_DELAY;
    loop {
        context.settings.deadline = timer.left();
        let poll = call(context.clone(), request.clone(), ResponseBody::into_response, Trace::response);
        let (response, metadata) = poll.await?;
        if has_ended(response.status.as_ref()) {
            return Ok((response, metadata));
        }
        if !timer.allows(delay) {
            let error = Error::new(ErrorKind::Timeout, "the response hasn't ended within the deadline");
            return Err(error.with_metadata(&metadata));
        }
        context.clock.sleep(delay).await;
        delay = (delay * 2).min(WAIT_MAX_DELAY);
    }
}

/// Returns true if a response with this status no longer changes.
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
