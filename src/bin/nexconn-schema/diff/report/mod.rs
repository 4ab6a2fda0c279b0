//! Renders a report, for people and for programs: one file per [`Format`](super::Format), and what they share.

pub(super) mod bump;
pub(super) mod github;
pub(crate) mod html;
pub(super) mod human;
pub(super) mod json;
pub(super) mod locate;
pub(crate) mod markdown;
pub(crate) mod page;
pub(crate) mod summary;
mod text;
