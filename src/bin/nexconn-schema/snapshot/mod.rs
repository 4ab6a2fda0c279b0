//! A side of a comparison: the schema folder now or in a git revision, or a document by itself, with its types.

pub(crate) mod folder;
mod git;
pub(crate) mod history;
mod revision;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::thread::{self, ScopedJoinHandle};

use clap::ValueEnum;
use semver::Version;
use sha2::{Digest, Sha256};

use crate::generate::source::Source;
use crate::generate::{self, Api, Failure, Failures, Generated, Sources, Text};
use crate::input::{self, Limits};
use crate::outcome::BoxError;
use crate::stack::STACK_SIZE;
use crate::translate::{self, formats::Formats};
use folder::SchemaFolder;
use git::Git;
use revision::Revision;

/// The overlay and additions to apply to a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Overlay {
    /// Those of the schema directory.
    #[default]
    Committed,
    /// None, for any JSON Schema of draft-04 to 2020-12.
    None,
}

/// The way to read a document without overlay.
#[derive(Clone, Default)]
pub(crate) struct Reading {
    /// The name of the root, instead of its title.
    pub(crate) name: Option<String>,
    /// Whether parts without an exact Rust type are errors.
    pub(crate) is_strict: bool,
    /// Whether to read the documents that references lead to.
    pub(crate) bundles: bool,
    /// The name of a root without title, instead of the file's name.
    pub(crate) fallback: Option<String>,
    /// The Rust types of formats.
    pub(crate) formats: Formats,
}

impl Reading {
    pub(crate) const DEFAULT: Self =
        Self { name: None, is_strict: false, bundles: false, fallback: None, formats: Formats::EMPTY };
}

/// A document or schema folder, and its generated API.
pub(crate) struct Side {
    /// The name in messages.
    pub(crate) name: String,
    pub(crate) api: Api,
    /// All texts by file name.
    pub(crate) texts: BTreeMap<String, String>,
    /// Overlay entries and additions the document doesn't fit.
    pub(crate) problems: Vec<Failure>,
    /// Number of parts of a document without overlay that have no exact Rust type.
    pub(crate) untyped: usize,
    /// The version in Cargo.toml.
    pub(crate) version: Option<Version>,
    /// The committed listing.
    pub(crate) listing: Option<String>,
}

impl Side {
    /// Returns the warning about the parts without an exact Rust type.
    pub(crate) fn warning(&self) -> Option<String> {
        let parts = match self.untyped {
            0 => return None,
            1 => "1 part has".to_owned(),
            count => format!("{count} parts have"),
        };
        Some(format!(
            "{}: {parts} no exact Rust type; `nexconn-schema generate` with this schema lists them",
            self.name
        ))
    }
}

/// Maximum size of a named file, in bytes. Downloads have a lower limit, because their text isn't trusted.
const MAX_FILE: usize = 256 << 20;

/// Maximum size of both schemas to generate two sides at the same time, in bytes. One after the other, they take less
/// memory.
const MAX_PARALLEL: usize = 1 << 20;

pub(crate) struct Contents {
    name: String,
    schema: Schema,
    version: Option<Version>,
    listing: Option<String>,
}

enum Schema {
    /// A document without overlay and additions, and the revision it's from.
    Plain(Text, Reading, Option<Revision>),
    Folder(Sources),
}

#[derive(Clone, Copy)]
pub(crate) struct Loader<'a> {
    pub(crate) folder: Option<&'a SchemaFolder>,
    pub(crate) overlay: Overlay,
    pub(crate) reading: &'a Reading,
}

