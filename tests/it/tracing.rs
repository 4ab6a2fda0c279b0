//! Spans of the feature `tracing`: they have the documented fields, and never content or the key.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, LazyLock, Mutex};

use nexconn_responses::Client;
use nexconn_responses::testing::Reply;
use nexconn_responses::types::{CompactRequest, CreateResponseRequest, InputTokensRequest};
use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber;
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Metadata, Subscriber};

use crate::clock::{TIMEOUT, TestClock};
use crate::server::{KEY, Server, held, reply};

/// Part of every request and response; must not appear in any span or event.
const CONTENT: &str = "Das Pferd frisst keinen Gurkensalat";
const SSE: &str = "200 OK\ncontent-type: text/event-stream\nx-request-id: req_1";

type Fields = BTreeMap<String, String>;

/// A span with everything recorded on it.
#[derive(Clone, Debug, Default)]
struct Span {
    name: String,
    fields: Fields,
    events: Vec<Fields>,
    /// The number of open handles.
    handles: usize,
}

/// A subscriber to record every span and event.
#[derive(Clone, Default)]
struct Keeper(Arc<Mutex<Vec<Span>>>);

impl Keeper {
    fn spans(&self) -> Vec<Span> {
        self.0.lock().unwrap().clone()
    }

    fn change(&self, id: &Id, change: impl FnOnce(&mut Span)) {
        change(&mut self.0.lock().unwrap()[usize::try_from(id.into_u64()).unwrap() - 1]);
    }
}

struct Reader<'a>(&'a mut Fields);

impl Visit for Reader<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}

impl Subscriber for Keeper {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut span = Span { name: attributes.metadata().name().to_owned(), handles: 1, ..Span::default() };
        attributes.record(&mut Reader(&mut span.fields));
        let mut spans = self.0.lock().unwrap();
        spans.push(span);
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        self.change(id, |span| values.record(&mut Reader(&mut span.fields)));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::new();
        event.record(&mut Reader(&mut fields));
        match event.parent() {
            Some(parent) => self.change(parent, |span| span.events.push(fields)),
            // Of another crate; it must not contain secrets either.
            None => self.0.lock().unwrap().push(Span { events: vec![fields], ..Span::default() }),
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}

    fn clone_span(&self, id: &Id) -> Id {
        self.change(id, |span| span.handles += 1);
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        self.change(&id, |span| span.handles -= 1);
        true
    }
}

/// Returns the spans of a future, and checks that they contain neither content nor key.
async fn observed(future: impl Future<Output = ()>) -> Vec<Span> {
    // While only one subscriber is registered, a thread without one can turn off a callsite for all.
    static REGISTERED: LazyLock<[Dispatch; 2]> = LazyLock::new(|| [(); 2].map(|()| Dispatch::new(Keeper::default())));
    LazyLock::force(&REGISTERED);
    let keeper = Keeper::default();
    future.with_subscriber(keeper.clone()).await;
    let mut spans = keeper.spans();
    let recorded = format!("{spans:?}");
    for secret in [KEY, "Gurkensalat"] {
        assert!(!recorded.contains(secret), "{secret:?} is recorded:\n{recorded}");
    }
    spans.retain(|span| span.name == "nexconn_responses");
    spans
}

fn request() -> CreateResponseRequest {
    CreateResponseRequest::new("openai/gpt-5.2", CONTENT).instructions(CONTENT)
}

