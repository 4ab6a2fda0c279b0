//! Names all unnamed parts of a document and normalizes it, so every object, enum and union is a definition.
//!
//! A name depends only on the part's position, so existing names stay when the document grows: the parent's name and
//! the property (`Request`, `user_name` → `RequestUserName`), plus `Item` for array items, `Value` for map values, or
//! the variant's name. Of equal names, the later ones spell the signs of their keys; in `schema/`, they're an error. Definitions without a
//! type of their own, such as strings, are inlined.

mod class;
pub(crate) mod marks;
mod merge;
mod normal;
mod numbers;
mod references;
mod stage;
mod unions;

pub(crate) use merge::CONFLICT;
pub(crate) use stage::name;
