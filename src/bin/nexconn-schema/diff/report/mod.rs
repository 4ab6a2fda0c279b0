//! Rendering a report, for people and for programs.

pub(super) mod bump;
pub(super) mod github;
pub(super) mod html;
pub(super) mod human;
pub(super) mod json;
pub(super) mod locate;
pub(super) mod markdown;
pub(super) mod page;
pub(super) mod summary;
mod text;