impl Loader<'_> {
    /// Returns the side of that name; the working tree for `None`.
    pub(crate) fn side(&self, name: Option<&str>) -> Result<Side, BoxError> {
        self.contents(name)?.side()
    }

    /// Returns two sides. If both fail, returns the error of the old side.
    pub(crate) fn both(&self, old: &str, new: Option<&str>) -> Result<(Side, Side), BoxError> {
        // Two files without titles have one name.
        let stem = new.filter(|_| self.overlay == Overlay::None).map(translate::stem);
        let reading = Reading { fallback: stem, ..self.reading.clone() };
        let old = Loader { reading: &reading, ..*self }.contents(Some(old))?;
        let new = self.contents(new);
        if old.size() + new.as_ref().map_or(0, Contents::size) > MAX_PARALLEL {
            return Ok((old.side()?, new?.side()?));
        }
        let (old, new) = thread::scope(|scope| {
            let side = move || old.side().map_err(|error| error.to_string());
            let old = thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, side);
            let new = new.and_then(Contents::side);
            (old.map(ScopedJoinHandle::join), new)
        });
        let failed = |_| Err("the generator failed; please report it with the schema".to_owned());
        Ok((old?.unwrap_or_else(failed)?, new?))
    }

    /// Returns the texts of the working tree, a file, a revision, or `REVISION:PATH`.
    pub(crate) fn contents(&self, name: Option<&str>) -> Result<Contents, BoxError> {
        let Some(name) = name else { return self.working_tree() };
        let path = Path::new(name);
        if path.is_dir() && path.join("published.json").is_file() {
            let folder = SchemaFolder::find(Some(path))?;
            let contents = Loader { folder: Some(&folder), ..*self }.working_tree()?;
            return Ok(Contents { name: name.to_owned(), ..contents });
        }
        if path.is_file() {
            let file = File::open(path).map_err(|error| error.to_string());
            let limits = Limits { bytes: MAX_FILE, ..Limits::default() };
            let bytes = file.and_then(|file| input::read_bounded(file, &limits));
            return self.document(name, input::text(name, bytes.map_err(|problem| format!("{name}: {problem}"))?)?);
        }
        let git = Git::at(&self.folder.map(|folder| folder.file("")).unwrap_or_default());
        if let Some((revision, file)) = name.split_once(':')
            && git.is_revision(revision)?
        {
            let bytes = git.file(revision, file)?.ok_or_else(|| format!("{name}: {revision} has no such file"))?;
            let mut contents = self.document(name, input::text(name, bytes)?)?;
            if let Schema::Plain(_, _, of) = &mut contents.schema {
                *of = Some(Revision::new(git, revision, file)?);
            }
            return Ok(contents);
        }
        if git.is_revision(name)? {
            return self.revision(&git, name);
        }
        Err(format!("`{name}` isn't a file, a directory with a published.json, or a git revision").into())
    }

    /// Returns the side of the first commit with the published schema in a file. If there's none, the file takes
    /// the place of the published schema in the working tree.
    pub(crate) fn version(&self, file: &str) -> Result<Side, BoxError> {
        if let (Overlay::Committed, Some(folder), true) = (self.overlay, self.folder, Path::new(file).is_file()) {
            let git = Git::at(&folder.file(""));
            if let Ok(Some(commit)) = git.introduction("published.json", Path::new(file)) {
                return self.revision(&git, &commit)?.side();
            }
        }
        self.side(Some(file))
    }

    /// Returns the side of texts from no folder.
    pub(crate) fn side_of(&self, name: &str, sources: Sources) -> Result<Side, BoxError> {
        self.of(name, sources, None, None).side()
    }

    fn folder(&self) -> Result<&SchemaFolder, BoxError> {
        let missing = match self.overlay {
            Overlay::None => "name a JSON Schema: a file, or `REVISION:PATH`",
            Overlay::Committed => SchemaFolder::NOT_FOUND,
        };
        Ok(self.folder.ok_or(missing)?)
    }

    fn working_tree(&self) -> Result<Contents, BoxError> {
        let folder = self.folder()?;
        let version = fs::read_to_string(folder.file("../Cargo.toml")).ok().as_deref().and_then(package_version);
        Ok(self.of("the working tree", folder.sources()?, version, folder.text("api.txt")?))
    }

    fn revision(&self, git: &Git, revision: &str) -> Result<Contents, BoxError> {
        let folder = self.folder()?;
        let optional = |file: &str| -> Result<Option<Text>, BoxError> {
            let name = folder.file(file).display().to_string();
            let bytes = git.file(revision, &format!("./{file}"))?;
            Ok(bytes.map(|bytes| input::text(&name, bytes)).transpose()?)
        };
        let required = |file: &str| -> Result<Text, BoxError> {
            Ok(optional(file)?.ok_or_else(|| format!("{revision} has no {}", folder.file(file).display()))?)
        };
        let names = git.names(revision, "./additions/")?;
        let names =
            names.iter().filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "json"));
        let sources = Sources {
            published: required("published.json")?,
            source: required("source.toml")?,
            overlay: required("overlay.toml")?,
            additions: names.map(|name| required(name.trim_start_matches("./"))).collect::<Result<_, _>>()?,
        };
        let version = optional("../Cargo.toml")?.and_then(|text| package_version(&text.text));
        Ok(self.of(revision, sources, version, optional("api.txt")?.map(|text| text.text)))
    }

    /// Returns a document in place of the published one.
    fn document(&self, name: &str, published: Text) -> Result<Contents, BoxError> {
        if self.overlay == Overlay::None {
            let name = name.to_owned();
            let schema = Schema::Plain(published, self.reading.clone(), None);
            return Ok(Contents { name, schema, version: None, listing: None });
        }
        let mut sources = self.folder()?.sources()?;
        let mut source = Source::parse(&sources.source)?;
        source.sha256 = sha256(published.text.as_bytes());
        sources.source.text = toml::to_string(&source)?;
        sources.published = published;
        Ok(self.of(name, sources, None, None))
    }

    fn of(&self, name: &str, sources: Sources, version: Option<Version>, listing: Option<String>) -> Contents {
        let (schema, listing) = match self.overlay {
            Overlay::Committed => (Schema::Folder(sources), listing),
            Overlay::None => (Schema::Plain(sources.published, self.reading.clone(), None), None),
        };
        Contents { name: name.to_owned(), schema, version, listing }
    }
}

