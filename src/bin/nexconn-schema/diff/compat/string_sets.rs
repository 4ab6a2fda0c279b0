//! Whether one schema accepts all strings of another, decided by patterns and lengths.
//!
//! Both patterns run side by side as finite automata until a string tells them apart or every pair of
//! states has been seen. Patterns regex-automata can't read, and searches beyond the limits, stay open.

use std::collections::{BTreeSet, HashMap};

use regex_automata::dfa::Automaton;
use regex_automata::dfa::dense::{Config, DFA};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_syntax::hir::{Class, Hir, HirKind, Look};
use serde_json::Value;

/// Maximum number of pairs of states to visit.
const MAX_STATES: usize = 4_000;
/// Maximum number of transitions to follow.
const MAX_STEPS: usize = 200_000;
/// Maximum length to count up to.
const MAX_COUNT: usize = 512;
/// Maximum size of one automaton, in bytes.
const MAX_AUTOMATON: usize = 2 * 1024 * 1024;

/// The result of comparing the strings of two schemas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Inclusion {
    /// The second schema accepts every string the first accepts.
    Fits,
    /// The first schema accepts this string, and the second doesn't.
    Breaks(String),
    Unknown,
}

/// A pattern as an automaton.
struct Pattern {
    dfa: DFA<Vec<u32>>,
    start: StateID,
    hir: Hir,
}

impl Pattern {
    /// Reads an ECMA-262 pattern as the validator does; `None` if there's no exact equivalent.
    fn read(pattern: &str) -> Option<Self> {
        let pattern = jsonschema_regex::to_rust_regex(pattern).ok()?;
        let hir = regex_syntax::ParserBuilder::new().nest_limit(64).build().parse(&pattern).ok()?;
        let config = Config::new().dfa_size_limit(Some(MAX_AUTOMATON)).determinize_size_limit(Some(MAX_AUTOMATON));
        let dfa = DFA::builder().configure(config).build(&pattern).ok()?;
        let start = dfa.start_state(&start::Config::new()).ok()?;
        Some(Self { dfa, start, hir })
    }

    fn next(&self, state: StateID, letter: char) -> StateID {
        // A match is final: a pattern may match anywhere in a string.
        if self.dfa.is_match_state(state) {
            return state;
        }
        letter.encode_utf8(&mut [0; 4]).bytes().fold(state, |state, byte| {
            if self.dfa.is_match_state(state) { state } else { self.dfa.next_state(state, byte) }
        })
    }

    fn accepts(&self, state: StateID) -> bool {
        self.dfa.is_match_state(state) || self.dfa.is_match_state(self.dfa.next_eoi_state(state))
    }
}

/// The restrictions of a schema for its strings.
struct Strings {
    pattern: Option<Pattern>,
    min: usize,
    max: Option<usize>,
}

impl Strings {
    /// Returns `None` if a keyword can't be read.
    fn of(node: &Value) -> Option<Self> {
        let length = |keyword: &str| node.get(keyword).map(|length| usize::try_from(length.as_u64()?).ok());
        let pattern = node.get("pattern").map(|pattern| Pattern::read(pattern.as_str()?));
        Some(Self {
            pattern: pattern.map_or(Some(None), |read| read.map(Some))?,
            min: length("minLength").map_or(Some(0), |min| min)?,
            max: length("maxLength").map_or(Some(None), |max| max.map(Some))?,
        })
    }

    fn start(&self) -> StateID {
        self.pattern.as_ref().map_or(StateID::ZERO, |pattern| pattern.start)
    }

    fn next(&self, state: StateID, letter: char) -> StateID {
        self.pattern.as_ref().map_or(StateID::ZERO, |pattern| pattern.next(state, letter))
    }

    fn accepts(&self, state: StateID, length: usize) -> bool {
        length >= self.min
            && self.max.is_none_or(|max| length <= max)
            && self.pattern.as_ref().is_none_or(|pattern| pattern.accepts(state))
    }

    /// Whether no longer string can be accepted.
    fn ends(&self, state: StateID, length: usize) -> bool {
        self.pattern.as_ref().is_some_and(|pattern| pattern.dfa.is_dead_state(state))
            || self.max.is_some_and(|max| length >= max)
    }
}

/// The states of both patterns, and the length of the string as far as it matters.
type Position = (StateID, StateID, usize);

/// Searches for the shortest string accepted by `from` and rejected by `to`.
pub(super) fn compare(from: &Value, to: &Value) -> Inclusion {
    let (Some(from), Some(to)) = (Strings::of(from), Strings::of(to)) else { return Inclusion::Unknown };
    let counted = [Some(from.min), from.max, Some(to.min), to.max].into_iter().flatten().max().unwrap_or(0) + 1;
    if counted > MAX_COUNT {
        return Inclusion::Unknown;
    }
    let letters = letters([&from, &to]);
    let mut positions: Vec<(Position, Option<(usize, char)>)> = vec![((from.start(), to.start(), 0), None)];
    let mut seen = HashMap::from([(positions[0].0, 0_usize)]);
    let (mut index, mut steps) = (0, 0);
    while index < positions.len() {
        let (one, other, length) = positions[index].0;
        if from.accepts(one, length) && !to.accepts(other, length) {
            return Inclusion::Breaks(text(&positions, index));
        }
        for letter in letters.iter().filter(|_| !from.ends(one, length)) {
            steps += 1;
            let next = (from.next(one, *letter), to.next(other, *letter), (length + 1).min(counted));
            if seen.insert(next, positions.len()).is_none() {
                positions.push((next, Some((index, *letter))));
            }
        }
        index += 1;
        if steps > MAX_STEPS || positions.len() > MAX_STATES {
            return Inclusion::Unknown;
        }
    }
    Inclusion::Fits
}

