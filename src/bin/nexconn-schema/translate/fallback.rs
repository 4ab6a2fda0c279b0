//! Replaces the parts the generator refuses by `Json`, with a warning.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::tree::settled;
use super::warnings::Warnings;
use super::{root, tree};
use crate::generate::naming::marks::{AT, at};
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
pub(super) fn generate(
    mut tree: Value,
    raw: &Document,
    sha256: &str,
    warnings: &mut Warnings,
) -> Result<Generated, Failures> {
    let mut was_any = false;
    for _ in 0..MAX_ATTEMPTS {
        let Failures(failures) = match generate::generate_document(&settled(&tree, raw), sha256) {
            Ok(generated) => return Ok(generated),
            Err(failures) => failures,
        };
        if replace(&mut tree, raw, &failures, warnings) {
            continue;
        }
        if was_any {
            return Err(Failures(failures));
        }
        for failure in &failures {
            warnings.json(failure.place.clone(), &failure.problem, &failure.help);
        }
        root::any(&mut tree);
        was_any = true;
    }
    generate::generate_document(&settled(&tree, raw), sha256)
}

/// Replaces the parts that fail by any value. Returns false if there are none.
fn replace(tree: &mut Value, raw: &Document, failures: &[Failure], warnings: &mut Warnings) -> bool {
    let mut marks = BTreeMap::new();
    tree::each_schema(tree, &mut |node| {
        // If such a part fails, the schema around it does.
        if !node.as_object().is_some_and(tree::is_any) {
            marks.insert(raw.place(at(node)).to_string(), at(node).to_owned());
        }
    });
    let (mut parts, mut keywords) = (BTreeSet::new(), Vec::new());
    for failure in failures {
        let place = failure.place.to_string();
        let mut around = place.as_str();
        let mark = loop {
            match (marks.get(around), around.rsplit_once('/')) {
                (Some(mark), _) => break Some(mark),
                (None, Some((parent, _))) => around = parent,
                (None, None) => break None,
            }
        };
        match mark {
            Some(mark) if !mark.is_empty() => {
                if parts.insert(mark.clone()) {
                    warnings.json(failure.place.clone(), &failure.problem, HELP);
                }
            }
            // The root can only lose keywords.
            _ => {
                let keyword = place[around.len()..].split('/').nth(1).map(unescape);
                keywords.extend(keyword.map(|keyword| (keyword, failure)));
            }
        }
    }
    let mut is_changed = false;
    if !parts.is_empty() {
        tree::each_schema(tree, &mut |node| {
            if parts.contains(at(node)) && !node.as_object().is_some_and(tree::is_any) {
                tree::empty(node);
                is_changed = true;
            }
        });
    }
    for (keyword, failure) in keywords {
        let removed = tree
            .as_object_mut()
            .filter(|_| !["definitions", "properties", "title"].contains(&keyword.as_str()))
            .and_then(|tree| tree.remove(&keyword));
        if removed.is_some() {
            warnings.add(failure.place.clone(), &format!("{}; the keyword is ignored", failure.problem), &failure.help);
            is_changed = true;
        }
    }
    is_changed
}
