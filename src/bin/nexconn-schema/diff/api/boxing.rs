//! Fields boxed or unboxed because of a change elsewhere, as when a union starts to hold itself.

use std::collections::{BTreeSet, HashMap};

use super::items::{self, Difference, Items, owner};
use super::sides::{Joined, Sides};
use crate::diff::schema::names::words;

/// Adds the difference to the changes in reach of the boxed type; `false` if there are none.
pub(crate) fn explain(join: &Sides<'_>, difference: &Difference<'_>, joined: &mut [Joined]) -> bool {
    let Some(boxed) = difference.boxed() else { return false };
    let items = [join.old, join.new].map(|view| items::read(view.listing()));
    let reach = items.each_ref().map(|items| reach(items, boxed));
    let mut is_explained = false;
    for Joined { change, finding } in joined {
        let (old, new) = change.subject.names();
        let is_in_reach = [(old, &reach[0]), (new, &reach[1])]
            .into_iter()
            .any(|(name, reach)| name.is_some_and(|name| reach.contains(name)));
        if is_in_reach && change.rule.shapes_fields() {
            finding.items.push(difference.item());
            finding.semver = finding.semver.max(difference.level());
            is_explained = true;
        }
    }
    is_explained
}

/// The type and all types reachable from its items.
fn reach<'a>(items: &Items<'a>, name: &'a str) -> BTreeSet<&'a str> {
    let mut held: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    for (path, value) in items.iter().filter(|(_, value)| !value.contains("->")) {
        held.entry(owner(path)).or_default().extend(words(value));
    }
    let mut reach = BTreeSet::new();
    let mut left = vec![name];
    while let Some(name) = left.pop() {
        if reach.insert(name) {
            left.extend(held.remove(name).into_iter().flatten());
        }
    }
    reach
}
