//! Clocks and timeouts.

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

/// A sleep of a [`Clock`]: it completes when the time has passed.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A source of time for a [`Client`](crate::Client).
///
/// Implement it to test retries and timeouts without waiting. Everything else uses [`SystemClock`].
///
/// ```
/// use nexconn_responses::{Client, Clock, Sleep};
/// use std::{
///     future::ready,
///     sync::Arc,
///     time::{Duration, SystemTime},
/// };
///
/// /// A clock whose sleeps end at once.
/// #[derive(Debug)]
/// struct NoDelays;
///
/// impl Clock for NoDelays {
///     fn now(&self) -> SystemTime {
///         SystemTime::UNIX_EPOCH
///     }
///
///     fn sleep(&self, _: Duration) -> Sleep {
///         Box::pin(ready(()))
///     }
/// }
///
/// let client = Client::builder()
///     .api_key("sk-0123456789")
///     .base_url("http://127.0.0.1:8080")
///     .clock(Arc::new(NoDelays));
/// # client.build().unwrap();
/// ```
pub trait Clock: fmt::Debug + Send + Sync {
    /// Returns the time of day. A date in `Retry-After` is compared with it.
    fn now(&self) -> SystemTime;

    /// Returns a future that completes after this time.
    fn sleep(&self, duration: Duration) -> Sleep;

    /// Returns the time on a monotonic clock that [`sleep`](Self::sleep) follows. Defaults to `None`.
    ///
    /// With it, a stream keeps one sleep for its idle timeout. Without it, it starts one for each read.
    fn instant(&self) -> Option<Instant> {
        None
    }
}

/// The clock of the operating system, with tokio's timer. It needs a runtime with time enabled.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }

    fn instant(&self) -> Option<Instant> {
        Some(tokio::time::Instant::now().into_std())
    }
}

/// Returns the output of the future, or `None` if the sleep ends first.
pub(crate) async fn timeout<F: Future>(future: F, sleep: &mut Sleep) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => sleep.as_mut().poll(context).map(|()| None),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_system_clock_sleeps_by_its_instants() {
        let (before, pause) = (SystemClock.instant(), Duration::from_millis(1));
        SystemClock.sleep(pause).await;
        let slept = SystemClock.instant().zip(before).map(|(after, before)| after - before);
        assert!(slept >= Some(pause), "{slept:?}");
    }
}
