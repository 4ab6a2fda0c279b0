//! What `nexconn-schema generate` prints is a file by itself: it compiles without a warning in a crate that has nothing
//! but serde and serde_json, and loses nothing there.
//!
//! The first run builds the two, once, in a target folder of its own below this one's.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

/// What the crate around the printed types does: each line of its input is read as one, and written.
const PROGRAM: &str = r#"
use orders::Order;

fn main() {
    for line in std::io::stdin().lines() {
        let order: Order = serde_json::from_str(&line.unwrap()).unwrap();
        println!("{}", serde_json::to_string(&order).unwrap());
    }
}
"#;

fn document() -> Value {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Order",
        "type": "object",
        "properties": {
            "id": { "type": "string" },
            "anything": {},
            "paid": { "oneOf": [{ "$ref": "#/definitions/Cash" }, { "$ref": "#/definitions/Card" }] },
            "size": { "type": "string", "enum": ["small", "large"] },
        },
        "required": ["id"],
        "definitions": {
            "Cash": { "type": "object", "properties": { "by": { "const": "cash" } }, "required": ["by"] },
            "Card": {
                "type": "object",
                "properties": { "by": { "const": "card" }, "number": { "type": "string" } },
                "required": ["by", "number"],
            },
        },
    })
}

/// Without features, and with those that the library of this package asks for.
#[test]
fn what_is_printed_needs_nothing_but_serde_and_serde_json() {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| fs::write(folder.path().join(file), text).unwrap();
    write("order.json", &document().to_string());
    let printed = Command::new(env!("CARGO_BIN_EXE_nexconn-schema"))
        .current_dir(folder.path())
        .args(["generate", "order.json", "--overlay", "none"])
        .output()
        .unwrap();
    assert!(printed.status.success(), "{}", words(&printed.stderr));
    fs::create_dir(folder.path().join("src")).unwrap();
    write("src/lib.rs", &words(&printed.stdout));
    write("src/main.rs", PROGRAM);
    // The versions that are locked here, which are there to be built without a network.
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    // In the order in which they are written, so that the texts can be compared.
    let orders = concat!(
        r#"{"anything":{"a":[1.5,"é"],"z":null},"id":"1","paid":{"by":"card","number":"4"},"size":"large"}"#,
        "\n",
        r#"{"anything":"x","id":"2","paid":{"by":"cheque","number":"4"},"size":"huge","more":{"a":1,"b":[{}]}}"#,
        "\n",
    );
    for features in ["", r#""float_roundtrip", "raw_value""#] {
        write("Cargo.toml", &manifest(features));
        let output = run(folder.path(), orders);
        assert!(output.status.success(), "with {features:?}: {}", words(&output.stderr));
        assert_eq!(words(&output.stdout), orders, "with {features:?}");
    }
}

fn manifest(features: &str) -> String {
    format!(
        "[package]\nname = \"orders\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
         serde = \"1\"\nserde_json = {{ version = \"1\", features = [{features}] }}\n"
    )
}

fn run(folder: &Path, input: &str) -> Output {
    fs::write(folder.join("input"), input).unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(folder)
        .args(["run", "--offline", "--quiet"])
        .stdin(fs::File::open(folder.join("input")).unwrap());
    cargo.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("printed_types"));
    cargo.env("CARGO_INCREMENTAL", "0").env("CARGO_PROFILE_DEV_DEBUG", "0").env("RUSTFLAGS", "-D warnings");
    cargo.output().unwrap()
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
