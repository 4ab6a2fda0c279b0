//! Both sides of a comparison, and a change with the items it explains.

use super::items::{Differences, Users};
use crate::diff::change::Change;
use crate::diff::finding::Finding;
use crate::diff::schema::view::View;

/// Both sides and their differences.
pub(crate) struct Sides<'a> {
    pub(crate) old: &'a View<'a>,
    pub(crate) new: &'a View<'a>,
    pub(crate) users: Users<'a>,
    pub(crate) differences: Differences<'a>,
}

/// A change with the items it affects.
pub(crate) struct Joined {
    pub(crate) change: Change,
    pub(crate) finding: Finding,
}
