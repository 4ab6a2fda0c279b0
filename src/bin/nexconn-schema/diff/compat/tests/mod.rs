//! Tests of wire compatibility: each kind of change in both directions.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod places;
mod random;
mod rules;

use serde_json::{Value, json};

use super::check::{Compatibility, check};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Is {
    Fit,
    Break,
    Unproven,
}
use Is::{Break, Fit, Unproven};

fn valid(schema: &Value, document: &Value) -> bool {
    super::validate::validator(schema).unwrap().is_valid(document)
}

/// The verdict, whose example is checked; the example itself.
fn verdict(from: &Value, to: &Value, focus: &str) -> (Is, Value) {
    match check(from, to, focus) {
        Compatibility::Fits => (Fit, Value::Null),
        Compatibility::Unproven => (Unproven, Value::Null),
        Compatibility::Breaks(example) => {
            assert!(valid(from, &example), "{example} is not what a client of {from} sends");
            assert!(!valid(to, &example), "{example} fits {to}");
            (Break, example)
        }
    }
}

/// Both directions: old client and new server, new client and old server.
fn both(old: &Value, new: &Value, focus: &str, expected: (Is, Is)) {
    assert_eq!(verdict(old, new, focus).0, expected.0, "old client: {old} to {new}");
    assert_eq!(verdict(new, old, focus).0, expected.1, "new client: {new} to {old}");
}

/// An object with the property `p`, and others that have nothing to do with it.
fn with(property: &Value, required: bool) -> Value {
    json!({
        "type": "object",
        "properties": { "p": property, "q": { "type": "string" }, "r": { "type": "array", "items": { "type": "integer" } } },
        "required": if required { json!(["p", "q"]) } else { json!(["q"]) },
    })
}

/// A change of one property, optional and required.
fn property(old: &Value, new: &Value, expected: (Is, Is)) {
    for required in [false, true] {
        both(&with(old, required), &with(new, required), "/properties/p", expected);
    }
}
