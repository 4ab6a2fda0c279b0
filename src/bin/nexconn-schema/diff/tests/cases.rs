//! The table of cases in `tests/diff/`.
//!
//! A case in `cases/FAMILY.toml` has the id of a rule as its name, with a suffix if there are several.
//! The old document is one of `bases/`, with `note` as the schema of that property, `required`, the values in
//! `with` set and the pointers in `without` removed. A JSON Patch in `patch` makes the new one, or
//! `new` holds its text. `{ null = true }` stands for null. The golden reports are in `reports/FAMILY.txt`.
//! `example` names a module of `examples.rs`: it compiles with the old types, and with the new ones unless
//! the report requires a major version.
//!
//! Instead of the id of a rule, `none` expects no finding, and `refused` an error of the generator.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::finding::{Level, Report};
use super::super::{FailOn, Rule, compare, outcome, summary};
use super::compiler::{Compiler, Example};
use super::{Made, consumer, finish, made, missed_break, schema, side, values};
use crate::Outcome;
use crate::generate::{self, Sources, Text};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    base: Option<String>,
    note: Option<toml::Value>,
    required: Option<toml::Value>,
    #[serde(default)]
    with: BTreeMap<String, toml::Value>,
    #[serde(default)]
    without: Vec<String>,
    patch: Option<toml::Value>,
    new: Option<String>,
    models: Option<Vec<String>>,
    new_models: Option<Vec<String>>,
    example: Option<String>,
}

struct Case {
    family: String,
    name: String,
    example: Option<String>,
    old: Result<Made, String>,
    new: Result<Made, String>,
    report: Option<Report>,
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    #[derive(Deserialize)]
    struct Family {
        case: Vec<Entry>,
    }
    let mut files: Vec<_> = fs::read_dir(folder().join("cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let families = files.into_iter().flat_map(|file| {
        let text = fs::read_to_string(&file).unwrap();
        let family: Family = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        family.case.into_iter().map(move |entry| (name.clone(), entry))
    });
    families.map(|(family, entry)| Case::new(family, entry)).collect()
});

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff")
}

impl Entry {
    fn base(&self) -> String {
        let file = folder().join("bases").join(format!("{}.json", self.base.as_deref().unwrap_or("order")));
        fs::read_to_string(file).unwrap()
    }

    fn old(&self, base: &str) -> Value {
        let mut document: Value = serde_json::from_str(base).unwrap();
        let short = [("/properties/note", &self.note), ("/required", &self.required)];
        let short = short.into_iter().filter_map(|(path, value)| Some((path.to_owned(), value.clone()?)));
        let removed = self.without.iter().map(|path| json!({ "op": "remove", "path": path }));
        let set = short.chain(self.with.clone());
        let set = set.map(|(path, value)| json!({ "op": "add", "path": path, "value": json_of(&value) }));
        self.apply(&mut document, removed.chain(set).collect());
        document
    }

    fn changed(&self, old: &Value) -> Value {
        let mut document = old.clone();
        self.apply(&mut document, self.patch.as_ref().map_or(json!([]), json_of));
        document
    }

    fn apply(&self, document: &mut Value, patch: Value) {
        let patch: json_patch::Patch = serde_json::from_value(patch).unwrap();
        json_patch::patch(document, &patch).unwrap_or_else(|error| panic!("{}: {error}", self.name));
    }
}

/// A value of the table as JSON; TOML has no null.
fn json_of(value: &toml::Value) -> Value {
    match value {
        toml::Value::Table(table) if table.len() == 1 && table.contains_key("null") => Value::Null,
        toml::Value::Table(table) => table.iter().map(|(key, value)| (key.clone(), json_of(value))).collect(),
        toml::Value::Array(values) => values.iter().map(json_of).collect(),
        other => serde_json::to_value(other).unwrap(),
    }
}

impl Case {
    fn new(family: String, entry: Entry) -> Self {
        let base = entry.base();
        let document = entry.old(&base);
        let text = |document: &Value| format!("{document:#}\n");
        // The order of properties matters, and a `Value` sorts them.
        let old = if serde_json::from_str::<Value>(&base).unwrap() == document { base } else { text(&document) };
        let (old, new) = if let (Some(models), Some(new)) = (&entry.models, &entry.new_models) {
            (with_models("old", &document, models), with_models("new", &document, new))
        } else {
            let new = entry.new.clone().unwrap_or_else(|| text(&entry.changed(&document)));
            (side("old.json", old), side("new.json", new))
        };
        let report = old.as_ref().ok().zip(new.as_ref().ok()).map(|(old, new)| compare(old, new));
        Self { family, name: entry.name, example: entry.example, old, new, report }
    }

