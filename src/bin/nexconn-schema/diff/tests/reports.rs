//! Reports of all formats: foreign text is escaped, and every place exists.

use std::path::Path;

use serde_json::{Value, json};

use super::super::finding::{Level, Location, Report};
use super::super::report::{github, human, json, markdown};
use super::super::{Rule, compare};
use super::{Made, finish, made, schema, side, values};
use crate::generate::invisible::is_invisible;
use crate::generate::{self, Sources};
use crate::snapshot::Side;

/// Text that a terminal, a Markdown renderer or the log of a CI job would obey.
const HOSTILE: [&str; 12] = [
    "\u{1b}[31mred",
    "\u{9b}2J",
    "\u{202e}reversed\u{2066}",
    "\u{200b}zero\u{feff}",
    "`code` ``` fence",
    "<img src=x onerror=alert(1)> <!-- ",
    "</details></summary></code>",
    "@octocat #1 GH-1",
    "[link](https://example.com) ![image](x)",
    "::error file=x::failed\n::error::again",
    "##[error]failed\n##[group]x",
    "| cell | \\| cell\r\n# title",
];

fn order(edit: impl FnOnce(&mut Value)) -> Value {
    let mut order = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Order",
        "type": "object",
        "properties": {
            "id": { "type": "string" },
            "note": { "type": "string" },
            "where": { "type": "object", "properties": { "street": { "type": "string" } } },
        },
        "required": ["id"],
    });
    edit(&mut order);
    order
}

fn pair(old: &Value, new: &Value) -> (Made, Made, Report) {
    let [old, new] =
        [("old.json", old), ("new.json", new)].map(|(name, value)| side(name, format!("{value:#}\n")).unwrap());
    let report = compare(&old, &new);
    (old, new, report)
}

/// Pairs that bring a text into a report: as an enum value, a description, a default, a constant and a key.
fn hostile_pairs(text: &str) -> Vec<(Made, Made, Report)> {
    let plain = order(|_| {});
    let edits: [fn(&mut Value, &str); 5] = [
        |order, text| order["properties"]["note"]["description"] = text.into(),
        |order, text| order["properties"]["note"]["default"] = text.into(),
        |order, text| order["properties"]["note"]["const"] = text.into(),
        |order, text| order["properties"]["note"]["examples"] = json!([text]),
        |order, text| order["properties"]["where"]["default"] = json!({ text: text }),
    ];
    let pairs = edits.into_iter().flat_map(|edit| {
        let edited = order(|order| edit(order, text));
        [pair(&plain, &edited), pair(&edited, &plain)]
    });
    pairs.collect()
}

/// What is left of Markdown without code spans and the tags of the report itself.
fn outside_code(markdown: &str) -> String {
    let mut text = String::new();
    for line in markdown.lines() {
        let mut rest = line;
        while let Some((before, after)) = rest.split_once('`') {
            text += before;
            let fence = 1 + after.len() - after.trim_start_matches('`').len();
            let after = &after[fence - 1..];
            let end = "`".repeat(fence);
            rest = after.split_once(&end).unwrap_or_else(|| panic!("a code span without an end: {line}")).1;
        }
        text = text + rest + "\n";
    }
    for tag in ["<details>", "</details>", "<summary>", "</summary>", "<code>", "</code>"] {
        text = text.replace(tag, "");
    }
    text
}

#[test]
fn foreign_text_is_escaped_in_every_format() {
    let mut problems = Vec::new();
    for text in HOSTILE {
        for (old, new, report) in hostile_pairs(text) {
            let human = human::write(&report, &old, &new, false);
            let (markdown, github) = (markdown::write(&report), github::write(&report));
            let json = json::write(&report).unwrap();
            let mut require = |is_met: bool, what: &str, report: &str| {
                if !is_met {
                    problems.push(format!("{text:?}: {what}\n{report}"));
                }
            };
            for report in [&human, &markdown, &github, &json] {
                require(!report.chars().any(|c| is_invisible(c) && c != '\n'), "an invisible character", report);
            }
            for report in [&human, &markdown, &github] {
                require(!report.contains("##["), "a command of a log", report);
            }
            for report in [&human, &markdown] {
                require(!report.lines().any(|line| line.trim_start().starts_with("::")), "a workflow command", report);
            }
            let commands =
                github.lines().map(|line| ["::error ", "::warning ", "::notice "].map(|it| line.starts_with(it)));
            require(commands.clone().all(|starts| starts.contains(&true)), "a line that is no command", &github);
            require(commands.count() == report.changes().count() + 1, "a command of its own", &github);
            let outside = outside_code(&markdown);
            require(!outside.contains(['<', '@', '`']) && !outside.contains("]("), "markup", &markdown);
            let parsed: Value = serde_json::from_str(&json).unwrap();
            require(parsed.to_string().contains(&serde_json::to_string(text).unwrap()), "not the text itself", &json);
        }
    }
    finish(&problems);
}

fn exists(location: &Location, side: &Side) -> bool {
    let text = &side.texts[&location.file];
    location.pointer.is_empty() || serde_json::from_str::<Value>(text).unwrap().pointer(&location.pointer).is_some()
}

