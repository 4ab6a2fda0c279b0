//! Futures and streams dropped at any point close their connection and leave the client usable.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use nexconn_responses::testing::Reply;
use nexconn_responses::types::CreateResponseRequest;
use nexconn_responses::{Client, Clock, Error, Sleep};
use tokio::sync::watch;

use crate::clock::{TIMEOUT, TestClock};
use crate::server::{Server, held, in_time};

const WHOLE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{\"id\": \"resp_1\"}";
const STREAM: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n\
    data: {\"type\":\"response.created\"}\n\ndata: {\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\"}}\n\n";

fn client(server: &Server) -> Client {
    server.builder().timeout(TIMEOUT).clock(TestClock::new()).build().unwrap()
}

/// Calls `create`, or reads a stream to its end.
async fn ask(client: &Client, is_stream: bool) -> Result<String, Error> {
    let request = CreateResponseRequest::new("m", "i");
    let response =
        if is_stream { client.stream(&request).await?.into_response().await? } else { client.create(&request).await? };
    Ok(response.id)
}

/// Drops a call once the server has sent this many bytes of the response. The server must see the connection close,
/// and the next request must succeed.
async fn drop_after(reply: &str, bytes: usize, is_stream: bool) {
    let server = Server::start([held(&reply.as_bytes()[..bytes]), Reply::raw(WHOLE)]);
    let client = client(&server);
    tokio::select! {
        outcome = ask(&client, is_stream) => panic!("the response isn't complete after {bytes} bytes: {outcome:?}"),
        () = async {
            server.wait_for_replies(1).await;
            for _ in 0..bytes % 7 {
                tokio::task::yield_now().await;
            }
        } => {}
    }
    server.wait_for_close().await;
    assert_eq!(in_time(ask(&client, false)).await.unwrap(), "resp_1");
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

/// From the first poll, before the request is sent, to the last one.
#[tokio::test]
async fn calls_can_be_dropped_after_any_number_of_polls() {
    for is_stream in [false, true] {
        let reply = if is_stream { STREAM } else { WHOLE };
        let server = Server::start([Reply::raw_pieces(reply.as_bytes().chunks(8))]);
        let client = client(&server);
        let mut times = 0;
        while !in_time(poll_times(ask(&client, is_stream), times)).await {
            times += 1;
            assert!(times < 1_000, "it ends");
            assert_eq!(ask(&client, is_stream).await.unwrap(), "resp_1", "after a drop at poll {times}");
        }
        assert!(times > 0, "there was a point to be dropped at");
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
    let server = Server::start([Reply::error(503, "busy"), Reply::json(&serde_json::json!({"id": "resp_1"}))]);
    let clock = Arc::new(Stopped::default());
    let client = server.builder().max_retries(1).clock(clock.clone()).build().unwrap();
    let mut sleeps = clock.0.subscribe();
    tokio::select! {
        outcome = ask(&client, false) => panic!("{outcome:?}"),
        // The timeout of the first attempt, and the delay after it.
        _ = sleeps.wait_for(|sleeps| *sleeps == 2) => {}
    }
    assert_eq!(in_time(ask(&client, false)).await.unwrap(), "resp_1");
    // The response was complete, so the connection was kept for the next request.
    assert_eq!(server.0.connections(), 1);
}
