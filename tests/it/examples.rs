//! Runs the examples, without a key and with one.
//!
//! Without a key, each example uses a mock gateway in its process. With a key, it uses a server of this test, which
//! records the requests. Every example must be in [`EXAMPLES`] or in [`OTHERS`].

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::server::{KEY, Server, live, reply};
use nexconn_responses::Client;
use nexconn_responses::testing::Reply;
use nexconn_responses::types::{CreateResponseRequest, SCHEMA_SHA256};
use serde_json::{Value, json};

/// An example, its input, and parts of its output.
struct Example {
    name: &'static str,
    feature: Option<&'static str>,
    input: &'static str,
    output: &'static [&'static str],
}

const EXAMPLES: [Example; 12] = [
    Example {
        name: "agent",
        feature: Some("agent"),
        input: "",
        output: &[
            "calling weather({\"city\":\"Lyon\"})",
            "Lyon\n- Take the train at 9:05\n- Eat at the market\n2 steps in Lyon",
        ],
    },
    Example {
        name: "background",
        feature: None,
        input: "",
        output: &["resp_1: queued", "resp_1: completed: The sea was wet", "resp_2: cancelled"],
    },
    Example {
        name: "chat",
        feature: None,
        input: "Good morning\nGo on\n\n",
        output: &["> Good morning! What shall we talk about?\n> Gladly.", "this is the second.\n> \n"],
    },
    Example {
        name: "conversation",
        feature: None,
        input: "",
        output: &["resent, 1 item:  A card", "resent, 3 items: Turing.", "stored, 1 item:  Turing, as before."],
    },
    Example {
        name: "files",
        feature: None,
        input: "",
        output: &["sending input_text, input_image, input_file", "Four quarters"],
    },
    Example {
        name: "partial",
        feature: Some("schemars"),
        input: "",
        output: &["Waffles: 250 g of flour", "Waffles: a pinch of salt\nWaffles in 3 steps: Melt the butter, Mix"],
    },
    Example {
        name: "proxy",
        feature: None,
        input: "",
        output: &["serving http://127.0.0.1:", "Hello through the proxy."],
    },
    Example {
        name: "quickstart",
        feature: None,
        input: "",
        output: &["connecting to a mock gateway", "Sunlight is made of", "71 tokens in, 58 out", SCHEMA_SHA256],
    },
    Example {
        name: "replay",
        feature: None,
        input: "",
        output: &["replaying", "Chimborazo.\nIts summit is 6,263 metres", "2 requests"],
    },
    Example {
        name: "resume",
        feature: None,
        input: "",
        output: &[
            "A keeper lit the lamp each night, though no ship had come for years. One night, one did.\n26 events",
        ],
    },
    Example {
        name: "structured",
        feature: Some("schemars"),
        input: "",
        output: &["Ada orders (Soon)", "12 × blue mug, ? each", "1 × teapot, 49.90 each"],
    },
    Example { name: "testing", feature: Some("agent"), input: "", output: &["3 tests passed"] },
];

/// Examples with files as input. `corpus.rs` runs `roundtrip`.
const OTHERS: [&str; 1] = ["roundtrip"];

/// The maximum length of an example.
const MAX_LINES: usize = 79;

/// Returns true if this test is built with a feature of an example.
fn is_on(feature: &str) -> bool {
    match feature {
        "agent" => cfg!(feature = "agent"),
        "schemars" => cfg!(feature = "schemars"),
        _ => panic!("unknown feature {feature}"),
    }
}

