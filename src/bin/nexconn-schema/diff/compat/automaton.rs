//! A pattern as the machine that finds it in a string, letter by letter.
//!
//! Place in the flow: `languages.rs` runs two of them side by side. Patterns are ECMA-262; what differs
//! there from what regex-syntax reads is translated, and what cannot be translated is not read.

use std::collections::BTreeSet;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

/// The most steps of one machine.
const LARGEST: usize = 1_500;
/// What ECMA-262 calls a space.
const SPACES: &str = r"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff";

/// One step; the numbers are those of the steps that follow.
enum Step {
    Letter(Vec<(char, char)>, usize),
    Either(Vec<usize>),
    /// Only at the beginning of the string.
    Start(usize),
    /// Only at its end.
    End(usize),
    Match,
}

/// The machine.
pub(super) struct Automaton {
    steps: Vec<Step>,
    first: usize,
}

/// Where a machine can be after some letters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct State {
    steps: Vec<usize>,
    at_start: bool,
    has_matched: bool,
}

impl State {
    /// The pattern has been found; what follows does not matter.
    pub(super) fn matched() -> Self {
        Self { steps: Vec::new(), at_start: false, has_matched: true }
    }

    /// Whether the pattern can no longer be found.
    pub(super) fn is_dead(&self) -> bool {
        self.steps.is_empty() && !self.has_matched
    }
}

impl Automaton {
    /// Reads a pattern; `None` if that cannot be done exactly.
    pub(super) fn read(pattern: &str) -> Option<Self> {
        let hir = ParserBuilder::new().nest_limit(64).build().parse(&translated(pattern)?).ok()?;
        let mut machine = Self { steps: vec![Step::Match], first: 0 };
        machine.first = machine.add(&hir, 0)?;
        Some(machine)
    }

    pub(super) fn start(&self) -> State {
        self.state([self.first].into(), true)
    }

    pub(super) fn next(&self, state: &State, letter: char) -> State {
        if state.has_matched {
            return State::matched();
        }
        let follows = |step: &usize| match &self.steps[*step] {
            Step::Letter(ranges, next) if ranges.iter().any(|(from, to)| (*from..=*to).contains(&letter)) => {
                Some(*next)
            }
            _ => None,
        };
        // A pattern may begin anywhere.
        let next = state.steps.iter().filter_map(follows).chain([self.first]).collect();
        self.state(next, false)
    }

    pub(super) fn accepts(&self, state: &State) -> bool {
        state.has_matched || self.reached(state.steps.clone(), state.at_start, true).contains(&0)
    }

    fn state(&self, steps: Vec<usize>, at_start: bool) -> State {
        let reached = self.reached(steps, at_start, false);
        if reached.contains(&0) {
            return State::matched();
        }
        let waits = |step: &usize| matches!(self.steps[*step], Step::Letter(..) | Step::End(_));
        State { steps: reached.into_iter().filter(waits).collect(), at_start, has_matched: false }
    }

