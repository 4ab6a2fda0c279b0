//! Recorded traffic decodes and encodes without loss.
//!
//! The recordings aren't part of the project: set `NEXCONN_CORPUS` to their folder.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

/// Returns the folder of recordings, if there is one.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("NEXCONN_CORPUS").map(PathBuf::from);
    if folder.is_none() {
        // The test harness captures other output.
        let _ = writeln!(std::io::stderr(), "skipped: NEXCONN_CORPUS doesn't name a folder of recordings");
    }
    folder
}

/// Reads a file of recordings, if there's a folder of them.
pub(crate) fn read(file: &str) -> Option<String> {
    Some(std::fs::read_to_string(folder()?.join(file)).unwrap())
}

#[test]
fn every_recorded_payload_round_trips() {
    let Some(folder) = folder() else { return };
    let files = ["requests", "responses", "streams", "errors"].map(|kind| folder.join(kind).with_extension("jsonl"));
    let output = Command::new(example("roundtrip"))
        .arg("--strict")
        .args(files)
        .output()
        .expect("`cargo test` without `--test` has built the examples");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(text.matches("decoded ").count(), 4, "{text}");
}

/// Returns the path of an example. `cargo test` builds it.
fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the test has a path");
    let profile = test.ancestors().nth(2).expect("it is in target/PROFILE/deps");
    profile.join("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION)
}
