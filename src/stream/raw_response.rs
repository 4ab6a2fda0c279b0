//! The response to a raw request, as a stream of bytes.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http_body::Body as _;
use reqwest::Body;

use crate::error::metadata::ResponseMetadata;
use crate::error::{Error, ErrorKind};
use crate::stream::idle_timer::IdleTimer;
use crate::transport::body::{PendingBody, ResponseHead};
use crate::transport::context;

/// A response as the server sends it. Created by [`RequestBuilder::raw`](crate::RequestBuilder::raw).
///
/// The stream yields the bytes of the body as they arrive; its size isn't limited. The last item is an error if the
/// connection breaks ([`ErrorKind::Connection`]), or if no bytes arrive for the
/// [`idle_timeout`](crate::ClientBuilder::idle_timeout) ([`ErrorKind::Timeout`]). The API key is removed from the
/// headers, but not from the body.
#[must_use = "a stream does nothing unless it is polled"]
pub struct RawResponse {
    head: ResponseHead,
    /// None after the last item.
    body: Option<Body>,
    timer: IdleTimer,
}

impl RawResponse {
    pub(crate) fn new(body: PendingBody, context: &context::Context) -> Self {
        let (head, _, body) = body.into_parts();
        let timer = IdleTimer::new(Arc::clone(&context.clock), context.settings.idle_timeout());
        Self { head, body: Some(body), timer }
    }

    /// Returns the status and the headers.
    #[must_use]
    pub fn metadata(&self) -> &ResponseMetadata {
        &self.head.metadata
    }

    /// Returns the next bytes, or `None` at the end. You don't need `StreamExt` for it.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Returns the next bytes, or an error without the metadata.
    fn poll_bytes(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        loop {
            let Poll::Ready(frame) = Pin::new(&mut *body).poll_frame(context) else {
                ready!(self.timer.poll_elapsed(context));
                let message = "no bytes arrived in time; raise idle_timeout";
                return Poll::Ready(Some(Err(Error::new(ErrorKind::Timeout, message))));
            };
            self.timer.reset();
            return Poll::Ready(match frame {
                None => None,
                Some(Err(error)) => {
                    let error = error.without_url();
                    Some(Err(Error::new(ErrorKind::Connection, "the connection broke").with_source(error)))
                }
                // Trailers have no data.
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) => Some(Ok(bytes)),
                    Err(_) => continue,
                },
            });
        }
    }
}

impl Stream for RawResponse {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = ready!(self.poll_bytes(context)).map(|item| item.map_err(|error| self.head.describe(error)));
        if !matches!(item, Some(Ok(_))) {
            self.body = None;
        }
        Poll::Ready(item)
    }
}

impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawResponse").field("metadata", self.metadata()).finish_non_exhaustive()
    }
}
