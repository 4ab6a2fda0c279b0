//! Wire compatibility: whether documents written by one schema are valid for another, with an example if not.
//!
//! A typed client sends only the properties its schema names and the listed values of an enum, and
//! leaves out an optional property instead of sending `null`. The sampler makes such documents, and a
//! validator decides about each of them. `verdict` computes the verdict of each change, and `check` that of two
//! schemas.

mod check;
mod coverage;
mod instance;
mod limits;
mod numbers;
mod objects;
mod patterns;
mod rare;
mod sample;
mod schemas;
mod shapes;
mod simplest;
mod slice;
mod string_sets;
mod strings;
#[cfg(test)]
mod tests;
mod validate;
mod verdict;

pub(super) use verdict::verdicts;
