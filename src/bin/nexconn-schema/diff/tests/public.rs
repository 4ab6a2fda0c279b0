//! Pairs of public schemas: the report must agree with the compiler and with a validator.
//!
//! `.ci/public-schemas/run` downloads them, and runs this test with a file in `SCHEMA_PAIRS` that has the paths of two
//! schemas on each line, with a tab between them.

use std::fs;
use std::path::Path;

use jsonschema::{Draft, Registry, ValidationOptions, Validator};
use serde_json::{Value, json};

use super::super::compare;
use super::super::finding::{Example, Level, Report, Verdict};
use super::compiler::{self, Compiler};
use super::rng::Rng;
use super::{Made, consumer, finish, made, values};
use crate::generate::document::DRAFT_07;
use crate::snapshot::{Loader, Overlay, Reading};
use crate::stack;

/// The URI of the document in a file. Relative identifiers in it need one with a path.
const DOCUMENT: &str = "https://schema.invalid/document";

/// Number of random values of each side.
const TRIES: usize = 60;

struct Pair {
    name: String,
    old: Made,
    new: Made,
    report: Report,
}

impl Pair {
    fn read(line: &str) -> Self {
        let (old, new) = line.split_once('\t').unwrap();
        let [old, new] = [old, new].map(read);
        let report = compare(&old, &new);
        Self { name: line.replace('\t', " → "), old, new, report }
    }

    /// Whether there's a validator of both documents.
    fn has_validators(&self) -> bool {
        validator(&self.old).is_some() && validator(&self.new).is_some()
    }

    /// Both directions: whether old documents are sent, the sender and the receiver.
    fn directions(&self) -> [(bool, &Made, &Made); 2] {
        [(true, &self.old, &self.new), (false, &self.new, &self.old)]
    }

    /// A value that one side writes and the other rejects although no finding says so.
    fn missed_break(&self) -> Option<String> {
        self.directions().into_iter().find_map(|(old_to_new, from, to)| {
            if self.report.changes().any(|finding| finding.wire.verdict(old_to_new) == Verdict::Breaks) {
                return None;
            }
            let (sender, receiver) = (validator(from)?, validator(to)?);
            let sent = values::valid_for(&from.api.document.root, &sender, &mut Rng::new(1), TRIES);
            let rejected = sent.iter().find(|value| !receiver.is_valid(value))?;
            Some(format!(
                "{}: reported as compatible, but {rejected} is rejected (old to new: {old_to_new})",
                self.name
            ))
        })
    }

    /// The examples that aren't valid on one side only.
    fn wrong_examples(&self) -> Option<String> {
        let examples = self.report.changes().flat_map(|finding| &finding.wire.examples);
        examples.into_iter().find_map(|example| {
            let [from, to] =
                if example.direction == "old_to_new" { [&self.old, &self.new] } else { [&self.new, &self.old] };
            let is_valid = |side: &Made| Some(part(side, &example.schema)?.is_valid(&example.document));
            let is_right = is_valid(from) == Some(true) && is_valid(to) == Some(false);
            (!is_right).then(|| {
                let Example { direction, schema, document } = example;
                format!("{}: not an example of {direction} for {schema:?}: {document}", self.name)
            })
        })
    }

    /// Code that uses all of the old types, with the old and the new ones.
    fn examples(&self) -> [compiler::Example; 2] {
        let code = consumer::write(&self.old.api.listing);
        let compiles = self.report.required_bump != Level::Major;
        [(&self.old, true), (&self.new, compiles)].map(|(side, compiles)| compiler::Example {
            name: format!("{}, {} types", self.name, side.name),
            types: side.signatures(),
            code: code.clone(),
            compiles,
        })
    }
}

fn read(path: &str) -> Made {
    let contents =
        Loader { folder: None, overlay: Overlay::None, reading: &Reading::DEFAULT }.contents(Some(path)).unwrap();
    let (generated, _) = contents.generate().unwrap();
    let texts = [(path.to_owned(), fs::read_to_string(path).unwrap().trim_start_matches('\u{feff}').to_owned())];
    made(path, generated, texts.into())
}

/// A validator of the draft that the document names. There's none for documents that refer to others.
fn validator(side: &Made) -> Option<Validator> {
    let schema: Value = serde_json::from_str(side.texts.values().next()?).ok()?;
    options(&schema).build(&schema).ok()
}

/// Documents without `$schema` are draft-07, as for the command.
fn options(schema: &Value) -> ValidationOptions<'static> {
    let options = jsonschema::options().should_validate_formats(true);
    if schema["$schema"].is_string() { options } else { options.with_draft(Draft::Draft7) }
}

