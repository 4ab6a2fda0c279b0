//! Futures and streams dropped at any point close their connection and leave the client usable.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use nexconn_responses::types::CreateResponseRequest;
use nexconn_responses::{Client, Clock, Error, Sleep};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};

use crate::clock::{TIMEOUT, TestClock};

const WHOLE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{\"id\": \"resp_1\"}";
const STREAM: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n\
    data: {\"type\":\"response.created\"}\n\ndata: {\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\"}}\n\n";

async fn listen() -> (TcpListener, Client) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let builder = Client::builder().api_key("sk-0123456789abcdef").base_url(url);
    let client = builder.timeout(TIMEOUT).max_retries(0).clock(TestClock::new()).build().unwrap();
    (listener, client)
}

/// Reads a request. Returns false if the client closes the connection.
async fn read_request(connection: &mut TcpStream) -> bool {
    let mut request = String::new();
    while !request.ends_with('}') {
        let mut bytes = [0; 4096];
        match connection.read(&mut bytes).await {
            Ok(0) | Err(_) => return false,
            Ok(count) => request += std::str::from_utf8(&bytes[..count]).unwrap(),
        }
    }
    true
}

/// Calls `create`, or reads a stream to its end.
async fn ask(client: &Client, is_stream: bool) -> Result<String, Error> {
    let request = CreateResponseRequest::new("m", "i");
    let response =
        if is_stream { client.stream(&request).await?.into_response().await? } else { client.create(&request).await? };
    Ok(response.id)
}

/// Drops a call once the client has read this many bytes of the response. The server must see the connection close,
/// and the next request must succeed.
async fn drop_after(reply: &str, bytes: usize, is_stream: bool) {
    let (listener, client) = listen().await;
    let (sender, mut has_sent) = oneshot::channel();
    let server = async {
        let (mut connection, _) = listener.accept().await.unwrap();
        assert!(read_request(&mut connection).await);
        connection.write_all(&reply.as_bytes()[..bytes]).await.unwrap();
        sender.send(()).unwrap();
        assert!(!read_request(&mut connection).await, "the connection is closed");
        let (mut connection, _) = listener.accept().await.unwrap();
        assert!(read_request(&mut connection).await);
        connection.write_all(WHOLE.as_bytes()).await.unwrap();
    };
    let reader = async {
        tokio::select! {
            outcome = ask(&client, is_stream) => panic!("the response isn't complete after {bytes} bytes: {outcome:?}"),
            () = async {
                (&mut has_sent).await.unwrap();
                for _ in 0..bytes % 7 {
                    tokio::task::yield_now().await;
                }
            } => {}
        }
        assert_eq!(ask(&client, false).await.unwrap(), "resp_1");
    };
    let both = async { tokio::join!(reader, server) };
    tokio::time::timeout(Duration::from_secs(60), both).await.expect("nothing hangs");
}

#[tokio::test]
async fn create_can_be_dropped_after_any_byte_of_the_response() {
    for bytes in 0..WHOLE.len() {
        drop_after(WHOLE, bytes, false).await;
    }
}

#[tokio::test]
async fn a_stream_can_be_dropped_after_any_byte_of_the_response() {
    for bytes in 0..STREAM.len() - "}\n\n".len() {
        drop_after(STREAM, bytes, true).await;
    }
}

/// Polls a future up to this many times. Returns whether it completes.
async fn poll_times<F: Future>(future: F, times: usize) -> bool {
    let mut future = pin!(future);
    let mut polls = 0;
    poll_fn(|context| {
        if polls == times {
            return Poll::Ready(false);
        }
        polls += 1;
        match future.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending => {
                // The next poll of this function completes it, without waiting for a socket.
                if polls == times {
                    context.waker().wake_by_ref();
                }
                Poll::Pending
            }
        }
    })
    .await
}

/// From the first poll, before the request is sent, to the one that returns the response.
#[tokio::test]
async fn calls_can_be_dropped_after_any_number_of_polls() {
    for is_stream in [false, true] {
        let (listener, client) = listen().await;
        let server = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let (mut connection, _) = listener.accept().await.unwrap();
                connection.set_nodelay(true).unwrap();
                connections.spawn(async move {
                    while read_request(&mut connection).await {
                        let reply = if is_stream { STREAM } else { WHOLE };
                        for piece in reply.as_bytes().chunks(8) {
                            if connection.write_all(piece).await.is_err() {
                                return;
                            }
                            tokio::task::yield_now().await;
                        }
                        if is_stream {
                            return;
                        }
                    }
                });
            }
        });
        let mut times = 0;
        while !tokio::time::timeout(Duration::from_secs(60), poll_times(ask(&client, is_stream), times)).await.unwrap()
        {
            times += 1;
            assert!(times < 1_000, "it ends");
            assert_eq!(ask(&client, is_stream).await.unwrap(), "resp_1", "after a drop at poll {times}");
        }
        assert!(times > 2, "there were points to be dropped at: {times}");
        server.abort();
    }
}

/// A clock whose sleeps never end, which counts them.
#[derive(Debug, Default)]
struct Stopped(watch::Sender<usize>);

impl Clock for Stopped {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    fn sleep(&self, _: Duration) -> Sleep {
        self.0.send_modify(|sleeps| *sleeps += 1);
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn create_can_be_dropped_between_two_attempts() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let clock = Arc::new(Stopped::default());
    let client = Client::builder().api_key("sk-0123456789abcdef").base_url(url).clock(clock.clone()).build().unwrap();
    let server = async {
        let (mut connection, _) = listener.accept().await.unwrap();
        assert!(read_request(&mut connection).await);
        connection.write_all(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        // The response was complete, so the connection is kept for the next request.
        assert!(read_request(&mut connection).await);
        connection.write_all(WHOLE.as_bytes()).await.unwrap();
    };
    let reader = async {
        let mut sleeps = clock.0.subscribe();
        tokio::select! {
            outcome = ask(&client, false) => panic!("{outcome:?}"),
            // The timeout of the first attempt, and the delay after it.
            _ = sleeps.wait_for(|sleeps| *sleeps == 2) => {}
        }
        assert_eq!(ask(&client, false).await.unwrap(), "resp_1");
    };
    let both = async { tokio::join!(reader, server) };
    tokio::time::timeout(Duration::from_secs(60), both).await.expect("nothing hangs");
}
