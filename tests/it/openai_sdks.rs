//! OpenAI's own clients work with the mock gateway, and through the example `proxy` with an independent mock server.
//! `.ci/clients` installs them.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nexconn_responses::testing::{MockGateway, Recorder, Reply};
use serde_json::{Value, json};

/// Where `.ci/clients` installs to.
fn installed(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients").join(path);
    if !path.exists() {
        // The test harness captures other output.
        let _ = writeln!(std::io::stderr(), "skipped: {} isn't installed; run .ci/clients", path.display());
        return None;
    }
    Some(path)
}

/// Runs a program of `tests/clients`, which asserts on the responses. Asserts on its requests.
fn run(mut command: Command) {
    let gateway = MockGateway::start().unwrap();
    gateway.reply(Reply::text("Good morning!"));
    gateway.reply(Reply::text("one two six"));
    gateway.reply(Reply::function_call("weather", json!({"city": "Oslo"})));
    gateway.reply(Reply::text("It's cold."));
    gateway.reply(Reply::text(r#"{"customer": "Ada", "mugs": 12}"#));
    succeed(command.arg(gateway.base_url()).arg("stored"));
    let requests: Vec<_> =
        gateway.requests().iter().map(|request| (request.method().to_owned(), request.json())).collect();
    let [hello, count, weather, result, order, (retrieve, _)] = &requests[..] else { panic!("{requests:#?}") };
    assert_eq!(hello.1["input"], "Hello");
    assert_eq!(count.1["stream"], true);
    assert_eq!(weather.1["tools"][0]["name"], "weather");
    assert_eq!(result.1["input"][0]["output"], "4 °C");
    assert_eq!(order.1["text"]["format"]["type"], "json_schema");
    assert_eq!(retrieve, "GET");
}

fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(name)
}

/// Runs a program to its end.
fn succeed(command: &mut Command) {
    let output = command.env("NO_PROXY", "*").output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&text));
}

/// Returns the programs of all installed clients, by language.
fn clients() -> impl Iterator<Item = (&'static str, Command)> {
    let python = installed("python/bin/python").map(|python| {
        let mut command = Command::new(python);
        command.arg(program("client.py"));
        ("python", command)
    });
    let node = installed("node_modules/openai").map(|modules| {
        let mut command = Command::new("node");
        command.arg(program("client.mjs")).arg(modules.ancestors().nth(2).unwrap());
        ("node", command)
    });
    python.into_iter().chain(node)
}

#[test]
fn openai_clients_create_stream_call_tools_and_parse() {
    clients().for_each(|(_, command)| run(command));
}

/// A server in another process. Dropping it ends the process.
struct Process(Child);

impl Process {
    /// Returns the process, and the URL in the line with `mark`.
    fn start(command: &mut Command, mark: &str) -> (Self, String) {
        let mut child = command.env("NO_PROXY", "*").stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let line = lines.find(|line| line.contains(mark)).expect("the server prints its URL");
        let url = line[line.find("http://").unwrap()..].to_owned();
        (Self(child), url)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Reads the requests and responses of a recording, with bodies as JSON. A stream becomes the list of its events.
fn read(path: &Path) -> Vec<Value> {
    let parse = |line: &str| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        let headers = line["response"].as_object_mut().unwrap().remove("headers").unwrap();
        if headers["content-type"].as_str().unwrap().starts_with("text/event-stream") {
            let body = line["response"]["body"].take();
            let data = body.as_str().unwrap().lines().filter_map(|line| line.strip_prefix("data: "));
            line["response"]["body"] = data.map(|data| serde_json::from_str::<Value>(data).unwrap()).collect();
        }
        line
    };
    fs::read_to_string(path).unwrap().lines().map(parse).collect()
}

#[test]
fn the_proxy_passes_on_everything_between_openai_clients_and_another_mock_server() {
    let Some(aimock) = installed("node_modules/@copilotkit/aimock/dist/cli.js") else { return };
    let mut server = Command::new("node");
    server.arg(aimock).args(["--port", "0", "--fixtures"]).arg(program("aimock.json"));
    let (_server, server) = Process::start(&mut server, "listening on");
    for (name, mut client) in clients() {
        // One recorder on each side of the proxy.
        let files = ["inside", "outside"]
            .map(|side| Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{side}.jsonl")));
        let inside = Recorder::new().base_url(format!("{server}/v1")).start(&files[0]).unwrap();
        let mut proxy = Command::new(example("proxy"));
        proxy.env("NEXCONN_API_KEY", "mock-key").env("NEXCONN_BASE_URL", inside.base_url()).arg("127.0.0.1:0");
        let (_proxy, proxy) = Process::start(&mut proxy, "serving");
        let outside = Recorder::new().base_url(proxy).start(&files[1]).unwrap();
        succeed(client.arg(outside.base_url()).arg("unstored"));

        let [inside, outside] = files.map(|file| read(&file));
        assert_eq!(inside, outside);
        let events = inside[1]["response"]["body"].as_array().unwrap();
        assert_eq!((inside.len(), events.first().unwrap()["type"].as_str()), (5, Some("response.created")));
        assert!(events.len() > 10 && events.last().unwrap()["type"] == "response.completed", "{events:?}");
    }
}

/// Returns the path of an example. `cargo test` builds it.
fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the test has a path");
    let profile = test.ancestors().nth(2).expect("it is in target/PROFILE/deps");
    profile.join("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION)
}
