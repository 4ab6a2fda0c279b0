//! Names for everything that a document leaves without one, and one form for what can be said in several.
//!
//! Place in the flow: where a document comes without an overlay, or with one that no longer fits;
//! after that, `guards.rs` and `model.rs` find what they ask for: every object, enum and union is a
//! definition. `marks.rs` keeps the places, `normal.rs` and `merge.rs` read one node, `references.rs`
//! follows a `$ref`, `unions.rs` names variants.
//!
//! A name depends on where a part stands and on nothing beside it, so that a document that grows
//! keeps the names that it had: an object's type is called after the type that has it and the
//! property (`Request`, `user_name` → `RequestUserName`), with `Item` for the items of an array,
//! `Value` for the values of a map and the variant for the branch of a union. Two types that would
//! have one name are an error. Definitions that need no type (a string, an array of something) are
//! put in the place of the references to them.

mod class;
mod marks;
mod merge;
mod normal;
mod references;
mod stage;
mod unions;

pub(crate) use stage::name;