/// A validator of a part of the document in the file, by its pointer in the merged document.
fn part(side: &Made, pointer: &str) -> Option<Validator> {
    if pointer.is_empty() {
        return validator(side);
    }
    let mut whole: Value = serde_json::from_str(side.texts.values().next()?).ok()?;
    // A change of the file alone has the pointer in it.
    let is_merged = side.api.document.root.pointer(pointer).is_some();
    let spot = if is_merged { side.api.document.place(pointer).spot } else { format!("#{pointer}") };
    let unreserved = |c: char| c.is_ascii_alphanumeric() || "#/-._~".contains(c);
    let encoded = |c: char| c.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let spot: String = spot.chars().map(|c| if unreserved(c) { c.to_string() } else { encoded(c) }).collect();
    let draft = whole["$schema"].as_str().unwrap_or(DRAFT_07).to_owned();
    let schema = json!({ "$schema": draft, "$ref": format!("{DOCUMENT}{spot}") });
    whole["$schema"] = draft.into();
    for keyword in ["id", "$id"] {
        whole.as_object_mut()?.remove(keyword);
    }
    let registry = Registry::new().add(DOCUMENT, whole).ok()?.prepare().ok()?;
    jsonschema::options().should_validate_formats(true).with_registry(&registry).build(&schema).ok()
}

#[test]
#[ignore = "needs the pairs that `.ci/public-schemas/run` downloads"]
#[allow(clippy::print_stdout, reason = "`.ci/public-schemas/run` shows the numbers")]
fn pairs_have_the_verdicts_of_compiler_and_validator() {
    let listed = std::env::var_os("SCHEMA_PAIRS").expect("SCHEMA_PAIRS names the file with the pairs");
    let lines = fs::read_to_string(Path::new(&listed)).unwrap();
    let problems = stack::run_on_large_stack(|| {
        let pairs: Vec<_> = lines.lines().map(Pair::read).collect();
        let (pairs, others): (Vec<_>, Vec<_>) = pairs.into_iter().partition(Pair::has_validators);
        let wire = pairs.iter().filter_map(|pair| pair.missed_break().or_else(|| pair.wrong_examples()));
        let mut problems: Vec<String> = wire.collect();
        // Swapped arguments of one type compile.
        let is_decided = |pair: &&Pair| !pair.report.changes().any(|found| found.rule.is_silent());
        let examples: Vec<_> = pairs.iter().filter(is_decided).flat_map(Pair::examples).collect();
        problems.extend(Compiler::new("public").disagreements(&examples));
        println!("\n{} pairs judged, {} wrong", pairs.len(), problems.len());
        println!("{} pairs refer to other documents, so there's no validator of them", others.len());
        problems
    });
    let problems = problems.unwrap();
    finish(&problems);
}

/// Faults that public schemas showed. Each pair is the schema of a property.
#[test]
fn pairs_of_small_schemas_have_the_verdicts_of_a_validator() {
    let list = |items: Value| json!({ "type": "array", "minItems": 1, "items": items });
    let text = json!({ "type": "string" });
    let map = |pattern: &str, values: Value| json!({ "type": "object", "patternProperties": { pattern: values } });
    let pairs = [
        // Constants aren't open.
        (json!({ "type": "string", "enum": ["a", "b"] }), json!({ "anyOf": [{ "const": "a" }, { "const": "b" }] })),
        // The merged array has the bounds of its branches.
        (list(text.clone()), json!({ "oneOf": [list(json!({ "type": "integer" })), list(text.clone())] })),
        // An enum beside strings is open.
        (
            json!({ "anyOf": [{ "$ref": "#/definitions/D" }, { "type": "string", "minLength": 1 }] }),
            json!({ "anyOf": [{ "$ref": "#/definitions/D" }, { "type": "string", "minLength": 1 }] }),
        ),
        // Numbers within bounds.
        (
            json!({ "type": "integer" }),
            json!({ "anyOf": [{ "type": "integer", "minimum": 5 }, { "type": "number", "maximum": 2 }] }),
        ),
        // One of two branches that accept any value is never the only one.
        (
            json!({ "oneOf": [{ "x": 1 }, { "y": 1 }] }),
            json!({ "type": "object", "properties": { "x": text.clone() } }),
        ),
        // Keys without the pattern have any value.
        (map("[a-z]", json!({ "type": "boolean" })), map("[a-z]+", json!({ "type": "integer" }))),
        // Only some booleans.
        (json!({ "enum": [true, "a"] }), json!({ "enum": [false, "a"] })),
    ];
    let folder = tempfile::tempdir().unwrap();
    let problems = pairs.into_iter().enumerate().flat_map(|(index, (old, new))| {
        let file = |side: &str, property: &Value| {
            let path = folder.path().join(format!("{index}-{side}.json"));
            let schema = json!({ "title": "Thing", "type": "object", "properties": { "p": property },
                "definitions": { "D": { "type": "string", "enum": ["aa", "bb", side] } } });
            fs::write(&path, schema.to_string()).unwrap();
            path.display().to_string()
        };
        let pair = Pair::read(&format!("{}\t{}", file("old", &old), file("new", &new)));
        assert!(pair.has_validators());
        [pair.missed_break(), pair.wrong_examples()]
    });
    finish(&problems.flatten().collect::<Vec<_>>());
}
