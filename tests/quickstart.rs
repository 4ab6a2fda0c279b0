//! The quickstart as a user runs it: without a key, and with one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod server;

use std::path::PathBuf;
use std::process::Command;

use nexconn_responses::types::SCHEMA_SHA256;
use server::{KEY, Server, answer};

/// The example, which `cargo test` has built beside the tests; it says how it went.
fn quickstart(environment: &[(&str, &str)]) -> String {
    let test = std::env::current_exe().expect("the test has a path");
    let profile = test.ancestors().nth(2).expect("it is in target/PROFILE/deps");
    let example: PathBuf = profile.join("examples/quickstart").with_extension(std::env::consts::EXE_EXTENSION);
    let mut command = Command::new(example);
    command.env_remove("NEXCONN_API_KEY").env_remove("NEXCONN_BASE_URL").envs(environment.iter().copied());
    let output = command.output().expect("`cargo test` without `--test` has built the examples");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[test]
fn without_a_key_it_asks_its_own_server_and_prints_text_usage_and_digest() {
    let said = quickstart(&[]);
    let parts = ["asking a server inside this example", "Sunlight is made of", "71 tokens in, 58 out", SCHEMA_SHA256];
    assert!(parts.iter().all(|part| said.contains(part)), "{said}");
}

#[tokio::test]
async fn with_a_key_it_asks_the_gateway_that_the_environment_names() {
    let stream = include_str!("../examples/loopback/answer.sse");
    let server = Server::start([answer("200 OK\ncontent-type: text/event-stream", stream)]);
    assert!(server.builder().build().is_ok());
    let base_url = format!("http://{}/v1", server.address);
    let said = quickstart(&[("NEXCONN_API_KEY", KEY), ("NEXCONN_BASE_URL", &base_url)]);
    assert!(said.contains("asking the gateway") && said.contains("Sunlight is made of"), "{said}");
    assert!(!said.contains(KEY));
    let requests = server.finish().await;
    assert!(requests[0].starts_with("POST /v1/responses HTTP/1.1\r\n"), "{}", requests[0]);
    assert!(requests[0].contains(&format!("Bearer {KEY}\r\n")), "{}", requests[0]);
}
