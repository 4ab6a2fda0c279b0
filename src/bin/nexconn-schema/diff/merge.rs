//! Merges findings about one place in the files: a definition without a type of its own changes at every use.

use std::collections::HashMap;

use super::finding::{Finding, Location};

/// Merges findings with the same rule, place and change. The first one stays, and lists the others as its uses.
pub(super) fn by_place(findings: Vec<Finding>) -> Vec<Finding> {
    let mut merged: Vec<Finding> = Vec::new();
    let mut known = HashMap::new();
    for finding in findings {
        let place = |location: &Option<Location>| location.as_ref().map(|at| (at.file.clone(), at.pointer.clone()));
        let values = (finding.schema_before.clone(), finding.schema_after.clone());
        let key = (finding.rule, place(&finding.old), place(&finding.new), values);
        if let Some(index) = known.get(&key) {
            add(&mut merged[*index], finding);
        } else {
            known.insert(key, merged.len());
            merged.push(finding);
        }
    }
    merged
}

/// Adds the effects of the same change at another use.
fn add(finding: &mut Finding, other: Finding) {
    finding.semver = finding.semver.max(other.semver);
    finding.wire.join(other.wire);
    for item in other.items {
        if !finding.items.contains(&item) {
            finding.items.push(item);
        }
    }
    for used_by in [other.rust_path].into_iter().chain(other.used_by) {
        if used_by != finding.rust_path && !finding.used_by.contains(&used_by) {
            finding.used_by.push(used_by);
        }
    }
}
