//! The mock gateway of the feature `testing`, used as your own tests would.

use std::time::{Duration, Instant};

use nexconn_responses::testing::{MockGateway, RecordedRequest, Reply};
use nexconn_responses::types::{
    CompactRequest, CreateConversationItemsRequest, CreateConversationRequest, CreateResponseRequest, FunctionCall,
    InputItem, InputTokensRequest, Message, ResponseStatus, StreamEvent, UpdateConversationRequest,
};
use nexconn_responses::{Client, ErrorKind, Order};
use serde_json::{Value, json};

use crate::clock::{TIMEOUT, TestClock};

fn start() -> (MockGateway, Client) {
    let gateway = MockGateway::start().unwrap();
    let client = gateway.client_builder().clock(TestClock::new()).timeout(TIMEOUT).max_retries(0).build().unwrap();
    (gateway, client)
}

fn request(input: &str) -> CreateResponseRequest {
    CreateResponseRequest::new("openai/gpt-5.2", input)
}

fn paths(requests: &[RecordedRequest]) -> Vec<String> {
    requests.iter().map(|request| format!("{} {}", request.method(), request.path())).collect()
}

#[tokio::test]
async fn replies_are_used_in_order_as_json_or_stream() {
    let (gateway, client) = start();
    gateway.reply(Reply::text("One."));
    gateway.reply(Reply::text("Two words."));
    assert_eq!(client.create(&request("a")).await.unwrap().output_text(), "One.");
    let mut stream = client.stream(&request("b")).await.unwrap();
    let (mut deltas, mut numbers) = (Vec::new(), Vec::new());
    while let Some(event) = stream.next().await {
        let event = event.unwrap();
        numbers.push(event.sequence_number().unwrap());
        if let StreamEvent::OutputTextDelta(delta) = event {
            deltas.push(delta.delta);
        }
    }
    assert_eq!(deltas, ["Two ", "words."]);
    assert_eq!(numbers, (0..i64::try_from(numbers.len()).unwrap()).collect::<Vec<_>>());
    let error = client.create(&request("c")).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRequest, Some(400)));
}