fn response() -> String {
    let part = format!(r#"{{"type": "output_text", "text": "{CONTENT}"}}"#);
    let message = format!(r#"{{"type": "message", "role": "assistant", "content": [{part}]}}"#);
    let details = r#""input_tokens_details": {"cached_tokens": 1}, "output_tokens_details": {"reasoning_tokens": 2}"#;
    let usage = format!(r#"{{"input_tokens": 3, "output_tokens": 4, "total_tokens": 7, {details}}}"#);
    format!(
        r#"{{"id": "resp_1", "conversation": {{"id": "conv_1"}}, "status": "completed", "output": [{message}], "usage": {usage}}}"#
    )
}

fn events() -> String {
    let delta = format!(r#"{{"type":"response.output_text.delta","delta":"{CONTENT}"}}"#);
    format!("data: {delta}\n\ndata: {{\"type\":\"response.completed\",\"response\":{}}}\n\n", response())
}

fn client(server: &Server) -> Client {
    server.builder().timeout(TIMEOUT).max_retries(2).clock(TestClock::new()).build().unwrap()
}

/// Asserts that a span is closed and has these fields. An empty value stands for a missing field.
#[track_caller]
fn assert_fields(span: &Span, expected: &[(&str, &str)]) {
    assert_eq!(span.handles, 0, "{span:?}");
    for (name, value) in expected {
        let recorded = span.fields.get(*name).map_or("", String::as_str);
        assert_eq!(recorded.trim_matches('"'), *value, "{name}");
    }
}

#[tokio::test]
async fn a_request_is_a_span_with_attempts_and_tokens() {
    let busy = reply("503 Busy\nretry-after: 3", format!(r#"{{"error": {{"message": "{CONTENT}"}}}}"#));
    let server = Server::start([busy, reply("200 OK\nx-request-id: req_1", response())]);
    let spans = observed(async {
        client(&server).create(&request()).await.unwrap();
    })
    .await;
    let [span] = &spans[..] else { panic!("one request, one span: {spans:#?}") };
    assert_fields(
        span,
        &[
            ("attempts", "2"),
            ("gen_ai.usage.input_tokens", "3"),
            ("gen_ai.request.model", "openai/gpt-5.2"),
            ("operation", "create"),
            ("gen_ai.operation.name", "chat"),
            ("otel.name", "chat openai/gpt-5.2"),
            ("server.address", "127.0.0.1"),
            ("gen_ai.provider.name", "nexconn"),
            ("gen_ai.request.stream", ""),
            ("gen_ai.response.id", "resp_1"),
            ("gen_ai.conversation.id", "conv_1"),
            ("gen_ai.usage.cache_read.input_tokens", "1"),
            ("gen_ai.usage.cache_write.input_tokens", ""),
            ("gen_ai.usage.reasoning.output_tokens", "2"),
            ("gen_ai.response.finish_reasons", r#"["completed"]"#),
            ("gen_ai.response.time_to_first_chunk", ""),
            ("error.type", ""),
            ("gen_ai.usage.output_tokens", "4"),
            ("request_id", "req_1"),
            ("http.response.status_code", "200"),
        ],
    );
    assert!(!span.fields.contains_key("gen_ai.response.time_to_first_chunk"));
    let [retry] = &span.events[..] else { panic!("one retry, one event: {spans:#?}") };
    let recorded: Vec<_> = retry.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(
        recorded,
        [
            ("delay_ms", "3000"),
            ("error.type", "Overloaded"),
            ("http.response.status_code", "503"),
            ("message", "retrying")
        ]
    );
    server.finish().await;
}

#[tokio::test]
async fn the_span_of_a_stream_closes_with_it_and_has_first_event_and_tokens() {
    let server = Server::start([reply(SSE, events())]);
    let spans = observed(async {
        client(&server).stream(&request()).await.unwrap().into_response().await.unwrap();
    })
    .await;
    let [span] = &spans[..] else { panic!("one request, one span: {spans:#?}") };
    assert_fields(
        span,
        &[
            ("attempts", "1"),
            ("gen_ai.usage.input_tokens", "3"),
            ("gen_ai.request.model", "openai/gpt-5.2"),
            ("operation", "stream"),
            ("gen_ai.request.stream", "true"),
            ("gen_ai.response.id", "resp_1"),
            ("gen_ai.usage.output_tokens", "4"),
            ("request_id", "req_1"),
            ("http.response.status_code", "200"),
        ],
    );
    assert!(span.fields["gen_ai.response.time_to_first_chunk"].parse::<f64>().is_ok(), "{span:?}");
    server.finish().await;
}

#[tokio::test]
async fn the_span_of_a_failure_has_its_kind_and_no_text_of_the_server() {
    let content = format!("{CONTENT} {KEY}");
    let unauthorized = reply(
        &format!("401 Who\nx-request-id: {KEY}"),
        format!(r#"{{"error": {{"message": "{content}", "code": "{KEY}"}}}}"#),
    );
    let broken = reply(SSE, format!("data: {{\"type\":\"error\",\"message\":\"{content}\"}}\n\n"));
    let server = Server::start([unauthorized, broken, reply("200 OK", &content), Reply::raw(Vec::new())]);
    let spans = observed(async {
        let client = client(&server);
        client.create(&request()).await.unwrap_err();
        client.stream(&request()).await.unwrap().into_response().await.unwrap_err();
        client.create(&request()).await.unwrap_err();
        client.create(&request()).await.unwrap_err();
    })
    .await;
    let recorded = |name: &str| spans.iter().map(|span| span.fields.get(name).cloned()).collect::<Vec<_>>();
    let some = |values: [&str; 4]| values.map(|value| (!value.is_empty()).then(|| value.to_owned())).to_vec();
    assert_eq!(recorded("error.type"), some(["Authentication", "ResponseFailed", "Decode", "Connection"]));
    assert_eq!(recorded("http.response.status_code"), some(["401", "200", "200", ""]));
    assert_eq!(recorded("attempts"), some(["1", "1", "1", "3"]));
    assert_eq!(recorded("request_id"), some(["\"…\"", "\"req_1\"", "", ""]));
    server.finish().await;
}

#[tokio::test]
async fn mismatches_are_events_with_their_pointers() {
    let body = format!(r#"{{"id": 7, "status": "completed", "output": [], "metadata": {{"{KEY}": 1}}}}"#);
    let stream = format!(r#"data: {{"type": "response.completed", "response": {body}}}"#);
    let server = Server::start([reply("200 OK", &body), reply(SSE, format!("{stream}\n\n"))]);
    let spans = observed(async {
        client(&server).create(&request()).await.unwrap();
        client(&server).stream(&request()).await.unwrap().into_response().await.unwrap();
    })
    .await;
    for (span, prefix) in spans.iter().zip(["", "/response"]) {
        let field = |name| span.events.iter().map(|event| event[name].trim_matches('"')).collect::<Vec<_>>();
        assert_eq!(field("message"), ["mismatch"; 2], "{span:?}");
        assert_eq!(field("pointer"), [format!("{prefix}/id"), format!("{prefix}/metadata/…")]);
        assert_eq!(field("found"), ["a number"; 2]);
    }
    server.finish().await;
}

#[tokio::test]
async fn all_endpoints_have_spans() {
    let count = r#"{"input_tokens": 11}"#;
    let compacted = format!(
        r#"{{"id": "c", "output": [], "usage": {{"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}}, "x": "{CONTENT}"}}"#
    );
    let page = format!(r#"{{"data": [{{"role": "user", "content": "{CONTENT}"}}]}}"#);
    let whole = || reply("200 OK", response());
    let server = Server::start([
        whole(),
        whole(),
        whole(),
        reply("200 OK", count),
        reply("200 OK", compacted),
        reply("200 OK", page),
        reply(SSE, events()),
        whole(),
    ]);
    let spans = observed(async {
        let client = client(&server);
        client.retrieve("resp_1").await.unwrap();
        client.cancel("resp_1").await.unwrap();
        client.delete("resp_1").await.unwrap();
        client.input_tokens(&InputTokensRequest::new("m", CONTENT)).await.unwrap();
        client.compact(&CompactRequest::new("m", CONTENT)).await.unwrap();
        client.input_items("resp_1").next().await.unwrap().unwrap();
        client.resume("resp_1", None).await.unwrap().into_response().await.unwrap();
        client.wait("resp_1").await.unwrap();
    })
    .await;
    let recorded = |span: &Span, name: &str| span.fields.get(name).cloned().unwrap_or_default();
    let recorded: Vec<_> =
        spans.iter().map(|span| (recorded(span, "operation"), recorded(span, "gen_ai.usage.input_tokens"))).collect();
    let expected = [
        ("retrieve", "3"),
        ("cancel", "3"),
        ("delete", ""),
        ("input_tokens", "11"),
        ("compact", "1"),
        ("input_items", ""),
        ("resume", "3"),
        ("retrieve", "3"),
    ];
    assert_eq!(recorded, expected.map(|(operation, tokens)| (format!("{operation:?}"), tokens.to_owned())));
    assert!(spans.iter().all(|span| span.handles == 0));
    server.finish().await;
}

/// The span has the fields known so far.
#[tokio::test]
async fn dropping_a_stream_closes_its_span_without_an_error() {
    let bytes = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: {\"type\":\"response.created\"}\n\n";
    let server = Server::start([held(bytes)]);
    let spans = observed(async {
        let mut stream = client(&server).stream(&request()).await.unwrap();
        stream.next().await.unwrap().unwrap();
    })
    .await;
    let [span] = &spans[..] else { panic!("one request, one span: {spans:#?}") };
    assert!(span.handles == 0 && span.fields.contains_key("gen_ai.response.time_to_first_chunk"));
    assert!(
        !span.fields.contains_key("error.type") && !span.fields.contains_key("gen_ai.usage.output_tokens"),
        "{span:?}"
    );
    server.finish().await;
}
