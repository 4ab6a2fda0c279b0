//! The cases in `tests/diff/`: a document, a change, what is reported, and code that shows it.
//!
//! Place in the flow: beside `random.rs`, which has no files. A case is a folder `RULE` or
//! `RULE.what`, with
//!
//! - `base.json`, the document on the old side;
//! - `patch.json`, a JSON Patch (RFC 6902) that makes the new one; or `new.json`, the new one as a
//!   text, where what matters is not in a patch;
//! - `report.txt`, the report for people, golden;
//! - `witness.rs`, what a consumer may have written with the old types. It compiles with them, and
//!   with the new ones if and only if the report asks for less than a major version.
//!
//! Instead of the id of a rule, `none` says that there is nothing to report, `refused` that one of
//! the sides is refused by a guard, whose error is `report.txt` then, and `disagreement` that the
//! compiler once disagreed with the report about this pair, which `random.rs` found. Where a
//! `source.toml` is in the folder, the documents have it beside them, and the patch is about it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::super::finding::{Level, Report, Verdict};
use super::super::{FailOn, Format, Rule, compare, run, summary};
use super::dice::Dice;
use super::instances;
use super::rustc::{Judge, Module, TYPES};
use super::{GENERATED, side, side_of, witness};
use crate::generate::{self, Sources, Text};
use crate::outcome::Outcome;
use crate::snapshot::Side;

/// A folder of `tests/diff/`.
struct Case {
    name: String,
    folder: PathBuf,
    old: Result<Side, String>,
    new: Result<Side, String>,
}

impl Case {
    fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff");
        let mut folders: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        folders.sort();
        folders.into_iter().map(Self::read).collect()
    }

    fn read(folder: PathBuf) -> Self {
        let read = |file: &str| fs::read_to_string(folder.join(file)).ok();
        let base = read("base.json").unwrap_or_else(|| panic!("{} has no base.json", folder.display()));
        let patched = |text: Value| -> Value {
            let mut text = text;
            let patch: json_patch::Patch = serde_json::from_str(&read("patch.json").unwrap()).unwrap();
            json_patch::patch(&mut text, &patch).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
            text
        };
        let (old, new) = if let Some(source) = read("source.toml") {
            let changed = patched(serde_json::to_value(source.parse::<toml::Table>().unwrap()).unwrap());
            let changed = toml::to_string(&changed).unwrap();
            (with_source("old", &base, &source), with_source("new", &base, &changed))
        } else {
            let new = read("new.json");
            let new = new.unwrap_or_else(|| format!("{:#}\n", patched(serde_json::from_str(&base).unwrap())));
            (side("old.json", base), side("new.json", new))
        };
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        Self { name, folder, old, new }
    }

    /// What stands before the first dot.
    fn rule(&self) -> &str {
        self.name.split('.').next().unwrap()
    }

    fn sides(&self) -> Option<(&Side, &Side)> {
        if self.rule() == "refused" {
            return None;
        }
        match (&self.old, &self.new) {
            (Ok(old), Ok(new)) => Some((old, new)),
            (Err(error), _) | (_, Err(error)) => panic!("{}: a side is refused:\n{error}", self.name),
        }
    }

    fn report(&self) -> Option<Report> {
        self.sides().map(|(old, new)| compare(old, new))
    }
}

/// The published document with what `source.toml` says, and no overlay.
fn with_source(name: &str, published: &str, source: &str) -> Result<Side, String> {
    let text = |name: &str, text: &str| Text { name: name.to_owned(), text: text.to_owned() };
    let sources = Sources {
        published: text("published.json", published),
        source: text("source.toml", source),
        overlay: text("overlay.toml", ""),
        additions: Vec::new(),
    };
    let (generated, misfits) = generate::generate_leniently(&sources).map_err(|failures| failures.to_string())?;
    let texts = [sources.published, sources.source].into_iter().map(|text| (text.name, text.text));
    let texts: BTreeMap<_, _> = texts.collect();
    Ok(Side { problems: misfits, ..side_of(name, generated, texts) })
}

