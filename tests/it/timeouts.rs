//! A server that says nothing more ends in a time-out, whatever it has said before.
//!
//! The server holds the connection for as long as the client does, and the test says when time is up, so that the
//! outcome does not depend on how fast anything is.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use nexconn_responses::types::CreateResponseRequest;
use nexconn_responses::{Client, Clock, ErrorKind, Sleep};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::clock::{PATIENCE, TestClock};
use crate::server::{Answer, Server, answer};

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: ";
const EVENT: &str = "data: {\"type\":\"response.output_text.delta\",\"delta\":\"a\"}\n\n";

fn stalled(bytes: impl Into<Vec<u8>>) -> Server {
    Server::start([Answer { bytes: bytes.into(), hold: true }])
}

fn request() -> CreateResponseRequest {
    CreateResponseRequest::new("m", "i")
}

fn client(server: &Server) -> (Client, std::sync::Arc<TestClock>) {
    let clock = TestClock::new();
    (server.builder().timeout(PATIENCE).clock(clock.clone()).build().unwrap(), clock)
}

#[tokio::test]
async fn a_whole_answer_that_stalls_is_a_time_out() {
    let partly = format!("{HEAD}application/json\r\ncontent-length: 9\r\n\r\n{{\"id\"");
    for (bytes, has_begun) in [("", false), (HEAD, false), (&partly, true)] {
        let server = stalled(bytes);
        let (client, clock) = client(&server);
        let request = request();
        let (outcome, ()) = tokio::join!(client.create(&request), async {
            server.has_given(1).await;
            clock.run_out();
        });
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout, "{bytes:?}: {error:?}");
        // The client may not have read the head yet when time is up.
        assert!(error.is_retryable() || has_begun, "{bytes:?}: {error:?}");
        drop(client);
        assert_eq!(server.finish().await.len(), 1);
    }
}

#[tokio::test]
async fn a_time_out_before_an_answer_is_tried_again() {
    let server = Server::start([
        Answer { bytes: Vec::new(), hold: true },
        Answer { bytes: Vec::new(), hold: true },
        answer("200 OK", r#"{"id": "resp_1"}"#),
    ]);
    let clock = TestClock::new();
    let client = server.builder().timeout(PATIENCE).max_retries(1).clock(clock.clone()).build().unwrap();
    let request = request();
    let (outcome, ()) = tokio::join!(client.create(&request), async {
        server.has_given(1).await;
        clock.run_out();
    });
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Timeout, true));
    assert_eq!(clock.pauses().len(), 1, "one pause, before the second try");
    drop(client);
    server.finish().await;
}

#[tokio::test]
async fn a_stream_that_stalls_before_its_head_or_within_it_is_a_time_out() {
    for bytes in ["", &format!("{HEAD}text/event-stream\r\n")] {
        let server = stalled(bytes);
        let (client, clock) = client(&server);
        let request = request();
        let (outcome, ()) = tokio::join!(client.stream(&request), async {
            server.has_given(1).await;
            clock.run_out();
        });
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Timeout, "{bytes:?}");
        drop(client);
        assert_eq!(server.finish().await.len(), 1);
    }
}

#[tokio::test]
async fn a_stream_that_stalls_between_its_bytes_is_a_time_out_after_what_it_has_said() {
    for rest in ["", "data: {"] {
        let server = stalled(format!("{HEAD}text/event-stream\r\n\r\n{EVENT}{rest}"));
        let (client, clock) = client(&server);
        let mut stream = client.stream(&request()).await.unwrap();
        assert!(stream.next().await.unwrap().is_ok());
        clock.run_out();
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Timeout, false), "{rest:?}: {error:?}");
        assert!(stream.next().await.is_none());
        drop((client, stream));
        assert_eq!(server.finish().await.len(), 1);
    }
}

/// Linux lets a connection wait for room in the backlog, where it does not come about before somebody accepts.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_connection_that_does_not_come_about_is_a_time_out() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let _only_one_with_room = tokio::net::TcpStream::connect(address).await.unwrap();
    let clock = TestClock::new();
    let builder = Client::builder().api_key("sk-0123456789abcdef").base_url(format!("http://{address}"));
    let builder =
        builder.clock(clock.clone()).timeout(PATIENCE).connect_timeout(Duration::from_millis(1)).max_retries(1);
    let error = builder.build().unwrap().create(&request()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Timeout, true), "{error:?}");
    assert_eq!(clock.pauses().len(), 1, "it was tried again");
}

/// A clock that stands until the test moves it.
#[derive(Debug)]
struct Hands {
    now: watch::Sender<Duration>,
    /// How many sleeps there have been.
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

/// Nine seconds go by between any two bytes, and ten are allowed.
#[tokio::test]
async fn a_stream_that_comes_slowly_byte_by_byte_is_not_late() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let hands = Arc::new(Hands { now: watch::Sender::new(Duration::ZERO), sleeps: watch::Sender::new(0) });
    let builder = Client::builder().api_key("sk-0123456789abcdef").base_url(url).clock(hands.clone());
    let client = builder.timeout(Duration::from_secs(10)).build().unwrap();
    let server = async {
        let (mut connection, _) = listener.accept().await.unwrap();
        connection.set_nodelay(true).unwrap();
        assert!(connection.read(&mut [0; 4096]).await.unwrap() > 0);
        connection.write_all(format!("{HEAD}text/event-stream\r\n\r\n").as_bytes()).await.unwrap();
        // One sleep for the whole head, and one for the first byte.
        hands.sleeps.subscribe().wait_for(|sleeps| *sleeps == 2).await.unwrap();
        for byte in COMPLETED.bytes() {
            // The client waits anew once it has read a byte.
            let before = *hands.sleeps.borrow();
            connection.write_all(&[byte]).await.unwrap();
            if byte == b'\n' {
                continue;
            }
            hands.sleeps.subscribe().wait_for(|sleeps| *sleeps > before).await.unwrap();
            hands.now.send_modify(|now| *now += Duration::from_secs(9));
        }
        // Held until the client has read it all.
        connection.read(&mut [0]).await.unwrap_or_default()
    };
    let request = request();
    let reader = async {
        let response = client.stream(&request).await.unwrap().into_response().await;
        assert_eq!(response.unwrap().id, "resp_1");
    };
    tokio::join!(reader, server);
    assert!(*hands.now.borrow() > Duration::from_secs(500));
}

#[tokio::test]
async fn the_time_out_of_one_request_may_be_another() {
    let server = stalled("");
    let clock = TestClock::new();
    let client = server.builder().clock(clock.clone()).build().unwrap();
    let request = request();
    let (outcome, ()) = tokio::join!(client.create(&request).timeout(PATIENCE), async {
        server.has_given(1).await;
        clock.run_out();
    });
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Timeout);
    drop(client);
    server.finish().await;
}

#[tokio::test]
async fn a_time_out_that_the_server_speaks_of_is_a_refusal() {
    let server = Server::start([answer("408 Request Timeout", "")]);
    let error = server.builder().build().unwrap().create(&CreateResponseRequest::new("m", "i")).await.unwrap_err();
    assert_eq!((error.kind(), error.status(), error.is_retryable()), (ErrorKind::InvalidRequest, Some(408), true));
    server.finish().await;
}
