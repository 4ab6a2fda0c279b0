//! Streamed runs.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::error::RunError;
use super::event::{EventSlot, RunEvent};
use super::progress::RunOutput;
use super::run::RunBuilder;

type Outcome = Result<RunOutput, RunError>;

/// The events of a run: those of all responses, and the start and end of each call.
///
/// Created by [`RunBuilder::stream`]. The last item is [`RunEvent::Finished`] with the output, or an error. Dropping
/// the stream cancels the run.
///
/// ```
/// # use nexconn_responses::{agent::Toolbox, testing::{MockGateway, Reply}};
/// use nexconn_responses::agent::RunEvent;
/// use nexconn_responses::types::{CreateResponseRequest, StreamEvent};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// # let gateway = MockGateway::start()?;
/// # gateway.reply(Reply::text("Hello."));
/// # let (client, tools) = (gateway.client()?, Toolbox::new());
/// let request = CreateResponseRequest::new("openai/gpt-5.2", "Hello");
/// let mut events = client.run(&request, &tools).stream();
/// while let Some(event) = events.next().await {
///     match event? {
///         RunEvent::Response(StreamEvent::OutputTextDelta(event)) => {
///             print!("{}", event.delta);
///         }
///         RunEvent::ToolStarted(call) => println!("calling {}", call.name),
///         RunEvent::Finished(output) => println!("\n{:?}", output.usage()),
///         _ => {}
///     }
/// }
/// # Ok(())
/// # })
/// # }
/// ```
#[must_use = "a stream does nothing unless it is polled"]
pub struct RunStream {
    run: Option<Pin<Box<dyn Future<Output = Outcome> + Send>>>,
    outcome: Option<Outcome>,
    events: EventSlot,
}

impl RunBuilder {
    /// Streams the responses, and returns the events of the run.
    pub fn stream(self) -> RunStream {
        let events = EventSlot::default();
        let (run, request) = self.build(Some(events.clone()));
        RunStream { run: Some(Box::pin(run.run(request))), outcome: None, events }
    }
}

impl RunStream {
    /// Returns the next event, or `None` after the last one. You don't need `StreamExt` for it.
    pub async fn next(&mut self) -> Option<Result<RunEvent, RunError>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl Stream for RunStream {
    type Item = Result<RunEvent, RunError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(run) = &mut self.run
            && let Poll::Ready(outcome) = run.as_mut().poll(context)
        {
            (self.run, self.outcome) = (None, Some(outcome));
        }
        // The time limit may end the run while an event waits.
        if let Some(event) = self.events.take() {
            return Poll::Ready(Some(Ok(event)));
        }
        match self.outcome.take() {
            Some(outcome) => Poll::Ready(Some(outcome.map(|output| RunEvent::Finished(Box::new(output))))),
            None if self.run.is_some() => Poll::Pending,
            None => Poll::Ready(None),
        }
    }
}

impl fmt::Debug for RunStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunStream").field("has_ended", &self.run.is_none()).finish_non_exhaustive()
    }
}