    /// The steps that are reached from these without a letter.
    fn reached(&self, mut left: Vec<usize>, at_start: bool, at_end: bool) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        while let Some(step) = left.pop() {
            if !reached.insert(step) {
                continue;
            }
            match &self.steps[step] {
                Step::Either(next) => left.extend(next),
                Step::Start(next) if at_start => left.push(*next),
                Step::End(next) if at_end => left.push(*next),
                Step::Start(_) | Step::End(_) | Step::Letter(..) | Step::Match => {}
            }
        }
        reached
    }

    /// Adds what matches `hir` and goes on at `next`; returns where it begins.
    fn add(&mut self, hir: &Hir, next: usize) -> Option<usize> {
        match hir.kind() {
            HirKind::Empty => Some(next),
            HirKind::Literal(literal) => {
                let text = std::str::from_utf8(&literal.0).ok()?;
                text.chars().rev().try_fold(next, |next, letter| self.push(Step::Letter(vec![(letter, letter)], next)))
            }
            HirKind::Class(Class::Unicode(class)) => {
                let ranges = class.iter().map(|range| (range.start(), range.end())).collect();
                self.push(Step::Letter(ranges, next))
            }
            HirKind::Class(Class::Bytes(class)) => {
                let ranges = class.iter().map(|range| (char::from(range.start()), char::from(range.end())));
                let step = Step::Letter(ranges.collect(), next);
                if class.is_ascii() { self.push(step) } else { None }
            }
            HirKind::Look(Look::Start) => self.push(Step::Start(next)),
            HirKind::Look(Look::End) => self.push(Step::End(next)),
            HirKind::Look(_) => None,
            HirKind::Capture(capture) => self.add(&capture.sub, next),
            HirKind::Concat(parts) => parts.iter().rev().try_fold(next, |next, part| self.add(part, next)),
            HirKind::Alternation(parts) => {
                let ways = parts.iter().map(|part| self.add(part, next)).collect::<Option<_>>()?;
                self.push(Step::Either(ways))
            }
            HirKind::Repetition(repetition) => self.repeat(repetition, next),
        }
    }

    fn repeat(&mut self, repetition: &Repetition, next: usize) -> Option<usize> {
        let mut first = next;
        match repetition.max {
            None => {
                let again = self.push(Step::Either(vec![next]))?;
                let inner = self.add(&repetition.sub, again)?;
                self.steps[again] = Step::Either(vec![inner, next]);
                first = again;
            }
            Some(most) => {
                for _ in repetition.min..most {
                    let inner = self.add(&repetition.sub, first)?;
                    first = self.push(Step::Either(vec![inner, next]))?;
                }
            }
        }
        (0..repetition.min).try_fold(first, |first, _| self.add(&repetition.sub, first))
    }

    fn push(&mut self, step: Step) -> Option<usize> {
        self.steps.push(step);
        (self.steps.len() <= LARGEST).then(|| self.steps.len() - 1)
    }
}

/// One letter of each set that no step of these machines tells apart, the most readable first.
pub(super) fn characters<'a>(machines: impl Iterator<Item = &'a Automaton>) -> Vec<char> {
    let mut bounds = BTreeSet::from([0, 0xD800, 0xE000, 0x11_0000]);
    for step in machines.flat_map(|machine| &machine.steps) {
        if let Step::Letter(ranges, _) = step {
            bounds.extend(ranges.iter().flat_map(|(from, to)| [u32::from(*from), u32::from(*to) + 1]));
        }
    }
    let bounds: Vec<u32> = bounds.into_iter().collect();
    let readable = |from: u32, to: u32| {
        let known = "a0A".chars().chain(' '..='~').map(u32::from).find(|code| (from..to).contains(code));
        char::from_u32(known.unwrap_or(from))
    };
    let mut letters: Vec<_> = bounds.windows(2).filter_map(|pair| readable(pair[0], pair[1])).collect();
    letters.sort_by_key(|letter| (!letter.is_ascii_alphanumeric(), letter.is_control() || !letter.is_ascii()));
    letters
}

/// The pattern in the words of regex-syntax; `None` if it has no such words, or may mean something else in them.
fn translated(pattern: &str) -> Option<String> {
    let mut out = String::new();
    let mut in_class = false;
    let mut letters = pattern.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => out += &escape(letters.next()?, in_class)?,
            '[' if in_class => out += "\\[",
            '[' => {
                in_class = true;
                out.push('[');
                out.extend(letters.next_if_eq(&'^'));
                if letters.peek() == Some(&']') {
                    return None;
                }
            }
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            '&' | '~' if in_class => out.extend(['\\', letter]),
            '-' if in_class && letters.peek() == Some(&'-') => return None,
            '.' if !in_class => out += r"[^\n\r\u2028\u2029]",
            '(' if !in_class && letters.peek() == Some(&'?') => {
                letters.next();
                letters.next_if_eq(&':')?;
                out += "(?:";
            }
            other => out.push(other),
        }
    }
    (!in_class).then_some(out)
}

/// What stands after a backslash.
fn escape(letter: char, in_class: bool) -> Option<String> {
    Some(match letter {
        'd' => "[0-9]".to_owned(),
        'D' => "[^0-9]".to_owned(),
        'w' => "[0-9A-Za-z_]".to_owned(),
        'W' => "[^0-9A-Za-z_]".to_owned(),
        's' => format!("[{SPACES}]"),
        'S' => format!("[^{SPACES}]"),
        'b' if in_class => r"\x08".to_owned(),
        'f' | 'n' | 'r' | 't' | 'u' | 'v' | 'x' => format!("\\{letter}"),
        '<' | '>' => letter.to_string(),
        mark if mark.is_ascii_punctuation() => format!("\\{mark}"),
        _ => return None,
    })
}
