//! From the texts in `schema/` to Rust source: the generator, shared by build.rs and the command.
//!
//! ```text
//! document ─ overlay ─ additions ─ guards ─ model ─ typify ─ emit ─ syn::File
//!                                                                  └ listing
//! ```
//!
//! Each stage is a file of that name. [`generate_plain`] and [`generate_leniently`] have the stage
//! `naming` as well, which gives names where the overlay and the additions have none. [`generate`] takes texts and returns a syntax tree: it
//! touches no path, no clock and no environment, so that the build script, the command and the
//! tests are equal users. What goes wrong in any stage is a [`Failures`] with file, pointer, and
//! remedy.

mod additions;
mod digest;
pub(crate) mod document;
mod emit;
mod failure;
mod folder;
mod guards;
pub(crate) mod invisible;
pub(crate) mod json;
mod kind;
mod listing;
pub(crate) mod model;
mod names;
mod naming;
pub(crate) mod node;
mod overlay;
pub(crate) mod place;
mod recursion;
pub(crate) mod source;
#[cfg(test)]
mod tests;
pub(crate) mod text;
mod typify;
pub(crate) mod vocabulary;
mod wellformed;

use std::collections::BTreeMap;

use names::Rules;
use proc_macro2::TokenStream;
use source::Source;

use document::Place;
pub(crate) use document::{Document, Text};
pub(crate) use failure::{Failure, Failures};
pub(crate) use model::Model;
use typify::{Field, Shapes};

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
    code: TokenStream,
    /// The listing of the public items in the code: what `schema/api.txt` must be.
    pub(crate) listing: String,
    /// The merged document: a JSON Schema of requests, with everything else as definitions.
    pub(crate) document: Document,
    /// What the types are made of.
    pub(crate) model: Model,
    /// The fields of the structs, by property.
    pub(crate) shapes: Shapes,
}

impl Generated {
    /// The types as a syntax tree, to be printed.
    pub(crate) fn file(&self) -> Result<syn::File, Failure> {
        emit::parse(self.code.clone())
    }
}

/// What the command keeps of it: no tokens, so that two sides can be generated at once.
pub(crate) struct Api {
    pub(crate) listing: String,
    pub(crate) document: Document,
    pub(crate) model: Model,
    /// The names of the fields, by type and property.
    pub(crate) fields: BTreeMap<String, BTreeMap<String, String>>,
}

impl From<Generated> for Api {
    fn from(generated: Generated) -> Self {
        let Generated { code: _, listing, document, model, shapes } = generated;
        let names = |fields: BTreeMap<String, Field>| -> BTreeMap<String, String> {
            fields.into_iter().map(|(key, field)| (key, field.ident.to_string())).collect()
        };
        let fields = shapes.into_iter().map(|(name, fields)| (name, names(fields))).collect();
        Self { listing, document, model, fields }
    }
}

/// Runs the whole pipeline.
pub(crate) fn generate(sources: &Sources) -> Result<Generated, Failures> {
    let source = Source::parse(&sources.source)?;
    let mut document = Document::parse(&sources.published)?;
    let overlay = overlay::parse(&sources.overlay)?;
    Failures::unless_empty(overlay::apply(&mut document, &overlay, &sources.overlay), ())?;
    for text in &sources.additions {
        additions::merge(&mut document, text)?;
    }
    Failures::unless_empty(overlay::apply_to_unions(&mut document, &overlay, &sources.overlay), ())?;
    guards::check(&document, Rules::Ours)?;
    finish(document, &source.sha256, Some(models(&source, &sources.source)))
}

/// A document of anybody's: no overlay, no additions; names come from the document.
///
/// `sha256` is that of the text, and goes into the code.
pub(crate) fn generate_plain(schema: &Text, sha256: &str) -> Result<Generated, Failures> {
    let (document, _) = naming::name(&Document::parse_plain(schema)?, false)?;
    guards::check(&document, Rules::Automatic)?;
    finish(document, sha256, None)
}

/// As [`generate`], but an overlay entry or an addition that does not fit is left out, and a part
/// without a name gets one from the document. The second part says which, and what to do.
///
/// On a folder that [`generate`] accepts, both give the same, and there is nothing to say.
pub(crate) fn generate_leniently(sources: &Sources) -> Result<(Generated, Vec<Failure>), Failures> {
    let source = Source::parse(&sources.source)?;
    let mut document = Document::parse(&sources.published)?;
    let overlay = overlay::parse(&sources.overlay)?;
    let mut failures = overlay::apply(&mut document, &overlay, &sources.overlay);
    for text in &sources.additions {
        failures.extend(additions::merge(&mut document, text).err().into_iter().flat_map(|failures| failures.0));
    }
    failures.extend(overlay::apply_to_unions(&mut document, &overlay, &sources.overlay));
    let models = Some(models(&source, &sources.source));
    let refused = match guards::check(&document, Rules::Ours) {
        Ok(()) if failures.is_empty() => return Ok((finish(document, &source.sha256, models)?, failures)),
        Ok(()) => Vec::new(),
        Err(Failures(refused)) => refused,
    };
    overlay::fit_arguments(&mut document.root);
    let is_stale = !failures.is_empty();
    let named = name_all(&document, refused, &sources.published.name);
    let generated = named.and_then(|(document, todo)| {
        guards::check(&document, Rules::Automatic)?;
        Ok((finish(document, &source.sha256, models)?, todo))
    });
    match generated {
        Ok((generated, todo)) => {
            failures.extend(todo);
            Ok((generated, failures))
        }
        Err(Failures(more)) => {
            failures.extend(if is_stale { folded(more) } else { more });
            Err(Failures(failures))
        }
    }
}

/// Names the parts that have none. Failures of the guards for want of a name are replaced by ones with that name.
fn name_all(document: &Document, refused: Vec<Failure>, published: &str) -> Result<(Document, Vec<Failure>), Failures> {
    let (document, namings) = naming::name(document, true)?;
    let is_named = |failure: &Failure| namings.iter().any(|naming| naming.place == failure.place);
    let mut failures: Vec<_> = refused.into_iter().filter(|failure| !is_named(failure)).collect();
    failures.extend(namings.into_iter().map(|naming| naming.failure(published)));
    Ok((document, failures))
}

/// Failures that come after those of the overlay mostly follow from them: many are told as one.
fn folded(failures: Vec<Failure>) -> Vec<Failure> {
    const MAX_TOLD: usize = 3;
    let count = failures.len();
    if count <= MAX_TOLD {
        return failures;
    }
    let first = failures.into_iter().next().map(|first| {
        let problem = format!("{} (and {} more, which may follow from the problems above)", first.problem, count - 1);
        Failure::new(first.place, problem, "fix the problems above first, then run the command again")
    });
    first.into_iter().collect()
}

/// The models that `source.toml` lists, and where.
fn models<'a>(source: &'a Source, text: &Text) -> (&'a [String], Place) {
    (&source.models, Place::line(&text.name, 1))
}

/// From the document to the code: the same for every document.
fn finish(document: Document, sha256: &str, models: Option<(&[String], Place)>) -> Result<Generated, Failures> {
    // Only the gateway's schema is published by the gateway.
    let origin = if models.is_some() { "published" } else { "" };
    let mut model = Model::read(&document, origin)?;
    recursion::make_optional(&document, &mut model.types);
    let shapes = typify::run(&document, &model)?;
    let code = emit::code(&model, &shapes, sha256, models)?;
    let listing = listing::list(&emit::parse(emit::without_bodies(code.clone()))?, sha256);
    Ok(Generated { code, listing, document, model, shapes })
}
