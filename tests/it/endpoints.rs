//! The endpoints other than `create` and `stream`: requests as the server receives them, and decoded responses.

use std::time::Duration;

use nexconn_responses::testing::Reply;
use nexconn_responses::types::{
    CompactRequest, InputItem, InputTokensRequest, Message, MessageContent, Response, ResponseStatus, StreamEvent,
};
use nexconn_responses::{Client, ErrorKind, InputItems, Order, WAIT_FIRST_DELAY, WAIT_MAX_DELAY};
use serde_json::{Value, json};

use crate::clock::{TIMEOUT, TestClock};
use crate::server::{Server, reply};

const BASE: &str = "/bypass/openai/v1/responses";

pub(crate) fn ok(body: &Value) -> Reply {
    reply("200 OK\ncontent-type: application/json", body.to_string())
}

fn with_status(status: &str) -> Value {
    json!({ "id": "resp_1", "status": status })
}

/// Returns a page of messages whose texts are their ids.
pub(crate) fn page(ids: &[&str], has_more: bool) -> Value {
    let items: Vec<_> =
        ids.iter().map(|id| json!({"type": "message", "id": id, "role": "user", "content": id})).collect();
    json!({"object": "list", "data": items, "first_id": ids.first(), "last_id": ids.last(), "has_more": has_more})
}

/// Returns method and target of the request line.
pub(crate) fn line(request: &str) -> &str {
    request.split(" HTTP/1.1\r\n").next().unwrap()
}

pub(crate) fn body(request: &str) -> &str {
    request.split_once("\r\n\r\n").unwrap().1
}

/// Returns the ids of the items up to the first error, and the kind of that error.
pub(crate) async fn read(items: &mut InputItems) -> (Vec<String>, Option<ErrorKind>) {
    let mut ids = Vec::new();
    while let Some(item) = items.next().await {
        assert!(ids.len() < 100, "it goes on for ever: {ids:?}");
        match item {
            Ok(InputItem::Message(Message { content: Some(MessageContent::Text(text)), .. })) => ids.push(text),
            Ok(item) => panic!("no message was sent like this: {item:?}"),
            Err(error) => {
                assert!(items.next().await.is_none(), "an error is the last item");
                return (ids, Some(error.kind()));
            }
        }
    }
    assert!(items.next().await.is_none(), "an end is an end");
    (ids, None)
}

/// Reads these pages. Returns the ids, the error and the requested targets.
async fn paged(
    pages: impl IntoIterator<Item = Reply>,
    set_up: impl Fn(InputItems) -> InputItems,
) -> ((Vec<String>, Option<ErrorKind>), Vec<String>) {
    let server = Server::start(pages);
    let mut items = set_up(server.builder().build().unwrap().input_items("resp_1"));
    let outcome = read(&mut items).await;
    drop(items);
    let path = format!("GET {BASE}/resp_1/input_items?");
    let requests = server.finish().await;
    (outcome, requests.iter().map(|request| line(request).strip_prefix(&path).unwrap().to_owned()).collect())
}

#[tokio::test]
async fn stored_responses_are_retrieved_cancelled_and_deleted_without_a_body() {
    let server = Server::start([
        ok(&with_status("in_progress")),
        ok(&with_status("cancelled")),
        ok(&json!({"id": "resp_1", "object": "response", "deleted": true})),
    ]);
    let client = server.builder().idempotency_keys(true).build().unwrap();
    assert_eq!(client.retrieve("resp_1").await.unwrap().status, Some(ResponseStatus::InProgress));
    assert_eq!(client.cancel("resp_1").await.unwrap().status, Some(ResponseStatus::Cancelled));
    assert_eq!(client.delete("resp_1").await.unwrap().deleted, Some(true));
    drop(client);
    let requests = server.finish().await;
    let lines: Vec<_> = requests.iter().map(|request| line(request)).collect();
    assert_eq!(
        lines,
        [format!("GET {BASE}/resp_1"), format!("POST {BASE}/resp_1/cancel"), format!("DELETE {BASE}/resp_1"),]
    );
    for request in &requests {
        assert_eq!(body(request), "", "{request}");
        assert!(!request.contains("content-type"), "{request}");
        assert!(request.contains("accept: application/json\r\n"), "{request}");
        assert!(request.contains("authorization: Bearer "), "{request}");
        assert_eq!(request.contains("idempotency-key: "), request.starts_with("POST "), "{request}");
    }
}

