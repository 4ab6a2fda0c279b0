//! Every edit of a fixed list, at every schema of a document: none is silent, and no validator contradicts a verdict.
//!
//! The documents are the published one and `tests/diff/uncut.json`, as a gateway would publish it with all
//! parameters, with overlay and additions. A test run takes a seeded sample; `EDITS=all` takes every edit: `.ci/edits`.
//! It makes an edit of the root in the whole document, and any other one in the part around it, which costs a tenth.
//! Small documents with references and without an overlay have every edit in each run.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::super::finding::{Finding, Report, Verdict};
use super::super::{Rule, compare};
use super::edit_list::{Edit, all_edits};
use super::reports::{lost_places, lost_pointers, unlisted_items};
use super::rng::Rng;
use super::{finish, values};
use crate::generate::document::parent_and_key;
use crate::generate::{self, Document, Failure, Failures, Sources, Text};
use crate::snapshot::Side;

const SEED: u64 = 20_260_401;
/// Number of edits of each document in a test run.
const SAMPLE: usize = 6;
/// Number of documents by which a verdict is checked.
const TRIES: usize = 40;

/// The branches left of some unions from the additions.
const SHORTENED: [(&str, &[&str]); 3] = [
    ("InputContent", &["InputText", "InputImage", "InputFile", "OutputText"]),
    ("InputItem", &["Message", "FunctionCall", "FunctionCallOutput", "ItemReference", "ReasoningItem"]),
    ("Tool", &["FunctionTool", "WebSearchTool", "CustomTool"]),
];

/// Edits without an effect on documents. They need no finding.
const MEANINGLESS: [&str; 4] = ["described", "required reordered", "types reordered", "values reordered"];

// ---- what is checked -----------------------------------------------------------------------------------------------

/// A schema and its validator.
struct Schema {
    root: Value,
    validator: Validator,
}

impl Schema {
    fn new(root: Value) -> Self {
        Self { validator: values::validator(&root), root }
    }
}

/// A document and how its types are generated.
struct Base {
    document: Schema,
    /// Overlay and additions, if the document has them.
    sources: Option<Sources>,
    /// The document with overlay and additions, as the generator reads it and as it names its parts.
    merged: Value,
    named: Schema,
    old: Side,
}

impl Base {
    fn new(document: Value, sources: Option<Sources>) -> Self {
        let folder = Folder { sources: sources.as_ref() };
        let (merged, failures) = folder.merge(&document).unwrap();
        let root = merged.root.clone();
        let old = folder.side(&document, merged, failures).unwrap();
        let named = Schema::new(old.api.document.root.clone());
        Self { document: Schema::new(document), merged: root, named, old, sources }
    }

    fn folder(&self) -> Folder<'_> {
        Folder { sources: self.sources.as_ref() }
    }

    /// A side with the same types.
    fn same(&self) -> Side {
        let (merged, failures) = self.folder().merge(&self.document.root).unwrap();
        self.folder().side(&self.document.root, merged, failures).unwrap()
    }

    /// What's wrong with the report about an edit. `same` is a side whose types are those of the base.
    fn problem(&self, edit: &Edit, same: &mut Side, seed: u64) -> Option<String> {
        let document = edit.apply(&self.document.root);
        // An error of the generator isn't silent.
        let (merged, failures) = self.folder().merge(&document).ok()?;
        let build: Vec<_> = failures.iter().map(ToString::to_string).collect();
        let is_hidden = merged.root == self.merged;
        let made;
        let new = if is_hidden {
            // The same types are generated from the same document.
            let Text { name, text } = self.folder().text(&document);
            same.texts.insert(name, text);
            same.problems = failures;
            &*same
        } else {
            made = self.folder().side(&document, merged, failures).ok()?;
            &made
        };
        let report = compare(&self.old, new);
        let is_meaningless = MEANINGLESS.contains(&edit.name);
        let lost = [lost_pointers(&report, &self.old, new), lost_places(new)].concat();
        let unlisted = unlisted_items(&report, &self.old, new);
        let problem = if !is_meaningless && !report.changes().any(|finding| is_about(finding, edit)) {
            Some("no finding about it".to_owned())
        } else if !report.unclassified.is_empty() && build.is_empty() {
            Some(format!("unclassified: {:?}", report.unclassified))
        } else if is_hidden && is_meaningless != build.is_empty() {
            Some(format!("the build prints {:?}", build.first()))
        } else if !lost.is_empty() {
            Some(format!("places that don't exist: {lost:?}"))
        } else if !unlisted.is_empty() {
            Some(format!("items that a side doesn't have: {unlisted:?}"))
        } else if !is_hidden && !build.is_empty() {
            // The entry that no longer fits is left out.
            disagreement(&self.named, &Schema::new(new.api.document.root.clone()), edit, &report, seed)
        } else {
            disagreement(&self.document, &Schema::new(document), edit, &report, seed)
        };
        let findings = || {
            let shown = report.changes().map(|found| {
                format!("{} {} {:?}", found.rule.id(), found.pointer, (found.wire.old_to_new, found.wire.new_to_old))
            });
            shown.collect::<Vec<_>>()
        };
        problem.map(|problem| format!("{} at {}: {problem}\n  {:?}", edit.name, edit.pointer, findings()))
    }
}

