//! Tests of the comparison: the compiler decides what breaks a consumer, a validator what breaks the wire.
//!
//! `cases.rs` runs the table in `tests/diff/`, `random.rs` pairs of documents made by random edits.
//! `UPDATE_GOLDEN=1 cargo test --features cli --bin nexconn-schema diff::tests` rewrites the golden reports.
//! `RANDOM_SEED` and `RANDOM_PAIRS` set the seed and the number of random pairs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod cases;
mod compiler;
mod consumer;
mod documents;
mod edit_list;
mod edits;
mod public;
mod random;
mod reports;
pub(super) mod rng;
mod scale;
mod systematic;
mod values;

use std::collections::BTreeMap;
use std::ops::Deref;

use serde_json::{Value, json};
use syn::{ImplItem, Item, parse_quote};

use super::finding::{Report, Verdict};
use crate::generate::{self, Generated, Text};
use crate::snapshot::Side;
use crate::snapshot::sha256;
use rng::Rng;

/// A side with the source of its types.
struct Made {
    side: Side,
    source: String,
}

impl Deref for Made {
    type Target = Side;

    fn deref(&self) -> &Side {
        &self.side
    }
}

impl Made {
    /// The source without the bodies of functions, which no consumer can tell: cheaper to compile.
    fn signatures(&self) -> String {
        let mut file = syn::parse_file(&self.source).unwrap();
        for item in &mut file.items {
            match item {
                Item::Fn(function) => *function.block = parse_quote!({ loop {} }),
                Item::Impl(block) => block.items.iter_mut().for_each(|item| {
                    if let ImplItem::Fn(function) = item {
                        function.block = parse_quote!({ loop {} });
                    }
                }),
                Item::Const(constant) if constant.ident == "SCHEMA_SHA256" => {
                    *constant.expr = parse_quote!("");
                }
                _ => {}
            }
        }
        prettyplease::unparse(&file)
    }
}

/// A side from a single document, or the error of its guard.
fn side(name: &str, text: String) -> Result<Made, String> {
    let document = Text { name: name.to_owned(), text };
    let generated = generate::generate_plain(&document, &sha256(document.text.as_bytes()));
    let generated = generated.map_err(|failures| failures.to_string())?;
    let texts = BTreeMap::from([(document.name, document.text)]);
    Ok(made(name, generated, texts))
}

fn made(name: &str, generated: Generated, texts: BTreeMap<String, String>) -> Made {
    // As build.rs prints it: the code it calls stays in the crate.
    let source = prettyplease::unparse(&generated.file().unwrap());
    let (api, name) = (generated.try_into().unwrap(), name.to_owned());
    let side = Side { name, api, texts, problems: Vec::new(), untyped: 0, version: None, listing: None };
    Made { side, source }
}

/// Returns a value that one side writes and the other rejects although no finding says so.
fn missed_break(report: &Report, old: &Side, new: &Side, seed: u64) -> Option<String> {
    [(true, old, new), (false, new, old)].into_iter().find_map(|(old_to_new, from, to)| {
        if report.changes().any(|finding| finding.wire.verdict(old_to_new) == Verdict::Breaks) {
            return None;
        }
        let receiver = values::validator(&schema(to, ""));
        let sent = values::valid(&schema(from, ""), &mut Rng::new(seed), 200);
        let rejected = sent.iter().find(|value| !receiver.is_valid(value))?;
        let direction = if old_to_new { "old to new" } else { "new to old" };
        Some(format!("{direction}: reported as compatible, but this value is rejected: {rejected}"))
    })
}

/// The document in its file; for a part of it, the merged document with this part as the root.
fn schema(side: &Side, pointer: &str) -> Value {
    let root = &side.api.document.root;
    if pointer.is_empty() {
        let name = side.api.document.place("").file;
        return serde_json::from_str(&side.texts[&name]).unwrap();
    }
    json!({ "$ref": format!("#{pointer}"), "definitions": root["definitions"] })
}

/// Fails with all problems at once.
fn finish(problems: &[String]) {
    assert!(problems.is_empty(), "{} problems\n\n{}", problems.len(), problems.join("\n\n"));
}
