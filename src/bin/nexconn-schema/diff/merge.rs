//! Merges findings about one place in the files: a definition without a type of its own changes at every use.

use std::collections::HashMap;

use super::finding::{Finding, Location};

/// Merges findings with the same rule, place and change. The first one stays, and lists the others as its uses.
pub(super) fn by_place(findings: Vec<Finding>) -> Vec<Finding> {
    let mut known = HashMap::new();
    let firsts =
        findings.iter().enumerate().map(|(index, Finding { rule, old, new, schema_before, schema_after, .. })| {
            let key = (rule, old.as_ref().map(place), new.as_ref().map(place), schema_before, schema_after);
            *known.entry(key).or_insert(index)
        });
    let firsts: Vec<usize> = firsts.collect();
    if firsts.iter().enumerate().all(|(index, first)| index == *first) {
        return findings;
    }
    let mut merged: Vec<Finding> = Vec::new();
    let mut places = Vec::new();
    for (finding, first) in findings.into_iter().zip(firsts) {
        if let Some(place) = places.get(first) {
            add(&mut merged[*place], finding);
            places.push(*place);
        } else {
            places.push(merged.len());
            merged.push(finding);
        }
    }
    merged
}

fn place(location: &Location) -> (&str, &str) {
    (&location.file, &location.pointer)
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