#[tokio::test]
async fn a_deletion_may_have_an_empty_response() {
    for head in ["200 OK", "204 No Content"] {
        let server = Server::start([reply(head, "")]);
        let deleted = server.builder().build().unwrap().delete("resp_1").await.unwrap();
        assert_eq!((deleted.id.as_str(), deleted.deleted, deleted.object), ("resp_1", None, None), "{head}");
        server.finish().await;
    }
}

#[tokio::test]
async fn options_apply_to_all_endpoints() {
    let server = Server::start([ok(&with_status("completed"))]);
    let client = server.builder().build().unwrap();
    let request = client.retrieve("resp_1").query("include[]", "a").query("include[]", "b");
    request.header("x-tenant", "blue").unwrap().idempotency_key("k").unwrap().await.unwrap();
    drop(client);
    let requests = server.finish().await;
    assert_eq!(line(&requests[0]), format!("GET {BASE}/resp_1?include%5B%5D=a&include%5B%5D=b"));
    assert!(requests[0].contains("x-tenant: blue\r\n"), "{}", requests[0]);
    assert!(!requests[0].contains("idempotency-key"), "{}", requests[0]);
}

#[tokio::test]
async fn tokens_are_counted_and_contexts_compacted_by_posts_of_json() {
    let compacted = json!({
        "id": "resp_2", "object": "response.compaction", "created_at": 1.0, "unheard_of": true,
        "output": [{"type": "compaction", "id": "cmp_1", "encrypted_content": "opaque"}],
    });
    let server = Server::start([ok(&json!({"object": "response.input_tokens", "input_tokens": 11})), ok(&compacted)]);
    let client = server.builder().build().unwrap();
    let count = client.input_tokens(&InputTokensRequest::new("m", "Hello").instructions("i")).await.unwrap();
    assert_eq!(count.input_tokens, 11);
    let reply = client.compact(&CompactRequest::new("m", [Message::user("Hello")])).await.unwrap();
    assert!(matches!(&reply.output[..], [InputItem::Compaction(_)]), "{reply:?}");
    assert_eq!(serde_json::to_value(&reply).unwrap(), compacted);
    drop(client);
    let requests = server.finish().await;
    for (request, path, sent) in [
        (&requests[0], "input_tokens", json!({"model": "m", "input": "Hello", "instructions": "i"})),
        (
            &requests[1],
            "compact",
            json!({"model": "m", "input": [{"type": "message", "role": "user", "content": "Hello"}]}),
        ),
    ] {
        assert_eq!(line(request), format!("POST {BASE}/{path}"));
        assert!(request.contains("content-type: application/json\r\n"), "{request}");
        assert_eq!(serde_json::from_str::<Value>(body(request)).unwrap(), sent);
    }
}

#[tokio::test]
async fn an_id_is_escaped_to_one_path_segment() {
    for (id, segment) in [
        ("../x?y", "..%2Fx%3Fy"),
        ("a/b#c", "a%2Fb%23c"),
        ("%2e%2e", "%252e%252e"),
        ("..\\..", "..%5C.."),
        ("é ñ", "%C3%A9%20%C3%B1"),
        ("...", "..."),
    ] {
        let server = Server::start([ok(&with_status("completed"))]);
        let client = server.builder().build().unwrap();
        client.retrieve(id).await.unwrap();
        client.cancel(id).await.unwrap();
        drop(client);
        let requests = server.finish().await;
        assert_eq!(line(&requests[0]), format!("GET {BASE}/{segment}"), "{id}");
        assert_eq!(line(&requests[1]), format!("POST {BASE}/{segment}/cancel"), "{id}");
    }
}