impl Contents {
    /// Generates the types. Leaves out unsuitable overlay entries and additions, and returns them; for a document without
    /// overlay, returns the parts without an exact Rust type.
    pub(crate) fn generate(&self) -> Result<(Generated, Vec<Failure>), BoxError> {
        let result = match &self.schema {
            Schema::Folder(sources) => generate::generate_leniently(sources),
            Schema::Plain(document, reading, revision) => translated(document, reading, revision.as_ref()),
        };
        result.map_err(|failures| format!("cannot generate types from {}:\n{failures}", self.name).into())
    }

    fn published(&self) -> &Text {
        match &self.schema {
            Schema::Plain(document, ..) => document,
            Schema::Folder(sources) => &sources.published,
        }
    }

    /// The size of the published schema, in bytes.
    fn size(&self) -> usize {
        self.published().text.len()
    }

    /// The SHA-256 of the published schema.
    pub(crate) fn digest(&self) -> String {
        sha256(self.published().text.as_bytes())
    }

    fn side(self) -> Result<Side, BoxError> {
        let (generated, problems) = self.generate()?;
        let Self { name, schema, version, listing } = self;
        let (texts, problems, untyped) = match schema {
            Schema::Plain(document, ..) => (vec![document], Vec::new(), problems.len()),
            Schema::Folder(Sources { published, source, overlay, additions }) => {
                ([published, source, overlay].into_iter().chain(additions).collect(), problems, 0)
            }
        };
        let texts = texts.into_iter().map(|text| (text.name, text.text)).collect();
        Ok(Side { name, api: generated.try_into()?, texts, problems, untyped, version, listing })
    }
}

fn translated(
    document: &Text,
    reading: &Reading,
    revision: Option<&Revision>,
) -> Result<(Generated, Vec<Failure>), Failures> {
    let read = |uri: &str| match revision {
        Some(revision) => revision.read(uri),
        None => input::read_beside(&document.name, uri),
    };
    let uri = revision.map(Revision::uri);
    let options = translate::Options {
        uri: uri.as_deref(),
        name: reading.name.as_deref(),
        fallback: reading.fallback.as_deref(),
        bundle: reading.bundles.then_some(&read),
        formats: Some(&reading.formats),
    };
    let (generated, warnings) = translate::generate(document, &sha256(document.text.as_bytes()), options)?;
    if reading.is_strict {
        Failures::unless_empty(warnings, (generated, Vec::new()))
    } else {
        Ok((generated, warnings))
    }
}

/// Returns SHA-256 in lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the package version in the text of a Cargo.toml.
pub(crate) fn package_version(cargo_toml: &str) -> Option<Version> {
    let manifest: toml::Table = cargo_toml.parse().ok()?;
    manifest.get("package")?.get("version")?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_lower_case_hexadecimal() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
