//! Resumes a stream whose connection broke.

use std::pin::Pin;
use std::task::{self, Poll, ready};

use http::Method;

use crate::error::{Error, ErrorKind};
use crate::transport::body::PendingBody;
use crate::transport::clock::Sleep;
use crate::transport::context::Context;
use crate::transport::random;
use crate::transport::request::{EVENT_STREAM, RESPONSES, Request, STARTING_AFTER, Segment, join_path};
use crate::transport::resume_policy::ResumePolicy;
use crate::transport::retry::backoff;
use crate::transport::send::send;
use crate::transport::tracing::Trace;
use crate::types::StreamEvent;

/// A request that's on its way.
type Reconnect = Pin<Box<dyn Future<Output = Result<PendingBody, Error>> + Send>>;

/// Everything that resuming a stream needs.
pub(super) struct Resumption {
    context: Context,
    trace: Trace,
    policy: ResumePolicy,
    deadline: Option<Sleep>,
    /// The id of the response, and the number of its last event.
    id: Option<String>,
    last: Option<i64>,
    attempts: u32,
    /// The attempts since the last event.
    failures: u32,
    pending: Option<Reconnect>,
}

impl Resumption {
    pub(super) fn new(policy: ResumePolicy, context: &Context, trace: Trace) -> Self {
        let deadline = policy.deadline.map(|deadline| context.clock.sleep(deadline));
        let context = context.clone();
        Self { context, trace, policy, deadline, id: None, last: None, attempts: 0, failures: 0, pending: None }
    }

    pub(super) fn last(&self) -> Option<i64> {
        self.last
    }

    pub(super) fn max_event_size(&self) -> usize {
        self.context.settings.max_event_size
    }

    /// Returns true if a request is on its way.
    pub(super) fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// Remembers the position in the stream.
    pub(super) fn observe(&mut self, event: &StreamEvent) {
        let response = match event {
            StreamEvent::Created(event) => Some(&event.response),
            StreamEvent::Queued(event) => Some(&event.response),
            StreamEvent::InProgress(event) => Some(&event.response),
            _ => None,
        };
        if let Some(response) = response.filter(|response| self.id.is_none() && !response.id.is_empty()) {
            self.id = Some(response.id.clone());
        }
        self.last = event.sequence_number().or(self.last);
        self.failures = 0;
    }

    /// Starts to resume the stream after an error, or returns the error if that isn't possible.
    pub(super) fn start(&mut self, error: Error) -> Result<(), Error> {
        let is_disconnect =
            matches!(error.kind(), ErrorKind::StreamTruncated | ErrorKind::Timeout | ErrorKind::Connection);
        let position = self.id.as_ref().zip(self.last).filter(|_| is_disconnect);
        let Some((id, last)) = position.filter(|_| self.attempts < self.policy.max_attempts) else {
            return Err(error);
        };
        let url = join_path(&self.context.base_url, &[RESPONSES, Segment::Id(id)])?;
        let request = Request::new("resume", Method::GET, url).accept(EVENT_STREAM);
        let request = request.query("stream", "true").query(STARTING_AFTER, &last.to_string());
        let delay = (self.failures > 0).then(|| backoff(self.failures, random::unit()));
        (self.attempts, self.failures) = (self.attempts + 1, self.failures + 1);
        let (context, trace) = (self.context.clone(), self.trace.clone());
        self.pending = Some(Box::pin(async move {
            if let Some(delay) = delay {
                context.clock.sleep(delay).await;
            }
            send(&context, &request, &trace).await
        }));
        Ok(())
    }

    /// Returns the body that continues the stream.
    pub(super) fn poll(&mut self, context: &mut task::Context<'_>) -> Poll<Result<PendingBody, Error>> {
        loop {
            if self.deadline.as_mut().is_some_and(|deadline| deadline.as_mut().poll(context).is_ready()) {
                (self.pending, self.deadline) = (None, None);
                let message = "the stream broke, and the deadline for resuming it has passed";
                return Poll::Ready(Err(Error::new(ErrorKind::Timeout, message)));
            }
            let Some(pending) = &mut self.pending else { return Poll::Pending };
            let outcome = ready!(pending.as_mut().poll(context));
            self.pending = None;
            let error = match outcome {
                Ok(body) => return Poll::Ready(Ok(body)),
                Err(error) => error,
            };
            if let Err(error) = self.start(error) {
                return Poll::Ready(Err(describe(error)));
            }
        }
    }
}

/// Adds the task to the error of a request: resuming a stream.
fn describe(error: Error) -> Error {
    let message = match error.kind() {
        ErrorKind::NotFound | ErrorKind::InvalidRequest => "the server doesn't support resuming this stream",
        _ => "the stream broke and couldn't be resumed",
    };
    error.with_context(message)
}
