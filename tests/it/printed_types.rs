//! The output of `nexconn-schema generate` compiles without warnings with serde and serde_json alone, and is lossless.
//!
//! The first run builds the two in a target folder of its own.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

/// Decodes each line of its input as an order, and encodes it again.
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

/// Without features of serde_json, and with those the library enables.
#[test]
fn printed_types_need_only_serde_and_serde_json() {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| fs::write(folder.path().join(file), text).unwrap();
    write("order.json", &document().to_string());
    let printed = Command::new(env!("CARGO_BIN_EXE_nexconn-schema"))
        .current_dir(folder.path())
        .args(["generate", "order.json", "--overlay", "none"])
        .output()
        .unwrap();
    assert!(printed.status.success(), "{}", text(&printed.stderr));
    fs::create_dir(folder.path().join("src")).unwrap();
    write("src/lib.rs", &text(&printed.stdout));
    write("src/main.rs", PROGRAM);
    // The locked versions are already downloaded.
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    // Keys are in the order in which they're encoded, so the texts can be compared.
    let orders = concat!(
        r#"{"id":"1","anything":{"a":[1.5,"é"],"z":null},"paid":{"by":"card","number":"4"},"size":"large"}"#,
        "\n",
        r#"{"id":"2","anything":"x","paid":{"by":"cheque","number":"4"},"size":"huge","more":{"a":1,"b":[{}]}}"#,
        "\n",
    );
    for features in ["", r#""float_roundtrip", "raw_value""#] {
        write("Cargo.toml", &manifest(features));
        let output = run(folder.path(), orders);
        assert!(output.status.success(), "with {features:?}: {}", text(&output.stderr));
        assert_eq!(text(&output.stdout), orders, "with {features:?}");
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

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
