//! The examples as a user runs them: without a key, and with one.
//!
//! Without, each asks the server that it brings (`examples/loopback`), which refuses what the JSON
//! Schema does not allow. With one, a server of this test stands in for the gateway, and what it was
//! asked is looked at. Every example must be in [`EXAMPLES`] or in [`OTHERS`].

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::server::{Answer, KEY, Server, answer};
use nexconn_responses::types::SCHEMA_SHA256;
use serde_json::{Value, json};

/// An example, what is typed in, and what it says.
struct Example {
    name: &'static str,
    needs_schemars: bool,
    typed: &'static str,
    said: &'static [&'static str],
}

const EXAMPLES: [Example; 8] = [
    Example {
        name: "background",
        needs_schemars: false,
        typed: "",
        said: &["resp_poem: queued", "resp_poem: completed: The sea was wet", "resp_novel: cancelled"],
    },
    Example {
        name: "chat",
        needs_schemars: false,
        typed: "Good morning\nGo on\n\n",
        said: &["> Good morning! What shall we talk about?\n> Gladly.", "this is the second.\n> \n"],
    },
    Example {
        name: "conversation",
        needs_schemars: false,
        typed: "",
        said: &["resent, 1 item:  A card", "resent, 3 items: Turing.", "kept, 1 item:    Turing, as before."],
    },
    Example {
        name: "files",
        needs_schemars: false,
        typed: "",
        said: &["sending input_text, input_image, input_file", "Four quarters"],
    },
    Example {
        name: "proxy",
        needs_schemars: false,
        typed: "",
        said: &["serving http://127.0.0.1:", "Hello through the proxy."],
    },
    Example {
        name: "quickstart",
        needs_schemars: false,
        typed: "",
        said: &["asking a server inside this example", "Sunlight is made of", "71 tokens in, 58 out", SCHEMA_SHA256],
    },
    Example {
        name: "structured",
        needs_schemars: true,
        typed: "",
        said: &["Ada orders (Soon)", "12 × blue mug, ? each", "1 × teapot, 49.90 each"],
    },
    Example {
        name: "tools",
        needs_schemars: true,
        typed: "",
        said: &["the model calls 2 functions", "Rome. It is 24 °C and dry there"],
    },
];

/// Tools that want files of the user's, with tests of their own: `roundtrip` is `tests/corpus.rs`'s.
const OTHERS: [&str; 1] = ["roundtrip"];

/// How many lines an example may have.
const LINES: usize = 79;