/// The letters on the way to a position.
fn text(positions: &[(Position, Option<(usize, char)>)], index: usize) -> String {
    let mut letters = Vec::new();
    let mut step = positions[index].1;
    while let Some((before, letter)) = step {
        letters.push(letter);
        step = positions[before].1;
    }
    letters.iter().rev().collect()
}

/// One letter of each set of letters the patterns treat alike, the most readable first.
fn letters(sides: [&Strings; 2]) -> Vec<char> {
    let mut bounds = BTreeSet::from([0, 0xD800, 0xE000, 0x11_0000]);
    for pattern in sides.into_iter().filter_map(|side| side.pattern.as_ref()) {
        add_bounds(&pattern.hir, &mut bounds);
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

/// Adds where the sets of letters in a pattern begin and end.
fn add_bounds(hir: &Hir, bounds: &mut BTreeSet<u32>) {
    let mut add = |from: char, to: char| bounds.extend([u32::from(from), u32::from(to) + 1]);
    match hir.kind() {
        HirKind::Empty | HirKind::Look(Look::Start | Look::End) => {}
        HirKind::Literal(literal) => String::from_utf8_lossy(&literal.0).chars().for_each(|letter| add(letter, letter)),
        HirKind::Class(Class::Unicode(class)) => class.iter().for_each(|range| add(range.start(), range.end())),
        HirKind::Class(Class::Bytes(class)) => {
            class.iter().for_each(|range| add(char::from(range.start()), char::from(range.end())));
        }
        // Lines end at `\n`, and words hold letters, digits and `_`.
        HirKind::Look(_) => "\n\u{b}0:A[_`a{".chars().for_each(|letter| add(letter, letter)),
        HirKind::Repetition(repetition) => add_bounds(&repetition.sub, bounds),
        HirKind::Capture(capture) => add_bounds(&capture.sub, bounds),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().for_each(|part| add_bounds(part, bounds)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    fn patterns(from: &str, to: &str) -> Inclusion {
        compare(&json!({ "pattern": from }), &json!({ "pattern": to }))
    }

    fn breaks(text: &str) -> Inclusion {
        Inclusion::Breaks(text.to_owned())
    }

    #[test]
    fn a_pattern_that_admits_less_fits_one_that_admits_more() {
        for (less, more) in [
            ("^[a-z]+$", "^[a-z0-9]+$"),
            ("^(a|b)$", "^[abc]$"),
            ("^a{2,4}$", "^a+$"),
            ("^a$", "a"),
            ("^\\d{3}-\\d{4}$", "^[0-9-]+$"),
            ("^[^/]+$", "."),
            ("^x-", "x"),
        ] {
            assert!(matches!(patterns(more, less), Inclusion::Breaks(_)), "{more} {less}");
            let expected = if less == "^[^/]+$" { breaks("\n") } else { Inclusion::Fits };
            assert_eq!(patterns(less, more), expected, "{less} {more}");
        }
    }

    #[test]
    fn the_shortest_string_that_breaks_is_found() {
        assert_eq!(patterns("^[a-z0-9]+$", "^[a-z]+$"), breaks("0"));
        assert_eq!(patterns("", "^.{3}$"), breaks(""));
        assert_eq!(patterns("^a{5}$", "^a{4}$"), breaks("aaaaa"));
        assert_eq!(patterns("^$", "x"), breaks(""));
    }

    #[test]
    fn lengths_count_with_the_pattern() {
        let short = json!({ "pattern": "^a+$", "maxLength": 3 });
        assert_eq!(compare(&short, &json!({ "pattern": "^a{1,3}$" })), Inclusion::Fits);
        assert_eq!(compare(&short, &json!({ "pattern": "^a{1,2}$" })), breaks("aaa"));
        assert_eq!(compare(&json!({ "pattern": "^[a-z]{3}$" }), &json!({ "maxLength": 3 })), Inclusion::Fits);
        assert_eq!(compare(&json!({ "pattern": "^[a-z]{3}$" }), &json!({ "minLength": 4 })), breaks("aaa"));
        assert_eq!(compare(&json!({ "minLength": 2 }), &json!({ "pattern": "^..+$" })), breaks("a\n"));
    }

    #[test]
    fn what_cannot_be_read_is_unknown() {
        for pattern in ["(?=a)", "\\bword", "(a)\\1", "(", "[]", "[a--b]", "\\x"] {
            assert_eq!(patterns(pattern, "^a$"), Inclusion::Unknown, "{pattern}");
        }
        assert_eq!(patterns("a[ab]{20}$", "^c$"), Inclusion::Unknown);
        assert_eq!(compare(&json!({ "maxLength": 100_000 }), &json!({ "pattern": "^a$" })), Inclusion::Unknown);
    }

    #[test]
    fn classes_are_those_of_javascript() {
        assert_eq!(patterns("^\\d$", "^[0-9]$"), Inclusion::Fits);
        assert_eq!(patterns("^\\w$", "^[A-Za-z0-9_]$"), Inclusion::Fits);
        assert_eq!(patterns("^[\\w.-]$", "^[A-Za-z0-9_.\\-]$"), Inclusion::Fits);
        assert_eq!(patterns("^[[]$", "^\\[$"), Inclusion::Fits);
        assert_eq!(patterns("^[^\\s]$", "^\\S$"), Inclusion::Fits);
        assert_eq!(patterns("^\\/$", "^[/]$"), Inclusion::Fits);
        assert_eq!(patterns("^.$", "^[^\\n]$"), Inclusion::Fits);
        assert_eq!(patterns("^[^\\n]$", "^.$"), breaks("\r"));
    }
}
