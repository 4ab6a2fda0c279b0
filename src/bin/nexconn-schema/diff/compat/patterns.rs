//! Matching strings of a pattern, from its syntax tree.
//!
//! Patterns are ECMA-262 and unanchored. Unreadable ones give no strings, and the validator checks the rest.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::limits::MAX_LENGTH;

/// Number of ways to choose among alternatives and in classes.
const WAYS: usize = 6;

/// Matching strings and similar ones, and whether the pattern could be read.
pub(super) fn matching(pattern: &str, lengths: &[usize]) -> (Vec<String>, bool) {
    let Some(hir) = parse(pattern) else { return (Vec::new(), false) };
    let mut strings = Vec::new();
    let mut repetitions: Vec<usize> = vec![0, 1, 2];
    repetitions.extend(lengths);
    for way in 0..WAYS {
        for repeat in &repetitions {
            let mut text = Text { out: String::new(), way, repeat: *repeat };
            text.write(&hir);
            strings.push(text.out);
        }
    }
    let around = strings.iter().take(2).flat_map(|text| [format!("x{text}"), format!("{text}x"), format!("{text}\n")]);
    let around: Vec<String> = around.collect();
    strings.extend(around);
    (strings, true)
}

/// The bounds of repetitions, and the numbers above them.
pub(super) fn bounds(pattern: &str) -> Vec<usize> {
    let mut bounds = Vec::new();
    if let Some(hir) = parse(pattern) {
        gather(&hir, &mut bounds);
    }
    bounds
}

fn gather(hir: &Hir, bounds: &mut Vec<usize>) {
    match hir.kind() {
        HirKind::Repetition(repetition) => {
            let counts = [Some(repetition.min), repetition.max].into_iter().flatten();
            let counts = counts.filter_map(|count| usize::try_from(count).ok()).filter(|count| *count < MAX_LENGTH);
            bounds.extend(counts.flat_map(|count| [count, count + 1]));
            gather(&repetition.sub, bounds);
        }
        HirKind::Capture(capture) => gather(&capture.sub, bounds),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().for_each(|part| gather(part, bounds)),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => {}
    }
}

fn parse(pattern: &str) -> Option<Hir> {
    ParserBuilder::new().nest_limit(64).build().parse(pattern).ok()
}

/// A string under construction.
struct Text {
    out: String,
    /// The number of the alternative, and of the character of a class.
    way: usize,
    /// Number of repetitions.
    repeat: usize,
}

impl Text {
    fn write(&mut self, hir: &Hir) {
        if self.out.len() > MAX_LENGTH {
            return;
        }
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => self.out.push_str(&String::from_utf8_lossy(&literal.0)),
            HirKind::Class(class) => self.out.extend(self.member(class)),
            HirKind::Capture(capture) => self.write(&capture.sub),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.write(part)),
            HirKind::Alternation(parts) => {
                if let Some(part) = parts.get(self.way % parts.len().max(1)) {
                    self.write(part);
                }
            }
            HirKind::Repetition(repetition) => {
                let least = usize::try_from(repetition.min).unwrap_or(MAX_LENGTH);
                let most = repetition.max.and_then(|most| usize::try_from(most).ok()).unwrap_or(MAX_LENGTH);
                for _ in 0..self.repeat.clamp(least, most.max(least)) {
                    if self.out.len() > MAX_LENGTH {
                        break;
                    }
                    self.write(&repetition.sub);
                }
            }
        }
    }

    /// A character of the class: the first of a range, or the last.
    fn member(&self, class: &Class) -> Option<char> {
        let ranges: Vec<(char, char)> = match class {
            Class::Unicode(class) => class.iter().map(|range| (range.start(), range.end())).collect(),
            Class::Bytes(class) => {
                class.iter().map(|range| (char::from(range.start()), char::from(range.end()))).collect()
            }
        };
        let printable = |(start, end): &(char, char)| *end >= ' ' && *start <= '~';
        let shown: Vec<(char, char)> = ranges.iter().copied().filter(printable).collect();
        let ranges = if shown.is_empty() { ranges } else { shown };
        let (start, end) = *ranges.get(self.way / 2 % ranges.len().max(1))?;
        let start = if start < ' ' && end >= 'a' { 'a' } else { start };
        Some(if self.way.is_multiple_of(2) { start } else { end })
    }
}
