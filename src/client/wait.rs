//! Waits for background responses.

use crate::client::Client;
use crate::error::Error;
use crate::transport::settings::{WAIT_FIRST_DELAY, WAIT_MAX_DELAY};
use crate::types::{Response, ResponseStatus};

impl Client {
    /// Polls [`retrieve`](Self::retrieve) until the response is no longer queued or in progress.
    ///
    /// From OpenAI's reference; the gateway may return 404. The delay between two polls starts with
    /// [`WAIT_FIRST_DELAY`](crate::WAIT_FIRST_DELAY), half a second, and doubles up to
    /// [`WAIT_MAX_DELAY`](crate::WAIT_MAX_DELAY), 8 seconds. A status that isn't known ends the wait, and so does
    /// a response without one.
    ///
    /// There's no overall limit; wrap the call in `tokio::time::timeout`. Dropping the future leaves the response
    /// running.
    ///
    /// # Errors
    ///
    /// See [`retrieve`](Self::retrieve). The first poll that fails, after its retries, ends the wait. A response
    /// with status `failed`, `incomplete` or `cancelled` is returned as `Ok`.
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
        let mut delay = WAIT_FIRST_DELAY;
        loop {
            let response = self.retrieve(id).await?;
            if has_ended(response.status.as_ref()) {
                return Ok(response);
            }
            self.context.clock.sleep(delay).await;
            delay = (delay * 2).min(WAIT_MAX_DELAY);
        }
    }
}

/// Whether a response with this status no longer changes.
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
