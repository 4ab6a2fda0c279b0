//! Every edit of a fixed list, at every schema of a document: none is silent, and no validator contradicts a verdict.
//!
//! The documents are the published one and `tests/diff/uncut.json`, as a gateway would publish it with all
//! parameters, with overlay and additions. A test run takes a seeded sample; `EDITS=all` takes every edit: `.ci/edits`.
//! Small documents with references and without an overlay have every edit in each run.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::super::finding::{Finding, Report, Verdict};
use super::super::{Rule, compare};
use super::edit_list::{Edit, all_edits};
use super::rng::Rng;
use super::{finish, values};
use crate::generate::document::parent_and_key;
use crate::generate::{self, Failure, Sources, Text};
use crate::snapshot::Side;

const SEED: u64 = 20_260_401;
/// Number of edits of each document in a test run.
const SAMPLE: usize = 6;
/// Number of documents by which a verdict is checked.
const TRIES: usize = 40;

/// Edits without an effect on documents. They need no finding.
const MEANINGLESS: [&str; 4] = ["described", "required reordered", "types reordered", "values reordered"];

// ---- what is checked -----------------------------------------------------------------------------------------------

/// A document and how its types are generated.
struct Base {
    document: Value,
    /// Overlay and additions, if the document has them.
    sources: Option<Sources>,
    /// The document with overlay and additions.
    merged: Value,
    old: Side,
    validator: Validator,
}

impl Base {
    fn new(document: Value, sources: Option<Sources>) -> Self {
        let validator = values::validator(&document);
        let mut base = Self { document: Value::Null, sources, merged: Value::Null, old: empty(), validator };
        (base.old, base.merged) = (base.side(&document).unwrap(), base.merged(&document).1);
        base.document = document;
        base
    }

    /// The folder with this document; `None` without an overlay.
    fn folder(&self, document: &Value) -> Option<Sources> {
        let mut sources = self.sources.clone()?;
        sources.published = self.text(document);
        Some(sources)
    }

    fn text(&self, document: &Value) -> Text {
        let name = self.sources.as_ref().map_or("base.json", |sources| &sources.published.name);
        Text { name: name.to_owned(), text: format!("{document:#}\n") }
    }

    fn side(&self, document: &Value) -> Result<Side, String> {
        let Some(sources) = self.folder(document) else {
            let text = self.text(document);
            let generated = generate::generate_plain(&text, "").map_err(|failures| failures.to_string())?;
            return Ok(Side { api: generated.into(), texts: [(text.name, text.text)].into(), ..empty() });
        };
        let generated = generate::generate_leniently(&sources).map_err(|failures| failures.to_string());
        let (generated, problems) = generated?;
        let texts = [sources.published, sources.source, sources.overlay].into_iter().chain(sources.additions);
        let texts = texts.map(|text| (text.name, text.text)).collect();
        Ok(Side { api: generated.into(), texts, problems, ..empty() })
    }

    /// The problems printed by the build before it generates code, and the document with overlay and additions.
    fn merged(&self, document: &Value) -> (Vec<String>, Value) {
        let Some(sources) = self.folder(document) else { return (Vec::new(), document.clone()) };
        match generate::merge_leniently(&sources) {
            Ok((merged, failures)) => (failures.iter().map(ToString::to_string).collect(), merged.root),
            Err(failures) => (vec![failures.to_string()], Value::Null),
        }
    }