/// What a validator says against the report.
fn disagreement(old: &Schema, new: &Schema, edit: &Edit, report: &Report, seed: u64) -> Option<String> {
    for (old_to_new, from, to) in [(true, old, new), (false, new, old)] {
        let is_broken = report.changes().any(|found| found.wire.verdict(old_to_new) == Verdict::Breaks);
        let restated = report.changes().find(|found| found.rule == Rule::Restated);
        if is_broken && restated.is_none() {
            continue;
        }
        let forced = forced(&from.root, &edit.pointer);
        let sent = values::valid_for(&forced, &from.validator, &mut Rng::new(seed), TRIES);
        let rejected = sent.iter().find(|value| !to.validator.is_valid(value));
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

/// The files around a document; none without an overlay.
#[derive(Clone, Copy)]
struct Folder<'a> {
    sources: Option<&'a Sources>,
}

impl Folder<'_> {
    fn text(self, document: &Value) -> Text {
        let name = self.sources.map_or("base.json", |sources| &sources.published.name);
        Text { name: name.to_owned(), text: format!("{document:#}\n") }
    }

    fn with(self, document: &Value) -> Option<Sources> {
        Some(Sources { published: self.text(document), ..self.sources?.clone() })
    }

    /// The document with overlay and additions, and the parts of these that don't fit: problems of the build.
    fn merge(self, document: &Value) -> Result<(Document, Vec<Failure>), Failures> {
        match self.with(document) {
            Some(sources) => generate::merge_leniently(&sources),
            None => Ok((Document::parse_plain(&self.text(document))?, Vec::new())),
        }
    }

    fn side(self, document: &Value, merged: Document, failures: Vec<Failure>) -> Result<Side, Failures> {
        let Some(sources) = self.with(document) else {
            let text = self.text(document);
            let generated = generate::generate_plain(&text, "")?;
            return Ok(Side { api: generated.try_into().unwrap(), texts: [(text.name, text.text)].into(), ..empty() });
        };
        let (generated, problems) = generate::generate_merged(&sources, merged, failures)?;
        let texts = [sources.published, sources.source, sources.overlay].into_iter().chain(sources.additions);
        let texts = texts.map(|text| (text.name, text.text)).collect();
        Ok(Side { api: generated.try_into().unwrap(), texts, problems, ..empty() })
    }
}

fn empty() -> Side {
    let root = json!({ "title": "Empty", "type": "object" }).to_string();
    let text = Text { name: "empty.json".to_owned(), text: root };
    let api = generate::generate_plain(&text, "").unwrap().try_into().unwrap();
    Side {
        name: "side".to_owned(),
        api,
        texts: [].into(),
        problems: Vec::new(),
        untyped: 0,
        version: None,
        listing: None,
    }
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
    let mut forced = document.clone();
    let mut node = &mut forced;
    let mut tokens = pointer.split('/').skip(1).map(|token| parent_and_key(token).1);
    while let Some(keyword) = tokens.next() {
        if let Some(reference) = node["$ref"].as_str() {
            *node = document.pointer(reference.trim_start_matches('#')).cloned().unwrap_or_default();
        }
        if node.get(&keyword).is_none() {
            break;
        }
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
        if node[&keyword].get(&key).is_none() {
            break;
        }
        node = &mut node[&keyword][key];
    }
    forced
}

// ---- runs ----------------------------------------------------------------------------------------------------------

fn is_complete() -> bool {
    std::env::var_os("EDITS").is_some_and(|edits| edits == "all")
}

/// Some edits, and the part of the document to make them in.
struct Job<'a> {
    document: &'a Value,
    sources: Option<&'a Sources>,
    /// Empty for the whole document.
    part: String,
    edits: Vec<Edit>,
}

impl Job<'_> {
    fn problems(self) -> Vec<String> {
        let Self { document, sources, part, edits } = self;
        let base = if part.is_empty() {
            Base::new(document.clone(), sources.cloned())
        } else {
            let document = cut(document, &part);
            let sources = sources.map(|sources| narrow(sources, &document));
            Base::new(document, sources)
        };
        let mut same = base.same();
        let seeds = SEED..;
        edits.iter().zip(seeds).filter_map(|(edit, seed)| base.problem(edit, &mut same, seed)).collect()
    }
}

