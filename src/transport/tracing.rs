//! The span of a request, by the feature `tracing`. Spans hold names, numbers and ids, never the text of a
//! request, a response or an error.

use std::time::Duration;

use http::StatusCode;

use crate::error::Error;
use crate::types::Usage;

#[cfg(feature = "tracing")]
pub(crate) use observed::Trace;
#[cfg(not(feature = "tracing"))]
pub(crate) use unobserved::Trace;

impl Trace {
    /// Records the usage or the error of an outcome, and returns it.
    pub(crate) fn outcome<T>(
        &self,
        outcome: Result<T, Error>,
        usage: impl FnOnce(&T) -> Option<&Usage>,
    ) -> Result<T, Error> {
        match &outcome {
            Ok(value) => self.usage(usage(value)),
            Err(error) => self.failed(error),
        }
        outcome
    }

    /// Records the usage of a response.
    pub(crate) fn usage(&self, usage: Option<&Usage>) {
        if let Some(usage) = usage {
            self.tokens(usage.input_tokens, Some(usage.output_tokens));
        }
    }
}

#[cfg(feature = "tracing")]
mod observed {
    use std::fmt;
    use std::time::Instant;

    use tracing::field::{Empty, debug};
    use tracing::instrument::Instrumented;
    use tracing::{Instrument as _, Span};

    use super::{Duration, Error, StatusCode};

    /// The span of a request.
    #[derive(Clone)]
    pub(crate) struct Trace {
        span: Span,
        started: Instant,
        /// Whether an event of a stream has arrived.
        has_event: bool,
    }

    impl Trace {
        pub(crate) fn new(operation: &'static str, model: Option<&str>) -> Self {
            let span = tracing::info_span!(
                "nexconn_responses",
                operation,
                model,
                attempts = Empty,
                status = Empty,
                request_id = Empty,
                time_to_first_event_ms = Empty,
                input_tokens = Empty,
                output_tokens = Empty,
                error = Empty,
            );
            Self { span, started: Instant::now(), has_event: false }
        }

        /// Returns a future that runs in the span.
        pub(crate) fn in_span<F: Future>(&self, future: F) -> Instrumented<F> {
            future.instrument(self.span.clone())
        }

        pub(crate) fn attempt_started(&self, attempts: u32) {
            self.span.record("attempts", attempts);
        }

        pub(crate) fn attempt_failed(&self, error: &Error, delay: Duration) {
            let (kind, status) = (debug(error.kind()), error.status());
            let delay_ms = milliseconds(delay);
            tracing::debug!(parent: &self.span, error = kind, status, delay_ms, "retrying");
        }

        pub(crate) fn response_head(&self, status: StatusCode, request_id: impl FnOnce() -> Option<String>) {
            self.span.record("status", status.as_u16());
            self.request_id(request_id().as_deref());
        }

        pub(crate) fn event(&mut self) {
            if !self.has_event {
                self.has_event = true;
                self.span.record("time_to_first_event_ms", milliseconds(self.started.elapsed()));
            }
        }

        pub(crate) fn tokens(&self, input: i64, output: Option<i64>) {
            self.span.record("input_tokens", input);
            if let Some(output) = output {
                self.span.record("output_tokens", output);
            }
        }

        /// Records only the kind of the error. Its message may repeat a text of the request.
        pub(crate) fn failed(&self, error: &Error) {
            if let Some(status) = error.status() {
                self.span.record("status", status);
            }
            self.request_id(error.request_id());
            self.span.record("error", debug(error.kind()));
        }

        fn request_id(&self, request_id: Option<&str>) {
            if let Some(request_id) = request_id {
                self.span.record("request_id", request_id);
            }
        }
    }

    impl fmt::Debug for Trace {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Trace")
        }
    }

    fn milliseconds(duration: Duration) -> u64 {
        u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(not(feature = "tracing"))]
mod unobserved {
    use super::{Duration, Error, StatusCode};

    /// The same without the feature.
    #[derive(Clone, Debug)]
    pub(crate) struct Trace;

    #[allow(clippy::unused_self, reason = "the same methods as with the feature")]
    impl Trace {
        pub(crate) const fn new(_: &'static str, _: Option<&str>) -> Self {
            Self
        }

        pub(crate) fn in_span<F: Future>(&self, future: F) -> F {
            future
        }

        pub(crate) const fn attempt_started(&self, _: u32) {}

        pub(crate) const fn attempt_failed(&self, _: &Error, _: Duration) {}

        pub(crate) fn response_head(&self, _: StatusCode, _: impl FnOnce() -> Option<String>) {}

        pub(crate) const fn event(&mut self) {}

        pub(crate) const fn tokens(&self, _: i64, _: Option<i64>) {}

        pub(crate) const fn failed(&self, _: &Error) {}
    }
}
