//! The overview of a report: counts, and the findings grouped by type and by cause.

use std::collections::HashMap;
use std::hash::Hash;

use crate::diff::api::items::owner;
use crate::diff::finding::{Finding, Level, Report, Verdict};
use crate::diff::schema::listed::MAX_VALUES;

/// Number of findings of one kind from which on they're one cause.
const MIN_FOLDED: usize = 4;

/// The counts of a report.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    /// The changes of each level, the most severe first.
    pub(crate) levels: [(Level, usize); 3],
    /// The number of those without a Rust item.
    pub(crate) schema_only: usize,
    /// The wire breaks, old → new and new → old.
    pub(crate) breaks: [usize; 2],
}

impl Counts {
    pub(crate) fn of(report: &Report) -> Self {
        let others = report.unclassified.iter().map(|item| item.semver);
        let others = others.chain(report.generator_changes.iter().map(|item| item.semver));
        let all: Vec<Level> = report.changes().map(|finding| finding.semver).chain(others).collect();
        let count = |level: Level| (level, all.iter().filter(|other| **other == level).count());
        let breaks =
            |old_to_new| report.changes().filter(|finding| finding.wire.verdict(old_to_new) == Verdict::Breaks).count();
        Self {
            levels: [Level::Major, Level::Minor, Level::Patch].map(count),
            schema_only: report.schema_only.len(),
            breaks: [true, false].map(breaks),
        }
    }
}

/// The findings about one type.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    /// The path of the type.
    pub(crate) title: String,
    pub(crate) causes: Vec<Cause<'a>>,
}

/// A finding, and those like it.
#[derive(Debug)]
pub(crate) struct Cause<'a> {
    pub(crate) first: &'a Finding,
    pub(crate) others: Vec<&'a Finding>,
}

/// Groups findings by type and cause, in their order.
pub(crate) fn groups(findings: &[Finding]) -> Vec<Group<'_>> {
    let causes = findings.iter().map(|first| Cause { first, others: Vec::new() }).collect();
    let wire = |finding: &Finding| (finding.wire.old_to_new, finding.wire.new_to_old);
    let causes = fold(causes, |finding| {
        let change = (&finding.schema_before, &finding.schema_after);
        (change != (&None, &None)).then(|| (finding.rule, finding.semver, wire(finding), change))
    });
    let causes = fold(causes, |finding| {
        // A finding about many values isn't one value more.
        let is_single = finding.items.len() < MAX_VALUES;
        is_single.then(|| (finding.rule, finding.semver, wire(finding), owner(&finding.rust_path)))
    });
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut known = HashMap::new();
    for cause in causes {
        let title = format!("types::{}", owner(&cause.first.rust_path));
        let index = *known.entry(title.clone()).or_insert_with(|| {
            groups.push(Group { title, causes: Vec::new() });
            groups.len() - 1
        });
        groups[index].causes.push(cause);
    }
    groups
}

/// Folds findings with the same key if there are enough of them.
fn fold<'a, K: Eq + Hash>(causes: Vec<Cause<'a>>, key: impl Fn(&'a Finding) -> Option<K>) -> Vec<Cause<'a>> {
    let mut counts: HashMap<K, usize> = HashMap::new();
    let single = |cause: &Cause<'a>| if cause.others.is_empty() { key(cause.first) } else { None };
    for key in causes.iter().filter_map(single) {
        *counts.entry(key).or_default() += 1;
    }
    let mut folded: Vec<Cause<'a>> = Vec::new();
    let mut known: HashMap<K, usize> = HashMap::new();
    for cause in causes {
        let key = single(&cause).filter(|key| counts.get(key).is_some_and(|count| *count >= MIN_FOLDED));
        if let Some(index) = key.as_ref().and_then(|key| known.get(key)) {
            folded[*index].others.push(cause.first);
        } else {
            known.extend(key.map(|key| (key, folded.len())));
            folded.push(cause);
        }
    }
    folded
}
