//! Random pairs of documents: the report must agree with the compiler and with a validator.
//!
//! A disagreement found here becomes a case in `tests/diff/`. The seed is fixed; `RANDOM_SEED` sets another one, and
//! `RANDOM_PAIRS` the number of pairs. The workflow takes more than `cargo test`.

use serde_json::Value;

use super::super::compare;
use super::super::finding::{Level, Report};
use super::compiler::{Compiler, Example};
use super::rng::Rng;
use super::{Made, consumer, documents, edits, missed_break, side};

/// Number of pairs per document, so the compiler checks its types once.
const PAIRS_PER_DOCUMENT: usize = 4;

/// A document and an edited one.
struct Pair {
    /// The index of the document.
    document: usize,
    edits: Vec<&'static str>,
    new: Made,
    report: Report,
}

/// One run.
struct Run {
    seed: u64,
    documents: Vec<Made>,
    pairs: Vec<Pair>,
    /// The errors of the generator, where it refused a side.
    refused: Vec<String>,
}

impl Run {
    fn new() -> Self {
        let number = |name: &str| std::env::var(name).ok().map(|value| value.parse::<u64>().unwrap());
        let seed = number("RANDOM_SEED").unwrap_or(20_260_401);
        let count = usize::try_from(number("RANDOM_PAIRS").unwrap_or(40)).unwrap();
        let mut run = Self { seed, documents: Vec::new(), pairs: Vec::new(), refused: Vec::new() };
        let mut rng = Rng::new(seed);
        while run.pairs.len() < count {
            run.add_document(&mut rng);
        }
        run
    }

    fn add_document(&mut self, rng: &mut Rng) {
        let document = documents::document(rng);
        let old = match side("old.json", format!("{document:#}\n")) {
            Ok(old) => old,
            Err(error) => return self.refused.push(format!("{error}\n{document}")),
        };
        for _ in 0..PAIRS_PER_DOCUMENT {
            let mut changed = document.clone();
            let count = *rng.pick(&[1, 1, 1, 2, 3]);
            let edits = edits::apply(&mut changed, rng, count);
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

    fn old(&self, pair: &Pair) -> &Made {
        &self.documents[pair.document]
    }

    /// Describes a pair in enough detail to make a case of it.
    fn describe(&self, index: usize) -> String {
        let pair = &self.pairs[index];
        let old = self.old(pair);
        let found = pair.report.changes().map(|finding| {
            format!("  {} {} {} {:?}\n", finding.semver.name(), finding.rule.id(), finding.pointer, finding.wire)
        });
        let texts = |side: &Made| {
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
}

#[test]
fn reports_agree_with_compiler_and_validator_on_random_edits() {
    let run = Run::new();
    let mut problems = run.unexplained();
    problems.extend(run.missed_breaks());
    let described = problems.iter().map(|(index, problem)| format!("{problem}\n{}", run.describe(*index)));
    let problems: Vec<_> = described.chain(run.miscompiled()).collect();
    super::finish(&problems);
    let few = run.pairs.len() / 6;
    assert!(run.refused.len() <= few, "{} sides are refused:\n{}", run.refused.len(), run.refused.join("\n\n"));
}

impl Run {
    /// Pairs with unclassified changes, and pairs with findings although nothing has changed.
    fn unexplained(&self) -> Vec<(usize, String)> {
        let mut problems = Vec::new();
        for (index, pair) in self.pairs.iter().enumerate() {
            if !pair.report.unclassified.is_empty() {
                problems.push((index, format!("unclassified: {:?}", pair.report.unclassified)));
            }
            let is_same = self.old(pair).texts.values().eq(pair.new.texts.values());
            if is_same && !pair.report.is_empty() {
                problems.push((index, "nothing has changed".to_owned()));
            }
        }
        problems
    }

    /// Pairs with an unreported wire break. Of several edits one may hide the break of another.
    fn missed_breaks(&self) -> Vec<(usize, String)> {
        let single = self.pairs.iter().enumerate().filter(|(_, pair)| pair.edits.len() == 1);
        let problems = single.filter_map(|(index, pair)| {
            let seed = self.seed.wrapping_add(u64::try_from(index).unwrap());
            Some((index, missed_break(&pair.report, self.old(pair), &pair.new, seed)?))
        });
        problems.collect()
    }

    /// Pairs about which the compiler disagrees.
    fn miscompiled(&self) -> Vec<String> {
        let code: Vec<_> = self.documents.iter().map(|side| consumer::write(&side.api.listing)).collect();
        let old = self.documents.iter().enumerate().map(|(index, side)| Example {
            name: format!("document {index}"),
            types: side.source.clone(),
            code: code[index].clone(),
            compiles: true,
        });
        // Swapped arguments of one type compile.
        let is_decided = |pair: &Pair| !pair.report.changes().any(|found| found.rule.is_silent());
        let decided = self.pairs.iter().enumerate().filter(|(_, pair)| is_decided(pair));
        let new = decided.map(|(index, pair)| Example {
            name: self.describe(index),
            types: pair.new.signatures(),
            code: code[pair.document].clone(),
            compiles: pair.report.required_bump != Level::Major,
        });
        Compiler::new("random").disagreements(&old.chain(new).collect::<Vec<_>>())
    }
}