    /// The part of the name before the first dot.
    fn rule(&self) -> &str {
        self.name.split('.').next().unwrap()
    }

    /// The cases with two sides, and the report.
    fn compared() -> impl Iterator<Item = (&'static Self, &'static Made, &'static Made, &'static Report)> {
        CASES.iter().filter(|case| case.rule() != "refused").map(|case| match (&case.old, &case.new, &case.report) {
            (Ok(old), Ok(new), Some(report)) => (case, old, new, report),
            (Err(error), ..) | (_, Err(error), _) => panic!("{}: the generator refuses a side:\n{error}", case.name),
            (_, _, None) => unreachable!(),
        })
    }

    fn text(&self) -> String {
        match (&self.old, &self.new, &self.report) {
            (Ok(old), Ok(new), Some(report)) => summary(report, old, new),
            (Err(error), ..) | (_, Err(error), _) => format!("{error}\n"),
            (_, _, None) => unreachable!(),
        }
    }
}

/// The cases with two sides: name, sides and report.
pub(super) fn compared() -> impl Iterator<Item = (&'static str, &'static Made, &'static Made, &'static Report)> {
    Case::compared().map(|(case, old, new, report)| (case.name.as_str(), old, new, report))
}

/// The document with models beside it in `source.toml`, without an overlay.
fn with_models(name: &str, published: &Value, models: &[String]) -> Result<Made, String> {
    let text = |name: &str, text: String| Text { name: name.to_owned(), text };
    let source = format!(
        "url = \"https://example.com/page\"\nmodified = \"2026-04-01\"\nbytes = 1\nsha256 = \"{}\"\nmodels = {models:?}\n",
        "0".repeat(64)
    );
    let sources = Sources {
        published: text("published.json", format!("{published:#}\n")),
        source: text("source.toml", source),
        overlay: text("overlay.toml", String::new()),
        additions: Vec::new(),
    };
    let (generated, misfits) = generate::generate_leniently(&sources).map_err(|failures| failures.to_string())?;
    assert!(misfits.is_empty());
    let texts = [sources.published, sources.source].into_iter().map(|text| (text.name, text.text));
    Ok(made(name, generated, texts.collect()))
}

#[test]
fn every_rule_has_a_case_and_every_case_a_rule() {
    let rules: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    let names: BTreeSet<_> = CASES.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), CASES.len(), "two cases in tests/diff/cases/ have the same name");
    let missing: Vec<_> = rules.difference(&names).collect();
    assert!(missing.is_empty(), "tests/diff/cases/ has no case named {missing:?}");
    let unknown =
        CASES.iter().filter(|case| !rules.contains(case.rule()) && !["none", "refused"].contains(&case.rule()));
    let unknown: Vec<_> = unknown.map(|case| &case.name).collect();
    assert!(unknown.is_empty(), "no rule has the name of the cases {unknown:?} in tests/diff/cases/");
}

const UPDATE: &str = "UPDATE_GOLDEN=1 cargo test --features cli --bin nexconn-schema diff::tests::cases";

#[test]
fn reports_match_their_golden_files() {
    let is_update = std::env::var_os("UPDATE_GOLDEN").is_some_and(|update| !update.is_empty());
    let mut reports: BTreeMap<&str, String> = BTreeMap::new();
    for case in CASES.iter() {
        let section = format!("======== {}\n{}\n", case.name, case.text());
        reports.entry(&case.family).or_default().push_str(&section);
    }
    let mut problems = Vec::new();
    for (family, reports) in reports {
        let path = folder().join("reports").join(format!("{family}.txt"));
        let golden = fs::read_to_string(&path).unwrap_or_default();
        if golden == reports {
            continue;
        }
        if is_update {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, reports).unwrap();
            continue;
        }
        let known: BTreeSet<_> = golden.split("======== ").collect();
        let differing = reports.split("======== ").filter(|section| !known.contains(section));
        let differing: Vec<_> = differing.collect();
        problems.push(format!(
            "{} is stale\n  help: {UPDATE} rewrites it; review the difference\n{}",
            path.display(),
            differing.concat()
        ));
    }
    finish(&problems);
}

