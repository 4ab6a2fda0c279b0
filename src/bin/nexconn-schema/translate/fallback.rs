//! Replaces the parts the generator refuses by `Json`, with a warning.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::{Value, json};

use super::warnings::Warnings;
use super::{root, tree, walk};
use crate::generate::naming::CONFLICT;
use crate::generate::naming::marks::AT;
use crate::generate::pointer::unescape;
use crate::generate::{self, Document, Failure, Failures, Generated, wellformed};

/// Maximum number of attempts. Each replaces all parts that fail.
const MAX_ATTEMPTS: usize = 24;

/// The help of parts without a Rust type.
const HELP: &str = "change the schema to give it an exact type";

/// Removes keywords with malformed values.
pub(super) fn repair_keywords(root: &mut Value, raw: &Document, warnings: &mut Warnings) {
    for _ in 0..MAX_ATTEMPTS {
        let failures = wellformed::check("", root, false);
        if failures.is_empty() {
            return;
        }
        for failure in failures {
            let pointer = failure.place.spot.trim_start_matches('#');
            let (parent, key) = pointer.rsplit_once('/').unwrap_or_default();
            let Some(Value::Object(node)) = root.pointer_mut(parent) else { continue };
            let key = unescape(key);
            if node.remove(&key).is_some() {
                let place = raw.place(node.get(AT).and_then(Value::as_str).unwrap_or_default());
                let place = place.below(&format!("/{}", crate::generate::document::escape(&key)));
                warnings.add(place, &format!("{}; it's ignored", failure.problem), &failure.help);
            }
        }
    }
}

/// Generates types. Replaces the parts that fail until it succeeds.
pub(super) fn generate(mut document: Document, sha256: &str, warnings: &mut Warnings) -> Result<Generated, Failures> {
    let mut was_any = false;
    for _ in 0..MAX_ATTEMPTS {
        let failures;
        (document, Failures(failures)) = match generate::generate_document(document, sha256) {
            Ok(generated) => return Ok(generated),
            Err(failed) => failed,
        };
        if replace(&mut document, &failures, warnings) {
            continue;
        }
        if was_any {
            return Err(Failures(failures));
        }
        for failure in &failures {
            warnings.json(failure.place.clone(), &failure.problem, &failure.help);
        }
        root::any(&mut document.root);
        was_any = true;
    }
    generate::generate_document(document, sha256).map_err(|(_, failures)| failures)
}

/// Replaces the parts that fail by any value. Returns false if there are none.
fn replace(document: &mut Document, failures: &[Failure], warnings: &mut Warnings) -> bool {
    let schemas = typed_schemas(document);
    let root = document.place("").to_string();
    let (mut parts, mut keywords) = (BTreeSet::new(), Vec::new());
    for failure in failures {
        let place = failure.place.to_string();
        let mut around = place.as_str();
        while !schemas.contains_key(around)
            && let Some((parent, _)) = around.rsplit_once('/')
        {
            around = parent;
        }
        if schemas.contains_key(around) && around != root {
            if !parts.insert(around.to_owned()) {
                continue;
            }
            if failure.help == CONFLICT {
                let problem = format!("{}, so the Rust type doesn't show this part", failure.problem);
                warnings.add(failure.place.clone(), &problem, CONFLICT);
            } else {
                warnings.json(failure.place.clone(), &failure.problem, HELP);
            }
        } else {
            // The root can only lose keywords.
            let keyword = place[around.len()..].split('/').nth(1).map(unescape);
            keywords.extend(keyword.map(|keyword| (keyword, failure)));
        }
    }
    let mut is_changed = false;
    for pointer in parts.iter().flat_map(|place| &schemas[place]) {
        is_changed |= untype(document, pointer);
    }
    for (keyword, failure) in keywords {
        let removed = document
            .root
            .as_object_mut()
            .filter(|_| !["definitions", "properties", "title"].contains(&keyword.as_str()))
            .and_then(|root| root.remove(&keyword));
        if removed.is_some() {
            warnings.add(failure.place.clone(), &format!("{}; the keyword is ignored", failure.problem), &failure.help);
            is_changed = true;
        }
    }
    is_changed
}

/// Leaves a schema to validators, or if the generator refuses that, too, keeps only its annotations.
fn untype(document: &mut Document, pointer: &str) -> bool {
    let Some(node) = document.root.pointer_mut(pointer) else { return false };
    let is_tried = node["not"].get("not").is_some();
    let rest = node.clone();
    tree::empty(node);
    if !is_tried {
        node["not"] = json!({ "not": rest });
        let (place, inner) = (document.place(pointer), format!("{pointer}/not/not"));
        document.move_places(pointer, &inner);
        document.set_place(pointer.to_owned(), place.clone());
        document.set_place(inner, place);
    }
    true
}

/// Returns the pointers of the schemas at each place. Instead of schemas of any value, it's the schema around them.
fn typed_schemas(document: &Document) -> BTreeMap<String, Vec<String>> {
    let mut schemas: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut left = vec![(&document.root, String::new(), Rc::<str>::from(""))];
    while let Some((node, pointer, around)) = left.pop() {
        let Value::Object(node) = node else { continue };
        let is_any = tree::is_any(node);
        let own: Rc<str> = if is_any { around } else { pointer.as_str().into() };
        // Parts of `not` can't be replaced: it would reject more.
        walk::each_below(node, &pointer, |child, at| {
            if at != format!("{pointer}/not") {
                left.push((child, at, Rc::clone(&own)));
            }
        });
        if !is_any || !own.is_empty() {
            schemas.entry(document.place(&pointer).to_string()).or_default().push(own.to_string());
        }
    }
    schemas
}
