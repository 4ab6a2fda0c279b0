//! The timeout between two reads of a stream.

use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use crate::transport::clock::{Clock, Sleep};

/// Measures the time since the last read of a stream.
pub(super) struct IdleTimer {
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
    pub(super) fn new(clock: Arc<dyn Clock>, timeout: Duration) -> Self {
        Self { clock, timeout, since: None, sleep: None, is_old: false }
    }

    /// Completes when the timeout has passed since the last [`reset`](Self::reset).
    pub(super) fn poll_elapsed(&mut self, context: &mut Context<'_>) -> Poll<()> {
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
    pub(super) fn reset(&mut self) {
        self.since = None;
        self.is_old = self.sleep.is_some();
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::task::Waker;
    use std::time::SystemTime;

    use super::*;

    /// A clock the test moves, and that counts its sleeps.
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
}