#[test]
fn each_case_shows_its_rule_and_leaves_nothing_unclassified() {
    let mut problems = Vec::new();
    for (case, _, _, report) in Case::compared() {
        let found: BTreeSet<_> = report.changes().map(|finding| finding.rule.id()).collect();
        let is_expected = if case.rule() == "none" { report.is_empty() } else { found.contains(case.rule()) };
        if !is_expected || !report.unclassified.is_empty() {
            problems.push(format!("{}: found {found:?}, unclassified {:?}", case.name, report.unclassified));
        }
    }
    let accepted = CASES.iter().filter(|case| case.rule() == "refused" && case.report.is_some());
    problems.extend(accepted.map(|case| format!("{}: the generator refuses neither side", case.name)));
    finish(&problems);
}

#[test]
fn an_empty_report_never_fails_the_command() {
    for (case, _, _, report) in Case::compared().filter(|(case, ..)| case.rule() == "none") {
        for fail_on in [FailOn::Wire, FailOn::Minor, FailOn::Major, FailOn::Bump] {
            assert_eq!(outcome(report, fail_on), Outcome::Ok, "{}", case.name);
        }
    }
}

#[test]
fn a_report_requires_a_major_version_if_and_only_if_the_compiler_rejects_a_consumer() {
    let by_hand = examples();
    let mut examples = Vec::new();
    let mut problems = Vec::new();
    for (case, old, new, report) in Case::compared() {
        let named = case.example.as_ref().map(|name| by_hand.get(name.as_str()));
        let Some(Some(code)) = named else {
            problems.push(format!("{}: no example of that name in tests/diff/examples.rs", case.name));
            continue;
        };
        // Swapped arguments of one type compile: the break that only the report shows.
        let silent = case.rule() == "arguments-reordered" && case.name != "arguments-reordered.other-types";
        let breaks = report.required_bump == Level::Major && !silent;
        for (kind, code) in [("by hand", code.clone()), ("written", consumer::write(&old.api.listing))] {
            for (side, types, compiles) in [("old", &old.source, true), ("new", &new.signatures(), !breaks)] {
                let name = format!("{}, {kind}, with the {side} types", case.name);
                examples.push(Example { name, types: types.clone(), code: code.clone(), compiles });
            }
        }
    }
    problems.extend(Compiler::new("cases").disagreements(&examples));
    finish(&problems);
}

/// The modules of `examples.rs` by name.
fn examples() -> BTreeMap<String, String> {
    let text = fs::read_to_string(folder().join("examples.rs")).unwrap();
    let modules = text.split("\nmod ").skip(1).map(|module| {
        let (name, code) = module.split_once(" {\n").unwrap();
        (name.to_owned(), code.trim_end().strip_suffix('}').unwrap().to_owned())
    });
    modules.collect()
}

#[test]
fn every_example_is_used() {
    let used: BTreeSet<_> = CASES.iter().filter_map(|case| case.example.as_deref()).collect();
    let unused: Vec<_> = examples().into_keys().filter(|name| !used.contains(name.as_str())).collect();
    assert!(unused.is_empty(), "no case uses {unused:?} of tests/diff/examples.rs");
}

#[test]
fn wire_examples_are_valid_on_one_side_only() {
    let mut problems = Vec::new();
    for (case, old, new, report) in Case::compared() {
        for finding in report.changes() {
            for example in &finding.wire.examples {
                let (from, to) = if example.direction == "old_to_new" { (old, new) } else { (new, old) };
                let is_valid = |side| values::validator(&schema(side, &example.schema)).is_valid(&example.document);
                if !is_valid(from) || is_valid(to) {
                    problems.push(format!(
                        "{}, {}, {}: {} is valid for the writer: {}, for the reader: {}",
                        case.name,
                        finding.rule.id(),
                        example.direction,
                        example.document,
                        is_valid(from),
                        is_valid(to),
                    ));
                }
            }
        }
    }
    finish(&problems);
}

#[test]
fn values_of_compatible_schemas_are_accepted() {
    let missed = Case::compared()
        .filter_map(|(case, old, new, report)| Some(format!("{}: {}", case.name, missed_break(report, old, new, 0)?)));
    finish(&missed.collect::<Vec<_>>());
}
