//! Only the text of a streamed answer.
//!
//! Place in the flow: around the stream of `stream.rs`, which makes it.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::error::Error;
use crate::stream::EventStream;
use crate::types::StreamEvent;

/// The text of a streamed answer, piece by piece; made by [`EventStream::text_stream`].
///
/// It yields the `delta` of every `response.output_text.delta`, and ends as the events do: after the
/// terminal event, or with an error as the last item. All else is left out: refusals, reasoning,
/// calls of tools, whether the response is complete, and which of several messages or parts a piece
/// belongs to. A server that answers with the whole response in place of a stream sends no deltas, so
/// there is no text either; [`EventStream::into_response`] has it.
///
/// ```no_run
/// use nexconn_responses::{Client, types::CreateResponseRequest};
///
/// # async fn run() -> Result<(), nexconn_responses::Error> {
/// let request = CreateResponseRequest::new("openai/gpt-5.2", "Hello");
/// let mut text = Client::from_env()?.stream(&request).await?.text_stream();
/// while let Some(piece) = text.next().await {
///     print!("{}", piece?);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a stream does nothing unless it is polled"]
pub struct TextStream {
    events: EventStream,
}

impl TextStream {
    pub(crate) fn new(events: EventStream) -> Self {
        Self { events }
    }

    /// The next piece, without the need for a `StreamExt`; `None` after the last one.
    pub async fn next(&mut self) -> Option<Result<String, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl Stream for TextStream {
    type Item = Result<String, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match ready!(Pin::new(&mut self.events).poll_next(context)) {
                Some(Ok(StreamEvent::OutputTextDelta(event))) => return Poll::Ready(Some(Ok(event.delta))),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}
