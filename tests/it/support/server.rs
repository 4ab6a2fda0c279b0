//! The mock gateway as a server of given bytes, in order.
//!
//! The last reply is repeated, so a client with too many retries fails the test instead of waiting.

use std::net::SocketAddr;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nexconn_responses::testing::{MockGateway, RecordedRequest, Reply};
use nexconn_responses::{Client, ClientBuilder};

/// The key of [`Server::builder`].
pub(crate) const KEY: &str = "sk-0123456789abcdef";

/// The time after which a hanging test fails.
const TEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Creates a complete reply from the status line without `HTTP/1.1`, further headers on lines of their own, and the
/// body. Adds `content-length` and `connection: close`.
pub(crate) fn reply(head: &str, body: impl AsRef<[u8]>) -> Reply {
    let (head, body) = (head.replace('\n', "\r\n"), body.as_ref());
    let head = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    Reply::raw([head.as_bytes(), body].concat())
}

/// Creates a reply of these bytes, after which the connection stays open until the client closes it.
pub(crate) fn held(bytes: impl Into<Vec<u8>>) -> Reply {
    Reply::raw(bytes).stall_after(usize::MAX)
}

/// Creates a reply of the bytes the test sends to the channel. It ends when the sender is dropped.
pub(crate) fn live() -> (Sender<Vec<u8>>, Reply) {
    let (sender, receiver) = channel();
    let receiver = Arc::new(Mutex::new(receiver));
    (sender, Reply::raw_pieces(std::iter::from_fn(move || receiver.lock().unwrap().recv().ok())))
}

pub(crate) struct Server(pub(crate) MockGateway);

impl Server {
    pub(crate) fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let gateway = MockGateway::start().expect("loopback has a free port");
        gateway.validate(false);
        let mut replies = replies.into_iter().collect::<Vec<_>>().into_iter();
        let mut last = None;
        gateway.respond(move |_| {
            last = replies.next().or(last.take());
            last.clone()
        });
        Self(gateway)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// Returns a builder for a client of this server without retries.
    pub(crate) fn builder(&self) -> ClientBuilder {
        let base_url = format!("http://{}/bypass/openai/v1", self.address());
        Client::builder().api_key(KEY).base_url(base_url).timeout(TEST_TIMEOUT).max_retries(0)
    }

    /// Waits until this number of replies has been sent, or cut short by the client.
    pub(crate) async fn wait_for_replies(&self, count: usize) {
        in_time(self.0.wait_for_replies(count)).await;
    }

    /// Waits until all connections are closed.
    pub(crate) async fn wait_for_close(&self) {
        in_time(self.0.wait_for_close()).await;
    }

    /// Waits until all connections are closed, and returns the requests, heads and bodies as text.
    pub(crate) async fn finish(self) -> Vec<String> {
        self.wait_for_close().await;
        self.0.requests().iter().map(text).collect()
    }
}

/// Fails a hanging test.
pub(crate) async fn in_time<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(TEST_TIMEOUT, future).await.expect("nothing hangs")
}

fn text(request: &RecordedRequest) -> String {
    let headers: String = request.headers().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let body = std::str::from_utf8(request.body()).expect("the requests are UTF-8");
    format!("{} {} HTTP/1.1\r\n{headers}\r\n{body}", request.method(), request.target())
}