/// Returns all edits, each in the part of the document around it.
fn parts<'a>(document: &'a Value, sources: Option<&'a Sources>) -> Vec<Job<'a>> {
    let mut edits: BTreeMap<String, Vec<Edit>> = BTreeMap::new();
    for edit in all_edits(document) {
        edits.entry(part_around(&edit.pointer).to_owned()).or_default().push(edit);
    }
    edits.into_iter().map(|(part, edits)| Job { document, sources, part, edits }).collect()
}

/// Returns a sample of this size of the edits, in the whole document.
fn sample<'a>(document: &'a Value, sources: Option<&'a Sources>, size: usize) -> Vec<Job<'a>> {
    let mut edits = all_edits(document);
    let mut rng = Rng::new(SEED);
    while edits.len() > size {
        edits.swap_remove(rng.below(edits.len()));
    }
    let mut jobs = Vec::new();
    while !edits.is_empty() {
        let share = edits.split_off(edits.len().saturating_sub(size.div_ceil(processors())));
        jobs.push(Job { document, sources, part: String::new(), edits: share });
    }
    jobs
}

fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Checks all edits, or a sample of this size, on all processors.
fn run(document: &Value, sources: Option<&Sources>, size: usize) {
    // A document without an overlay is small.
    let is_cut = is_complete() && sources.is_some();
    let mut jobs = if is_cut { parts(document, sources) } else { sample(document, sources, size) };
    assert!(!jobs.is_empty());
    // The longest ones first.
    jobs.sort_by_key(|job| job.edits.len());
    let jobs = Mutex::new(jobs);
    let problems: Vec<_> = thread::scope(|scope| {
        let work = || {
            let jobs = std::iter::from_fn(|| jobs.lock().unwrap().pop());
            jobs.flat_map(Job::problems).collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..processors()).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    finish(&problems);
}

/// The part of a document with a schema: a branch of a union, or else a property of the root. Empty for the root.
fn part_around(pointer: &str) -> &str {
    if !pointer.starts_with("/properties/") {
        return "";
    }
    let ends = pointer.match_indices('/').map(|(at, _)| at).skip(2).chain([pointer.len()]);
    let mut prefixes = ends.map(|end| &pointer[..end]);
    let property = prefixes.clone().next().unwrap();
    let is_branch = |prefix: &&str| {
        let (parent, index) = parent_and_key(prefix);
        index.parse::<usize>().is_ok() && (parent.ends_with("/anyOf") || parent.ends_with("/oneOf"))
    };
    prefixes.find(is_branch).unwrap_or(property)
}

/// The document with one part, and the tags around it.
fn cut(document: &Value, part: &str) -> Value {
    let mut document = document.clone();
    let tokens: Vec<_> = part.split('/').skip(1).map(|token| parent_and_key(token).1).collect();
    let mut node = &mut document;
    for (token, next) in tokens.iter().zip(tokens[1..].iter().map(Some).chain([None])) {
        if let (Some(key), "properties") = (next, token.as_str()) {
            reduce(node, key);
        }
        node = match node {
            Value::Array(branches) => {
                let index: usize = token.parse().unwrap();
                let others = branches.iter_mut().enumerate().filter(|(other, _)| *other != index);
                others.for_each(|(_, branch)| reduce(branch, ""));
                &mut branches[index]
            }
            node => &mut node[token],
        };
    }
    document
}

/// Removes the properties of an object, except this one and tags.
fn reduce(object: &mut Value, kept: &str) {
    let Some(Value::Object(properties)) = object.get_mut("properties") else { return };
    let is_tag =
        |schema: &Value| schema.get("const").is_some() || schema["enum"].as_array().is_some_and(|it| it.len() == 1);
    properties.retain(|name, schema| name == kept || is_tag(schema));
    let names: Vec<_> = properties.keys().cloned().collect();
    if let Some(Value::Array(required)) = object.get_mut("required") {
        required.retain(|name| names.iter().any(|kept| name == kept));
    }
}

/// The folder of the tests, which no refresh changes, with the additions that requests lead to: edits of their schema
/// reach no others. Of the largest unions, a few branches are left.
fn sources() -> Sources {
    let mut sources = Sources::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schema")).unwrap();
    edit_additions(&mut sources, |file| {
        for (union, branches) in SHORTENED {
            let branches: Vec<_> = branches.iter().map(|name| json!(format!("#/definitions/{name}"))).collect();
            if let Some(all) = file.pointer_mut(&format!("/definitions/{union}/oneOf")) {
                all.as_array_mut().unwrap().retain(|branch| branches.contains(&branch["$ref"]));
            }
        }
    });
    drop_unreached(&mut sources);
    sources
}

/// The folder for a part of its document: without the properties, definitions and entries for other parts.
fn narrow(sources: &Sources, document: &Value) -> Sources {
    let mut sources = Sources { published: Folder { sources: Some(sources) }.text(document), ..sources.clone() };
    edit_additions(&mut sources, |file| {
        if let Some(Value::Object(properties)) = file.get_mut("properties") {
            properties.retain(|name, _| document["properties"].get(name).is_some());
        }
    });
    drop_unreached(&mut sources);
    fit(&mut sources);
    sources
}

/// Does what the failures ask for.
fn fit(sources: &mut Sources) {
    for _ in 0..3 {
        let (_, mut failures) = generate::merge_leniently(sources).unwrap();
        // From the end, so that lines stay where they are. An entry may fail in two ways.
        let line = |failure: &Failure| failure.place.spot.strip_prefix(':').and_then(|line| line.parse::<usize>().ok());
        failures.sort_by_key(|failure| Reverse(line(failure)));
        failures.dedup_by_key(|failure| failure.place.to_string());
        for failure in &failures {
            follow(failure, sources);
        }
    }
    let (_, failures) = generate::merge_leniently(sources).unwrap();
    assert!(failures.is_empty(), "{failures:#?}");
}

fn edit_additions(sources: &mut Sources, edit: impl Fn(&mut Value)) {
    for text in &mut sources.additions {
        let mut file: Value = serde_json::from_str(&text.text).unwrap();
        edit(&mut file);
        text.text = format!("{file:#}\n");
    }
}

fn drop_unreached(sources: &mut Sources) {
    let mut root = generate::merge_leniently(sources).unwrap().0.root;
    let definitions = root["definitions"].take();
    let mut reached = BTreeSet::new();
    reach(&root, &definitions, &mut reached);
    edit_additions(sources, |file| {
        file["definitions"].as_object_mut().unwrap().retain(|name, _| reached.contains(name));
    });
}

fn reach(node: &Value, definitions: &Value, reached: &mut BTreeSet<String>) {
    match node {
        Value::Object(map) => {
            let name = map.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix("#/definitions/"));
            if let Some(name) = name.filter(|name| reached.insert((*name).to_owned())) {
                reach(&definitions[name], definitions, reached);
            }
            map.values().for_each(|value| reach(value, definitions, reached));
        }
        Value::Array(items) => items.iter().for_each(|item| reach(item, definitions, reached)),
        _ => {}
    }
}

#[test]
fn no_edit_of_the_published_document_is_silent() {
    let sources = sources();
    let document = serde_json::from_str(&sources.published.text).unwrap();
    run(&document, Some(&sources), SAMPLE);
}

#[test]
fn no_edit_of_the_uncut_document_is_silent() {
    let mut sources = sources();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff");
    sources.published.text = fs::read_to_string(folder.join("uncut.json")).unwrap();
    fit(&mut sources);
    let document = serde_json::from_str(&sources.published.text).unwrap();
    run(&document, Some(&sources), SAMPLE * 4);
}

#[test]
fn no_edit_of_a_document_without_overlay_is_silent() {
    for name in ["address", "color", "content", "delivery", "shape", "survey"] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/diff/bases/{name}.json"));
        let document = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        run(&document, None, usize::MAX);
    }
}

/// Does what a failure asks for: pastes an entry, deletes or replaces it, or deletes an addition.
fn follow(failure: &Failure, sources: &mut Sources) {
    let Failure { place, help, .. } = failure;
    let overlay = &mut sources.overlay.text;
    let pasted = help.split_once("\n\n").map(|(_, pasted)| format!("\n{pasted}"));
    if let Some(line) = place.spot.strip_prefix(':') {
        let lines: Vec<_> = overlay.lines().collect();
        let (before, rest) = lines.split_at(line.parse::<usize>().unwrap() - 1);
        let next = rest.iter().skip(1).position(|line| line.starts_with("[["));
        let rest = next.map_or(&[][..], |next| &rest[next + 1..]);
        *overlay = format!("{}\n{}\n", before.join("\n"), rest.join("\n"));
    } else if pasted.is_none() {
        let text = sources.additions.iter_mut().find(|text| text.name == place.file).unwrap();
        let mut additions: Value = serde_json::from_str(&text.text).unwrap();
        let (parent, key) = parent_and_key(place.spot.trim_start_matches('#'));
        additions.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(&key).unwrap();
        text.text = additions.to_string();
    }
    *overlay += &pasted.unwrap_or_default();
}
