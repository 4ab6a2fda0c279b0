//! A clock that tests control: pauses between tries end at once and are remembered, time-outs end when the test says.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use nexconn_responses::{Clock, Sleep};
use tokio::sync::watch;

/// The time-out of the clients in these tests. No real clock would end it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1_000_000);

/// The time of day: 06 Nov 1994, 08:49:30 GMT.
const NOW: Duration = Duration::from_secs(784_111_770);

#[derive(Debug)]
pub(crate) struct TestClock {
    pauses: Mutex<Vec<Duration>>,
    is_over: watch::Sender<bool>,
}

impl TestClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { pauses: Mutex::default(), is_over: watch::Sender::new(false) })
    }

    /// The pauses that were asked for.
    pub(crate) fn pauses(&self) -> Vec<Duration> {
        self.pauses.lock().unwrap().clone()
    }

    /// Ends all patience, now and later.
    pub(crate) fn run_out(&self) {
        self.is_over.send_replace(true);
    }
}

impl Clock for TestClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + NOW
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        if duration == PATIENCE {
            let mut is_over = self.is_over.subscribe();
            return Box::pin(async move { drop(is_over.wait_for(|is_over| *is_over).await) });
        }
        self.pauses.lock().unwrap().push(duration);
        Box::pin(std::future::ready(()))
    }
}
