//! Clocks, timeouts, and the idle timer of streams.

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant, SystemTime};

/// A sleep of a [`Clock`]: a future that completes when the time has passed.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A source of time for a [`Client`](crate::Client).
///
/// Implement it to test retries and timeouts without waiting. Everything else uses [`SystemClock`].
///
/// ```
/// use std::{future::ready, sync::Arc, time::{Duration, SystemTime}};
/// use nexconn_responses::{Client, Clock, Sleep};
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
/// let client = Client::builder().api_key("sk-0123456789").base_url("http://127.0.0.1:8080").clock(Arc::new(NoDelays));
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

/// Measures the time since the last read of a stream.
pub(crate) struct IdleTimer {
    clock: Arc<dyn Clock>,
    timeout: Duration,
    /// When the stream started to wait for the next read, if the clock has instants.
    since: Option<Instant>,
    /// Runs while the stream waits for bytes, and goes on when they've arrived.
    sleep: Option<Sleep>,
    /// Whether the sleep started before the wait.
    is_old: bool,
}

impl IdleTimer {
    pub(crate) fn new(clock: Arc<dyn Clock>, timeout: Duration) -> Self {
        Self { clock, timeout, since: None, sleep: None, is_old: false }
    }

    /// Completes when the timeout has passed since the last [`reset`](Self::reset).
    pub(crate) fn poll_elapsed(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let now = self.clock.instant();
        if self.since.is_none() {
            self.since = now;
        }
        let waited = now.zip(self.since).map(|(now, since)| now.saturating_duration_since(since));
        if self.is_old && waited.is_none() {
            self.start(self.timeout);
        }
        loop {
            let sleep = self.sleep.get_or_insert_with(|| self.clock.sleep(self.timeout));
            ready!(sleep.as_mut().poll(context));
            match self.timeout.checked_sub(waited.unwrap_or_default()) {
                Some(left) if self.is_old && !left.is_zero() => self.start(left),
                _ => return Poll::Ready(()),
            }
        }
    }

    fn start(&mut self, duration: Duration) {
        self.sleep = Some(self.clock.sleep(duration));
        self.is_old = false;
    }

    /// Restarts the timer.
    pub(crate) fn reset(&mut self) {
        self.since = None;
        self.is_old = self.sleep.is_some();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::task::Waker;

    use super::*;

    /// A clock that the test moves, and that counts its sleeps.
    #[derive(Debug)]
    struct ManualClock {
        beginning: Option<Instant>,
        now: Arc<AtomicU64>,
        sleeps: AtomicU64,
    }

    impl Clock for ManualClock {
        fn now(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH
        }

        fn sleep(&self, duration: Duration) -> Sleep {
            self.sleeps.fetch_add(1, Ordering::Relaxed);
            let now = Arc::clone(&self.now);
            let end = now.load(Ordering::Relaxed) + duration.as_secs();
            Box::pin(poll_fn(move |_| if now.load(Ordering::Relaxed) < end { Poll::Pending } else { Poll::Ready(()) }))
        }

        fn instant(&self) -> Option<Instant> {
            self.beginning.map(|beginning| beginning + Duration::from_secs(self.now.load(Ordering::Relaxed)))
        }
    }

    /// Resets a timer of ten seconds at these seconds. Returns the number of sleeps.
    fn elapses_ten_seconds_after_the_last_of(arrivals: &[u64], beginning: Option<Instant>) -> u64 {
        let clock = Arc::new(ManualClock { beginning, now: Arc::default(), sleeps: AtomicU64::new(0) });
        let mut timer = IdleTimer::new(clock.clone(), Duration::from_secs(10));
        let last = arrivals.iter().max().copied().unwrap_or_default();
        for second in 0..=last + 10 {
            clock.now.store(second, Ordering::Relaxed);
            if arrivals.contains(&second) {
                timer.reset();
            }
            let is_late = timer.poll_elapsed(&mut Context::from_waker(Waker::noop())).is_ready();
            assert_eq!(is_late, second == last + 10, "at {second} of {arrivals:?}");
        }
        clock.sleeps.load(Ordering::Relaxed)
    }

    #[test]
    fn the_timer_restarts_with_each_read_on_every_clock() {
        let every_second: Vec<u64> = (0..=100).collect();
        for (arrivals, sleeps, new_sleeps) in [(&[0][..], 1, 1), (&[9, 18, 27], 4, 4), (&every_second, 11, 101)] {
            assert_eq!(elapses_ten_seconds_after_the_last_of(arrivals, Some(Instant::now())), sleeps, "{arrivals:?}");
            assert_eq!(elapses_ten_seconds_after_the_last_of(arrivals, None), new_sleeps, "{arrivals:?}");
        }
    }

    #[tokio::test]
    async fn the_system_clock_sleeps_by_its_instants() {
        let (before, pause) = (SystemClock.instant(), Duration::from_millis(1));
        SystemClock.sleep(pause).await;
        let slept = SystemClock.instant().zip(before).map(|(after, before)| after - before);
        assert!(slept >= Some(pause), "{slept:?}");
    }
}
