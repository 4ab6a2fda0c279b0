//! Reports of all formats: foreign text is escaped, and every place exists.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Value, json};

use super::super::finding::{Level, Report, Verdict};
use super::super::report::human::Screen;
use super::super::report::summary::{self, Counts};
use super::super::report::{github, html, human, json, markdown};
use super::super::{Rule, compare};
use super::{Made, finish, made, schema, side, values};
use crate::generate::invisible::is_invisible;
use crate::generate::place::Place;
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

/// Whether a page has only the elements and attributes of the report itself.
fn is_own_markup(html: &str) -> bool {
    let body = html.split_once("<body>").unwrap().1.split_once("<script>").unwrap().0;
    let tags: Vec<_> = body.split('<').skip(1).map(|tag| tag.split_once('>').unwrap().0).collect();
    let known = [
        "a", "article", "br", "caption", "code", "dd", "del", "div", "dl", "dt", "fieldset", "form", "h1", "h2", "h3",
        "h4", "header", "i", "input", "ins", "kbd", "label", "legend", "li", "main", "option", "output", "p", "pre",
        "section", "select", "span", "table", "tbody", "td", "th", "thead", "tr", "ul",
    ];
    tags.into_iter().all(|tag| {
        let name = tag.trim_start_matches('/').split(' ').next().unwrap();
        known.contains(&name) && !tag.contains(" on") && !tag.contains("href=\"http")
    })
}

