//! From the texts in `schema/` to Rust source: the generator, shared by build.rs and the command.
//!
//! ```text
//! document ─ overlay ─ additions ─ guards ─ model ─ typify ─ emit ─ syn::File ─ listing
//! ```
//!
//! Each stage is a file of that name. [`generate`] takes texts and returns a syntax tree: it
//! touches no path, no clock and no environment, so that the build script, the command and the
//! tests are equal users. What goes wrong in any stage is a [`Failures`] with file, pointer, and
//! remedy.

mod additions;
pub(crate) mod document;
mod emit;
mod failure;
mod folder;
mod guards;
mod json;
mod listing;
pub(crate) mod model;
mod names;
pub(crate) mod node;
mod overlay;
pub(crate) mod source;
#[cfg(test)]
mod tests;
mod typify;

use source::Source;

pub(crate) use document::{Document, Text};
pub(crate) use failure::{Failure, Failures};
pub(crate) use model::Model;

/// The version of typify that the types come from, as pinned in Cargo.toml.
///
/// It stands in the header of the listing, so that a change of the generator is seen as such.
pub(crate) const TYPIFY_VERSION: &str = "0.8.0";

/// The texts of `schema/`, each with the name that messages call it. `folder.rs` reads them.
#[derive(Clone, Debug)]
pub(crate) struct Sources {
    /// `published.json`.
    pub(crate) published: Text,
    /// `source.toml`.
    pub(crate) source: Text,
    /// `overlay.toml`.
    pub(crate) overlay: Text,
    /// `additions/*.json`, in the order of their names.
    pub(crate) additions: Vec<Text>,
}

/// What comes out.
pub(crate) struct Generated {
    /// The types.
    pub(crate) file: syn::File,
    /// The listing of the public items in `file`: what `schema/api.txt` must be.
    pub(crate) listing: String,
    /// The merged document: a JSON Schema of requests, with everything else as definitions.
    pub(crate) document: Document,
    /// What the types are made of.
    pub(crate) model: Model,
}

/// Runs the whole pipeline.
pub(crate) fn generate(sources: &Sources) -> Result<Generated, Failures> {
    let source = Source::parse(&sources.source)?;
    let mut document = Document::parse(&sources.published)?;
    let overlay = overlay::parse(&sources.overlay)?;
    overlay::apply(&mut document, &overlay, &sources.overlay)?;
    for text in &sources.additions {
        additions::merge(&mut document, text)?;
    }
    overlay::apply_to_unions(&mut document, &overlay, &sources.overlay)?;
    guards::check(&document)?;
    let model = Model::read(&document)?;
    let shapes = typify::run(&document, &model)?;
    let place = document::Place::line(&sources.source.name, 1);
    let file = emit::file(&model, &shapes, &source, place)?;
    let listing = listing::list(&file, &source);
    Ok(Generated { file, listing, document, model })
}
