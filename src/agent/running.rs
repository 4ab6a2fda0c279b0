//! Concurrent futures on one task.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// A few futures. Each wake polls all of them, as `futures::future::join_all` does for small numbers.
pub(super) struct Running<T>(Vec<Pin<Box<dyn Future<Output = T> + Send>>>);

impl<T> Running<T> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn push(&mut self, future: Pin<Box<dyn Future<Output = T> + Send>>) {
        self.0.push(future);
    }

    /// Returns the output of the first future to end, or `None` if there's none.
    pub(super) async fn next(&mut self) -> Option<T> {
        if self.0.is_empty() {
            return None;
        }
        let first = poll_fn(|context| {
            let ended =
                (self.0.iter_mut().enumerate()).find_map(|(index, future)| match future.as_mut().poll(context) {
                    Poll::Ready(output) => Some((index, output)),
                    Poll::Pending => None,
                });
            ended.map_or(Poll::Pending, Poll::Ready)
        });
        let (index, output) = first.await;
        drop(self.0.swap_remove(index));
        Some(output)
    }
}
