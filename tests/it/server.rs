//! A scripted server on loopback: it answers each connection's one request with bytes that the test wrote.
//!
//! Nothing here knows HTTP but for finding the end of a request, so that a test can answer with what no HTTP
//! library would let it. The answers are given in order, one per connection, and the last one again and again,
//! so that a client that tries too often is counted and not left waiting.

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

/// How long anything may take before a test that hangs becomes a test that fails.
const SAFETY: Duration = Duration::from_secs(30);

/// What is sent to one connection after its request has been read.
pub(crate) struct Answer {
    pub(crate) bytes: Vec<u8>,
    /// Whether the connection then stays open until the client closes it.
    pub(crate) hold: bool,
}

/// A whole answer: the status line without `HTTP/1.1`, further headers on lines of their own, and the body.
/// `content-length` and `connection: close` are added.
pub(crate) fn answer(head: &str, body: impl AsRef<[u8]>) -> Answer {
    let (head, body) = (head.replace('\n', "\r\n"), body.as_ref());
    let head = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    Answer { bytes: [head.as_bytes(), body].concat(), hold: false }
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    finished: Arc<AtomicBool>,
    /// Told of each answer that has been given.
    given: watch::Receiver<usize>,
    thread: JoinHandle<Vec<String>>,
}

impl Server {
    pub(crate) fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().unwrap();
        let finished = Arc::new(AtomicBool::new(false));
        let answers: Vec<_> = answers.into_iter().collect();
        let (told, given) = watch::channel(0);
        let thread = thread::spawn({
            let finished = Arc::clone(&finished);
            move || serve(&listener, &answers, &finished, &told)
        });
        Self { address, finished, given, thread }
    }

    /// Sets up a client of this server that makes one try.
    pub(crate) fn builder(&self) -> ClientBuilder {
        let base_url = format!("http://{}/bypass/openai/v1", self.address);
        Client::builder().api_key(KEY).base_url(base_url).timeout(SAFETY).max_retries(0)
    }

    /// Waits until so many answers have been given, as far as the client took them.
    pub(crate) async fn has_given(&self, answers: usize) {
        self.given.clone().wait_for(|given| *given >= answers).await.expect("the server runs");
    }

    /// Waits until the last connection is closed, and returns the requests, heads and bodies as text.
    pub(crate) async fn finish(self) -> Vec<String> {
        self.finished.store(true, Ordering::SeqCst);
        // Another thread waits, so that the client's connections can close on this one.
        let wait = tokio::task::spawn_blocking(move || {
            // The server may wait for a connection; this one carries no request.
            drop(TcpStream::connect(self.address));
            self.thread.join().expect("the server met nothing that it did not expect")
        });
        wait.await.unwrap()
    }
}

fn serve(
    listener: &TcpListener,
    answers: &[Answer],
    finished: &AtomicBool,
    told: &watch::Sender<usize>,
) -> Vec<String> {
    let mut requests = Vec::new();
    loop {
        let (mut connection, _) = listener.accept().unwrap();
        connection.set_read_timeout(Some(SAFETY)).unwrap();
        connection.set_nodelay(true).unwrap();
        if let Some(request) = read_request(&mut connection) {
            let answer = answers.get(requests.len()).or(answers.last()).expect("a client came, and there is no answer");
            requests.push(request);
            give(&mut connection, answer, told);
        } else if finished.load(Ordering::SeqCst) {
            return requests;
        }
    }
}

/// One request, or `None` if the connection is closed before there is one.
fn read_request(connection: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    while !is_whole(&request) {
        let mut bytes = [0; 4096];
        match connection.read(&mut bytes).expect("the request arrives") {
            0 => return None,
            count => request.extend_from_slice(&bytes[..count]),
        }
    }
    Some(String::from_utf8(request).expect("the requests are UTF-8"))
}

/// Whether a request has its head, and its body as `Content-Length` or the last chunk say.
fn is_whole(request: &[u8]) -> bool {
    let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let (head, body) = request.split_at(end + 4);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    match head.split_once("content-length: ") {
        Some((_, rest)) => body.len() >= rest.lines().next().unwrap_or_default().parse().unwrap(),
        None if head.contains("transfer-encoding: chunked") => body.ends_with(b"0\r\n\r\n"),
        None => true,
    }
}

/// Sends an answer. The client may have heard enough before its end.
fn give(connection: &mut TcpStream, answer: &Answer, told: &watch::Sender<usize>) {
    let is_taken = connection.write_all(&answer.bytes).is_ok();
    told.send_modify(|given| *given += 1);
    if !is_taken || !answer.hold {
        return;
    }
    match connection.read(&mut [0]) {
        Ok(0) => {}
        Ok(_) => panic!("the client sends more after its request"),
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset, "the client does not close the connection"),
    }
}
