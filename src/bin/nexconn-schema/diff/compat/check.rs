//! Searches for a document accepted by one schema and rejected by another.

use serde_json::Value;

use super::coverage::{self, Coverage};
use super::sample::Sampler;
use super::schemas::{Schemas, restricted};
use super::validate::validator;

/// Maximum number of documents to try for one verdict.
const MAX_CANDIDATES: usize = 500;

/// Whether documents of one schema are valid for another.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Compatibility {
    /// `to` accepts every document a typed client of `from` can send.
    Fits,
    /// This one is refused: valid for `from`, invalid for `to`, both by a validator.
    Breaks(Value),
    /// No document was found, but the search doesn't cover the difference (a pattern, `not`, `if`, …): to be
    /// reported as breaking, without an example.
    Unproven,
}

/// Checks one change in one direction.
///
/// Both schemas are draft 07 and complete in themselves; each `$ref` is `#` or `#/definitions/NAME`.
/// `focus` is the JSON pointer of the node in which they differ; it exists in at least one of them.
/// The result is `Unproven` if no document from the root reaches the focus, or the validator can't read a schema.
pub(super) fn check(from: &Value, to: &Value, focus: &str) -> Compatibility {
    let (from, to) = (restricted(from), restricted(to));
    if from.pointer(focus).is_none() && to.pointer(focus).is_none() {
        return Compatibility::Unproven;
    }
    let schemas = Schemas::new(&from, &to, focus);
    let coverage = coverage::of(&schemas);
    let (Some(sender), Some(receiver)) = (validator(&from), validator(&to)) else {
        return Compatibility::Unproven;
    };
    if coverage == Coverage::Relaxed {
        return Compatibility::Fits;
    }
    let mut sampler = Sampler::new(&schemas);
    let mut reached = false;
    let mut best: Option<((usize, usize), Value)> = None;
    for candidate in sampler.documents(MAX_CANDIDATES) {
        if !sender.is_valid(&candidate.value) {
            continue;
        }
        reached |= candidate.focused;
        if receiver.is_valid(&candidate.value) {
            continue;
        }
        let size = (nodes(&candidate.value), candidate.value.to_string().len());
        if best.as_ref().is_none_or(|(least, _)| size < *least) {
            best = Some((size, candidate.value));
        }
    }
    match best {
        Some((_, value)) => Compatibility::Breaks(value),
        None if !reached => Compatibility::Unproven,
        None if coverage == Coverage::Sampled && !sampler.incomplete => Compatibility::Fits,
        None => Compatibility::Unproven,
    }
}

/// Which of these documents are valid for `from` and invalid for `to`.
pub(super) fn refused(from: &Value, to: &Value, documents: &[&Value]) -> Vec<bool> {
    if documents.is_empty() {
        return Vec::new();
    }
    // The validators of a whole document are built for these.
    let (Some(sender), Some(receiver)) = (validator(&restricted(from)), validator(&restricted(to))) else {
        return vec![false; documents.len()];
    };
    documents.iter().map(|document| sender.is_valid(document) && !receiver.is_valid(document)).collect()
}

/// Whether the root's references lead to the node at a pointer.
pub(super) fn reaches(schema: &Value, pointer: &str) -> bool {
    restricted(schema).pointer(pointer).is_some()
}

/// The number of values in a document, itself included.
fn nodes(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(nodes).sum::<usize>(),
        Value::Object(fields) => 1 + fields.values().map(nodes).sum::<usize>(),
        _ => 1,
    }
}