#[test]
fn every_pointer_exists_in_its_file() {
    let mut problems = Vec::new();
    for (case, old, new, report) in super::cases::compared() {
        for finding in report.changes() {
            let sides = [(&finding.old, old), (&finding.new, new), (&finding.enclosing, new)];
            for (location, side) in sides {
                if let Some(location) = location.as_ref().filter(|location| !exists(location, side)) {
                    problems.push(format!("{case}, {}: {} has no {}", finding.rule.id(), side.name, location.pointer));
                }
            }
            if ![old, new].iter().any(|side| {
                side.texts.values().any(|text| {
                    finding.pointer.is_empty()
                        || serde_json::from_str::<Value>(text)
                            .is_ok_and(|root| root.pointer(&finding.pointer).is_some())
                })
            }) {
                problems.push(format!("{case}, {}: no side has {}", finding.rule.id(), finding.pointer));
            }
        }
    }
    finish(&problems);
}

#[test]
fn a_removed_part_is_annotated_at_the_schema_around_it() {
    let plain = order(|_| {});
    for (removed, around) in [("/properties/note", ""), ("/properties/where/properties/street", "/properties/where")] {
        let edited = order(|order| {
            let (parent, key) = removed.rsplit_once('/').unwrap();
            order.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
        });
        let (_, new, report) = pair(&plain, &edited);
        let finding = report.changes().find(|finding| finding.rule == Rule::PropertyRemoved).unwrap();
        let enclosing = finding.enclosing.as_ref().unwrap();
        assert_eq!((enclosing.file.as_str(), enclosing.pointer.as_str()), ("new.json", around));
        let line = enclosing.line.unwrap();
        assert!(line <= new.texts["new.json"].lines().count());
        let old_line = finding.old.as_ref().unwrap().line.unwrap();
        let github = github::write(&report);
        let annotation = github.lines().find(|line| line.contains("property-removed")).unwrap();
        assert!(annotation.contains(&format!("file=new.json,line={line},")), "{annotation}");
        assert!(annotation.contains(&format!("old.json:{old_line}:")), "{annotation}");
    }
}

#[test]
fn what_no_type_shows_is_no_alarm() {
    let restating = [("required", json!([])), ("additionalProperties", json!(true))];
    let annotating = [
        ("title", json!("Some title")),
        ("$comment", json!("some comment")),
        ("examples", json!([{}])),
        ("readOnly", json!(true)),
        ("description", json!("Where to.")),
    ];
    let plain = order(|_| {});
    for (keyword, value) in restating.iter().chain(&annotating) {
        for property in ["note", "where"] {
            let edited = order(|order| order["properties"][property][*keyword] = value.clone());
            for (old, new) in [(&plain, &edited), (&edited, &plain)] {
                let (_, _, report) = pair(old, new);
                assert!(report.unclassified.is_empty(), "{keyword}: {:?}", report.unclassified);
                assert!(report.required_bump <= Level::Patch, "{keyword}: {:?}", report.required_bump);
                assert!(!report.changes().any(|finding| finding.wire.breaks()), "{keyword}");
                let rules: Vec<_> = report.changes().map(|finding| finding.rule).collect();
                let restates = restating.iter().any(|(restating, _)| restating == keyword);
                assert!(!rules.contains(&Rule::ValidationChanged), "{keyword}: {rules:?}");
                assert!(!restates || rules == [Rule::Restated], "{keyword}: {rules:?}");
            }
        }
    }
}

#[test]
fn an_example_is_valid_for_the_whole_document_of_its_writer_only() {
    // The removal alone makes a closed object reject a `note`. The new object takes any string instead, so
    // that isn't a break. There are so many other changes that each is judged alone.
    let sizes = |minimum: usize, order: &mut Value| {
        for index in 0..41 {
            order["properties"][format!("size_{index}")] = json!({ "type": "integer", "minimum": minimum });
        }
    };
    let old = order(|order| {
        order["additionalProperties"] = json!(false);
        sizes(3, order);
    });
    let new = order(|order| {
        order["additionalProperties"] = json!({ "type": "string" });
        order["properties"].as_object_mut().unwrap().remove("note");
        sizes(7, order);
    });
    let (old, new, report) = pair(&old, &new);
    let mut count = 0;
    for example in report.changes().flat_map(|finding| &finding.wire.examples) {
        let (writer, reader) = if example.direction == "old_to_new" { (&old, &new) } else { (&new, &old) };
        let accepts = |side: &Side| values::validator(&schema(side, &example.schema)).is_valid(&example.document);
        assert!(accepts(writer) && !accepts(reader), "{} {}", example.direction, example.document);
        count += 1;
    }
    assert!(count >= 3, "{count} examples");
}

#[test]
fn a_change_behind_a_replacement_has_a_finding() {
    let sources = Sources::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("schema")).unwrap();
    let overlay: toml::Table = sources.overlay.text.parse().unwrap();
    let replaced: Vec<_> =
        overlay["replace"].as_array().unwrap().iter().map(|entry| entry["at"].as_str().unwrap()).collect();
    let published: Value = serde_json::from_str(&sources.published.text).unwrap();
    let folder = |published: &Value| {
        let mut sources = sources.clone();
        sources.published.text = format!("{published:#}\n");
        let (generated, problems) = generate::generate_leniently(&sources).unwrap();
        let texts = [sources.published, sources.source, sources.overlay].into_iter().chain(sources.additions);
        let mut made = made("side", generated, texts.map(|text| (text.name, text.text)).collect());
        made.side.problems = problems;
        made
    };
    let old = folder(&published);
    for at in replaced {
        let mut edited = published.clone();
        edited.pointer_mut(at).unwrap()["properties"]["zz_new"] = json!({ "type": "string" });
        let report = compare(&old, &folder(&edited));
        let pointer = format!("{at}/properties/zz_new");
        let mut locations = report.changes().filter_map(|finding| finding.new.as_ref());
        assert!(locations.any(|location| location.pointer == pointer), "no finding at {pointer}");
    }
}
