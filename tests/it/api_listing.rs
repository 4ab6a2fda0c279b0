//! `schema/api.txt` lists the generated types, and the table of contents in the docs of `types` has all of them.

use std::collections::BTreeSet;

/// The listing written by build.rs.
const GENERATED: &str = include_str!(concat!(env!("OUT_DIR"), "/api.txt"));
/// The committed listing.
const COMMITTED: &str = include_str!("../../schema/api.txt");

/// The table of contents in the docs of `types`.
const CONTENTS: &str = include_str!("../../src/types/contents.md");

#[test]
fn the_committed_listing_is_current() {
    // A checkout may change the line endings.
    let committed: Vec<_> = COMMITTED.lines().collect();
    let generated: Vec<_> = GENERATED.lines().collect();
    let first = committed.iter().zip(&generated).position(|(committed, generated)| committed != generated);
    let first = first.or_else(|| (committed.len() != generated.len()).then(|| committed.len().min(generated.len())));
    let line =
        |lines: &[&str], index: usize| lines.get(index).map_or("(the end)".to_owned(), |line| (*line).to_owned());
    assert!(
        first.is_none(),
        "schema/api.txt is stale, from line {} on\n  committed: {}\n  generated: {}\n  help: run this, and \
         review the changes: cargo run --features cli --bin nexconn-schema -- api",
        first.unwrap_or_default() + 1,
        line(&committed, first.unwrap_or_default()),
        line(&generated, first.unwrap_or_default()),
    );
}

#[test]
fn the_table_of_contents_has_exactly_the_types() {
    let kinds = [" struct ", " enum ", " type "];
    let items = GENERATED.lines().filter(|line| kinds.iter().any(|kind| line.contains(kind)));
    let types: BTreeSet<_> = items.filter_map(|line| line.strip_prefix("types::")?.split(' ').next()).collect();
    assert!(types.len() > 300, "the listing has {} types", types.len());
    let links = CONTENTS.split("[`").skip(1).filter_map(|link| link.split_once("`]"));
    let listed: BTreeSet<_> = links.map(|(name, _)| name).collect();
    let missing: Vec<_> = types.difference(&listed).collect();
    assert!(missing.is_empty(), "src/types/contents.md lacks {missing:?}\n  help: add each to its subject");
    // These are handwritten.
    let others: Vec<_> = listed.difference(&types).copied().collect();
    assert_eq!(others, ["Extra", "SCHEMA_SHA256", "models"], "src/types/contents.md has names that aren't types");
}