/// Fails with everything that was found, if anything was.
fn finish(problems: &[String]) {
    assert!(problems.is_empty(), "{} problems\n\n{}", problems.len(), problems.join("\n\n"));
}

#[test]
fn every_rule_has_a_case_and_every_case_a_rule() {
    let cases = Case::all();
    let rules: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    let named: BTreeSet<_> = cases.iter().map(|case| case.name.as_str()).collect();
    let missing: Vec<_> = rules.difference(&named).collect();
    assert!(missing.is_empty(), "no folder in tests/diff/ has the name of {missing:?}");
    let others = ["none", "refused", "disagreement"];
    let unknown: Vec<_> =
        cases.iter().filter(|case| !rules.contains(case.rule()) && !others.contains(&case.rule())).collect();
    let unknown: Vec<_> = unknown.iter().map(|case| &case.name).collect();
    assert!(unknown.is_empty(), "there is no rule for the folders {unknown:?} of tests/diff/");
}

/// Rewrites the reports.
const UPDATE: &str = "UPDATE_GOLDEN=1 cargo test --features cli --bin nexconn-schema diff::tests::cases";

#[test]
fn reports_are_as_they_were() {
    let is_update = std::env::var_os("UPDATE_GOLDEN").is_some_and(|update| !update.is_empty());
    let mut problems = Vec::new();
    for case in Case::all() {
        let text = match (&case.old, &case.new) {
            (Ok(_), Ok(_)) if case.rule() == "refused" => {
                problems.push(format!("{}: no side is refused", case.name));
                continue;
            }
            (Ok(old), Ok(new)) => summary(&compare(old, new), old, new),
            (old, new) => old.as_ref().err().or(new.as_ref().err()).map(|error| format!("{error}\n")).unwrap(),
        };
        let path = case.folder.join("report.txt");
        let golden = fs::read_to_string(&path).unwrap_or_default();
        if golden == text {
            continue;
        }
        if is_update {
            fs::write(&path, text).unwrap();
        } else {
            problems.push(format!(
                "{} is not what is reported\n  remedy: if it should be, {UPDATE} writes it; read what changes, and commit it\n\
                 --- golden\n{golden}\n--- now\n{text}",
                path.display()
            ));
        }
    }
    finish(&problems);
}

#[test]
fn each_case_shows_its_rule_and_nothing_is_unhandled() {
    let mut problems = Vec::new();
    for case in Case::all() {
        let Some(report) = case.report() else { continue };
        let found: BTreeSet<_> = report.changes().map(|finding| finding.rule.id()).collect();
        match case.rule() {
            "none" if !report.is_empty() => problems.push(format!("{}: something is found: {found:?}", case.name)),
            "none" | "disagreement" => {}
            rule if !found.contains(rule) => problems.push(format!("{}: only {found:?} is found", case.name)),
            _ => {}
        }
        if !report.unhandled.is_empty() {
            problems.push(format!("{}: unhandled: {:?}", case.name, report.unhandled));
        }
    }
    finish(&problems);
}

#[test]
fn nothing_to_report_is_no_failure() {
    for case in Case::all().iter().filter(|case| case.rule() == "none") {
        let (old, new) = case.sides().unwrap();
        for fail_on in [FailOn::Wire, FailOn::Minor, FailOn::Major, FailOn::Bump] {
            let mut out = Vec::new();
            let outcome = run(old, new, Format::Human, fail_on, &mut out).unwrap();
            assert_eq!(outcome, Outcome::Ok, "{}", case.name);
            assert_eq!(String::from_utf8(out).unwrap(), "no finding\n", "{}", case.name);
        }
    }
}

