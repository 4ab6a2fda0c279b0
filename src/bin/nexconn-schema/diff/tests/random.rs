//! Random pairs of documents: the report must say what the compiler and a validator say.
//!
//! Place in the flow: beside `cases.rs`; a disagreement that is found here becomes a case there.
//! `documents.rs` makes the documents and `edits.rs` changes them. The seed is fixed, so that a run
//! tells nothing by luck; another one is given in `RANDOM_SEED`, and how many pairs in `RANDOM_PAIRS`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::compare;
use super::super::finding::{Level, Report};
use super::cases::misjudged;
use super::dice::Dice;
use super::rustc::{Judge, Module, TYPES};
use super::{GENERATED, documents, edits, side, witness};
use crate::snapshot::Side;

/// How many pairs one document makes: the compiler looks once at its types.
const PAIRS_OF_ONE: usize = 4;

/// A document, and what became of it.
struct Pair {
    /// The index of the document.
    document: usize,
    edits: Vec<&'static str>,
    new: Side,
    report: Report,
}

/// What is tried in one run.
struct Run {
    seed: u64,
    documents: Vec<Side>,
    pairs: Vec<Pair>,
    /// The errors of the guards, where they refused a side.
    refused: Vec<String>,
}

impl Run {
    fn new() -> Self {
        let number = |name: &str| std::env::var(name).ok().map(|value| value.parse::<u64>().unwrap());
        let seed = number("RANDOM_SEED").unwrap_or(20_260_401);
        let count = usize::try_from(number("RANDOM_PAIRS").unwrap_or(300)).unwrap();
        let mut run = Self { seed, documents: Vec::new(), pairs: Vec::new(), refused: Vec::new() };
        let mut dice = Dice::new(seed);
        while run.pairs.len() < count {
            run.add_document(&mut dice);
        }
        run
    }

    fn add_document(&mut self, dice: &mut Dice) {
        let document = documents::document(dice);
        let old = match side("old.json", format!("{document:#}\n")) {
            Ok(old) => old,
            Err(error) => return self.refused.push(format!("{error}\n{document}")),
        };
        for _ in 0..PAIRS_OF_ONE {
            let mut changed = document.clone();
            let count = *dice.pick(&[1, 1, 1, 2, 3]);
            let edits = edits::apply(&mut changed, dice, count);
            match side("new.json", format!("{changed:#}\n")) {
                Ok(new) => {
                    let report = compare(&old, &new);
                    self.pairs.push(Pair { document: self.documents.len(), edits, new, report });
                }
                Err(error) => self.refused.push(format!("{edits:?}\n{error}\n{document}\n{changed}")),
            }
        }
        self.documents.push(old);
    }

    fn old(&self, pair: &Pair) -> &Side {
        &self.documents[pair.document]
    }

    /// A pair in words: enough to make a case of it.
    fn told(&self, index: usize) -> String {
        let pair = &self.pairs[index];
        let old = self.old(pair);
        let found = pair.report.changes().map(|finding| {
            format!("  {} {} {} {:?}\n", finding.semver.name(), finding.rule.id(), finding.pointer, finding.wire)
        });
        let texts = |side: &Side| {
            let text = side.texts.values().next().unwrap();
            serde_json::from_str::<Value>(text).unwrap().to_string()
        };
        format!(
            "pair {index} of RANDOM_SEED={}, edits {:?}, required bump {}\n{}  old {}\n  new {}",
            self.seed,
            pair.edits,
            pair.report.required_bump.name(),
            found.collect::<String>(),
            texts(old),
            texts(&pair.new),
        )
    }

    fn finish(&self, problems: &[(usize, String)]) {
        let told: Vec<_> =
            problems.iter().map(|(index, problem)| format!("{problem}\n{}", self.told(*index))).collect();
        assert!(told.is_empty(), "{} of {} pairs\n\n{}", told.len(), self.pairs.len(), told.join("\n\n"));
    }
}

/// The code without what the compiler does not look at.
fn bare(source: &str) -> Vec<&str> {
    let is_code = |line: &&str| !line.trim_start().starts_with("//") && !line.starts_with("pub const SCHEMA_SHA256");
    source.lines().filter(is_code).collect()
}

#[test]
fn the_judges_agree_on_random_edits() {
    let run = Run::new();
    let mut problems = run.unexplained();
    problems.extend(run.misjudged());
    problems.extend(run.miscompiled());
    run.finish(&problems);
    let few = run.pairs.len() / 6;
    assert!(run.refused.len() <= few, "{} sides are refused:\n{}", run.refused.len(), run.refused.join("\n\n"));
}

impl Run {
    /// What no rule explains, and what is explained although nothing has changed.
    fn unexplained(&self) -> Vec<(usize, String)> {
        let mut problems = Vec::new();
        for (index, pair) in self.pairs.iter().enumerate() {
            if !pair.report.unhandled.is_empty() {
                problems.push((index, format!("unhandled: {:?}", pair.report.unhandled)));
            }
            let is_same = self.old(pair).texts.values().eq(pair.new.texts.values());
            if is_same && !pair.report.is_empty() {
                problems.push((index, "nothing has changed".to_owned()));
            }
        }
        problems
    }

    /// What is said to fit, and does not. Of several edits one may hide what another one breaks.
    fn misjudged(&self) -> Vec<(usize, String)> {
        let single = self.pairs.iter().enumerate().filter(|(_, pair)| pair.edits.len() == 1);
        let problems = single.filter_map(|(index, pair)| {
            let seed = self.seed.wrapping_add(u64::try_from(index).unwrap());
            Some((index, misjudged(&pair.report, self.old(pair), &pair.new, seed)?))
        });
        problems.collect()
    }

    /// Where the compiler says otherwise.
    fn miscompiled(&self) -> Vec<(usize, String)> {
        let mut modules: Vec<_> = self
            .documents
            .iter()
            .enumerate()
            .map(|(index, side)| module(&format!("old_{index}"), side, side))
            .collect();
        for (index, pair) in self.pairs.iter().enumerate() {
            let old = self.old(pair);
            // The same code need not be compiled twice.
            if bare(&old.texts[GENERATED]) != bare(&pair.new.texts[GENERATED]) {
                modules.push(module(&format!("new_{index}"), &pair.new, old));
            }
        }
        let judge = Judge::new("random");
        let refused = judge.judge(&modules);
        let said = |name: &str, file: &str| refused.get(&(name.to_owned(), file.to_owned()));
        let mut problems = Vec::new();
        for (index, pair) in self.pairs.iter().enumerate() {
            let (old, new) = (format!("old_{}", pair.document), format!("new_{index}"));
            let types = said(&old, TYPES).or_else(|| said(&new, TYPES));
            let message = said(&new, "written");
            if let Some(message) = types.or_else(|| said(&old, "written")) {
                problems.push((index, format!("there are errors without a change already\n{message}")));
            } else if message.is_some() != (pair.report.required_bump == Level::Major) {
                let message = message.map_or("compiles".to_owned(), |message| format!("does not compile:\n{message}"));
                problems.push((index, format!("in {}, {new} {message}", judge.sources().display())));
            }
        }
        problems
    }
}

fn module(name: &str, types: &Side, used: &Side) -> Module {
    Module {
        name: name.to_owned(),
        types: types.texts[GENERATED].clone(),
        witnesses: BTreeMap::from([("written".to_owned(), witness::write(&used.api.listing))]),
    }
}
