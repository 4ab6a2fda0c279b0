//! The committed listing `schema/api.txt` is that of the types this crate was built with, and the table of contents has
//! them all.

use std::collections::BTreeSet;

/// What build.rs has listed.
const GENERATED: &str = include_str!(concat!(env!("OUT_DIR"), "/api.txt"));
/// What is committed.
const COMMITTED: &str = include_str!("../../schema/api.txt");

/// What the documentation of `types` begins with.
const CONTENTS: &str = include_str!("../../src/types/contents.md");

#[test]
fn the_committed_listing_is_that_of_the_generated_types() {
    // A checkout may have changed the line ends.
    let committed: Vec<_> = COMMITTED.lines().collect();
    let generated: Vec<_> = GENERATED.lines().collect();
    let first = committed.iter().zip(&generated).position(|(committed, generated)| committed != generated);
    let first = first.or_else(|| (committed.len() != generated.len()).then(|| committed.len().min(generated.len())));
    let line =
        |lines: &[&str], index: usize| lines.get(index).map_or("(the end)".to_owned(), |line| (*line).to_owned());
    assert!(
        first.is_none(),
        "schema/api.txt is stale, from line {} on\n  committed: {}\n  generated: {}\n  remedy: read what changes and \
         commit it: cargo run --features cli --bin nexconn-schema -- api",
        first.unwrap_or_default() + 1,
        line(&committed, first.unwrap_or_default()),
        line(&generated, first.unwrap_or_default()),
    );
}

#[test]
fn the_table_of_contents_has_every_type_and_no_other() {
    let kinds = [" struct ", " enum ", " type "];
    let items = GENERATED.lines().filter(|line| kinds.iter().any(|kind| line.contains(kind)));
    let types: BTreeSet<_> = items.filter_map(|line| line.strip_prefix("types::")?.split(' ').next()).collect();
    assert!(types.len() > 300, "the listing has {} types", types.len());
    let links = CONTENTS.split("[`").skip(1).filter_map(|link| link.split_once("`]"));
    let listed: BTreeSet<_> = links.map(|(name, _)| name).collect();
    let missing: Vec<_> = types.difference(&listed).collect();
    assert!(
        missing.is_empty(),
        "src/types/contents.md lacks {missing:?}\n  remedy: add each where a reader would look for it"
    );
    // What is no generated type is written by hand, in src/types.rs.
    let others: Vec<_> = listed.difference(&types).copied().collect();
    assert_eq!(
        others,
        ["Extra", "SCHEMA_SHA256", "models"],
        "src/types/contents.md has names that are no types any more"
    );
}
