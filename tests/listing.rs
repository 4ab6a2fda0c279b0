//! The committed listing `schema/api.txt` is that of the types this crate was built with.
//!
//! Place in the flow: the last step of a schema update. build.rs lists the public items of the types
//! that it generates; a change of theirs is seen, and reviewed, as a change of the committed file.

/// What build.rs has listed.
const GENERATED: &str = include_str!(concat!(env!("OUT_DIR"), "/api.txt"));
/// What is committed.
const COMMITTED: &str = include_str!("../schema/api.txt");

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