#[tokio::test]
async fn an_invalid_id_is_rejected_before_sending() {
    let server = Server::start([ok(&with_status("completed"))]);
    let client = server.builder().build().unwrap();
    for id in ["", ".", "..", ".\n.", "\t", "resp_1\r", "resp\0"] {
        for error in [
            client.retrieve(id).await.unwrap_err(),
            client.cancel(id).await.unwrap_err(),
            client.delete(id).await.unwrap_err(),
            client.resume(id, None).await.unwrap_err(),
            client.wait(id).await.unwrap_err(),
            client.input_items(id).next().await.unwrap().unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Configuration, "{id:?}");
            assert!(!error.to_string().contains('\n'), "{error}");
        }
    }
    drop(client);
    assert_eq!(server.finish().await.len(), 0);
}

#[tokio::test]
async fn an_unknown_id_is_not_found() {
    let server = Server::start([reply("404 Not Found", r#"{"error": {"message": "no such response"}}"#)]);
    let client = server.builder().max_retries(2).build().unwrap();
    for error in [
        client.retrieve("resp_1").await.unwrap_err(),
        client.cancel("resp_1").await.unwrap_err(),
        client.delete("resp_1").await.unwrap_err(),
        client.input_items("resp_1").next().await.unwrap().unwrap_err(),
        client.input_tokens(&InputTokensRequest::new("m", "i")).await.unwrap_err(),
        client.compact(&CompactRequest::new("m", "i")).await.unwrap_err(),
        client.resume("resp_1", Some(1)).await.unwrap_err(),
        client.wait("resp_1").await.unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.status()), (ErrorKind::NotFound, Some(404)), "{error}");
    }
    drop(client);
    assert_eq!(server.finish().await.len(), 8, "a 404 is not tried again");
}

#[tokio::test]
async fn all_methods_are_retried() {
    let server = Server::start([
        reply("503 Service Unavailable", ""),
        ok(&with_status("completed")),
        reply("503 Service Unavailable", ""),
        ok(&json!({"id": "resp_1", "deleted": true})),
        reply("503 Service Unavailable", ""),
        ok(&page(&["a"], false)),
    ]);
    let client = server.builder().timeout(TIMEOUT).clock(TestClock::new()).max_retries(1).build().unwrap();
    client.retrieve("resp_1").await.unwrap();
    client.delete("resp_1").await.unwrap();
    assert_eq!(read(&mut client.input_items("resp_1")).await, (vec!["a".to_owned()], None));
    drop(client);
    assert_eq!(server.finish().await.len(), 6);
}

#[tokio::test]
async fn all_pages_are_read() {
    let pages = [page(&["a", "b"], true), page(&["c&d"], true), page(&["e"], false)];
    let ((ids, error), targets) = paged(pages.iter().map(ok), |items| items).await;
    assert_eq!((ids.join(" ").as_str(), error), ("a b c&d e", None));
    assert_eq!(targets, ["order=desc", "order=desc&after=b", "order=desc&after=c%26d"]);
}

#[tokio::test]
async fn page_size_order_and_start_are_sent_as_parameters() {
    let pages = [page(&["a"], true), page(&["b"], false)];
    let set_up = |items: InputItems| items.page_size(100).order(Order::OldestFirst).after("z");
    let ((ids, error), targets) = paged(pages.iter().map(ok), set_up).await;
    assert_eq!((ids.join(" ").as_str(), error), ("a b", None));
    assert_eq!(targets, ["order=asc&limit=100&after=z", "order=asc&limit=100&after=a"]);
}

#[tokio::test]
async fn pages_are_requested_on_demand() {
    let server = Server::start([ok(&page(&["a", "b"], true)), ok(&page(&["c"], false))]);
    let client = server.builder().build().unwrap();
    drop(client.input_items("unpolled"));
    let mut items = client.input_items("resp_1");
    items.next().await.unwrap().unwrap();
    items.next().await.unwrap().unwrap();
    drop((client, items));
    assert_eq!(server.finish().await.len(), 1);
}

#[tokio::test]
async fn an_error_on_the_second_page_is_the_last_item() {
    let pages = [ok(&page(&["a", "b"], true)), reply("400 Bad Request", "")];
    let ((ids, error), targets) = paged(pages, |items| items).await;
    assert_eq!((ids.join(" ").as_str(), error, targets.len()), ("a b", Some(ErrorKind::InvalidRequest), 2));
}

#[tokio::test]
async fn items_end_at_has_more_false_and_not_at_an_empty_page() {
    let empty = json!({"object": "list", "data": [], "first_id": null, "last_id": null, "has_more": true});
    let mut last = empty.clone();
    last["has_more"] = json!(false);
    for (pages, expected) in [
        (vec![last.clone()], None),
        (vec![page(&["a"], true), last], None),
        (vec![empty.clone()], Some(ErrorKind::Decode)),
        (vec![page(&["a"], true), empty], Some(ErrorKind::Decode)),
    ] {
        let ((ids, error), targets) = paged(pages.iter().map(ok), |items| items).await;
        assert_eq!((ids.len(), error, targets.len()), (pages.len() - 1, expected, pages.len()));
    }
    let sparse = ok(&json!({"data": [{"type": "message", "role": "user", "content": "a"}]}));
    let ((ids, error), _) = paged([sparse], |items| items).await;
    assert_eq!((ids.len(), error), (1, None));
}

#[tokio::test]
async fn endless_pagination_is_an_error() {
    // The server ignores `after`, returns pages in a circle, or starts with the item at `after`.
    let (a, b) = (page(&["a"], true), page(&["b"], true));
    for (pages, start, expected) in [(vec![&a], None, "a"), (vec![&a, &b, &a], None, "a b"), (vec![&a], Some("a"), "")]
    {
        let asked = expected.split_whitespace().count() + 1;
        let set_up = |items: InputItems| start.iter().copied().fold(items, InputItems::after);
        let ((ids, error), targets) = paged(pages.into_iter().map(ok), set_up).await;
        assert_eq!((ids.join(" ").as_str(), error, targets.len()), (expected, Some(ErrorKind::Decode), asked));
    }
    let mut nowhere = page(&["a"], true);
    nowhere["last_id"] = Value::Null;
    nowhere["data"][0].as_object_mut().unwrap().remove("id");
    let ((ids, error), _) = paged([ok(&nowhere)], |items| items).await;
    assert_eq!((ids.len(), error), (1, Some(ErrorKind::Decode)));
}

#[tokio::test]
async fn a_page_without_last_id_continues_after_its_last_item() {
    let mut first = page(&["a", "b"], true);
    first.as_object_mut().unwrap().remove("last_id");
    let ((ids, error), targets) = paged([ok(&first), ok(&page(&["c"], false))], |items| items).await;
    assert_eq!((ids.join(" ").as_str(), error), ("a b c", None));
    assert_eq!(targets, ["order=desc", "order=desc&after=b"]);
}

#[tokio::test]
async fn a_page_may_have_a_null_among_its_items() {
    let mut first = page(&["a", "b"], true);
    first.as_object_mut().unwrap().remove("last_id");
    first["data"].as_array_mut().unwrap().insert(1, serde_json::Value::Null);
    let ((ids, error), targets) = paged([ok(&first), ok(&page(&["c"], false))], |items| items).await;
    assert_eq!((ids.join(" ").as_str(), error), ("a b c", None));
    assert_eq!(targets, ["order=desc", "order=desc&after=b"]);
}

#[tokio::test]
async fn a_page_may_be_a_bare_array() {
    let ((ids, error), _) = paged([ok(&page(&["a", "b"], false)["data"])], |items| items).await;
    assert_eq!((ids.join(" ").as_str(), error), ("a b", None));
}

#[tokio::test]
async fn items_are_an_unpin_send_stream() {
    fn is_stream<S: futures_core::Stream + Send + Unpin + 'static>(_: &S) {}
    let server = Server::start([ok(&page(&["a"], false))]);
    let mut items = server.builder().build().unwrap().input_items("resp_1");
    is_stream(&items);
    let read = tokio::spawn(async move { read(&mut items).await }).await.unwrap();
    assert_eq!(read, (vec!["a".to_owned()], None));
    server.finish().await;
}

fn event(number: i64) -> String {
    let event = json!({"type": "response.output_text.delta", "delta": "a", "sequence_number": number});
    format!("data: {event}\n\n")
}

#[tokio::test]
async fn a_stream_is_resumed_after_an_event() {
    let done = json!({"type": "response.completed", "response": with_status("completed"), "sequence_number": 9});
    let events = format!("{}{}data: {done}\n\n", event(7), event(8));
    let server = Server::start([reply("200 OK\ncontent-type: text/event-stream", events)]);
    let client = server.builder().build().unwrap();
    let mut stream = client.resume("resp_1", Some(6)).await.unwrap();
    let mut numbers = Vec::new();
    while let Some(event) = stream.next().await {
        numbers.extend(event.unwrap().sequence_number());
    }
    assert_eq!(numbers, [7, 8, 9]);
    let all = client.resume("resp_1", None).await.unwrap().into_response().await.unwrap();
    assert_eq!(all.id, "resp_1");
    drop((stream, client));
    let requests = server.finish().await;
    assert_eq!(line(&requests[0]), format!("GET {BASE}/resp_1?stream=true&starting_after=6"));
    assert_eq!(line(&requests[1]), format!("GET {BASE}/resp_1?stream=true"));
    for request in &requests {
        assert!(request.contains("accept: text/event-stream\r\n"), "{request}");
        assert_eq!(body(request), "", "{request}");
    }
}

#[tokio::test]
async fn resuming_may_return_the_stored_response() {
    for (status, is_kind, error) in [
        ("completed", (|event| matches!(event, StreamEvent::Completed(_))) as fn(&StreamEvent) -> bool, None),
        ("queued", |event| matches!(event, StreamEvent::Queued(_)), Some(ErrorKind::StreamTruncated)),
        ("in_progress", |event| matches!(event, StreamEvent::InProgress(_)), Some(ErrorKind::StreamTruncated)),
    ] {
        let server = Server::start([ok(&with_status(status))]);
        let mut stream = server.builder().build().unwrap().resume("resp_1", Some(1)).await.unwrap();
        let event = stream.next().await.unwrap().unwrap();
        assert!(is_kind(&event), "{status}: {event:?}");
        assert_eq!(stream.next().await.map(|event| event.unwrap_err().kind()), error, "{status}");
        assert!(stream.next().await.is_none());
        server.finish().await;
    }
}

/// Calls `wait`. Returns its result, the delays and the number of requests.
async fn waited(replies: impl IntoIterator<Item = Reply>) -> (Result<Response, ErrorKind>, Vec<Duration>, usize) {
    let server = Server::start(replies);
    let clock = TestClock::new();
    let client: Client = server.builder().timeout(TIMEOUT).clock(clock.clone()).build().unwrap();
    let outcome = client.wait("resp_1").await.map_err(|error| error.kind());
    drop(client);
    let requests = server.finish().await;
    assert!(requests.iter().all(|request| line(request) == format!("GET {BASE}/resp_1")), "{requests:#?}");
    (outcome, clock.delays(), requests.len())
}

#[tokio::test]
async fn wait_polls_at_growing_intervals() {
    let statuses = [["queued"; 3], ["in_progress"; 3], ["in_progress", "in_progress", "completed"]].concat();
    let (outcome, delays, asked) = waited(statuses.iter().map(|status| ok(&with_status(status)))).await;
    assert_eq!(outcome.unwrap().status, Some(ResponseStatus::Completed));
    assert_eq!(asked, statuses.len());
    let milliseconds: Vec<_> = delays.iter().map(Duration::as_millis).collect();
    assert_eq!(milliseconds, [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000]);
    assert_eq!((WAIT_FIRST_DELAY, WAIT_MAX_DELAY), (delays[0], delays[7]));
}

#[tokio::test]
async fn wait_ends_at_any_status_but_queued_and_in_progress() {
    for status in ["completed", "failed", "incomplete", "cancelled", "unheard_of"] {
        let (outcome, delays, _) = waited([ok(&with_status(status))]).await;
        assert_eq!((outcome.unwrap().status, delays), (Some(status.into()), Vec::new()));
    }
    let (outcome, delays, _) = waited([ok(&json!({"id": "resp_1"}))]).await;
    assert_eq!((outcome.unwrap().status, delays), (None, Vec::new()));
}

#[tokio::test]
async fn wait_ends_at_an_error() {
    let (outcome, delays, asked) = waited([ok(&with_status("queued")), reply("401 Unauthorized", "")]).await;
    assert_eq!((outcome.unwrap_err(), delays.len(), asked), (ErrorKind::Authentication, 1, 2));
}
