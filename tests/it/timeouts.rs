//! Timeouts when a server stops sending.
//!
//! The server keeps the connection open, and the test expires its clock, so results don't depend on speed.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use nexconn_responses::testing::Reply;
use nexconn_responses::types::CreateResponseRequest;
use nexconn_responses::{Client, Clock, ErrorKind, Sleep};
use tokio::sync::watch;

use crate::clock::{TIMEOUT, TestClock};
use crate::server::{Server, held, live, reply};

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: ";
const EVENT: &str = "data: {\"type\":\"response.output_text.delta\",\"delta\":\"a\"}\n\n";

fn stalled(bytes: impl Into<Vec<u8>>) -> Server {
    Server::start([held(bytes)])
}

fn request() -> CreateResponseRequest {
    CreateResponseRequest::new("m", "i")
}

fn client(server: &Server) -> (Client, std::sync::Arc<TestClock>) {
    let clock = TestClock::new();
    (server.builder().timeout(TIMEOUT).clock(clock.clone()).build().unwrap(), clock)
}

#[tokio::test]
async fn a_stalled_response_times_out() {
    let partly = format!("{HEAD}application/json\r\ncontent-length: 9\r\n\r\n{{\"id\"");
    for (bytes, has_begun) in [("", false), (HEAD, false), (&partly, true)] {
        let server = stalled(bytes);
        let (client, clock) = client(&server);
        let request = request();
        let (outcome, ()) = tokio::join!(client.create(&request), async {
            server.wait_for_replies(1).await;
            clock.expire();
        });
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout, "{bytes:?}: {error:?}");
        // The client may not have read the headers when the timeout elapses.
        assert!(error.is_retryable() || has_begun, "{bytes:?}: {error:?}");
        drop(client);
        assert_eq!(server.finish().await.len(), 1);
    }
}

#[tokio::test]
async fn a_timeout_before_a_response_is_retried() {
    let server = Server::start([Reply::stall(), Reply::stall(), reply("200 OK", r#"{"id": "resp_1"}"#)]);
    let clock = TestClock::new();
    let client = server.builder().timeout(TIMEOUT).max_retries(1).clock(clock.clone()).build().unwrap();
    let request = request();
    let (outcome, ()) = tokio::join!(client.create(&request), async {
        server.wait_for_replies(1).await;
        clock.expire();
    });
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Timeout, true));
    assert_eq!(clock.delays().len(), 1, "one pause, before the second try");
    drop(client);
    server.finish().await;
}

#[tokio::test]
async fn a_stream_that_stalls_before_or_within_its_headers_times_out() {
    for bytes in ["", &format!("{HEAD}text/event-stream\r\n")] {
        let server = stalled(bytes);
        let (client, clock) = client(&server);
        let request = request();
        let (outcome, ()) = tokio::join!(client.stream(&request), async {
            server.wait_for_replies(1).await;
            clock.expire();
        });
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Timeout, "{bytes:?}");
        drop(client);
        assert_eq!(server.finish().await.len(), 1);
    }
}

#[tokio::test]
async fn a_stalled_stream_times_out_after_its_events() {
    for rest in ["", "data: {"] {
        let server = stalled(format!("{HEAD}text/event-stream\r\n\r\n{EVENT}{rest}"));
        let (client, clock) = client(&server);
        let mut stream = client.stream(&request()).await.unwrap();
        assert!(stream.next().await.unwrap().is_ok());
        clock.expire();
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Timeout, false), "{rest:?}: {error:?}");
        assert!(stream.next().await.is_none());
        drop((client, stream));
        assert_eq!(server.finish().await.len(), 1);
    }
}

/// On Linux, a connection to a full backlog stays pending until the listener accepts.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_pending_connection_times_out() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let _only_one_with_room = tokio::net::TcpStream::connect(address).await.unwrap();
    let clock = TestClock::new();
    let builder = Client::builder().api_key("sk-0123456789abcdef").base_url(format!("http://{address}"));
    let builder =
        builder.clock(clock.clone()).timeout(TIMEOUT).connect_timeout(Duration::from_millis(1)).max_retries(1);
    let error = builder.build().unwrap().create(&request()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Timeout, true), "{error:?}");
    assert_eq!(clock.delays().len(), 1, "it was tried again");
}

/// A clock, advanced only by the test.
#[derive(Debug)]
struct Hands {
    now: watch::Sender<Duration>,
    /// The number of sleeps so far.
    sleeps: watch::Sender<usize>,
}

impl Clock for Hands {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + *self.now.borrow()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let (mut now, end) = (self.now.subscribe(), *self.now.borrow() + duration);
        self.sleeps.send_modify(|sleeps| *sleeps += 1);
        Box::pin(async move { drop(now.wait_for(|now| *now >= end).await) })
    }
}

const COMPLETED: &str = "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\"}}\n\n";

/// Nine seconds pass between any two bytes; the timeout is ten.
#[tokio::test]
async fn a_slow_stream_does_not_time_out() {
    let (sender, reply) = live();
    let server = Server::start([reply]);
    let hands = Arc::new(Hands { now: watch::Sender::new(Duration::ZERO), sleeps: watch::Sender::new(0) });
    let client = server.builder().timeout(Duration::from_secs(10)).clock(hands.clone()).build().unwrap();
    let send = async {
        sender.send(format!("{HEAD}text/event-stream\r\n\r\n").into()).unwrap();
        // One sleep for the headers, and one for the first byte.
        hands.sleeps.subscribe().wait_for(|sleeps| *sleeps == 2).await.unwrap();
        for byte in COMPLETED.bytes() {
            // The timeout restarts with each byte.
            let before = *hands.sleeps.borrow();
            sender.send(vec![byte]).unwrap();
            if byte == b'\n' {
                continue;
            }
            hands.sleeps.subscribe().wait_for(|sleeps| *sleeps > before).await.unwrap();
            hands.now.send_modify(|now| *now += Duration::from_secs(9));
        }
    };
    let request = request();
    let read = async { client.stream(&request).await.unwrap().into_response().await.unwrap().id };
    assert_eq!(tokio::join!(read, send).0, "resp_1");
    assert!(*hands.now.borrow() > Duration::from_secs(500));
}

#[tokio::test]
async fn a_request_may_have_its_own_timeout() {
    let server = stalled("");
    let clock = TestClock::new();
    let client = server.builder().clock(clock.clone()).build().unwrap();
    let request = request();
    let (outcome, ()) = tokio::join!(client.create(&request).timeout(TIMEOUT), async {
        server.wait_for_replies(1).await;
        clock.expire();
    });
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Timeout);
    drop(client);
    server.finish().await;
}

#[tokio::test]
async fn a_timeout_status_is_an_error_response() {
    let server = Server::start([reply("408 Request Timeout", "")]);
    let error = server.builder().build().unwrap().create(&CreateResponseRequest::new("m", "i")).await.unwrap_err();
    assert_eq!((error.kind(), error.status(), error.is_retryable()), (ErrorKind::InvalidRequest, Some(408), true));
    server.finish().await;
}
