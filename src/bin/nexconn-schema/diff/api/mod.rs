//! Comparing the generated items and joining each difference to its cause in the schema.

mod boxing;
mod claim;
mod fold;
pub(super) mod items;
pub(super) mod join;
pub(super) mod sides;
