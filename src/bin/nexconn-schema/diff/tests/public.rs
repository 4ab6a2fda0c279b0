//! Pairs of public schemas: the report must agree with the compiler and with a validator.
//!
//! `.ci/public-schemas/run` downloads them, and runs this test with a file in `SCHEMA_PAIRS` that has the paths of two
//! schemas on each line, with a tab between them.

use std::fs;
use std::path::Path;

use jsonschema::Validator;
use serde_json::Value;

use super::super::compare;
use super::super::finding::{Level, Report, Verdict};
use super::super::rules::Rule;
use super::compiler::{Compiler, Example};
use super::rng::Rng;
use super::{Made, consumer, finish, made, schema, values};
use crate::snapshot::{Loader, Overlay, Reading};
use crate::stack;

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
            let (from, to) = if example.direction == "old_to_new" { (0, 1) } else { (1, 0) };
            let sides = [&self.old, &self.new];
            let is_valid = |side: usize| match example.schema.as_str() {
                "" => Some(validator(sides[side])?.is_valid(&example.document)),
                pointer => Some(values::validator(&schema(sides[side], pointer)).is_valid(&example.document)),
            };
            let is_wrong = !is_valid(from)? || is_valid(to)?;
            is_wrong.then(|| format!("{}: not an example of {}: {}", self.name, example.direction, example.document))
        })
    }

    /// Code that uses all of the old types, with the old and the new ones.
    fn examples(&self) -> [Example; 2] {
        let code = consumer::write(&self.old.api.listing);
        let compiles = self.report.required_bump != Level::Major;
        [(&self.old, true), (&self.new, compiles)].map(|(side, compiles)| Example {
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
    jsonschema::options().should_validate_formats(true).build(&schema).ok()
}

#[test]
#[ignore = "needs the pairs that `.ci/public-schemas/run` downloads"]
#[allow(clippy::print_stdout, reason = "`.ci/public-schemas/run` shows the numbers")]
fn pairs_have_the_verdicts_of_compiler_and_validator() {
    let listed = std::env::var_os("SCHEMA_PAIRS").expect("SCHEMA_PAIRS names the file with the pairs");
    let lines = fs::read_to_string(Path::new(&listed)).unwrap();
    let problems = stack::run_on_large_stack(|| {
        let pairs: Vec<_> = lines.lines().map(Pair::read).collect();
        let wire = pairs.iter().filter_map(|pair| pair.missed_break().or_else(|| pair.wrong_examples()));
        let mut problems: Vec<String> = wire.collect();
        // Swapped arguments of one type compile.
        let is_decided = |pair: &&Pair| !pair.report.changes().any(|found| found.rule == Rule::ArgumentsReordered);
        let examples: Vec<_> = pairs.iter().filter(is_decided).flat_map(Pair::examples).collect();
        problems.extend(Compiler::new("public").disagreements(&examples));
        problems
    });
    let problems = problems.unwrap();
    println!("\n{} pairs judged, {} wrong", lines.lines().count(), problems.len());
    finish(&problems);
}
