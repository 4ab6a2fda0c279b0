//! Tests of the comparison, with the compiler and a validator as the judges.
//!
//! Place in the flow: around all of `diff/`. `cases.rs` goes through the cases in `tests/diff/`, one
//! for each rule and more; `random.rs` makes pairs of documents by random edits. What breaks a
//! consumer is decided by `rustc.rs`, on code that uses the old types and is compiled with the new
//! ones: `witness.rs` writes such code from a listing. What breaks the wire is decided by a
//! validator, on the values that `instances.rs` makes. `dice.rs` is the chance in all this.
//!
//! `UPDATE_GOLDEN=1 cargo test --features cli --bin nexconn-schema diff::tests` writes the golden
//! reports anew; read the difference before you commit it. `RANDOM_SEED` and `RANDOM_PAIRS` are for
//! the random pairs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod cases;
mod dice;
mod documents;
mod edits;
mod instances;
mod random;
mod rustc;
mod witness;

use std::collections::BTreeMap;

use crate::generate::{self, Generated, Text};
use crate::snapshot::Side;
use crate::snapshot::sha256;

/// A document by itself, as a side; or the error that a guard makes of it.
fn side(name: &str, text: String) -> Result<Side, String> {
    let document = Text { name: name.to_owned(), text };
    let generated = generate::generate_plain(&document, &sha256(document.text.as_bytes()));
    let generated = generated.map_err(|failures| failures.to_string())?;
    let texts = BTreeMap::from([(document.name, document.text)]);
    Ok(side_of(name, generated, texts))
}

/// The name of the generated source among the texts of a side.
const GENERATED: &str = "types.rs";

fn side_of(name: &str, generated: Generated, texts: BTreeMap<String, String>) -> Side {
    // As build.rs prints it: `wire` stays where the crate has it.
    let mut texts = texts;
    texts.insert(GENERATED.to_owned(), prettyplease::unparse(&generated.file().unwrap()));
    let (api, name) = (generated.into(), name.to_owned());
    Side { name, api, texts, problems: Vec::new(), version: None, listing: None }
}