/// Returns a command for an example, built by `cargo test`. It has no key.
fn command(name: &str) -> Command {
    let test = std::env::current_exe().expect("the test has a path");
    let profile = test.ancestors().nth(2).expect("it is in target/PROFILE/deps");
    let example: PathBuf = profile.join("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION);
    let mut command = Command::new(example);
    command.env_remove("NEXCONN_API_KEY").env_remove("NEXCONN_BASE_URL").env("NO_PROXY", "*");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn start(mut command: Command, input: &str) -> Child {
    let mut child = command.spawn().expect("`cargo test` without `--test` has built the examples");
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child
}

/// Runs an example, and returns its output.
fn run(command: Command, input: &str) -> String {
    let output = start(command, input).wait_with_output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    printed
}

/// Returns a server, and a command to run an example with its key.
fn with_key(name: &str, replies: impl IntoIterator<Item = Reply>) -> (Server, Command) {
    let server = Server::start(replies);
    assert!(server.builder().build().is_ok());
    let mut command = command(name);
    command.env("NEXCONN_API_KEY", KEY).env("NEXCONN_BASE_URL", format!("http://{}/v1", server.address()));
    (server, command)
}

/// Runs an example with a key, and returns the requests and the output.
async fn ask(name: &str, input: &str, replies: impl IntoIterator<Item = Reply>) -> (Vec<String>, String) {
    let (server, command) = with_key(name, replies);
    let printed = run(command, input);
    assert!(printed.contains("connecting to the gateway") && !printed.contains(KEY), "{printed}");
    let requests = server.finish().await;
    assert!(requests.iter().all(|request| request.contains(&format!("Bearer {KEY}\r\n"))), "{requests:?}");
    (requests, printed)
}

fn whole(body: &Value) -> Reply {
    reply("200 OK\ncontent-type: application/json", body.to_string())
}

fn message(id: &str, text: &str) -> Value {
    let content = json!([{"type": "output_text", "text": text}]);
    json!({"id": id, "status": "completed", "output": [{"type": "message", "id": "msg", "role": "assistant", "content": content}]})
}

fn stream(events: &[Value]) -> Reply {
    let body: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
    reply("200 OK\ncontent-type: text/event-stream", body)
}

fn body(request: &str) -> Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

fn first_lines(requests: &[String]) -> Vec<&str> {
    requests.iter().map(|request| request.lines().next().unwrap()).collect()
}

#[test]
fn each_runs_without_a_key() {
    for Example { name, feature, input, output } in EXAMPLES {
        if !feature.is_none_or(is_on) {
            continue;
        }
        let printed = run(command(name), input);
        let missing: Vec<_> = output.iter().filter(|part| !printed.contains(**part)).collect();
        assert!(missing.is_empty(), "{name} doesn't print {missing:?}, but:\n{printed}");
    }
}

#[test]
fn each_is_short_and_starts_with_its_command() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect();
    assert_eq!(files.len(), EXAMPLES.len() + OTHERS.len(), "an example is not in `EXAMPLES` of {}", file!());
    for Example { name, feature, .. } in EXAMPLES {
        let file = files.iter().find(|path| path.file_stem().is_some_and(|stem| stem == name));
        let text = fs::read_to_string(file.expect(name)).unwrap();
        let features = feature.map_or(String::new(), |feature| format!(" --features {feature}"));
        assert!(text.starts_with("//! "), "{name} doesn't start with its purpose");
        assert!(text.contains(&format!("//! cargo run{features} --example {name}")), "{name} doesn't show its command");
        assert!(text.lines().count() <= MAX_LINES, "{name} has {} lines", text.lines().count());
    }
}

#[tokio::test]
async fn the_quickstart_uses_the_gateway_of_the_environment() {
    let events = include_str!("../../examples/loopback/answer.sse");
    let (requests, printed) = ask("quickstart", "", [reply("200 OK\ncontent-type: text/event-stream", events)]).await;
    assert!(printed.contains("Sunlight is made of"), "{printed}");
    assert_eq!(first_lines(&requests), ["POST /v1/responses HTTP/1.1"]);
}

#[tokio::test]
async fn the_chat_resends_messages_and_reasoning() {
    let reasoning = json!({"type": "reasoning", "id": "rs", "summary": [], "encrypted_content": "secret", "news": 1});
    let mut first = message("resp_1", "Hi.");
    first["output"].as_array_mut().unwrap().insert(0, reasoning.clone());
    let first = stream(&[json!({"type": "response.completed", "response": first})]);
    let second = stream(&[json!({"type": "response.completed", "response": message("resp_2", "So?")})]);
    let (requests, _) = ask("chat", "Good morning\nGo on\n", [first, second]).await;
    let input = &body(&requests[1])["input"];
    assert_eq!(input[0]["content"], "Good morning");
    assert_eq!(input[1], reasoning);
    assert_eq!(input[2]["content"][0]["text"], "Hi.");
    assert_eq!(input[3]["content"], "Go on");
}

#[tokio::test]
async fn a_conversation_is_resent_or_continued_by_id() {
    let (requests, _) = ask("conversation", "", ["1", "2", "3", "4"].map(|id| whole(&message(id, id)))).await;
    let [first, resent, _, kept] = &requests.iter().map(|request| body(request)).collect::<Vec<_>>()[..] else {
        panic!("{requests:?}")
    };
    assert_eq!((&first["store"], &resent["store"]), (&json!(false), &json!(false)));
    assert_eq!(resent["input"].as_array().unwrap().len(), 3);
    assert_eq!(resent["input"][1]["content"][0]["text"], "1");
    assert_eq!((&kept["previous_response_id"], &kept["input"]), (&json!("3"), &json!("And what was his name?")));
}

#[tokio::test]
async fn files_are_sent_as_data_or_by_url() {
    let note = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("note.txt");
    fs::write(&note, "Hello").unwrap();
    let (server, mut command) = with_key("files", [whole(&message("1", "One."))]);
    command.arg(note).args(["https://example.com/a.png", "https://example.com/a.pdf"]);
    run(command, "");
    let parts = &body(&server.finish().await[0])["input"][0]["content"];
    let file = json!({"type": "input_file", "filename": "note.txt", "file_data": "data:text/plain;base64,SGVsbG8="});
    assert_eq!(parts[1], file);
    assert_eq!(parts[2], json!({"type": "input_image", "image_url": "https://example.com/a.png", "detail": "auto"}));
    assert_eq!(parts[3], json!({"type": "input_file", "file_url": "https://example.com/a.pdf"}));
}

#[tokio::test]
async fn background_responses_are_polled_and_cancelled() {
    let status = |id: &str, status: &str| whole(&json!({"id": id, "status": status}));
    let replies =
        [status("a", "queued"), status("b", "queued"), whole(&message("a", "Sea.")), status("b", "cancelled")];
    let (requests, printed) = ask("background", "", replies).await;
    let paths = ["POST /v1/responses", "POST /v1/responses", "GET /v1/responses/a", "POST /v1/responses/b/cancel"];
    assert_eq!(first_lines(&requests), paths.map(|path| format!("{path} HTTP/1.1")));
    assert!(printed.contains("a: completed: Sea.") && printed.contains("b: cancelled"), "{printed}");
}

/// A gateway without stored responses, and one where both have ended before they're cancelled.
#[tokio::test]
async fn background_ends_well_without_retrieve_and_with_ended_responses() {
    let status = |id: &str, status: &str| whole(&json!({"id": id, "status": status}));
    let missing = || reply("404 Not Found", r#"{"error": {"message": "no such path"}}"#);
    let ended = || reply("409 Conflict\nx-should-retry: false", r#"{"error": {"message": "it has ended"}}"#);
    let queued = || [status("a", "queued"), status("b", "queued")];
    let (_, printed) = ask("background", "", queued().into_iter().chain([missing()])).await;
    assert!(printed.contains("a: unknown") && printed.contains("b: unknown"), "{printed}");
    let replies = queued().into_iter().chain([whole(&message("a", "Sea.")), ended()]);
    let (_, printed) = ask("background", "", replies).await;
    assert!(printed.contains("a: completed") && printed.contains("b: not cancelled: it has ended"), "{printed}");
}

#[cfg(feature = "agent")]
#[tokio::test]
async fn the_agent_resends_all_items_with_the_outputs() {
    let call = |name: &str, city: &str| {
        json!({"type": "function_call", "id": name, "call_id": format!("call_{name}"), "name": name,
               "arguments": json!({"city": city}).to_string(), "status": "completed"})
    };
    let reasoning = json!({"type": "reasoning", "id": "rs", "summary": [], "encrypted_content": "secret"});
    let output = [reasoning, call("weather", "Rome"), call("events", "Rome"), call("trains", "Atlantis")];
    let calls = json!({"id": "r", "status": "completed", "output": output});
    let answer = message("a", r#"{"city": "Rome", "steps": []}"#);
    let completed = |response: &Value| stream(&[json!({"type": "response.completed", "response": response})]);
    let (requests, printed) = ask("agent", "", [completed(&calls), completed(&answer)]).await;
    assert!(printed.ends_with("0 steps in Rome\n"), "{printed}");

    let [first, second] = &requests.iter().map(|request| body(request)).collect::<Vec<_>>()[..] else {
        panic!("{requests:?}")
    };
    assert_eq!((&first["tools"], &first["text"]), (&second["tools"], &second["text"]));
    assert_eq!((&first["tools"][0]["strict"], &first["text"]["format"]["strict"]), (&json!(true), &json!(true)));
    let input = second["input"].as_array().unwrap();
    assert_eq!(input[0]["content"], first["input"]);
    assert_eq!(input[1..5], output);
    let outputs: Vec<_> = input[5..].iter().map(|item| (item["call_id"].clone(), item["output"].clone())).collect();
    let expected = [
        ("call_weather", "Rome: sun, 21 °C"),
        ("call_events", r#"["street food market"]"#),
        ("call_trains", "error: there's no station"),
    ];
    assert_eq!(outputs, expected.map(|(id, output)| (json!(id), json!(output))));
}

/// The running proxy and its address. Dropping it stops the proxy.
struct Proxy(Child, String);

impl Proxy {
    fn start(mut command: Command) -> Self {
        command.arg("127.0.0.1:0");
        let mut child = start(command, "");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let serving = lines.find_map(|line| line.strip_prefix("serving http://").map(str::to_owned));
        let address = serving.expect("the proxy says where it serves").replace("/v1", "");
        Self(child, address)
    }

    /// Returns head and body of the response to a new response.
    fn post(&self, body: &str) -> (String, String) {
        self.send("POST /v1/responses", body)
    }

    /// Returns head and body of the response.
    fn send(&self, line: &str, body: &str) -> (String, String) {
        let mut connection = TcpStream::connect(&self.1).unwrap();
        let length = body.len();
        let head = format!(
            "{line} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {length}\r\nx-tenant: blue"
        );
        let kind = "content-type: application/json";
        connection.write_all(format!("{head}\r\n{kind}\r\n\r\n{body}").as_bytes()).unwrap();
        let mut reply = String::new();
        connection.read_to_string(&mut reply).unwrap();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        (head.to_ascii_lowercase(), body.to_owned())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Returns the events of a chunked body.
fn events(body: &str) -> Vec<Value> {
    let data = body.lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).unwrap()).collect()
}

/// Returns a request with unknown properties and variants wherever they're possible.
fn request_from_later() -> Value {
    json!({
        "model": "openai/gpt-9",
        "stream": true,
        "input": [
            {"role": "user", "content": [{"type": "input_smell", "molecules": [1.5, 2]}], "mood": "good"},
            {"type": "hologram_call", "voxels": {"x": 1}},
        ],
        "tools": [{"type": "time_machine", "year": 1955}],
        "service_tier": "yesterday",
        "temperature": 0.1,
        "news": {"deep": ["er"]},
    })
}

#[tokio::test]
async fn the_proxy_is_lossless() {
    let mut response = message("resp_1", "Hi.");
    response["weather"] = json!("sunny");
    let sent = [
        json!({"type": "response.created", "response": {"id": "resp_1", "status": "dreaming", "output": []}}),
        json!({"type": "response.hologram.delta", "voxels": [1, 2, 3], "sequence_number": 1}),
        json!({"type": "response.output_text.delta", "item_id": "msg", "output_index": 0, "content_index": 0,
               "delta": "Hi.", "obfuscation": "x7", "logprobs": [{"token": "Hi", "logprob": -0.123_456_789_012_345_67}]}),
        json!({"type": "response.completed", "response": response, "billing": 0.1}),
    ];
    let (server, command) = with_key("proxy", [stream(&sent)]);
    let proxy = Proxy::start(command);
    let request = request_from_later();
    let (head, came) = proxy.post(&request.to_string());
    drop(proxy);
    assert!(head.starts_with("http/1.1 200") && head.contains("content-type: text/event-stream"), "{head}");
    assert_eq!(events(&came), sent);
    assert_eq!(body(&server.finish().await[0]), request);
}

#[tokio::test]
async fn the_proxy_forwards_responses_and_errors() {
    let failed = json!({"type": "response.failed", "response": {"id": "r", "status": "failed", "error": {"code": "server_error", "message": "no"}}});
    let refusal = json!({"error": {"message": "no such model", "type": "invalid_request_error", "news": 1}});
    let mut response = message("resp_1", "Hi.");
    response["output"][0]["content"][0]["news"] = json!([1, 2]);
    let replies = [
        whole(&response),
        stream(std::slice::from_ref(&failed)),
        reply("404 Not Found\ncontent-type: application/json", refusal.to_string()),
    ];
    let (server, command) = with_key("proxy", replies);
    let proxy = Proxy::start(command);
    let asked = json!({"model": "openai/gpt-5.2", "input": "Hi", "stream": false});
    assert_eq!(body(&format!("\r\n\r\n{}", proxy.post(&asked.to_string()).1)), response);
    assert_eq!(events(&proxy.post(&request_from_later().to_string()).1), [failed]);
    let (head, came) = proxy.post(&asked.to_string());
    assert!(head.starts_with("http/1.1 404"), "{head}");
    assert_eq!(serde_json::from_str::<Value>(&came).unwrap(), refusal);
    drop(proxy);
    assert_eq!(server.finish().await.len(), 3);
}

/// Every path and method, also those this crate doesn't know.
#[tokio::test]
async fn the_proxy_forwards_any_request_as_it_comes() {
    let limited =
        "429 Slow\ncontent-type: text/plain\nretry-after: 7\nx-ratelimit-remaining-requests: 0\nx-request-id: r1";
    let chunks = "data: {\"choices\": []}\n\ndata: [DONE]\n\n";
    let (server, command) = with_key(
        "proxy",
        [
            reply("200 OK", r#"{"id": "resp_1"}"#),
            reply("202 Accepted", ""),
            reply(limited, "wait"),
            reply("200 OK\ncontent-type: text/event-stream", chunks),
            reply("302 Found\nlocation: /elsewhere", ""),
        ],
    );
    let proxy = Proxy::start(command);
    assert_eq!(proxy.send("GET /v1/responses/resp_1?include[]=a", "").1, r#"{"id": "resp_1"}"#);
    assert!(proxy.send("DELETE /v1/responses/resp_1", "").0.starts_with("http/1.1 202"));
    let (head, text) = proxy.send("POST /v1/responses/compact", "no JSON");
    assert!(head.starts_with("http/1.1 429") && text == "wait", "{head}");
    for header in ["retry-after: 7", "x-ratelimit-remaining-requests: 0", "x-request-id: r1", "text/plain"] {
        assert!(head.contains(header), "{head}");
    }
    assert_eq!(proxy.send("POST /v1/chat/completions", r#"{"stream": true}"#).1, chunks);
    let (head, _) = proxy.send("GET /v1/models", "");
    assert!(head.starts_with("http/1.1 302") && head.contains("location: /elsewhere"), "{head}");
    drop(proxy);
    let requests = server.finish().await;
    let lines = [
        "GET /v1/responses/resp_1?include[]=a",
        "DELETE /v1/responses/resp_1",
        "POST /v1/responses/compact",
        "POST /v1/chat/completions",
        "GET /v1/models",
    ];
    assert_eq!(first_lines(&requests), lines.map(|line| format!("{line} HTTP/1.1")));
    assert!(requests[2].ends_with("\r\n\r\nno JSON"), "{}", requests[2]);
    assert!(requests.iter().all(|request| request.contains("x-tenant: blue") && request.contains(KEY)));
}

#[tokio::test]
async fn the_proxy_passes_on_each_event_when_it_comes() {
    let (sender, reply) = live();
    let (server, command) = with_key("proxy", [reply]);
    let proxy = Proxy::start(command);
    sender.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n".to_vec()).unwrap();
    let client = Client::builder().api_key("any").base_url(format!("http://{}/v1", proxy.1)).build().unwrap();
    let mut stream = client.stream(&CreateResponseRequest::new("m", "Hi.")).await.unwrap();
    let delta = |number| json!({"type": "response.output_text.delta", "delta": "a", "sequence_number": number});
    let end = json!({"type": "response.completed", "response": {"id": "r", "status": "completed", "output": []}});
    for event in (0..3).map(delta).chain([end]) {
        // The server sends the next event only after this one has arrived.
        sender.send(format!("data: {event}\n\n").into_bytes()).unwrap();
        assert_eq!(serde_json::to_value(stream.next().await.unwrap().unwrap()).unwrap(), event);
    }
    drop((sender, proxy));
    assert_eq!(server.finish().await.len(), 1);
}
