//! Errors of the generator, with file, position, problem and help.

use std::fmt;

use super::place::Place;

/// A problem in one of the texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) place: Place,
    pub(crate) problem: String,
    pub(crate) help: String,
    /// The pointer of the published schema an overlay entry no longer repairs.
    pub(crate) unrepaired: Option<String>,
}

impl Failure {
    pub(crate) fn new(place: Place, problem: impl Into<String>, help: impl Into<String>) -> Self {
        Self { place, problem: problem.into(), help: help.into(), unrepaired: None }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n  help: {}", self.place, self.problem, self.help)
    }
}

impl std::error::Error for Failure {}

/// All failures of a stage. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failures(pub(crate) Vec<Failure>);

impl Failures {
    /// Returns `value` if there are no failures.
    pub(crate) fn unless_empty<T>(failures: Vec<Failure>, value: T) -> Result<T, Self> {
        if failures.is_empty() { Ok(value) } else { Err(Self(failures)) }
    }
}

impl From<Failure> for Failures {
    fn from(failure: Failure) -> Self {
        Self(vec![failure])
    }
}

/// Prints failures with the same help together.
impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        steps(&self.0).iter().enumerate().try_for_each(|(index, Step { problems, help })| {
            let start = if index > 0 { "\n" } else { "" };
            write!(f, "{start}{}\n  help: {help}", problems.join("\n"))
        })
    }
}

impl std::error::Error for Failures {}

/// Problems that one help text solves.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Each with its place.
    pub(crate) problems: Vec<String>,
    /// Ends with the TOML to paste for all of them, if there is any.
    pub(crate) help: String,
}

/// Groups failures by help text, in the order of the first one of each group.
pub(crate) fn steps(failures: &[Failure]) -> Vec<Step> {
    let mut steps: Vec<(&str, Step)> = Vec::new();
    for Failure { place, problem, help, .. } in failures {
        let (help, toml) = help.split_once("\n\n").unwrap_or((help, ""));
        let problem = format!("{place}: {problem}");
        let toml = if toml.is_empty() { String::new() } else { format!("\n\n{}", toml.trim_end()) };
        if let Some((_, step)) = steps.iter_mut().find(|(known, _)| *known == help) {
            step.problems.push(problem);
            step.help.push_str(&toml);
        } else {
            steps.push((help, Step { problems: vec![problem], help: format!("{help}{toml}") }));
        }
    }
    steps.into_iter().map(|(_, step)| step).collect()
}
