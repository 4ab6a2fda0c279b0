//! Translates any JSON Schema document to the draft-07 document the generator accepts.
//!
//! Each pass keeps the marks that give every schema its pointer in the file. The parts that can't be typed become `Json`
//! with a warning.

mod branch;
mod conditions;
mod draft;
mod elements;
mod fallback;
pub(crate) mod formats;
mod keywords;
mod references;
mod root;
mod shapes;
mod tree;
mod unions;
mod walk;
mod warnings;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::generate::document::{DRAFT_07, escape};
use crate::generate::naming::marks;
use crate::generate::{Document, Failure, Failures, Generated, Text};
pub(crate) use draft::Draft;
use formats::Formats;
use references::{FILES, References};
use warnings::Warnings;

/// Reads another document by its URI.
pub(crate) type Read<'a> = &'a dyn Fn(&str) -> Result<Text, String>;

pub(crate) use keywords::{allow_null, exclusive};
pub(crate) use references::stem;
pub(crate) use tree::each_schema;

/// The options of the translation.
#[derive(Clone, Copy, Default)]
pub(crate) struct Options<'a> {
    /// The name of the root, instead of its title.
    pub(crate) name: Option<&'a str>,
    /// The name of a root without title, instead of the file's name.
    pub(crate) fallback: Option<&'a str>,
    /// Reads the documents that references lead to.
    pub(crate) bundle: Option<Read<'a>>,
    /// The URI of the document, instead of its file's.
    pub(crate) uri: Option<&'a str>,
    /// The Rust types of formats.
    pub(crate) formats: Option<&'a Formats>,
}

/// Maximum number of bundled documents.
const MAX_FILES: usize = 256;

/// Generates types from any document. Also returns the warnings.
///
/// `sha256` is the digest of the text, for the generated constant.
pub(crate) fn generate(text: &Text, sha256: &str, options: Options<'_>) -> Result<(Generated, Vec<Failure>), Failures> {
    let mut raw = Document::parse_unchecked(text)?;
    let mut warnings = Warnings::default();
    let mut drafts = BTreeMap::from([(String::new(), draft(&raw, "")?)]);
    let base = options.uri.map_or_else(|| references::uri_of_file(&raw.place("")), str::to_owned);
    let references = bundled(&mut raw, &mut drafts, &base, options.bundle, &mut warnings)?;
    let translation =
        &mut keywords::Translation { raw: &raw, references: &references, drafts: &drafts, warnings: &mut warnings };
    let mut root = translation.document();
    // The places are enough from here on, and large documents take much memory.
    raw.root = Value::Null;
    drop((references, drafts));
    let fallback = options.fallback.map_or_else(|| stem(&text.name), str::to_owned);
    let is_nullable = elements::is_nullable(&root, "");
    root::name(&mut root, options.name, &fallback);
    root["$schema"] = DRAFT_07.into();
    fallback::repair_keywords(&mut root, &raw, &mut warnings);
    conditions::warn(&root, &raw, &mut warnings);
    unions::merge(&mut root, &raw, &mut warnings);
    shapes::choose(&mut root, &raw, &mut warnings);
    elements::keep(&mut root, &raw, &mut warnings);
    root::wrap(&mut root);
    let mut generated = fallback::generate(marks::settle(root, &raw), sha256, &mut warnings)?;
    if is_nullable {
        root::note_null(&mut generated);
    }
    if let Some(formats) = options.formats {
        formats.apply(&mut generated, &mut warnings);
    }
    Ok((generated, warnings.into_inner()))
}

/// Returns the draft of the document or a bundled file.
fn draft(raw: &Document, pointer: &str) -> Result<Draft, Failure> {
    let root = raw.root.pointer(pointer).unwrap_or(&Value::Null);
    Draft::of(root).map_err(|name| {
        let problem = format!("unsupported draft `{name}`");
        Failure::new(raw.place(&format!("{pointer}/$schema")), problem, "convert the schema to draft-04 or later")
    })
}

/// Resolves all references, and reads the documents they lead to.
fn bundled(
    raw: &mut Document,
    drafts: &mut BTreeMap<String, Draft>,
    base: &str,
    read: Option<Read<'_>>,
    warnings: &mut Warnings,
) -> Result<References, Failures> {
    let mut failed = BTreeSet::new();
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    loop {
        let mut references = References::default();
        for (uri, pointer) in &files {
            references.add_file(&raw.root, pointer, uri);
        }
        references.add_document(&raw.root, base);
        let missing = references.missing.iter().find(|(uri, _)| !failed.contains(uri));
        let (Some(read), Some((uri, at)), true) = (read, missing, files.len() < MAX_FILES) else {
            return Ok(references);
        };
        let file = match read(uri) {
            Ok(file) => file,
            Err(problem) => {
                warnings.add(raw.place(&format!("{at}/$ref")), &problem, "correct the reference, or save the file");
                failed.insert(uri.clone());
                continue;
            }
        };
        let pointer = format!("/{FILES}/{}", escape(uri));
        let root = raw.embed(&pointer, &file)?;
        if !raw.root[FILES].is_object() {
            raw.root[FILES] = json!({});
        }
        raw.root[FILES][uri] = root;
        drafts.insert(pointer.clone(), draft(raw, &pointer)?);
        files.insert(uri.clone(), pointer);
    }
}
