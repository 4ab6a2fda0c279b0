//! The commits of a changelog.

use semver::Version;

use crate::diff::{Counts, Level, Report};

/// A commit and its changes.
pub(super) struct Entry {
    /// The first digits of the commit's id.
    pub(super) id: String,
    pub(super) date: String,
    pub(super) subject: String,
    pub(super) version: Option<Version>,
    pub(super) change: Change,
}

pub(super) enum Change {
    /// The first version of the schema: the number of its types.
    First(usize),
    Report(Box<Report>),
    /// No types can be generated from the commit's schema.
    Failed(String),
}

impl Entry {
    /// The required bump, and the number of changes of each level.
    pub(super) fn counts(&self) -> Option<(Level, Counts)> {
        match &self.change {
            Change::Report(report) => Some((report.required_bump, Counts::of(report))),
            Change::First(_) | Change::Failed(_) => None,
        }
    }
}

/// The entries by version; those without one stand alone.
pub(super) fn by_version(entries: &[Entry]) -> Vec<(Option<&Version>, &[Entry])> {
    let groups = entries.chunk_by(|left, right| left.version == right.version);
    groups.map(|group| (group.first().and_then(|entry| entry.version.as_ref()), group)).collect()
}