#[tokio::test]
async fn a_streamed_response_equals_the_json_response() {
    let (gateway, client) = start();
    let items = [
        json!({"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]}),
        json!({"type": "message", "role": "assistant", "content": [
            {"type": "output_text", "text": "See ", "annotations": []}, {"type": "refusal", "refusal": "No more."}]}),
        json!({"type": "function_call", "call_id": "c", "name": "f", "arguments": "{\"a\": 1, \"b\": 2}"}),
    ];
    let reply = Reply::response(&json!({"id": "resp_same", "output": items}));
    gateway.reply(reply.clone());
    gateway.reply(reply);
    let whole = client.create(&request("x")).await.unwrap();
    let streamed = client.stream(&request("x")).await.unwrap().into_response().await.unwrap();
    assert_eq!(whole, streamed);
    assert_eq!(whole.function_calls().count(), 1);
}

#[tokio::test]
async fn a_reply_can_depend_on_the_request() {
    let (gateway, client) = start();
    gateway.reply_when(
        |request| request.json()["input"] == "weather",
        Reply::function_call("weather", json!({"city": "Oslo"})),
    );
    gateway.respond(|request| {
        let text = request.json()["input"].as_str()?.to_uppercase();
        request.path().ends_with("/responses").then(|| Reply::text(text))
    });
    assert_eq!(client.create(&request("shout")).await.unwrap().output_text(), "SHOUT");
    let response = client.create(&request("weather")).await.unwrap();
    let call: &FunctionCall = response.function_calls().next().unwrap();
    assert_eq!((call.name.as_str(), call.arguments.as_str()), ("weather", r#"{"city":"Oslo"}"#));
    assert_eq!(client.create(&request("weather")).await.unwrap().output_text(), "WEATHER");
}

#[tokio::test]
async fn typed_items_and_events_are_accepted() {
    let (gateway, client) = start();
    gateway.reply(Reply::output([FunctionCall::new("f", "{}").call_id("call_9")]));
    let response = client.create(&request("x")).await.unwrap();
    gateway.reply(Reply::response(&response));
    assert_eq!(client.create(&request("x")).await.unwrap(), response);
    let delta: StreamEvent =
        serde_json::from_value(json!({"type": "response.output_text.delta", "delta": "Hi"})).unwrap();
    gateway.reply(Reply::events([delta.clone()]));
    let mut stream = client.stream(&request("x")).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap(), delta);
    assert_eq!(stream.next().await.unwrap().unwrap_err().kind(), ErrorKind::StreamTruncated);
}

#[tokio::test]
async fn an_invalid_request_is_rejected_with_the_pointer() {
    let (gateway, client) = start();
    gateway.reply(Reply::text("Hi."));
    let error = client.create(&request("x").extra("temperature", "hot")).await.unwrap_err();
    assert_eq!(error.status(), Some(400));
    assert!(error.message().starts_with("/temperature: "), "{error}");
    // The reply remains for a valid request, and validation can be turned off.
    gateway.validate(false);
    assert!(client.create(&request("x").extra("temperature", "hot")).await.is_ok());
    assert_eq!(gateway.requests().len(), 2);
}

#[tokio::test]
async fn errors_have_status_code_and_retry_after() {
    let (gateway, _) = start();
    let clock = TestClock::new();
    let client = gateway.client_builder().clock(clock.clone()).timeout(TIMEOUT).max_retries(1).build().unwrap();
    gateway.reply(Reply::error(429, "slow down").code("rate_limit_exceeded").retry_after(Duration::from_secs(7)));
    gateway.reply(Reply::text("Now."));
    assert_eq!(client.create(&request("x")).await.unwrap().output_text(), "Now.");
    assert_eq!(clock.delays(), [Duration::from_secs(7)]);
    gateway.reply(Reply::error(404, "no such model").code("model_not_found"));
    let error = client.create(&request("x")).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::NotFound, Some("model_not_found")));
    assert_eq!(error.message(), "no such model");
}

#[tokio::test]
async fn faults_reach_the_client() {
    let (gateway, client) = start();
    for (reply, kind) in [
        (Reply::reset(), ErrorKind::Connection),
        (Reply::raw("nonsense"), ErrorKind::Protocol),
        (Reply::text("Hi.").truncate_after(10), ErrorKind::Connection),
        (Reply::text("Hi.").reset_after(10), ErrorKind::Connection),
        (Reply::body("application/json", "{\"id\": "), ErrorKind::Decode),
    ] {
        gateway.reply(reply.clone());
        let error = client.create(&request("x")).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{reply:?}: {error}");
    }
    for reply in [
        Reply::text("a b c d").truncate_after(6),
        Reply::text("a b c d").reset_after(6),
        Reply::text("a b c d").garbage_after(6),
    ] {
        gateway.reply(reply.clone());
        let mut stream = client.stream(&request("x")).await.unwrap();
        let mut received = 0;
        let error = loop {
            match stream.next().await.unwrap() {
                Ok(_) => received += 1,
                Err(error) => break error,
            }
        };
        // A reset may overtake events.
        assert!(received <= 6, "{reply:?}");
        assert!(matches!(error.kind(), ErrorKind::StreamTruncated | ErrorKind::Connection), "{reply:?}: {error}");
    }
}

#[tokio::test]
async fn a_stalled_reply_times_out_and_a_slow_one_arrives() {
    let (gateway, _) = start();
    let client = gateway.client_builder().timeout(Duration::from_millis(200)).max_retries(0).build().unwrap();
    for reply in [Reply::stall(), Reply::text("Hi.").stall_after(5)] {
        gateway.reply(reply);
        assert_eq!(client.create(&request("x")).await.unwrap_err().kind(), ErrorKind::Timeout);
    }
    let patient = gateway.client().unwrap();
    let pause = Duration::from_millis(2);
    gateway.reply(Reply::text("Hi.").slow(100, pause).delay(pause));
    let start = Instant::now();
    assert_eq!(patient.create(&request("x")).await.unwrap().output_text(), "Hi.");
    assert!(start.elapsed() >= 5 * pause);
}

#[tokio::test]
async fn stored_responses_are_retrieved_continued_and_deleted() {
    let (gateway, client) = start();
    gateway.reply(Reply::text("A card."));
    gateway.reply(Reply::text("Turing."));
    let first = client.create(&request("A present for my cat?")).await.unwrap();
    let next = request("His name?").previous_response_id(first.id.clone());
    assert_eq!(client.create(&next).await.unwrap().output_text(), "Turing.");
    assert_eq!(client.retrieve(&first.id).await.unwrap(), first);
    client.delete(&first.id).await.unwrap();
    assert_eq!(client.retrieve(&first.id).await.unwrap_err().kind(), ErrorKind::NotFound);
    gateway.reply(Reply::text("?"));
    assert_eq!(client.create(&next).await.unwrap_err().status(), Some(400));
    let tokens = client.input_tokens(&InputTokensRequest::new("m", "Hello")).await.unwrap();
    assert!(tokens.input_tokens > 0);
}

#[tokio::test]
async fn input_items_are_listed_page_by_page() {
    let (gateway, client) = start();
    gateway.reply(Reply::text("Hi."));
    let messages = [0, 1, 2, 3, 4].map(|number| Message::user(number.to_string()));
    let response = client.create(&CreateResponseRequest::new("m", messages)).await.unwrap();
    let mut items = client.input_items(&response.id).page_size(2);
    let mut count = 0;
    while let Some(item) = items.next().await {
        item.unwrap();
        count += 1;
    }
    assert_eq!((count, gateway.requests().len()), (5, 4));
}

#[tokio::test]
async fn conversations_keep_their_items() {
    let (gateway, client) = start();
    let create =
        CreateConversationRequest::new().items([Message::developer("Be brief.")]).metadata([("topic", "cats")]);
    let conversation = client.create_conversation(&create).await.unwrap();
    let id = &conversation.id;
    gateway.reply(Reply::text("Turing."));
    let response = client.create(&request("His name?").conversation(id.as_str())).await.unwrap();
    assert_eq!(response.conversation.unwrap().id, *id);
    let items = CreateConversationItemsRequest::new([Message::user("Thanks."), Message::user("Bye.")]);
    assert_eq!(client.create_conversation_items(id, &items).await.unwrap().data.len(), 2);

    let mut listed = Vec::new();
    let mut items = client.conversation_items(id).order(Order::OldestFirst).page_size(2);
    while let Some(item) = items.next().await {
        listed.push(serde_json::to_value(item.unwrap()).unwrap());
    }
    let roles: Vec<_> = listed.iter().map(|item| item["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["developer", "user", "assistant", "user", "user"]);
    let item = listed[2]["id"].as_str().unwrap();
    assert_eq!(serde_json::to_value(client.retrieve_conversation_item(id, item).await.unwrap()).unwrap(), listed[2]);
    assert_eq!(client.delete_conversation_item(id, item).await.unwrap().id, *id);
    assert_eq!(client.retrieve_conversation_item(id, item).await.unwrap_err().kind(), ErrorKind::NotFound);

    let update = UpdateConversationRequest::new([("topic", "dogs")]);
    assert_eq!(client.update_conversation(id, &update).await.unwrap().metadata.unwrap()["topic"], "dogs");
    assert_eq!(client.retrieve_conversation(id).await.unwrap().metadata.unwrap()["topic"], "dogs");
    assert_eq!(client.delete_conversation(id).await.unwrap().deleted, Some(true));
    assert_eq!(client.retrieve_conversation(id).await.unwrap_err().kind(), ErrorKind::NotFound);
    gateway.reply(Reply::text("Who?"));
    let error = client.create(&request("His name?").conversation(id.as_str())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_context_is_compacted() {
    let (gateway, client) = start();
    let compacted =
        client.compact(&CompactRequest::new("m", [Message::user("Hi."), Message::assistant("Hello.")])).await;
    let output = compacted.unwrap().output;
    assert!(matches!(output[..], [InputItem::Message(_), InputItem::Compaction(_)]), "{output:?}");
    gateway.reply(Reply::text("Go on."));
    assert!(client.create(&CreateResponseRequest::new("m", output)).await.is_ok());
}

#[tokio::test]
async fn all_request_bodies_are_validated() {
    let (_gateway, client) = start();
    for (path, body, pointer) in [
        ("/responses", json!({"input": 7}), "/input"),
        ("/responses/compact", json!({"model": "m", "input": 7}), "/input"),
        ("/responses/input_tokens", json!({"tools": 7}), "/tools"),
        ("/conversations", json!({"items": [{"type": "message"}, 7]}), "/items/1"),
        ("/conversations/conv_1", json!({"metadata": {"a": 7}}), "/metadata/a"),
        ("/conversations/conv_1/items", json!({"items": 7}), "/items"),
    ] {
        let error = client.request(http::Method::POST, path).json(&body).await.unwrap_err();
        assert_eq!(error.status(), Some(400), "{path}");
        assert!(error.message().starts_with(pointer), "{path}: {error}");
    }
}

#[tokio::test]
async fn background_responses_go_through_their_statuses() {
    let (gateway, client) = start();
    gateway.reply(Reply::text("A poem."));
    gateway.reply(Reply::text("A novel."));
    let background = request("x").background(true);
    let [poem, novel] = [client.create(&background).await.unwrap(), client.create(&background).await.unwrap()];
    assert_eq!((poem.status, poem.id == novel.id), (Some(ResponseStatus::Queued), false));
    assert_eq!(client.wait(&poem.id).await.unwrap().output_text(), "A poem.");
    assert_eq!(client.cancel(&novel.id).await.unwrap().status, Some(ResponseStatus::Cancelled));
    assert_eq!(client.wait(&novel.id).await.unwrap().status, Some(ResponseStatus::Cancelled));
    let novel_path = format!("/responses/{}", novel.id);
    let expected = [
        "POST /responses".to_owned(),
        "POST /responses".to_owned(),
        format!("GET /responses/{}", poem.id),
        format!("GET /responses/{}", poem.id),
        format!("POST {novel_path}/cancel"),
        format!("GET {novel_path}"),
    ];
    assert_eq!(paths(&gateway.requests()), expected);
}

#[tokio::test]
async fn an_interrupted_stream_is_resumed_without_a_gap() {
    let (gateway, client) = start();
    gateway.reply(Reply::text("a b c d e f").truncate_after(5).truncate_after(3));
    let mut numbers = Vec::new();
    let mut stream = client.stream(&request("x").background(true)).await.unwrap();
    for _ in 0..2 {
        while let Some(Ok(event)) = stream.next().await {
            numbers.push(event.sequence_number().unwrap());
        }
        stream = client.resume("resp_1", numbers.last().copied()).await.unwrap();
    }
    assert_eq!(numbers, (0..8).collect::<Vec<_>>());
    assert_eq!(stream.into_response().await.unwrap().output_text(), "a b c d e f");
}

#[tokio::test]
async fn dropping_the_gateway_closes_its_connections() {
    let (gateway, client) = start();
    gateway.reply(Reply::text("a b c").stall_after(4));
    let mut stream = client.stream(&request("x")).await.unwrap();
    stream.next().await.unwrap().unwrap();
    drop(gateway);
    let mut rest = Vec::new();
    while let Some(event) = stream.next().await {
        rest.push(event.is_ok());
    }
    assert_eq!(rest.last(), Some(&false));
    assert_eq!(client.create(&request("x")).await.unwrap_err().kind(), ErrorKind::Connection);
}

#[tokio::test]
async fn the_key_is_required_and_not_shown() {
    let (gateway, client) = start();
    gateway.reply(Reply::text("Hi."));
    client.create(&request("x")).await.unwrap();
    let [received] = &gateway.requests()[..] else { panic!("one request") };
    let authorization = received.header("Authorization").unwrap();
    assert!(authorization.starts_with("Bearer "));
    assert!(!format!("{received:?}{gateway:?}").contains(authorization.trim_start_matches("Bearer ")));
    let value: Value = received.json();
    assert_eq!((value["input"].as_str(), received.header("content-type")), (Some("x"), Some("application/json")));
}
