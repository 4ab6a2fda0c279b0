//! The time since the first attempt, and the deadline over all attempts.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind};
use crate::transport::clock::Clock;
use crate::transport::context::Context;

pub(crate) struct Timer {
    clock: Arc<dyn Clock>,
    started: Instant,
    timeout: Duration,
    deadline: Option<Duration>,
}

impl Timer {
    pub(crate) fn start(context: &Context) -> Self {
        let clock = Arc::clone(&context.clock);
        let started = clock.instant().unwrap_or_else(Instant::now);
        Self { clock, started, timeout: context.settings.timeout, deadline: context.settings.deadline }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.instant().unwrap_or_else(Instant::now).saturating_duration_since(self.started)
    }

    /// Returns the time left until the deadline.
    pub(crate) fn left(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_sub(self.elapsed()))
    }

    /// Returns how long the next attempt may take.
    pub(crate) fn limit(&self) -> Result<Duration, Error> {
        match self.left() {
            None => Ok(self.timeout),
            Some(left) if !left.is_zero() => Ok(self.timeout.min(left)),
            Some(_) => Err(Error::new(ErrorKind::Timeout, "the deadline has passed; raise deadline")),
        }
    }

    /// Returns true if there's time left after a delay.
    pub(crate) fn allows(&self, delay: Duration) -> bool {
        self.left().is_none_or(|left| delay < left)
    }
}
