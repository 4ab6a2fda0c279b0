//! Fields that are boxed or unboxed because of a change elsewhere, as when a union starts to hold itself.

use std::collections::BTreeSet;

use super::items::{Difference, Items, owner};
use super::sides::{Joined, Sides};
use crate::diff::schema::names::words;

/// Adds the difference to the changes in reach of the boxed type; `false` if there are none.
pub(crate) fn explain(join: &Sides<'_>, difference: &Difference, joined: &mut [Joined]) -> bool {
    let Some(boxed) = difference.boxed() else { return false };
    let reach = [join.old_items, join.new_items].map(|items| reach(items, boxed));
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
fn reach(items: &Items, name: &str) -> BTreeSet<String> {
    let mut reach = BTreeSet::new();
    let mut left = vec![name.to_owned()];
    while let Some(name) = left.pop() {
        let held = items.iter().filter(|(path, value)| owner(path) == name && !value.contains("->"));
        left.extend(held.flat_map(|(_, value)| words(value)).filter(|word| !reach.contains(*word)).map(str::to_owned));
        reach.insert(name);
    }
    reach
}
