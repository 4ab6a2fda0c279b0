//! Whether what a typed client of one schema sends is valid for another, with an example if it is not.
//!
//! Place in the flow: the comparison isolates one change and asks for it in both directions.
//! `schemas.rs` holds the two schemas and says where they differ; `sample.rs` makes documents of the
//! first, with `simplest.rs`, `objects.rs`, `numbers.rs`, `strings.rs`, `patterns.rs` and `rare.rs` for
//! the kinds of values; `coverage.rs` says whether finding none that breaks proves that none does, for patterns
//! with `languages.rs`. The judge of each document is a validator, never the sampler.
//!
//! A typed client sends only what its types can hold: the properties that its schema names, the
//! listed values of an enum, and no `null` for an optional property, which it leaves out.

mod automaton;
mod coverage;
mod languages;
mod numbers;
mod objects;
mod patterns;
mod rare;
mod sample;
mod schemas;
mod simplest;
mod strings;
#[cfg(test)]
mod tests;

use jsonschema::{Draft, Validator};
use serde_json::Value;

use coverage::Coverage;
use sample::Sampler;
pub(crate) use schemas::is_annotation;
use schemas::{Schemas, restricted};

/// The most documents that are tried for one verdict.
const CANDIDATES: usize = 500;

/// Whether documents of one schema are valid for another.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// No document that a typed client of `from` can send is refused by `to`.
    Fits,
    /// This one is refused: valid for `from`, invalid for `to`, both by a validator.
    Breaks(Value),
    /// Nothing was found, but the search does not cover what differs (a pattern, `not`, `if`, …):
    /// to be reported as breaking, without an example.
    Unproven,
}

/// Judges one change, in one direction.
///
/// Both schemas are draft 07 and complete in themselves; each `$ref` is `#` or `#/definitions/NAME`.
/// `focus` is the JSON pointer of the node in which they differ; it exists in at least one of them.
/// A focus that no document from the root reaches is `Unproven`, and so is a schema that the
/// validator cannot read.
pub(crate) fn judge(from: &Value, to: &Value, focus: &str) -> Verdict {
    let (from, to) = (restricted(from), restricted(to));
    if from.pointer(focus).is_none() && to.pointer(focus).is_none() {
        return Verdict::Unproven;
    }
    let schemas = Schemas::new(&from, &to, focus);
    let coverage = coverage::of(&schemas);
    let (Some(sender), Some(receiver)) = (validator(&from), validator(&to)) else {
        return Verdict::Unproven;
    };
    let mut sampler = Sampler::new(&schemas);
    let mut reached = false;
    let mut best: Option<((usize, usize), Value)> = None;
    for candidate in sampler.documents(CANDIDATES) {
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
        Some((_, value)) => Verdict::Breaks(value),
        None if coverage == Coverage::Relaxed => Verdict::Fits,
        None if !reached => Verdict::Unproven,
        None if coverage == Coverage::Sampled && !sampler.incomplete => Verdict::Fits,
        None => Verdict::Unproven,
    }
}

/// Which of these documents are valid for `from` and invalid for `to`.
pub(crate) fn refused(from: &Value, to: &Value, documents: &[&Value]) -> Vec<bool> {
    let (Some(sender), Some(receiver)) = (validator(from), validator(to)) else { return vec![false; documents.len()] };
    documents.iter().map(|document| sender.is_valid(document) && !receiver.is_valid(document)).collect()
}

/// Whether documents of the schema have to do with the node at a pointer: whether its references lead there.
pub(crate) fn reaches(schema: &Value, pointer: &str) -> bool {
    restricted(schema).pointer(pointer).is_some()
}

/// Draft 07 with formats; with `uuid` too, which that draft does not list but typify has a type for.
fn validator(schema: &Value) -> Option<Validator> {
    let options = jsonschema::options().with_draft(Draft::Draft7).should_validate_formats(true);
    options.with_format("uuid", is_uuid).build(schema).ok()
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// The number of values in a document, itself included.
fn nodes(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(nodes).sum::<usize>(),
        Value::Object(fields) => 1 + fields.values().map(nodes).sum::<usize>(),
        _ => 1,
    }
}