#[test]
fn the_compiler_says_major_where_the_report_does() {
    let cases: Vec<_> = Case::all().into_iter().filter(|case| case.rule() != "refused").collect();
    let mut modules = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let (old, new) = case.sides().unwrap();
        let witnesses = || {
            let by_hand = fs::read_to_string(case.folder.join("witness.rs")).ok();
            let witnesses = [("by_hand", by_hand), ("written", Some(witness::write(&old.api.listing)))];
            witnesses.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?))).collect()
        };
        for (name, side) in [("old", old), ("new", new)] {
            modules.push(Module {
                name: format!("case_{index}_{name}"),
                types: side.texts[GENERATED].clone(),
                witnesses: witnesses(),
            });
        }
    }
    let judge = Judge::new("cases");
    let refused = judge.judge(&modules);
    let mut problems = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        if !case.folder.join("witness.rs").is_file() && case.rule() != "disagreement" {
            problems.push(format!("{}: there is no witness.rs", case.name));
            continue;
        }
        for side in ["old", "new"] {
            if let Some(message) = refused.get(&(format!("case_{index}_{side}"), TYPES.to_owned())) {
                problems.push(format!("{}: the {side} types do not compile:\n{message}", case.name));
            }
        }
        let required = case.report().unwrap().required_bump;
        for witness in ["by_hand", "written"] {
            let said = |side: &str| refused.get(&(format!("case_{index}_{side}"), witness.to_owned()));
            if let Some(message) = said("old") {
                problems.push(format!("{}: {witness} does not compile with the old types:\n{message}", case.name));
            }
            let is_missing = witness == "by_hand" && !case.folder.join("witness.rs").is_file();
            if said("new").is_some() != (required == Level::Major) && !is_missing {
                problems.push(format!(
                    "{}: the report says {}, and with the new types {witness} {}; sources: {}/case_{index}_new",
                    case.name,
                    required.name(),
                    said("new").map_or("compiles".to_owned(), |said| format!("does not compile:\n{said}")),
                    judge.sources().display(),
                ));
            }
        }
    }
    finish(&problems);
}

#[test]
fn examples_are_valid_on_one_side_only() {
    let mut problems = Vec::new();
    for case in Case::all() {
        let Some((old, new)) = case.sides() else { continue };
        for finding in compare(old, new).changes() {
            for example in &finding.wire.examples {
                let (from, to) = if example.direction == "old_to_new" { (old, new) } else { (new, old) };
                let is_valid = |side| instances::validator(&schema(side, &example.schema)).is_valid(&example.document);
                if !is_valid(from) || is_valid(to) {
                    problems.push(format!(
                        "{}, {}: the example of {} is {} by the one and {} by the other side: {}",
                        case.name,
                        finding.rule.id(),
                        example.direction,
                        if is_valid(from) { "valid" } else { "invalid" },
                        if is_valid(to) { "valid" } else { "invalid" },
                        example.document
                    ));
                }
            }
        }
    }
    finish(&problems);
}

#[test]
fn what_is_said_to_fit_fits() {
    let mut problems = Vec::new();
    for case in Case::all() {
        let Some((old, new)) = case.sides() else { continue };
        problems.extend(misjudged(&compare(old, new), old, new, 0).map(|problem| format!("{}: {problem}", case.name)));
    }
    finish(&problems);
}

/// A value that one side writes and the other refuses, although no finding says so.
pub(super) fn misjudged(report: &Report, old: &Side, new: &Side, seed: u64) -> Option<String> {
    let directions = [("old to new", old, new), ("new to old", new, old)];
    directions.into_iter().find_map(|(direction, from, to)| {
        let breaks = report.changes().any(|finding| {
            let wire = &finding.wire;
            (if direction == "old to new" { wire.old_to_new } else { wire.new_to_old }) == Verdict::Breaks
        });
        if breaks {
            return None;
        }
        let judge = instances::validator(&schema(to, ""));
        let sent = instances::valid(&schema(from, ""), &mut Dice::new(seed), 200);
        let refused = sent.iter().find(|value| !judge.is_valid(value))?;
        Some(format!("{direction} is said to fit, and this does not: {refused}"))
    })
}

/// The document as it is in its file; for a part of it, the merged one with that part as the root.
fn schema(side: &Side, pointer: &str) -> Value {
    let root = &side.api.document.root;
    if pointer.is_empty() {
        let name = side.api.document.place("").file;
        return serde_json::from_str(&side.texts[&name]).unwrap();
    }
    json!({ "$ref": format!("#{pointer}"), "definitions": root["definitions"] })
}
