//! A scripted server on loopback, which sends bytes that no HTTP library would produce.
//!
//! Each connection has one request and gets the next reply. The last reply is repeated, so that a client that
//! retries too often fails the test instead of waiting.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use nexconn_responses::{Client, ClientBuilder};
use tokio::sync::watch;

/// The key of [`Server::builder`].
pub(crate) const KEY: &str = "sk-0123456789abcdef";

/// The time after which a hanging test fails.
const TEST_TIMEOUT: Duration = Duration::from_secs(30);

/// The bytes to send to one connection once its request has been read.
pub(crate) struct Reply {
    pub(crate) bytes: Vec<u8>,
    /// Whether the connection stays open until the client closes it.
    pub(crate) hold: bool,
}

/// Creates a complete reply from the status line without `HTTP/1.1`, further headers on lines of their own, and the
/// body. Adds `content-length` and `connection: close`.
pub(crate) fn reply(head: &str, body: impl AsRef<[u8]>) -> Reply {
    let (head, body) = (head.replace('\n', "\r\n"), body.as_ref());
    let head = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    Reply { bytes: [head.as_bytes(), body].concat(), hold: false }
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    finished: Arc<AtomicBool>,
    /// The number of replies sent.
    sent: watch::Receiver<usize>,
    thread: JoinHandle<Vec<String>>,
}

impl Server {
    pub(crate) fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().unwrap();
        let finished = Arc::new(AtomicBool::new(false));
        let replies: Vec<_> = replies.into_iter().collect();
        let (sender, sent) = watch::channel(0);
        let thread = thread::spawn({
            let finished = Arc::clone(&finished);
            move || serve(&listener, &replies, &finished, &sender)
        });
        Self { address, finished, sent, thread }
    }

    /// Returns a builder for a client of this server without retries.
    pub(crate) fn builder(&self) -> ClientBuilder {
        let base_url = format!("http://{}/bypass/openai/v1", self.address);
        Client::builder().api_key(KEY).base_url(base_url).timeout(TEST_TIMEOUT).max_retries(0)
    }

    /// Waits until this number of replies has been sent, or cut short by the client.
    pub(crate) async fn wait_for_replies(&self, replies: usize) {
        self.sent.clone().wait_for(|sent| *sent >= replies).await.expect("the server runs");
    }

    /// Waits until the last connection is closed, and returns the requests, heads and bodies as text.
    pub(crate) async fn finish(self) -> Vec<String> {
        self.finished.store(true, Ordering::SeqCst);
        // Another thread waits, so that the client's connections can close on this one.
        let wait = tokio::task::spawn_blocking(move || {
            // The server may be waiting for a connection. This one has no request.
            drop(TcpStream::connect(self.address));
            self.thread.join().expect("the server thread doesn't panic")
        });
        wait.await.unwrap()
    }
}

fn serve(listener: &TcpListener, replies: &[Reply], finished: &AtomicBool, sent: &watch::Sender<usize>) -> Vec<String> {
    let mut requests = Vec::new();
    loop {
        let (mut connection, _) = listener.accept().unwrap();
        connection.set_read_timeout(Some(TEST_TIMEOUT)).unwrap();
        connection.set_nodelay(true).unwrap();
        if let Some(request) = read_request(&mut connection) {
            let reply = replies.get(requests.len()).or(replies.last()).expect("there's a reply for each request");
            requests.push(request);
            send(&mut connection, reply, sent);
        } else if finished.load(Ordering::SeqCst) {
            return requests;
        }
    }
}

/// Reads a request. Returns `None` if the connection closes first.
fn read_request(connection: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    while !is_complete(&request) {
        let mut bytes = [0; 4096];
        match connection.read(&mut bytes).expect("the request arrives") {
            0 => return None,
            count => request.extend_from_slice(&bytes[..count]),
        }
    }
    Some(String::from_utf8(request).expect("the requests are UTF-8"))
}

/// Whether a request is complete, by `Content-Length` or its last chunk.
fn is_complete(request: &[u8]) -> bool {
    let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let (head, body) = request.split_at(end + 4);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    match head.split_once("content-length: ") {
        Some((_, rest)) => body.len() >= rest.lines().next().unwrap_or_default().parse().unwrap(),
        None if head.contains("transfer-encoding: chunked") => body.ends_with(b"0\r\n\r\n"),
        None => true,
    }
}

/// Sends a reply. The client may close the connection before its end.
fn send(connection: &mut TcpStream, reply: &Reply, sent: &watch::Sender<usize>) {
    let is_sent = connection.write_all(&reply.bytes).is_ok();
    sent.send_modify(|count| *count += 1);
    if !is_sent || !reply.hold {
        return;
    }
    match connection.read(&mut [0]) {
        Ok(0) => {}
        Ok(_) => panic!("the client sends more than one request"),
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset, "the client does not close the connection"),
    }
}
