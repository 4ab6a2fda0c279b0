//! Recorded traffic, where there is any: everything decodes, and nothing is lost.
//!
//! The recordings are not part of the project. `NEXCONN_CORPUS` names their folder; by default it is
//! looked for beside the project, and without it the test says that it skips. The work is done by
//! the example `roundtrip`, which is also what a user runs on recordings of their own.

use std::path::PathBuf;
use std::process::Command;

#[test]
fn every_recorded_payload_decodes_and_comes_out_the_same() {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let folder = std::env::var_os("NEXCONN_CORPUS").map_or(beside, PathBuf::from);
    if !folder.is_dir() {
        eprintln!("skipped: there are no recordings in {}", folder.display());
        return;
    }
    let files = ["requests", "responses", "streams", "errors"].map(|kind| folder.join(kind).with_extension("jsonl"));
    let output = Command::new(example("roundtrip"))
        .args(files)
        .output()
        .expect("`cargo test` without `--test` has built the examples");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(text.matches("decoded ").count(), 4, "{text}");
}

/// An example, which `cargo test` has built beside the tests.
fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the test has a path");
    let profile = test.ancestors().nth(2).expect("it is in target/PROFILE/deps");
    profile.join("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION)
}
