//! The text of a streamed response.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::error::Error;
use crate::stream::event_stream::EventStream;
use crate::types::StreamEvent;

/// The text of a streamed response, in pieces.
///
/// Created by [`EventStream::text_stream`]. Yields the `delta` of every `response.output_text.delta` event and
/// ends like the event stream: after the terminal event, or with an error as the last item.
///
/// Refusals, reasoning, calls, the final status, and the boundaries between messages are left out; use the
/// events if you need them. If a server sends the complete response in place of a stream, there are no deltas
/// and so no text; [`EventStream::into_response`] returns it.
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

impl EventStream {
    /// Returns only the text of the response, in pieces.
    pub fn text_stream(self) -> TextStream {
        TextStream { events: self }
    }
}

impl TextStream {
    /// Returns the next piece, or `None` after the last one. You don't need `StreamExt` for it.
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