    /// What's wrong with the report about an edit. `same` is a side whose types are those of the base.
    fn problem(&self, edit: &Edit, same: &mut Side, seed: u64) -> Option<String> {
        let (build, merged) = self.merged(&edit.document);
        let is_hidden = merged == self.merged;
        let report = if is_hidden {
            // The same types are generated from the same document.
            let Text { name, text } = self.text(&edit.document);
            same.texts.insert(name, text);
            compare(&self.old, same)
        } else {
            // An error of the generator isn't silent.
            let Ok(new) = self.side(&edit.document) else { return None };
            compare(&self.old, &new)
        };
        let is_meaningless = MEANINGLESS.contains(&edit.name);
        let problem = if !is_meaningless && !report.changes().any(|finding| is_about(finding, edit)) {
            Some("no finding about it".to_owned())
        } else if !report.unclassified.is_empty() && build.is_empty() {
            Some(format!("unclassified: {:?}", report.unclassified))
        } else if is_hidden && is_meaningless != build.is_empty() {
            Some(format!("the build prints {:?}", build.first()))
        } else if !is_hidden && !build.is_empty() {
            // Without the entry that no longer fits, the verdict is about another schema than the published one.
            None
        } else {
            self.disagreement(edit, &report, seed)
        };
        let findings = || {
            let shown = report.changes().map(|found| {
                format!("{} {} {:?}", found.rule.id(), found.pointer, (found.wire.old_to_new, found.wire.new_to_old))
            });
            shown.collect::<Vec<_>>()
        };
        problem.map(|problem| format!("{} at {}: {problem}\n  {:?}", edit.name, edit.pointer, findings()))
    }

    /// What a validator says against the report.
    fn disagreement(&self, edit: &Edit, report: &Report, seed: u64) -> Option<String> {
        let new = values::validator(&edit.document);
        let sides = [(&self.document, &self.validator), (&edit.document, &new)];
        for (old_to_new, [(from, sender), (_, receiver)]) in [(true, sides), (false, [sides[1], sides[0]])] {
            let is_broken = report.changes().any(|found| found.wire.verdict(old_to_new) == Verdict::Breaks);
            let restated = report.changes().find(|found| found.rule == Rule::Restated);
            if is_broken && restated.is_none() {
                continue;
            }
            let forced = forced(from, &edit.pointer);
            let sent = values::valid_for(&forced, sender, &mut Rng::new(seed), TRIES);
            let rejected = sent.iter().find(|value| !receiver.is_valid(value));
            match (rejected, restated) {
                (Some(value), _) if !is_broken => {
                    return Some(format!("no break is reported, but {value} is rejected"));
                }
                (Some(value), Some(_)) => return Some(format!("it's called restated, but {value} is rejected")),
                _ => {}
            }
        }
        None
    }
}

fn empty() -> Side {
    let root = json!({ "title": "Empty", "type": "object" }).to_string();
    let text = Text { name: "empty.json".to_owned(), text: root };
    let api = generate::generate_plain(&text, "").unwrap().into();
    Side { name: "side".to_owned(), api, texts: [].into(), problems: Vec::new(), version: None, listing: None }
}

/// Whether a finding is about the edited part, or a part of it or the property or branch around it.
fn is_about(finding: &Finding, edit: &Edit) -> bool {
    let edited = format!("{}{}", edit.pointer, edit.part.as_deref().unwrap_or_default());
    let mut around = edit.pointer.as_str();
    while !around.is_empty()
        && !["properties", "definitions"].contains(&parent_and_key(parent_and_key(around).0).1.as_str())
    {
        around = parent_and_key(around).0;
    }
    let locations = [&finding.old, &finding.new].into_iter().flatten().map(|location| location.pointer.as_str());
    let is_near = |found: &str| found.starts_with(&edited) || edited.starts_with(found) && found.starts_with(around);
    locations.chain([finding.pointer.as_str()]).any(is_near)
}

/// The document with the parts required that lead to a schema, and without other optional ones.
fn forced(document: &Value, pointer: &str) -> Value {
    let mut document = document.clone();
    let mut node = &mut document;
    let mut tokens = pointer.split('/').skip(1).map(|token| parent_and_key(token).1);
    while let (true, Some(keyword)) = (node.is_object(), tokens.next()) {
        if matches!(keyword.as_str(), "items" | "additionalProperties") {
            node["minItems"] = 1.into();
            node = &mut node[keyword];
            continue;
        }
        let Some(key) = tokens.next() else { break };
        if keyword == "properties" {
            // Unlike a required one, it's left out if its value is null.
            node["x-forced"] = key.as_str().into();
            let required = node["required"].clone();
            let is_kept =
                |name: &str| name == key || required.as_array().into_iter().flatten().any(|other| other == name);
            if let Some(properties) = node["properties"].as_object_mut() {
                properties.retain(|name, _| is_kept(name));
            }
        } else if let Some(branches) = node[&keyword].as_array_mut() {
            let index: usize = key.parse().unwrap();
            let branch = branches.get(index).cloned().unwrap_or_default();
            *branches = vec![branch];
            node = &mut node[&keyword][0];
            continue;
        }
        node = &mut node[&keyword][key];
    }
    document
}

