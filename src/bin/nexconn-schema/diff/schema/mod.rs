//! Comparing the documents: which type is which, and every change between them.

mod keywords;
pub(super) mod listed;
pub(super) mod names;
pub(super) mod raw;
mod same;
pub(super) mod types;
mod values;
pub(super) mod view;
mod walk;
