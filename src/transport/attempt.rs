//! Reports of attempts, for your metrics and logs.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::error::Error;
use crate::error::metadata::ResponseMetadata;

/// A finished attempt: the headers of a successful response have arrived, or it failed.
///
/// Passed to the function you set with [`ClientBuilder::on_attempt`](crate::ClientBuilder::on_attempt).
#[derive(Clone, Copy, Debug)]
pub struct FinishedAttempt<'a> {
    pub(crate) operation: &'static str,
    pub(crate) number: u32,
    pub(crate) elapsed: Duration,
    pub(crate) outcome: Result<&'a ResponseMetadata, &'a Error>,
    pub(crate) delay: Option<Duration>,
}

impl<'a> FinishedAttempt<'a> {
    /// Returns the name of the method, such as `create`. Polls of [`wait`](crate::Client::wait) are `retrieve`.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Returns the number of the attempt, starting with 1.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Returns the duration of this attempt.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Returns the metadata of a successful response, or the error.
    ///
    /// The metadata of an error response is [`Error::metadata`].
    pub fn outcome(&self) -> Result<&'a ResponseMetadata, &'a Error> {
        self.outcome
    }

    /// Returns the delay before the next attempt, or `None` if this is the last one.
    #[must_use]
    pub fn retry_delay(&self) -> Option<Duration> {
        self.delay
    }
}

type Hook = dyn Fn(&FinishedAttempt<'_>) + Send + Sync;

/// The function to call after each attempt.
#[derive(Clone, Default)]
pub(crate) struct AttemptHook(Option<Arc<Hook>>);

impl AttemptHook {
    pub(crate) fn new(hook: impl Fn(&FinishedAttempt<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(hook)))
    }

    pub(crate) fn call(&self, attempt: &FinishedAttempt<'_>) {
        if let Some(hook) = &self.0 {
            hook(attempt);
        }
    }
}

impl fmt::Debug for AttemptHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AttemptHook")
    }
}