// ---- runs ----------------------------------------------------------------------------------------------------------

fn is_complete() -> bool {
    std::env::var_os("EDITS").is_some_and(|edits| edits == "all")
}

/// Checks all edits, or a sample of this size, on all processors.
fn run(base: &Base, sample: usize) {
    let mut edits = all_edits(&base.document);
    if !is_complete() && sample < edits.len() {
        let mut rng = Rng::new(SEED);
        edits = (0..sample).map(|_| edits.swap_remove(rng.below(edits.len()))).collect();
    }
    let next = AtomicUsize::new(0);
    let count = thread::available_parallelism().map_or(1, usize::from);
    let problems: Vec<_> = thread::scope(|scope| {
        let work = || {
            let mut same = base.side(&base.document).unwrap();
            let mut problems = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(edit) = edits.get(index) else { return problems };
                problems.extend(base.problem(edit, &mut same, SEED ^ u64::try_from(index).unwrap()));
            }
        };
        let threads: Vec<_> = (0..count).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(!edits.is_empty());
    finish(&problems);
}

/// The folder of the tests, which no refresh changes.
fn sources() -> Sources {
    Sources::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schema")).unwrap()
}

#[test]
fn no_edit_of_the_published_document_is_silent() {
    let sources = sources();
    let document = serde_json::from_str(&sources.published.text).unwrap();
    run(&Base::new(document, Some(sources)), SAMPLE);
}

#[test]
fn no_edit_of_the_uncut_document_is_silent() {
    let mut sources = sources();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff");
    sources.published.text = fs::read_to_string(folder.join("uncut.json")).unwrap();
    let (_, failures) = generate::merge_leniently(&sources).unwrap();
    // From the end, so that lines stay where they are.
    failures.iter().rev().for_each(|failure| follow(failure, &mut sources));
    let (_, failures) = generate::merge_leniently(&sources).unwrap();
    assert!(failures.is_empty(), "{failures:#?}");
    let document = serde_json::from_str(&sources.published.text).unwrap();
    run(&Base::new(document, Some(sources)), SAMPLE * 4);
}

#[test]
fn no_edit_of_a_document_without_overlay_is_silent() {
    for name in ["address", "color", "content", "delivery", "shape", "survey"] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/diff/bases/{name}.json"));
        let document = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        run(&Base::new(document, None), usize::MAX);
    }
}

/// Does what a failure asks for: pastes an entry, or deletes an addition or an entry.
fn follow(failure: &Failure, sources: &mut Sources) {
    let Failure { place, help, .. } = failure;
    let overlay = &mut sources.overlay.text;
    if let Some((_, pasted)) = help.split_once("\n\n") {
        *overlay += &format!("\n{pasted}");
    } else if let Some(line) = place.spot.strip_prefix(':') {
        let lines: Vec<_> = overlay.lines().collect();
        let (before, rest) = lines.split_at(line.parse::<usize>().unwrap() - 1);
        let length = rest.iter().position(|line| line.is_empty()).unwrap();
        *overlay = format!("{}\n{}\n", before.join("\n"), rest[length..].join("\n"));
    } else {
        let text = sources.additions.iter_mut().find(|text| text.name == place.file).unwrap();
        let mut additions: Value = serde_json::from_str(&text.text).unwrap();
        let (parent, key) = parent_and_key(place.spot.trim_start_matches('#'));
        additions.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(&key).unwrap();
        text.text = additions.to_string();
    }
}
