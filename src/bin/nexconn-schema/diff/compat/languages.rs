//! Whether every string that one schema admits is admitted by another, decided by their patterns and lengths.
//!
//! Place in the flow: `coverage.rs` asks where trying strings proves nothing, and `strings.rs` tries the
//! string that is found. `automaton.rs` reads the patterns. What it cannot read, and what takes too
//! many steps, is unknown.

use std::collections::HashMap;

use serde_json::Value;

use super::automaton::{Automaton, State, characters};

/// The most states that are visited.
const STATES: usize = 4_000;
/// The most steps from one state to the next.
const STEPS: usize = 200_000;
/// The longest length that is counted.
const LONGEST: usize = 512;

/// What is known about the strings of two schemas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The second admits all that the first admits.
    Fits,
    /// The first admits this one, and the second does not.
    Breaks(String),
    Unknown,
}

/// What a schema says about strings.
struct Strings {
    /// `None` if there is no pattern.
    pattern: Option<Automaton>,
    least: usize,
    most: Option<usize>,
}

impl Strings {
    /// `None` if it cannot be read.
    fn of(node: &Value) -> Option<Self> {
        let length = |keyword: &str| node.get(keyword).map(|length| usize::try_from(length.as_u64()?).ok());
        let pattern = node.get("pattern").map(|pattern| Automaton::read(pattern.as_str()?));
        Some(Self {
            pattern: pattern.map_or(Some(None), |read| read.map(Some))?,
            least: length("minLength").map_or(Some(0), |least| least)?,
            most: length("maxLength").map_or(Some(None), |most| most.map(Some))?,
        })
    }

    fn start(&self) -> State {
        self.pattern.as_ref().map_or_else(State::matched, Automaton::start)
    }

    fn next(&self, state: &State, letter: char) -> State {
        self.pattern.as_ref().map_or_else(State::matched, |pattern| pattern.next(state, letter))
    }

    fn admits(&self, state: &State, length: usize) -> bool {
        length >= self.least
            && self.most.is_none_or(|most| length <= most)
            && self.pattern.as_ref().is_none_or(|pattern| pattern.accepts(state))
    }

    /// Whether no longer string can be admitted.
    fn ends(&self, state: &State, length: usize) -> bool {
        state.is_dead() || self.most.is_some_and(|most| length >= most)
    }
}

/// Where the search is: in both patterns, and how long the string is as far as that matters.
type Spot = (State, State, usize);

/// Searches for the shortest string that `from` admits and `to` does not.
pub(super) fn compare(from: &Value, to: &Value) -> Answer {
    let (Some(from), Some(to)) = (Strings::of(from), Strings::of(to)) else { return Answer::Unknown };
    let counted = [Some(from.least), from.most, Some(to.least), to.most].into_iter().flatten().max().unwrap_or(0) + 1;
    if counted > LONGEST {
        return Answer::Unknown;
    }
    let letters = characters(from.pattern.iter().chain(&to.pattern));
    let mut spots: Vec<(Spot, Option<(usize, char)>)> = vec![((from.start(), to.start(), 0), None)];
    let mut seen = HashMap::from([(spots[0].0.clone(), 0_usize)]);
    let (mut index, mut steps) = (0, 0);
    while index < spots.len() {
        let (one, other, length) = spots[index].0.clone();
        if from.admits(&one, length) && !to.admits(&other, length) {
            return Answer::Breaks(text(&spots, index));
        }
        for letter in letters.iter().filter(|_| !from.ends(&one, length)) {
            steps += 1;
            let spot = (from.next(&one, *letter), to.next(&other, *letter), (length + 1).min(counted));
            if !seen.contains_key(&spot) {
                seen.insert(spot.clone(), spots.len());
                spots.push((spot, Some((index, *letter))));
            }
        }
        index += 1;
        if steps > STEPS || spots.len() > STATES {
            return Answer::Unknown;
        }
    }
    Answer::Fits
}

/// The letters on the way to a spot.
fn text(spots: &[(Spot, Option<(usize, char)>)], index: usize) -> String {
    let mut letters = Vec::new();
    let mut way = spots[index].1;
    while let Some((before, letter)) = way {
        letters.push(letter);
        way = spots[before].1;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    fn patterns(from: &str, to: &str) -> Answer {
        compare(&json!({ "pattern": from }), &json!({ "pattern": to }))
    }

    fn breaks(text: &str) -> Answer {
        Answer::Breaks(text.to_owned())
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
            assert!(matches!(patterns(more, less), Answer::Breaks(_)), "{more} {less}");
            let expected = if less == "^[^/]+$" { breaks("\n") } else { Answer::Fits };
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
        assert_eq!(compare(&short, &json!({ "pattern": "^a{1,3}$" })), Answer::Fits);
        assert_eq!(compare(&short, &json!({ "pattern": "^a{1,2}$" })), breaks("aaa"));
        assert_eq!(compare(&json!({ "pattern": "^[a-z]{3}$" }), &json!({ "maxLength": 3 })), Answer::Fits);
        assert_eq!(compare(&json!({ "pattern": "^[a-z]{3}$" }), &json!({ "minLength": 4 })), breaks("aaa"));
        assert_eq!(compare(&json!({ "minLength": 2 }), &json!({ "pattern": "^..+$" })), breaks("a\n"));
    }

    #[test]
    fn what_cannot_be_read_is_unknown() {
        for pattern in ["(?=a)", "\\bword", "(a)\\1", "\\p{L}", "(", "[]", "[a--b]", "\\x", "(?i)a"] {
            assert_eq!(patterns(pattern, "^a$"), Answer::Unknown, "{pattern}");
        }
        assert_eq!(patterns("^(a?){400}(b?){400}$", "^c$"), Answer::Unknown);
        assert_eq!(compare(&json!({ "maxLength": 100_000 }), &json!({ "pattern": "^a$" })), Answer::Unknown);
    }

    #[test]
    fn classes_are_those_of_javascript() {
        assert_eq!(patterns("^\\d$", "^[0-9]$"), Answer::Fits);
        assert_eq!(patterns("^\\w$", "^[A-Za-z0-9_]$"), Answer::Fits);
        assert_eq!(patterns("^[\\w.-]$", "^[A-Za-z0-9_.\\-]$"), Answer::Fits);
        assert_eq!(patterns("^[[]$", "^\\[$"), Answer::Fits);
        assert_eq!(patterns("^[^\\s]$", "^\\S$"), Answer::Fits);
        assert_eq!(patterns("^\\/$", "^[/]$"), Answer::Fits);
        assert_eq!(patterns("^.$", "^[^\\n]$"), Answer::Fits);
        assert_eq!(patterns("^[^\\n]$", "^.$"), breaks("\r"));
    }
}
