//! The span of a request, by the feature `tracing`. Its fields follow OpenTelemetry's conventions for generative AI
//! clients. They're names, numbers and ids, never the text of a request, a response or an error.

use std::time::Duration;

use crate::error::Error;
use crate::transport::context::Context;
use crate::transport::request::Request;
use crate::types::{JsonText, Response, StreamEvent, Usage};

#[cfg(feature = "tracing")]
pub(crate) use observed::Trace;
#[cfg(not(feature = "tracing"))]
pub(crate) use unobserved::Trace;

impl Trace {
    /// Records the value or the error of an outcome, and returns it.
    pub(crate) fn outcome<T>(&self, outcome: Result<T, Error>, record: impl FnOnce(&Self, &T)) -> Result<T, Error> {
        match &outcome {
            Ok(value) => record(self, value),
            Err(error) => self.failed(error),
        }
        outcome
    }

    /// Records the usage of a response.
    pub(crate) fn usage(&self, usage: Option<&Usage>) {
        if let Some(usage) = usage {
            self.tokens(usage.input_tokens, Some(usage.output_tokens));
            self.token_details(usage);
        }
    }
}

#[cfg(feature = "tracing")]
mod observed {
    use std::fmt;
    use std::time::Instant;

    use tracing::field::{Empty, debug, display};
    use tracing::instrument::Instrumented;
    use tracing::{Instrument as _, Span};

    use super::{Context, Duration, Error, JsonText, Request, Response, StreamEvent, Usage};
    use crate::error::redact::Redactor;
    use crate::types::Mismatch;

    /// Maximum number of mismatches to report for a response or an event.
    const MAX_MISMATCHES: usize = 20;

    /// The span of a request.
    #[derive(Clone)]
    pub(crate) struct Trace {
        span: Span,
        started: Instant,
        /// Whether an event of a stream has arrived.
        has_event: bool,
        redactor: Redactor,
    }

    impl Trace {
        pub(crate) fn new(context: &Context, request: &Request) -> Self {
            let (operation, model) = (request.operation, request.model.as_deref());
            let is_inference = matches!(operation, "create" | "stream");
            let name = if is_inference { "chat" } else { operation };
            let span = tracing::info_span!(
                target: "nexconn_responses",
                "nexconn_responses",
                otel.name = model.map(|model| format!("{name} {model}")).as_deref().unwrap_or(name),
                otel.kind = "client",
                operation,
                attempts = Empty,
                request_id = Empty,
                gen_ai.operation.name = name,
                gen_ai.provider.name = "nexconn",
                gen_ai.request.model = model,
                gen_ai.request.stream = matches!(operation, "stream" | "resume").then_some(true),
                gen_ai.conversation.id = Empty,
                gen_ai.response.id = Empty,
                gen_ai.response.model = Empty,
                gen_ai.response.finish_reasons = Empty,
                gen_ai.response.time_to_first_chunk = Empty,
                gen_ai.usage.input_tokens = Empty,
                gen_ai.usage.output_tokens = Empty,
                gen_ai.usage.cache_read.input_tokens = Empty,
                gen_ai.usage.cache_write.input_tokens = Empty,
                gen_ai.usage.reasoning.output_tokens = Empty,
                server.address = request.url.host_str(),
                server.port = request.url.port_or_known_default(),
                http.response.status_code = Empty,
                "error.type" = Empty,
            );
            Self { span, started: Instant::now(), has_event: false, redactor: context.redactor.clone() }
        }

        /// Returns a future inside the span.
        pub(crate) fn in_span<F: Future>(&self, future: F) -> Instrumented<F> {
            future.instrument(self.span.clone())
        }

        pub(crate) fn attempt_failed(&self, error: &Error, delay: Duration) {
            let (kind, status) = (debug(error.kind()), error.status());
            let delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
            tracing::event!(
                target: "nexconn_responses",
                parent: &self.span,
                tracing::Level::DEBUG,
                { "error.type" = kind, http.response.status_code = status, delay_ms },
                "retrying"
            );
        }

        /// Records the last attempt.
        pub(crate) fn sent(&self, attempts: u32, status: Option<u16>, request_id: Option<&str>) {
            self.span.record("attempts", attempts);
            if let Some(status) = status {
                self.span.record("http.response.status_code", status);
            }
            if let Some(request_id) = request_id {
                self.span.record("request_id", request_id);
            }
        }

