//! Time, as far as the client waits for it: pauses between tries, and time-outs.
//!
//! Place in the flow: `client.rs` holds a [`Clock`]; `send.rs` and `stream.rs` ask it for a sleep and
//! race it against the socket. Everything that waits goes through it, so that a test that brings its
//! own clock waits for nothing.

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant, SystemTime};

/// A sleep of a [`Clock`]: a future that is ready when the time has passed.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What tells the time to a [`Client`](crate::Client), and wakes it.
///
/// Only tests need another one than [`SystemClock`]: one whose sleeps end when the test says makes
/// retries and time-outs testable without waiting.
///
/// ```
/// use std::{future::ready, sync::Arc, time::{Duration, SystemTime}};
/// use nexconn_responses::{Client, Clock, Sleep};
///
/// /// A clock that does not let anybody wait.
/// #[derive(Debug)]
/// struct Impatient;
///
/// impl Clock for Impatient {
///     fn now(&self) -> SystemTime {
///         SystemTime::UNIX_EPOCH
///     }
///
///     fn sleep(&self, _: Duration) -> Sleep {
///         Box::pin(ready(()))
///     }
/// }
///
/// let client = Client::builder().api_key("sk-0123456789").base_url("http://127.0.0.1:8080").clock(Arc::new(Impatient));
/// # client.build().unwrap();
/// ```
pub trait Clock: fmt::Debug + Send + Sync {
    /// The time of day, by which a date in `Retry-After` is read.
    fn now(&self) -> SystemTime;

    /// A future that is ready after this time.
    fn sleep(&self, duration: Duration) -> Sleep;

    /// The time on a clock that never goes back, and that [`sleep`](Self::sleep) goes by; `None`, which is the
    /// default, if there is none. A stream that can ask it keeps one sleep for all that arrives, and one that cannot
    /// begins another each time. The time-out is the same.
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

/// What the future returns, or `None` if the sleep ends first.
pub(crate) async fn within<F: Future>(future: F, sleep: &mut Sleep) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => sleep.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// How long nothing may arrive of a stream.
pub(crate) struct Patience {
    clock: Arc<dyn Clock>,
    idle: Duration,
    /// When the stream began to wait for what comes next, by a clock that says it.
    since: Option<Instant>,
    /// Runs while the stream waits for bytes, and on when they are there.
    sleep: Option<Sleep>,
    /// Whether the sleep began before the wait did.
    is_old: bool,
}

impl Patience {
    pub(crate) fn new(clock: Arc<dyn Clock>, idle: Duration) -> Self {
        Self { clock, idle, since: None, sleep: None, is_old: false }
    }

    /// Ready once nothing has arrived for too long.
    pub(crate) fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let now = self.clock.instant();
        if self.since.is_none() {
            self.since = now;
        }
        let waited = now.zip(self.since).map(|(now, since)| now.saturating_duration_since(since));
        if self.is_old && waited.is_none() {
            self.begin(self.idle);
        }
        loop {
            let sleep = self.sleep.get_or_insert_with(|| self.clock.sleep(self.idle));
            ready!(sleep.as_mut().poll(context));
            match self.idle.checked_sub(waited.unwrap_or_default()) {
                Some(left) if self.is_old && !left.is_zero() => self.begin(left),
                _ => return Poll::Ready(()),
            }
        }
    }

    fn begin(&mut self, duration: Duration) {
        self.sleep = Some(self.clock.sleep(duration));
        self.is_old = false;
    }

    /// Something has arrived.
    pub(crate) fn renew(&mut self) {
        self.since = None;
        self.is_old = self.sleep.is_some();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::task::Waker;

    use super::*;

    /// A clock that stands until the test moves it, and remembers the seconds it was asked to sleep for.
    #[derive(Debug)]
    struct Hands {
        beginning: Option<Instant>,
        now: Arc<AtomicU64>,
        sleeps: AtomicU64,
    }

    impl Clock for Hands {
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

    /// Bytes arrive at these seconds, and ten may pass without. Returns how many sleeps there were.
    fn late_ten_seconds_after_the_last_of(arrivals: &[u64], beginning: Option<Instant>) -> u64 {
        let clock = Arc::new(Hands { beginning, now: Arc::default(), sleeps: AtomicU64::new(0) });
        let mut patience = Patience::new(clock.clone(), Duration::from_secs(10));
        let last = arrivals.iter().max().copied().unwrap_or_default();
        for second in 0..=last + 10 {
            clock.now.store(second, Ordering::Relaxed);
            if arrivals.contains(&second) {
                patience.renew();
            }
            let is_late = patience.poll_end(&mut Context::from_waker(Waker::noop())).is_ready();
            assert_eq!(is_late, second == last + 10, "at {second} of {arrivals:?}");
        }
        clock.sleeps.load(Ordering::Relaxed)
    }

    #[test]
    fn a_silence_counts_from_its_beginning_by_every_clock() {
        let every_second: Vec<u64> = (0..=100).collect();
        for (arrivals, sleeps, new_sleeps) in [(&[0][..], 1, 1), (&[9, 18, 27], 4, 4), (&every_second, 11, 101)] {
            assert_eq!(late_ten_seconds_after_the_last_of(arrivals, Some(Instant::now())), sleeps, "{arrivals:?}");
            assert_eq!(late_ten_seconds_after_the_last_of(arrivals, None), new_sleeps, "{arrivals:?}");
        }
    }

    #[tokio::test]
    async fn the_instants_of_the_system_clock_are_those_of_its_sleeps() {
        let (before, pause) = (SystemClock.instant(), Duration::from_millis(1));
        SystemClock.sleep(pause).await;
        let slept = SystemClock.instant().zip(before).map(|(after, before)| after - before);
        assert!(slept >= Some(pause), "{slept:?}");
    }
}
