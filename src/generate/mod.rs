//! Generates Rust source from the texts in `schema/`: document, overlay, additions, guards, model, typify, emit.
//!
//! build.rs and the command share it. build.rs calls only [`generate`], which takes texts and returns a syntax tree,
//! without paths, clock or environment. The command's `generate_document` and `generate_leniently` also run `naming`,
//! which names the parts the overlay and the additions don't. Without the feature `cli`, build.rs doesn't compile them.

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
#[cfg(feature = "cli")]
pub(crate) mod naming;
pub(crate) mod node;
mod notes;
mod overlay;
pub(crate) mod place;
#[path = "../codec/pointer.rs"]
pub(crate) mod pointer;
mod recursion;
pub(crate) mod source;
#[cfg(test)]
mod tests;
pub(crate) mod text;
pub(crate) mod typify;
pub(crate) mod vocabulary;
pub(crate) mod wellformed;

use std::collections::BTreeMap;

use names::Rules;
use proc_macro2::TokenStream;
use quote::quote;
use source::Source;

use document::Place;
pub(crate) use document::{Document, Text};
pub(crate) use failure::{Failure, Failures, Step, steps};
pub(crate) use model::Model;
use model::{Metadata, Shape};
use typify::{Fields, Shapes};

/// The texts of `schema/`, each with its name for messages.
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

/// The generated types.
pub(crate) struct Generated {
    /// The imports and constants.
    start: TokenStream,
    /// The codecs of your own types for formats. The listing doesn't have them.
    pub(crate) codecs: TokenStream,
    sha256: String,
    /// The merged JSON Schema of requests; all other types are definitions.
    pub(crate) document: Document,
    /// The types as data.
    pub(crate) model: Model,
    /// The fields of the structs, by property.
    pub(crate) shapes: Shapes,
}

impl Generated {
    /// Returns the whole source as one syntax tree.
    #[allow(dead_code, reason = "tests and fuzzing compare whole sources")]
    pub(crate) fn file(&self) -> Result<syn::File, Failure> {
        let mut whole = emit::parse(self.start.clone())?;
        for file in self.files().skip(1) {
            whole.items.extend(file?.items);
        }
        Ok(whole)
    }

