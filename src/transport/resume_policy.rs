//! Limits for resuming a stream.

use std::time::Duration;

/// Limits for [`resume_on_disconnect`](crate::RequestBuilder::resume_on_disconnect).
///
/// ```
/// use std::time::Duration;
/// use nexconn_responses::ResumePolicy;
///
/// let policy = ResumePolicy::new()
///     .max_attempts(20)
///     .deadline(Duration::from_secs(3_600));
/// # let _ = policy;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResumePolicy {
    pub(crate) max_attempts: u32,
    pub(crate) deadline: Option<Duration>,
}

impl ResumePolicy {
    /// Creates a policy with 10 attempts and no deadline.
    #[must_use]
    pub const fn new() -> Self {
        Self { max_attempts: 10, deadline: None }
    }

    /// Sets how often a stream is resumed in all. Defaults to 10.
    ///
    /// The retries of each resuming request aren't counted.
    #[must_use]
    pub const fn max_attempts(self, max_attempts: u32) -> Self {
        Self { max_attempts, ..self }
    }

    /// Sets the time from the start of the stream after which it isn't resumed any more. Defaults to none.
    #[must_use]
    pub const fn deadline(self, deadline: Duration) -> Self {
        Self { deadline: Some(deadline), ..self }
    }
}

impl Default for ResumePolicy {
    fn default() -> Self {
        Self::new()
    }
}
