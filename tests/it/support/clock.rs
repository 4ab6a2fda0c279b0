//! A clock for tests: it records delays between attempts and ends them at once. Timeouts end when
//! the test calls `expire`.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use nexconn_responses::{Clock, Sleep};
use tokio::sync::watch;

/// The timeout of clients in these tests, too long to elapse by the system clock.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(1_000_000);

/// The time of day: 06 Nov 1994, 08:49:30 GMT.
const NOW: Duration = Duration::from_secs(784_111_770);

#[derive(Debug)]
pub(crate) struct TestClock {
    delays: Mutex<Vec<Duration>>,
    is_over: watch::Sender<bool>,
}

impl TestClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { delays: Mutex::default(), is_over: watch::Sender::new(false) })
    }

    /// Returns the delays so far.
    pub(crate) fn delays(&self) -> Vec<Duration> {
        self.delays.lock().unwrap().clone()
    }

    /// Ends all timeouts, including later ones.
    pub(crate) fn expire(&self) {
        self.is_over.send_replace(true);
    }
}

impl Clock for TestClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + NOW
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        if duration == TIMEOUT {
            let mut is_over = self.is_over.subscribe();
            return Box::pin(async move { drop(is_over.wait_for(|is_over| *is_over).await) });
        }
        self.delays.lock().unwrap().push(duration);
        Box::pin(std::future::ready(()))
    }
}
