//! The comparison costs document plus changes: twice the size may not cost four times the time.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::super::compare;
use super::super::finding::Verdict;
use super::super::rules::Rule;
use super::{Made, side};

/// A document with a definition of the same shape for each number, and a property with a reference to it.
fn objects(count: usize, kind: &str) -> Value {
    let names = || (0..count).map(|index| format!("Item{index}"));
    let properties: Map<_, _> =
        names().map(|name| (name.clone(), json!({ "$ref": format!("#/definitions/{name}") }))).collect();
    let item = json!({
        "type": "object",
        "properties": { "id": { "type": "string" }, "size": { "type": kind } },
        "required": ["id"],
    });
    let definitions: Map<_, _> = names().map(|name| (name, item.clone())).collect();
    root(&properties.into(), &definitions.into())
}

fn root(properties: &Value, definitions: &Value) -> Value {
    json!({ "title": "Root", "type": "object", "properties": properties, "definitions": definitions })
}

/// An enum with values after a word.
fn values(count: usize, word: &str) -> Value {
    let values: Vec<_> = (0..count).map(|index| format!("{word} {index}")).collect();
    root(&json!({ "color": { "type": "string", "enum": values } }), &json!({}))
}

/// Definitions of which each requires the next one.
fn chain(count: usize, kind: &str) -> Value {
    let definitions = (0..count).map(|index| {
        let is_last = index + 1 == count;
        let next = json!({ "$ref": format!("#/definitions/Link{}", index + 1) });
        let (key, schema) = if is_last { ("end", json!({ "type": kind })) } else { ("next", next) };
        let link = json!({ "type": "object", "properties": { key: schema }, "required": [key] });
        (format!("Link{index}"), link)
    });
    root(&json!({ "first": { "$ref": "#/definitions/Link0" } }), &definitions.collect::<Map<_, _>>().into())
}

fn sides(old: &Value, new: &Value) -> [Made; 2] {
    [("old.json", old), ("new.json", new)].map(|(name, value)| side(name, format!("{value:#}")).unwrap())
}

/// The number of changed items, and the shortest of several runs: the other tests run at the same time.
fn measure([old, new]: &[Made; 2]) -> (usize, Duration) {
    let run = || {
        let started = Instant::now();
        let count = compare(old, new).changes().map(|finding| finding.items.len()).sum();
        (count, started.elapsed())
    };
    (0..3).map(|_| run()).min_by_key(|(_, time)| *time).unwrap()
}

#[test]
fn the_time_grows_with_the_number_of_changes() {
    type Make = fn(usize) -> [Made; 2];
    let cases: [(&str, Make); 3] = [
        ("objects", |count| sides(&objects(count, "string"), &objects(count, "integer"))),
        ("replaced values", |count| sides(&values(count * 10, "old"), &values(count * 10, "new"))),
        ("an added value", |count| sides(&values(count * 10, "old"), &values(count * 10 + 1, "old"))),
    ];
    for (name, make) in cases {
        let sides = [50, 400].map(make);
        // Proportional would be 8 times, quadratic 64 times. On a busy machine, single measurements are far off.
        let is_proportional = (0..8).any(|_| {
            let [(few, short), (many, long)] = [0, 1].map(|index| measure(&sides[index]));
            assert!(name == "an added value" || many >= few * 8, "{name}: {few} and {many} items");
            long < short * 32
        });
        assert!(is_proportional, "{name}: more than 32 times as long for 8 times the changes");
    }
}

#[test]
fn many_values_of_one_enum_are_few_findings_with_every_item() {
    let [old, new] = sides(&values(1_500, "old"), &values(1_500, "new"));
    let report = compare(&old, &new);
    assert!(report.unclassified.is_empty());
    for (rule, is_old) in [(Rule::EnumValueRemoved, true), (Rule::EnumValueAdded, false)] {
        let findings: Vec<_> = report.changes().filter(|finding| finding.rule == rule).collect();
        let counts: Vec<_> = findings.iter().map(|finding| finding.items.len()).collect();
        assert_eq!(counts.iter().max(), Some(&1_480), "{counts:?}");
        assert_eq!((counts.len(), counts.iter().sum::<usize>()), (21, 1_500));
        assert!(findings.iter().all(|finding| finding.wire.verdict(is_old) == Verdict::Breaks));
        let many = findings.iter().find(|finding| finding.items.len() > 1).unwrap();
        let shown = if is_old { &many.schema_before } else { &many.schema_after };
        assert_eq!(shown.as_ref().and_then(Value::as_array).map(Vec::len), Some(1_480));
    }
    assert_eq!(report.changes().count(), 42);
}

#[test]
fn references_are_found_in_large_objects() {
    // Each change is below an object with many members.
    let [old, new] = sides(&objects(300, "string"), &objects(300, "integer"));
    let lines: BTreeSet<_> = compare(&old, &new).changes().filter_map(|finding| finding.new.as_ref()?.line).collect();
    assert_eq!(lines.len(), 300);
}

#[test]
fn a_long_chain_of_definitions_does_not_overflow_the_stack() {
    let report = crate::stack::run_on_large_stack(|| {
        let [old, new] = sides(&chain(3_000, "string"), &chain(3_000, "integer"));
        compare(&old, &new)
    })
    .unwrap();
    let findings: Vec<_> = report.changes().collect();
    let [finding] = findings.as_slice() else { panic!("{} findings", findings.len()) };
    assert_eq!(finding.pointer, "/definitions/Link2999/properties/end");
    assert_eq!((finding.wire.old_to_new, finding.wire.new_to_old), (Verdict::Breaks, Verdict::Breaks));
}

#[test]
fn changes_judged_on_slices_have_the_verdicts_of_the_whole_document() {
    // More than 40 changes are judged on slices, fewer on the whole documents.
    let [few, many] = [10, 60].map(|count| {
        let [old, new] = sides(&objects(count, "string"), &objects(count, "integer"));
        compare(&old, &new)
    });
    let verdicts = |report: &super::super::finding::Report| {
        let mut all: Vec<_> = report
            .changes()
            .map(|finding| {
                (finding.rule, finding.wire.old_to_new, finding.wire.new_to_old, finding.wire.examples.len())
            })
            .collect();
        all.dedup();
        all
    };
    assert_eq!(verdicts(&few), verdicts(&many));
    assert_eq!(verdicts(&few).len(), 1);
}
