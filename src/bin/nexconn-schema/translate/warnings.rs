//! The parts of a document without an exact Rust type or an exact translation.

use std::collections::HashSet;

use crate::generate::Failure;
use crate::generate::document::Place;

/// The warnings so far, each place once.
#[derive(Default)]
pub(crate) struct Warnings {
    all: Vec<Failure>,
    known: HashSet<(Place, String)>,
}

impl Warnings {
    /// Warns of the part at a place.
    pub(super) fn add(&mut self, place: Place, problem: &str, help: &str) {
        if self.known.insert((place.clone(), problem.to_owned())) {
            self.all.push(Failure::new(place, problem, help));
        }
    }

    /// Warns of a part whose Rust type is `Json`.
    pub(super) fn json(&mut self, place: Place, why: &str, help: &str) {
        self.add(place, &format!("{why}, so it becomes `Json`"), help);
    }

    pub(super) fn into_inner(self) -> Vec<Failure> {
        self.all
    }
}