    /// Returns the source as syntax trees, to be printed one after another: the imports, and each type.
    pub(crate) fn files(&self) -> impl Iterator<Item = Result<syn::File, Failure>> {
        let (start, codecs) = (&self.start, &self.codecs);
        [quote! { #start #codecs }].into_iter().chain(emit::types(&self.model, &self.shapes)).map(emit::parse)
    }

    /// Returns the listing of public items, for `schema/api.txt`.
    pub(crate) fn listing(&self) -> Result<String, Failure> {
        let mut items = Vec::new();
        for code in [self.start.clone()].into_iter().chain(emit::outlines(&self.model, &self.shapes)) {
            listing::add(&emit::parse(code)?, &mut items);
        }
        Ok(listing::write(items, &self.sha256))
    }
}

/// [`Generated`] without tokens, which can't be sent between threads.
pub(crate) struct Api {
    pub(crate) listing: String,
    pub(crate) document: Document,
    pub(crate) model: Model,
    /// The properties and names of the fields of each type, sorted.
    pub(crate) fields: BTreeMap<String, Vec<(String, String)>>,
}

impl Api {
    /// Drops all but the document.
    pub(crate) fn drop_types(&mut self) {
        self.listing = String::new();
        self.model.types.clear();
        self.fields.clear();
    }

    /// Drops all definitions, but not their places.
    pub(crate) fn drop_definitions(&mut self) {
        self.document.root.as_object_mut().map(|root| root.remove("definitions"));
    }
}

impl TryFrom<Generated> for Api {
    type Error = Failure;

    /// Drops all that only the generator needs: large documents take much memory.
    fn try_from(generated: Generated) -> Result<Self, Failure> {
        let listing = generated.listing()?;
        let Generated { start: _, codecs: _, sha256: _, mut document, mut model, shapes } = generated;
        document.drop_order();
        for ty in model.types.values_mut() {
            ty.metadata = Metadata::default();
            if let Shape::Struct(object) = &mut ty.shape {
                object.properties = Vec::new();
            }
        }
        let names = |fields: Fields| {
            let names = fields.into_iter().map(|(key, field)| (key, field.ident.to_string()));
            let mut names: Vec<_> = names.collect();
            names.sort_unstable();
            names
        };
        let fields = shapes.into_iter().map(|(name, fields)| (name, names(fields))).collect();
        Ok(Self { listing, document, model, fields })
    }
}

/// Generates the types of the schema folder.
pub(crate) fn generate(sources: &Sources) -> Result<Generated, Failures> {
    let source = Source::parse(&sources.source)?;
    let (document, failures) = merge_leniently(sources)?;
    Failures::unless_empty(failures, ())?;
    guards::check(&document, Rules::Ours)?;
    let models = Some(models(&source, &sources.source));
    finish(document, &source.sha256, models).map_err(|(_, failures)| failures)
}

/// Generates types from a draft-07 schema, without overlay and additions. Names come from the document.
///
/// `sha256` is the digest of the text, for the generated constant.
#[allow(dead_code, reason = "the command translates documents first; tests and fuzzing don't")]
#[cfg(feature = "cli")]
pub(crate) fn generate_plain(schema: &Text, sha256: &str) -> Result<Generated, Failures> {
    generate_document(Document::parse_plain(schema)?, sha256).map_err(|(_, failures)| failures)
}

/// Generates types from a document whose keywords are well-formed. If it fails, returns a document with the same
/// schemas, so that they can be changed.
#[cfg(feature = "cli")]
pub(crate) fn generate_document(document: Document, sha256: &str) -> Result<Generated, (Document, Failures)> {
    let named =
        naming::name(&document, false).and_then(|(named, _)| guards::check(&named, Rules::Automatic).map(|()| named));
    let named = match named {
        Ok(named) => named,
        Err(failures) => return Err((document, without_overlay(failures))),
    };
    // Large documents take much memory.
    drop(document);
    finish(named, sha256, None).map_err(|(named, failures)| (named, without_overlay(failures)))
}

/// Removes the part of each help text about the overlay.
#[cfg(feature = "cli")]
fn without_overlay(Failures(mut failures): Failures) -> Failures {
    for failure in &mut failures {
        if let Some((help, _)) = failure.help.split_once("; for a published ") {
            failure.help = help.to_owned();
        }
    }
    Failures(failures)
}

/// Like [`generate`], but skips unsuitable overlay entries and additions, and names unnamed parts after the
/// document. Also returns the failures.
///
/// If [`generate`] accepts the folder, the output is the same and there are no failures.
#[cfg(feature = "cli")]
pub(crate) fn generate_leniently(sources: &Sources) -> Result<(Generated, Vec<Failure>), Failures> {
    let (document, failures) = merge_leniently(sources)?;
    generate_merged(sources, document, failures)
}

/// Generates the types of a document with overlay and additions, of which the failed parts are left out.
#[cfg(feature = "cli")]
pub(crate) fn generate_merged(
    sources: &Sources,
    mut document: Document,
    mut failures: Vec<Failure>,
) -> Result<(Generated, Vec<Failure>), Failures> {
    let source = Source::parse(&sources.source)?;
    let models = Some(models(&source, &sources.source));
    let refused = match guards::check(&document, Rules::Ours) {
        Ok(()) if failures.is_empty() => {
            let generated = finish(document, &source.sha256, models).map_err(|(_, failures)| failures)?;
            return Ok((generated, failures));
        }
        Ok(()) => Vec::new(),
        Err(Failures(refused)) => refused,
    };
    overlay::fit_arguments(&mut document.root);
    let is_stale = !failures.is_empty();
    let named = name_all(&document, refused, &sources.published.name);
    let generated = named.and_then(|(document, todo)| {
        guards::check(&document, Rules::Automatic)?;
        Ok((finish(document, &source.sha256, models).map_err(|(_, failures)| failures)?, todo))
    });
    match generated {
        Ok((generated, todo)) => {
            // The repaired schema may need no name.
            let is_repaired = |todo: &Failure| {
                let pointer = todo.place.spot.strip_prefix('#');
                failures.iter().any(|failure| failure.unrepaired.as_deref().is_some_and(|at| Some(at) == pointer))
            };
            let todo: Vec<_> = todo.into_iter().filter(|todo| !is_repaired(todo)).collect();
            failures.extend(todo);
            Ok((generated, failures))
        }
        Err(Failures(more)) => {
            failures.extend(if is_stale { folded(more) } else { more });
            Err(Failures(failures))
        }
    }
}

/// Applies overlay and additions, except unsuitable parts. Also returns their failures.
pub(crate) fn merge_leniently(sources: &Sources) -> Result<(Document, Vec<Failure>), Failures> {
    let mut document = Document::parse(&sources.published)?;
    let overlay = overlay::parse(&sources.overlay)?;
    let mut failures = overlay::apply(&mut document, &overlay, &sources.overlay);
    for text in &sources.additions {
        failures.extend(additions::merge(&mut document, text).err().into_iter().flat_map(|failures| failures.0));
    }
    failures.extend(overlay::apply_to_unions(&mut document, &overlay, &sources.overlay));
    Ok((document, failures))
}

/// Names the unnamed parts. Replaces the guards' failures for missing names by ones that suggest the name.
#[cfg(feature = "cli")]
fn name_all(document: &Document, refused: Vec<Failure>, published: &str) -> Result<(Document, Vec<Failure>), Failures> {
    let (document, namings) = naming::name(document, true)?;
    let is_named = |failure: &Failure| namings.iter().any(|naming| naming.place == failure.place);
    let mut failures: Vec<_> = refused.into_iter().filter(|failure| !is_named(failure)).collect();
    failures.extend(namings.into_iter().map(|naming| naming.failure(published)));
    Ok((document, failures))
}

/// Folds many failures into one. After failures of the overlay, most of them are consequences.
#[cfg(feature = "cli")]
fn folded(failures: Vec<Failure>) -> Vec<Failure> {
    const MAX_LISTED: usize = 3;
    let count = failures.len();
    if count <= MAX_LISTED {
        return failures;
    }
    let first = failures.into_iter().next().map(|first| {
        let problem = format!("{} (and {} more, which may follow from the problems above)", first.problem, count - 1);
        Failure::new(first.place, problem, "fix the problems above first, then run the command again")
    });
    first.into_iter().collect()
}

/// Returns the models in `source.toml`, and their place.
fn models<'a>(source: &'a Source, text: &Text) -> (&'a [String], Place) {
    (&source.models, Place::line(&text.name, 1))
}

/// Generates the code from a complete document. If it fails, returns the document.
fn finish(
    document: Document,
    sha256: &str,
    models: Option<(&[String], Place)>,
) -> Result<Generated, (Document, Failures)> {
    match code(&document, sha256, models) {
        Ok((start, model, shapes)) => {
            let (codecs, sha256) = (TokenStream::new(), sha256.to_owned());
            Ok(Generated { start, codecs, sha256, document, model, shapes })
        }
        Err(failures) => Err((document, failures)),
    }
}

fn code(
    document: &Document,
    sha256: &str,
    models: Option<(&[String], Place)>,
) -> Result<(TokenStream, Model, Shapes), Failures> {
    // Only the gateway's schema is published by the gateway.
    let origin = if models.is_some() { "published" } else { "" };
    let mut model = Model::read(document, origin)?;
    recursion::make_optional(document, &mut model.types);
    let shapes = typify::run(document, &model)?;
    Ok((emit::start(sha256, models)?, model, shapes))
}
