//! The events of a streamed run.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use super::progress::RunOutput;
use crate::types::{FunctionCall, FunctionCallOutput, StreamEvent};

/// An event of a [`RunStream`](super::RunStream).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RunEvent {
    /// An event of a response. Each turn starts with [`StreamEvent::Created`].
    Response(StreamEvent),
    /// A call starts to run.
    ToolStarted(Box<FunctionCall>),
    /// A call has ended.
    ToolFinished {
        /// The call.
        call: Box<FunctionCall>,
        /// The output for the model.
        output: Box<FunctionCallOutput>,
        /// True if the output is an error.
        is_error: bool,
    },
    /// The run has ended. The last event.
    Finished(Box<RunOutput>),
}

/// A place for one event. The sender waits until it's taken, so there's no queue.
#[derive(Clone, Default)]
pub(super) struct EventSlot(Arc<Mutex<Option<RunEvent>>>);

impl EventSlot {
    pub(super) async fn send(&self, event: RunEvent) {
        *self.lock() = Some(event);
        // `RunStream` polls again after it has taken the event, so there's no waker to register.
        poll_fn(|_| if self.lock().is_none() { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    pub(super) fn take(&self) -> Option<RunEvent> {
        self.lock().take()
    }

    fn lock(&self) -> MutexGuard<'_, Option<RunEvent>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
