//! Time, as far as the client waits for it: pauses between tries, and time-outs.
//!
//! Place in the flow: `client.rs` holds a [`Clock`]; `send.rs` and `stream.rs` ask it for a sleep and
//! race it against the socket. Everything that waits goes through it, so that a test that brings its
//! own clock waits for nothing.

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

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
    /// Runs while the stream waits for bytes.
    sleep: Option<Sleep>,
}

impl Patience {
    pub(crate) fn new(clock: Arc<dyn Clock>, idle: Duration) -> Self {
        Self { clock, idle, sleep: None }
    }

    /// Ready once nothing has arrived for too long.
    pub(crate) fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.sleep.get_or_insert_with(|| self.clock.sleep(self.idle)).as_mut().poll(context)
    }

    pub(crate) fn renew(&mut self) {
        self.sleep = None;
    }
}