        pub(crate) fn event(&mut self, event: &StreamEvent) {
            if !self.has_event {
                self.has_event = true;
                self.span.record("gen_ai.response.time_to_first_chunk", self.started.elapsed().as_secs_f64());
            }
            self.mismatches(event);
        }

        /// Adds an event for each mismatch of a response or an event. Finding them takes time, so it depends on the
        /// level.
        pub(crate) fn mismatches(&self, value: &impl JsonText) {
            if !tracing::enabled!(target: "nexconn_responses", tracing::Level::DEBUG) {
                return;
            }
            for Mismatch { pointer, expected, found } in value.mismatches().into_iter().take(MAX_MISMATCHES) {
                let pointer = self.redactor.redact(pointer.as_bytes());
                tracing::event!(
                    target: "nexconn_responses",
                    parent: &self.span,
                    tracing::Level::DEBUG,
                    { pointer, expected, found },
                    "mismatch"
                );
            }
        }

        /// Records a finished response.
        pub(crate) fn response(&self, response: &Response) {
            if !response.id.is_empty() {
                self.span.record("gen_ai.response.id", response.id.as_str());
            }
            if let Some(model) = &response.model {
                self.span.record("gen_ai.response.model", model.as_str());
            }
            let reason = response.incomplete_details.as_ref().and_then(|details| details.reason.as_ref());
            let reason = reason.map(AsRef::as_ref).or(response.status.as_ref().map(AsRef::as_ref));
            if let Some(reason) = reason {
                // The convention requires an array, which `tracing` doesn't have.
                self.span.record("gen_ai.response.finish_reasons", display(serde_json::json!([reason])));
            }
            if let Some(conversation) = &response.conversation {
                self.span.record("gen_ai.conversation.id", conversation.id.as_str());
            }
            self.usage(response.usage.as_deref());
        }

        pub(crate) fn token_details(&self, usage: &Usage) {
            if let Some(details) = &usage.input_tokens_details {
                self.span.record("gen_ai.usage.cache_read.input_tokens", details.cached_tokens);
                self.span.record("gen_ai.usage.cache_write.input_tokens", details.cache_write_tokens);
            }
            if let Some(details) = &usage.output_tokens_details {
                self.span.record("gen_ai.usage.reasoning.output_tokens", details.reasoning_tokens);
            }
        }

        pub(crate) fn tokens(&self, input: i64, output: Option<i64>) {
            self.span.record("gen_ai.usage.input_tokens", input);
            if let Some(output) = output {
                self.span.record("gen_ai.usage.output_tokens", output);
            }
        }

        /// Records only the kind of the error. Its message may repeat a text of the request.
        pub(crate) fn failed(&self, error: &Error) {
            self.span.record("error.type", debug(error.kind()));
        }
    }

    impl fmt::Debug for Trace {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Trace")
        }
    }
}

#[cfg(not(feature = "tracing"))]
mod unobserved {
    use super::{Context, Duration, Error, JsonText, Request, Response, StreamEvent, Usage};

    /// The same without the feature.
    #[derive(Clone, Debug)]
    pub(crate) struct Trace;

    #[allow(clippy::unused_self, reason = "the same methods as with the feature")]
    impl Trace {
        pub(crate) const fn new(_: &Context, _: &Request) -> Self {
            Self
        }

        pub(crate) fn in_span<F: Future>(&self, future: F) -> F {
            future
        }

        pub(crate) const fn attempt_failed(&self, _: &Error, _: Duration) {}

        pub(crate) const fn sent(&self, _: u32, _: Option<u16>, _: Option<&str>) {}

        pub(crate) const fn event(&mut self, _: &StreamEvent) {}

        pub(crate) const fn mismatches(&self, _: &impl JsonText) {}

        pub(crate) const fn token_details(&self, _: &Usage) {}

        pub(crate) fn response(&self, response: &Response) {
            self.usage(response.usage.as_deref());
        }

        pub(crate) const fn tokens(&self, _: i64, _: Option<i64>) {}

        pub(crate) const fn failed(&self, _: &Error) {}
    }
}