#[test]
fn foreign_text_is_escaped_in_every_format() {
    let mut problems = Vec::new();
    for text in HOSTILE {
        for (old, new, report) in hostile_pairs(text) {
            let human = human::write(&report, &old, &new, Screen::default());
            let (markdown, github) = (markdown::write(&report), github::write(&report));
            let (json, html) = (json::write(&report).unwrap(), html::write(&report, &old, &new));
            let mut require = |is_met: bool, what: &str, report: &str| {
                if !is_met {
                    problems.push(format!("{text:?}: {what}\n{report}"));
                }
            };
            require(is_own_markup(&html), "foreign markup", &html);
            for report in [&human, &markdown, &github, &json, &html] {
                require(!report.chars().any(|c| is_invisible(c) && c != '\n'), "an invisible character", report);
            }
            for report in [&human, &markdown, &github, &json, &html] {
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

/// The items of a report that aren't in the listing of their side.
pub(super) fn unlisted_items(report: &Report, old: &Side, new: &Side) -> Vec<String> {
    let is_listed = |side: &Side, value: &Option<Box<str>>| {
        value.as_ref().is_none_or(|value| side.api.listing.lines().any(|line| line.ends_with(&**value)))
    };
    let items = report.changes().flat_map(|finding| &finding.items);
    let unlisted = items.filter(|item| !is_listed(old, &item.before) || !is_listed(new, &item.after));
    unlisted.map(|item| format!("{item:?}")).collect()
}

/// The places of failures that aren't in the files of their side.
pub(super) fn lost_places(side: &Side) -> Vec<String> {
    let exists = |place: &Place| {
        let text = &side.texts[&place.file];
        match place.spot.strip_prefix('#') {
            Some(pointer) => serde_json::from_str::<Value>(text).unwrap().pointer(pointer).is_some(),
            None => (1..=text.lines().count()).contains(&place.spot[1..].parse().unwrap()),
        }
    };
    let lost = side.problems.iter().filter(|failure| !exists(&failure.place));
    lost.map(ToString::to_string).collect()
}

/// The pointers of a report that don't exist in the file they name.
pub(super) fn lost_pointers(report: &Report, old: &Side, new: &Side) -> Vec<String> {
    let mut files = HashMap::new();
    let mut exists = |is_old: bool, file: &str, pointer: &str| {
        let text = if is_old { &old.texts[file] } else { &new.texts[file] };
        // The overlay is TOML, whose locations are lines.
        let parse = || serde_json::from_str::<Value>(text).unwrap_or_default();
        pointer.is_empty() || files.entry((is_old, file.to_owned())).or_insert_with(parse).pointer(pointer).is_some()
    };
    let mut lost = Vec::new();
    for finding in report.changes() {
        let locations = [(true, &finding.old), (false, &finding.new), (false, &finding.enclosing)];
        let locations = locations.into_iter().filter_map(|(is_old, location)| Some((is_old, location.as_ref()?)));
        let locations: Vec<_> = locations.collect();
        for (is_old, location) in &locations {
            if !exists(*is_old, &location.file, &location.pointer) {
                lost.push(format!("{}: {} has no {}", finding.rule.id(), location.file, location.pointer));
            }
        }
        let all = [(true, old), (false, new)].into_iter();
        let all = all.flat_map(|(is_old, side)| side.texts.keys().map(move |file| (is_old, file)));
        let mut files = locations.iter().map(|(is_old, location)| (*is_old, &location.file)).chain(all);
        if !files.any(|(is_old, file)| exists(is_old, file, &finding.pointer)) {
            lost.push(format!("{}: no side has {}", finding.rule.id(), finding.pointer));
        }
    }
    lost
}

#[test]
fn every_pointer_exists_in_its_file() {
    let mut problems = Vec::new();
    for (case, old, new, report) in super::cases::compared() {
        let lost = [lost_pointers(report, old, new), lost_places(old), lost_places(new)].concat();
        problems.extend(lost.into_iter().map(|lost| format!("{case}, {lost}")));
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
        ("markdownDescription", json!("*Where* to.")),
        ("enumDescriptions", json!(["First."])),
        ("deprecationMessage", json!("Use another one.")),
        ("nullable", json!(true)),
        ("id", json!("#where")),
        ("items", json!({})),
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
    let sources = Sources::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schema")).unwrap();
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

/// Two folders whose overlay no longer fits the published schema.
fn with_stale_repair() -> (Made, Made, Report) {
    let fixture = crate::fixture::Fixture::new();
    let folder = |expect: &str| {
        let mut sources = fixture.folder().sources().unwrap();
        sources.overlay.text = sources.overlay.text.replace("expect = \"number\"", &format!("expect = {expect:?}"));
        let (generated, problems) = generate::generate_leniently(&sources).unwrap();
        let texts = [sources.published, sources.source, sources.overlay].into_iter().chain(sources.additions);
        let mut made = made("side", generated, texts.map(|text| (text.name, text.text)).collect());
        made.side.problems = problems;
        made
    };
    let (old, new) = (folder("number"), folder("string"));
    let report = compare(&old, &new);
    (old, new, report)
}

#[test]
fn the_toml_of_a_help_can_be_pasted_from_every_format() {
    let (old, new, report) = with_stale_repair();
    let human = human::write(&report, &old, &new, Screen::default());
    let (markdown, github) = (markdown::write(&report), github::write(&report).replace("%0A", "\n"));
    for text in [human, markdown, github] {
        let lines = text.lines().map(str::trim);
        let entry = lines
            .skip_while(|line| *line != "[[repair]]")
            .take_while(|line| line.starts_with("[[") || line.contains(" = "));
        let entry: toml::Table = entry.collect::<Vec<_>>().join("\n").parse().unwrap();
        let repair = &entry["repair"][0];
        assert_eq!(repair["at"].as_str(), Some("/properties/count/type"), "{text}");
        assert_eq!((repair["expect"].as_str(), repair["value"].as_str()), (Some("number"), Some("integer")), "{text}");
    }
}

#[test]
fn a_changed_definition_without_a_type_is_one_finding_with_its_uses() {
    let with = |most: u64| {
        order(|order| {
            order["definitions"] = json!({ "Name": { "type": "string", "maxLength": most } });
            for property in ["note", "by", "to"] {
                order["properties"][property] = json!({ "$ref": "#/definitions/Name" });
            }
            order["properties"]["where"]["properties"]["street"] = json!({ "$ref": "#/definitions/Name" });
        })
    };
    let (_, _, report) = pair(&with(3), &with(2));
    let findings: Vec<_> = report.changes().collect();
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!((finding.rule, finding.pointer.as_str()), (Rule::BoundChanged, "/definitions/Name"));
    assert_eq!(finding.new.as_ref().unwrap().pointer, "/definitions/Name/maxLength");
    let paths: Vec<_> = [&finding.rust_path].into_iter().chain(&finding.used_by).map(String::as_str).collect();
    assert_eq!(paths.len(), 4, "{paths:?}");
    for path in ["types::Order.by", "types::Order.note", "types::Order.to", "types::OrderWhere.street"] {
        assert!(paths.contains(&path), "{path} is missing in {paths:?}");
    }
    assert_eq!((finding.wire.old_to_new, finding.wire.new_to_old), (Verdict::Breaks, Verdict::Ok));
}

#[test]
fn rules_about_other_values_have_their_effect_at_run_time() {
    for rule in [
        Rule::BranchRemoved,
        Rule::EnumToConstant,
        Rule::EnumValueRemoved,
        Rule::StringToConstant,
        Rule::StringRestrictedToEnum,
        Rule::TypeChanged,
    ] {
        assert!(rule.runtime().is_some(), "{}", rule.id());
        let mut findings = super::cases::compared().flat_map(|(_, _, _, report)| report.changes());
        let finding = findings.find(|finding| finding.rule == rule && !finding.items.is_empty()).unwrap();
        assert_eq!(finding.runtime, rule.runtime());
    }
}

#[test]
fn a_removed_property_is_ignored_unless_the_server_rejects_it() {
    for (closed, verdict) in [(false, Verdict::Ignored), (true, Verdict::Breaks)] {
        let with = |has: bool| {
            order(|order| {
                if closed {
                    order["additionalProperties"] = json!(false);
                }
                if !has {
                    order["properties"].as_object_mut().unwrap().remove("note");
                }
            })
        };
        let (_, _, report) = pair(&with(true), &with(false));
        let finding = report.changes().find(|finding| finding.rule == Rule::PropertyRemoved).unwrap();
        assert_eq!((finding.wire.old_to_new, finding.wire.new_to_old), (verdict, Verdict::Ok));
        let (_, _, report) = pair(&with(false), &with(true));
        let finding = report.changes().find(|finding| finding.rule == Rule::OptionalPropertyAdded).unwrap();
        assert_eq!((finding.wire.old_to_new, finding.wire.new_to_old), (Verdict::Ok, verdict));
    }
}

#[test]
fn an_item_is_shown_as_each_side_had_it() {
    let mut problems = Vec::new();
    for (case, old, new, report) in super::cases::compared() {
        problems.extend(unlisted_items(report, old, new).into_iter().map(|item| format!("{case}: {item}")));
        for finding in report.changes() {
            let (before, after) = (finding.before.as_deref(), finding.after.as_deref());
            let shown =
                finding.items.iter().any(|item| (item.before.as_deref(), item.after.as_deref()) == (before, after));
            if !finding.items.is_empty()
                && finding.renames.is_empty()
                && !shown
                && finding.rule != Rule::VariantsRenamed
            {
                problems.push(format!("{case}: {:?} → {:?}", finding.before, finding.after));
            }
        }
    }
    finish(&problems);
}

#[test]
fn keywords_of_the_overlay_are_not_shown() {
    let fixture = crate::fixture::Fixture::new();
    let side = |edit: fn(&mut Sources)| {
        let mut sources = fixture.folder().sources().unwrap();
        edit(&mut sources);
        let (generated, _) = generate::generate_leniently(&sources).unwrap();
        let texts = [sources.published, sources.source, sources.overlay].into_iter().chain(sources.additions);
        made("side", generated, texts.map(|text| (text.name, text.text)).collect())
    };
    let old = side(|_| {});
    let new = side(|sources| {
        let text = &mut sources.additions[0].text;
        *text = text.replace("\"type\": \"boolean\"", "\"enum\": [\"yes\", \"no\"]").replace("example", "elsewhere");
        sources.overlay.text = sources.overlay.text.replace("\"Name\", \"Person\"", "\"Text\", \"Person\"");
    });
    let report = compare(&old, &new);
    assert!(report.changes().count() >= 2);
    let json: Value = serde_json::from_str(&json::write(&report).unwrap()).unwrap();
    for text in [markdown::write(&report), github::write(&report), json["findings"].to_string()] {
        assert!(!text.contains("x-"), "{text}");
    }
}

#[test]
fn help_without_overlay_do_not_mention_it() {
    let refused = [
        ("new", json!({ "type": "string" })),
        ("note", json!({ "enum": ["a b", "a-b"] })),
        ("note", json!({ "prefixItems": [{ "type": "string" }] })),
        ("note", json!({ "type": "text" })),
        ("note", json!({ "$ref": "#/definitions/Missing" })),
    ];
    for (property, schema) in refused {
        let document = order(|order| order["properties"][property] = schema.clone());
        if let Err(error) = side("new.json", format!("{document:#}\n")) {
            assert!(!error.contains("overlay") && !error.contains("[["), "{error}");
        }
    }
}

#[test]
fn other_unnamed_properties_are_neither_more_nor_fewer() {
    let texts = json!({ "type": "string" });
    let numbers = json!({ "type": "number" });
    let cases = [
        (json!(false), texts.clone(), Rule::ObjectOpened),
        (texts.clone(), json!(false), Rule::ObjectClosed),
        (json!(true), texts.clone(), Rule::ObjectClosed),
        (texts.clone(), json!(true), Rule::ObjectOpened),
        (texts, numbers, Rule::ValidationChanged),
    ];
    for (before, after, rule) in cases {
        let [old, new] = [before, after].map(|value| order(|order| order["additionalProperties"] = value));
        let (_, _, report) = pair(&old, &new);
        let rules: Vec<_> = report.changes().map(|finding| finding.rule).collect();
        assert_eq!(rules, [rule]);
    }
}

#[test]
fn pointers_name_the_keyword_that_the_file_has() {
    let constant = |value: &str| order(|order| order["properties"]["note"] = json!({ "const": value }));
    let (_, _, report) = pair(&constant("a"), &constant("b"));
    let finding = report.changes().next().unwrap();
    assert_eq!(finding.rule, Rule::ConstantChanged);
    for location in [&finding.old, &finding.new] {
        assert_eq!(location.as_ref().unwrap().pointer, "/properties/note/const");
    }
}

#[test]
fn a_longer_tuple_breaks_one_direction_only() {
    let tuple = |items: Value| order(|order| order["properties"]["note"] = json!({ "type": "array", "items": items }));
    let (text, number) = (json!({ "type": "string" }), json!({ "type": "number" }));
    let (short, long) = (tuple(json!([text])), tuple(json!([text, number])));
    for (old, new, expected) in
        [(&short, &long, (Verdict::Breaks, Verdict::Ok)), (&long, &short, (Verdict::Ok, Verdict::Breaks))]
    {
        let (_, _, report) = pair(old, new);
        let finding = report.changes().next().unwrap();
        assert_eq!((finding.wire.old_to_new, finding.wire.new_to_old), expected);
    }
}

/// An order with `count` properties, each with the schema.
fn many(count: usize, schema: &Value) -> Value {
    order(|order| {
        for index in 0..count {
            order["properties"][format!("size_{index:04}")] = schema.clone();
        }
    })
}

#[test]
fn equal_changes_are_one_cause() {
    let (text, number) = (json!({ "type": "string" }), json!({ "type": "number" }));
    let (_, _, report) = pair(&many(42, &text), &many(42, &number));
    let [group] = summary::groups(&report.findings).try_into().unwrap();
    assert_eq!((group.title.as_str(), group.causes.len()), ("types::Order", 1));
    assert_eq!(group.causes[0].others.len(), 41);
    let counts = Counts::of(&report);
    assert_eq!(counts.levels, [(Level::Major, 42), (Level::Minor, 0), (Level::Patch, 0)]);
    assert_eq!((counts.schema_only, counts.breaks), (0, [42, 42]));
}

#[test]
fn json_has_the_counts_of_the_summary() {
    let property = |kind: &str| many(10, &json!({ "type": kind }));
    let (.., report) = pair(&property("string"), &property("integer"));
    let report = Report { declared_bump: Some(Level::Minor), ..report };
    let written: Value = serde_json::from_str(&json::write(&report).unwrap()).unwrap();
    let schema = serde_json::from_str(json::SCHEMA).unwrap();
    assert!(values::validator(&schema).is_valid(&written));
    let expected = json!({
        "is_bump_sufficient": false,
        "major": 10,
        "minor": 0,
        "patch": 0,
        "schema_only": 0,
        "breaks_old_to_new": 10,
        "breaks_new_to_old": 10,
    });
    assert_eq!(written["summary"], expected);
}

#[test]
fn markdown_fits_into_a_comment() {
    let different = |kind: &str| {
        let mut document = many(600, &json!({ "type": "string" }));
        for index in 0..600 {
            let property = &mut document["properties"][format!("size_{index:04}")];
            // Each in an object of its own, so no two changes are one cause.
            let text = "long text ".repeat(40);
            *property = json!({ "type": "object", "properties": { format!("p{index}"): { "type": kind, "description": text } } });
        }
        document
    };
    let (_, _, report) = pair(&different("string"), &different("number"));
    assert_eq!(report.findings.len(), 600);
    let markdown = markdown::write(&report);
    assert!(markdown.chars().count() <= 65_536, "{}", markdown.chars().count());
    assert_eq!(markdown.matches("<details>").count(), markdown.matches("</details>").count());
    assert!(markdown.ends_with('\n') && markdown.contains("| major | type-changed |"));
    outside_code(&markdown);
}

#[test]
fn the_page_has_an_anchor_for_each_cause_and_marks_the_lines_that_differ() {
    let (old, new, report) =
        pair(&order(|_| {}), &order(|order| order["properties"]["note"]["type"] = "integer".into()));
    let html = html::write(&report, &old, &new);
    assert_eq!(html.matches("<article ").count(), 1);
    assert!(html.contains("<article id=\"change-1\"") && html.contains("href=\"#change-1\""));
    assert!(html.contains("<del>      &quot;type&quot;: &quot;string&quot;</del>"), "{html}");
    assert!(html.contains("<ins>      &quot;type&quot;: &quot;integer&quot;</ins>"), "{html}");
    assert!(html.contains("<ins>types::Order.note: Option&lt;i64&gt;</ins>"), "{html}");
}
