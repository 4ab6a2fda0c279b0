//! OpenAI's own clients work with the mock gateway. `.ci/clients` installs them.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use nexconn_responses::testing::{MockGateway, Reply};
use serde_json::json;

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
    gateway.reply(Reply::text("one two three"));
    gateway.reply(Reply::function_call("weather", json!({"city": "Oslo"})));
    gateway.reply(Reply::text("It's cold."));
    gateway.reply(Reply::text(r#"{"customer": "Ada", "mugs": 12}"#));
    let output = command.arg(gateway.base_url()).env("NO_PROXY", "*").output().unwrap();
    assert!(
        output.status.success(),
        "{}{}{:#?}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        gateway.requests(),
    );
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

#[test]
fn openai_python_creates_streams_calls_tools_and_parses() {
    let Some(python) = installed("python/bin/python") else { return };
    let mut command = Command::new(python);
    command.arg(program("client.py"));
    run(command);
}

#[test]
fn openai_node_creates_streams_calls_tools_and_parses() {
    let Some(modules) = installed("node_modules/openai") else { return };
    let mut command = Command::new("node");
    command.arg(program("client.mjs")).arg(modules.ancestors().nth(2).unwrap());
    run(command);
}