/// An example, which `cargo test` has built beside the tests; it asks no one unless it is told to.
fn command(name: &str) -> Command {
    let test = std::env::current_exe().expect("the test has a path");
    let profile = test.ancestors().nth(2).expect("it is in target/PROFILE/deps");
    let example: PathBuf = profile.join("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION);
    let mut command = Command::new(example);
    command.env_remove("NEXCONN_API_KEY").env_remove("NEXCONN_BASE_URL").env("NO_PROXY", "*");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn start(mut command: Command, typed: &str) -> Child {
    let mut child = command.spawn().expect("`cargo test` without `--test` has built the examples");
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    child
}

/// What an example that ends well has said.
fn run(command: Command, typed: &str) -> String {
    let output = start(command, typed).wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// A server in the gateway's place, and an example that has a key for it.
fn with_key(name: &str, answers: impl IntoIterator<Item = Answer>) -> (Server, Command) {
    let server = Server::start(answers);
    assert!(server.builder().build().is_ok());
    let mut command = command(name);
    command.env("NEXCONN_API_KEY", KEY).env("NEXCONN_BASE_URL", format!("http://{}/v1", server.address));
    (server, command)
}

/// What the server was asked, with what the example said.
async fn ask(name: &str, typed: &str, answers: impl IntoIterator<Item = Answer>) -> (Vec<String>, String) {
    let (server, command) = with_key(name, answers);
    let said = run(command, typed);
    assert!(said.contains("asking the gateway") && !said.contains(KEY), "{said}");
    let requests = server.finish().await;
    assert!(requests.iter().all(|request| request.contains(&format!("Bearer {KEY}\r\n"))), "{requests:?}");
    (requests, said)
}

fn whole(body: &Value) -> Answer {
    answer("200 OK\ncontent-type: application/json", body.to_string())
}

fn message(id: &str, text: &str) -> Value {
    let content = json!([{"type": "output_text", "text": text}]);
    json!({"id": id, "status": "completed", "output": [{"type": "message", "id": "msg", "role": "assistant", "content": content}]})
}

fn stream(events: &[Value]) -> Answer {
    let body: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
    answer("200 OK\ncontent-type: text/event-stream", body)
}

fn body(request: &str) -> Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

fn first_lines(requests: &[String]) -> Vec<&str> {
    requests.iter().map(|request| request.lines().next().unwrap()).collect()
}

#[test]
fn without_a_key_each_asks_its_own_server_and_says_what_it_should() {
    for Example { name, needs_schemars, typed, said } in EXAMPLES {
        if needs_schemars && !cfg!(feature = "schemars") {
            continue;
        }
        let heard = run(command(name), typed);
        let missing: Vec<_> = said.iter().filter(|said| !heard.contains(**said)).collect();
        assert!(missing.is_empty(), "{name} does not say {missing:?}, but:\n{heard}");
    }
}

#[test]
fn each_is_short_opens_with_how_to_run_it_and_is_run_here() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect();
    assert_eq!(files.len(), EXAMPLES.len() + OTHERS.len(), "an example is not in `EXAMPLES` of {}", file!());
    for Example { name, needs_schemars, .. } in EXAMPLES {
        let file = files.iter().find(|path| path.file_stem().is_some_and(|stem| stem == name));
        let text = fs::read_to_string(file.expect(name)).unwrap();
        let features = if needs_schemars { " --features schemars" } else { "" };
        assert!(text.starts_with("//! "), "{name} does not open by saying what it shows");
        assert!(
            text.contains(&format!("//! cargo run{features} --example {name}")),
            "{name} does not say how to run it"
        );
        assert!(text.lines().count() <= LINES, "{name} has {} lines", text.lines().count());
    }
}

#[tokio::test]
async fn the_quickstart_asks_the_gateway_that_the_environment_names() {
    let events = include_str!("../../examples/loopback/answer.sse");
    let (requests, said) = ask("quickstart", "", [answer("200 OK\ncontent-type: text/event-stream", events)]).await;
    assert!(said.contains("Sunlight is made of"), "{said}");
    assert_eq!(first_lines(&requests), ["POST /v1/responses HTTP/1.1"]);
}

#[tokio::test]
async fn the_chat_sends_all_that_was_said_and_thought() {
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
async fn a_conversation_is_resent_or_named() {
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
async fn files_are_sent_as_they_are_or_by_their_addresses() {
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
async fn what_runs_in_the_background_is_looked_up_and_called_off() {
    let status = |id: &str, status: &str| whole(&json!({"id": id, "status": status}));
    let answers =
        [status("a", "queued"), status("b", "queued"), whole(&message("a", "Sea.")), status("b", "cancelled")];
    let (requests, said) = ask("background", "", answers).await;
    let paths = ["POST /v1/responses", "POST /v1/responses", "GET /v1/responses/a", "POST /v1/responses/b/cancel"];
    assert_eq!(first_lines(&requests), paths.map(|path| format!("{path} HTTP/1.1")));
    assert!(said.contains("a: completed: Sea.") && said.contains("b: cancelled"), "{said}");
}

#[cfg(feature = "schemars")]
#[tokio::test]
async fn the_tool_loop_sends_the_whole_output_and_both_answers() {
    let script =
        [include_str!("../../examples/loopback/calls.json"), include_str!("../../examples/loopback/advice.json")];
    let [calls, advice] = script.map(|text| serde_json::from_str::<Value>(text).unwrap());
    let (requests, said) = ask("tools", "", [whole(&calls), whole(&advice)]).await;
    assert!(
        said.ends_with("the model calls 2 functions\nRome. It is 24 °C and dry there, and 4 °C with rain in Oslo.\n")
    );

    let [first, second] = &requests.iter().map(|request| body(request)).collect::<Vec<_>>()[..] else {
        panic!("{requests:?}")
    };
    assert_eq!((&first["tools"], &first["text"]), (&second["tools"], &second["text"]));
    assert_eq!((&first["tools"][0]["strict"], &first["text"]["format"]["strict"]), (&json!(true), &json!(true)));
    let input = second["input"].as_array().unwrap();
    assert_eq!(input[0]["content"], first["input"]);
    assert_eq!(&input[1..4], calls["output"].as_array().unwrap());
    let mut answers: Vec<_> = input[4..].iter().map(|item| (item["call_id"].clone(), item["output"].clone())).collect();
    answers.sort_by_key(|(id, _)| id.to_string());
    assert_eq!(answers, [(json!("call_oslo"), json!("4 °C, rain")), (json!("call_rome"), json!("24 °C, dry"))]);
}

/// The proxy, serving, and its address. It is stopped when this is dropped.
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

    /// The head and the body of the answer; the chunks are joined.
    fn post(&self, body: &str) -> (String, String) {
        let mut connection = TcpStream::connect(&self.1).unwrap();
        let length = body.len();
        let head =
            format!("POST /v1/responses HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {length}");
        connection.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_ascii_lowercase(), body.to_owned())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The events among the chunks of an answer.
fn events(body: &str) -> Vec<Value> {
    let data = body.lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).unwrap()).collect()
}

/// A request with something unknown in every place that may have it.
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
async fn what_goes_into_the_proxy_comes_out() {
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
    assert!(came.contains("event: response.hologram.delta\n"), "{came}");
    assert_eq!(body(&server.finish().await[0]), request);
}

#[tokio::test]
async fn the_proxy_passes_on_whole_answers_failures_and_refusals() {
    let failed = json!({"type": "response.failed", "response": {"id": "r", "status": "failed", "error": {"code": "server_error", "message": "no"}}});
    let refusal = json!({"error": {"message": "no such model", "type": "invalid_request_error", "news": 1}});
    let mut response = message("resp_1", "Hi.");
    response["output"][0]["content"][0]["news"] = json!([1, 2]);
    let answers = [
        whole(&response),
        stream(std::slice::from_ref(&failed)),
        answer("404 Not Found\ncontent-type: application/json", refusal.to_string()),
    ];
    let (server, command) = with_key("proxy", answers);
    let proxy = Proxy::start(command);
    let asked = json!({"model": "openai/gpt-5.2", "input": "Hi", "stream": false});
    assert_eq!(body(&format!("\r\n\r\n{}", proxy.post(&asked.to_string()).1)), response);
    assert_eq!(events(&proxy.post(&request_from_later().to_string()).1), [failed]);
    let (head, came) = proxy.post(&asked.to_string());
    assert!(head.starts_with("http/1.1 404"), "{head}");
    assert_eq!(serde_json::from_str::<Value>(&came).unwrap(), refusal);
    let (head, _) = proxy.post("no JSON");
    assert!(head.starts_with("http/1.1 400"), "{head}");
    drop(proxy);
    assert_eq!(server.finish().await.len(), 3);
}
