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

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(index, failure)| {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{failure}")
        })
    }
}

impl std::error::Error for Failures {}
