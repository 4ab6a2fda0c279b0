//! A side of a comparison: what the user named, read and generated.
//!
//! Place in the flow: before `diff/`, and before `api` and `generate` where they are asked about
//! something else than the working tree. A side is the schema folder as it is, or as it was in a
//! revision, or a document by itself, which then takes the place of `published.json` in the folder.

pub(crate) mod folder;
mod git;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::thread;

use clap::ValueEnum;
use semver::Version;

use crate::Failed;
use crate::check::sha256;
use crate::diff;
use crate::generate::source::Source;
use crate::generate::{self, Api, Failure, Generated, Sources, Text};
use crate::input::{self, Limits};
use crate::snapshot::folder::Workspace;
use crate::snapshot::git::Git;
use crate::standalone;

/// What is laid over the documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Overlay {
    /// The overlay and the additions of the schema folder.
    #[default]
    Own,
    /// Nothing: any draft-07 document with a titled root will do.
    None,
}

/// What the user named, read and generated.
pub(crate) struct Side {
    /// As messages call it.
    pub(crate) name: String,
    pub(crate) api: Api,
    /// The generated source; empty unless it was asked for.
    pub(crate) source: String,
    /// Every text, by the name of its file.
    pub(crate) texts: BTreeMap<String, String>,
    /// What of the overlay and the additions does not fit the document.
    pub(crate) misfits: Vec<Failure>,
    /// The version in Cargo.toml.
    pub(crate) version: Option<Version>,
    /// The listing that was committed.
    pub(crate) listing: Option<String>,
}

/// What a side is read from.
struct Contents {
    sources: Sources,
    version: Option<Version>,
    listing: Option<String>,
}

/// Where sides are looked for.
pub(crate) struct Sides<'a> {
    pub(crate) workspace: Option<&'a Workspace>,
    pub(crate) overlay: Overlay,
    /// Whether the generated source is wanted.
    pub(crate) wants_source: bool,
}

impl Sides<'_> {
    /// The schema folder as it is.
    pub(crate) fn working_tree(&self) -> Result<Side, Failed> {
        let workspace = self.workspace()?;
        let cargo_toml = workspace.path("../Cargo.toml");
        let contents = Contents {
            sources: workspace.sources()?,
            version: fs::read_to_string(cargo_toml).ok().as_deref().and_then(diff::version),
            listing: workspace.text("api.txt")?,
        };
        self.generate("the working tree", contents)
    }

    /// A file, a revision, or `REVISION:PATH`.
    pub(crate) fn named(&self, name: &str) -> Result<Side, Failed> {
        let path = Path::new(name);
        if path.is_dir() && path.join("published.json").is_file() {
            let folder = Workspace::find(Some(path))?;
            let side = Sides { workspace: Some(&folder), ..*self }.working_tree()?;
            return Ok(Side { name: name.to_owned(), ..side });
        }
        if path.is_file() {
            let file = File::open(path).map_err(|error| error.to_string());
            let bytes = file.and_then(|file| input::bounded(file, &Limits::default()));
            return self.document(name, text(name, bytes.map_err(|problem| format!("{name}: {problem}"))?)?);
        }
        let git = Git::at(&self.workspace.map(|workspace| workspace.path("")).unwrap_or_default());
        if let Some((revision, file)) = name.split_once(':')
            && git.is_revision(revision)?
        {
            let bytes =
                git.file(revision, file)?.ok_or_else(|| format!("{name}: there is no such file in {revision}"))?;
            return self.document(name, text(name, bytes)?);
        }
        if git.is_revision(name)? {
            return self.revision(&git, name);
        }
        Err(format!("`{name}` is neither a file, nor a folder with a published.json, nor a revision of git").into())
    }

    fn workspace(&self) -> Result<&Workspace, Failed> {
        Ok(self.workspace.ok_or(Workspace::NOT_FOUND)?)
    }

    /// The schema folder as it was.
    fn revision(&self, git: &Git, revision: &str) -> Result<Side, Failed> {
        let workspace = self.workspace()?;
        let optional = |file: &str| -> Result<Option<Text>, Failed> {
            let name = workspace.path(file).display().to_string();
            let bytes = git.file(revision, &format!("./{file}"))?;
            Ok(bytes.map(|bytes| text(&name, bytes)).transpose()?)
        };
        let required = |file: &str| -> Result<Text, Failed> {
            Ok(optional(file)?.ok_or_else(|| format!("{revision} has no {}", workspace.path(file).display()))?)
        };
        let names = git.names(revision, "./additions/")?;
        let names =
            names.iter().filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "json"));
        let contents = Contents {
            sources: Sources {
                published: required("published.json")?,
                source: required("source.toml")?,
                overlay: required("overlay.toml")?,
                additions: names.map(|name| required(name.trim_start_matches("./"))).collect::<Result<_, _>>()?,
            },
            version: optional("../Cargo.toml")?.and_then(|text| diff::version(&text.text)),
            listing: optional("api.txt")?.map(|text| text.text),
        };
        self.generate(revision, contents)
    }

    /// A document in the place of the published one.
    fn document(&self, name: &str, published: Text) -> Result<Side, Failed> {
        if self.overlay == Overlay::None {
            return self.plain(name, published, None);
        }
        let mut sources = self.workspace()?.sources()?;
        let mut source = Source::parse(&sources.source)?;
        source.sha256 = sha256(published.text.as_bytes());
        sources.source.text = toml::to_string(&source)?;
        sources.published = published;
        self.generate(name, Contents { sources, version: None, listing: None })
    }

    /// Two sides at once. The error is that of the old side if both have one.
    pub(crate) fn both(
        &self,
        old: impl FnOnce(&Self) -> Result<Side, Failed> + Send,
        new: impl FnOnce(&Self) -> Result<Side, Failed>,
    ) -> Result<(Side, Side), Failed> {
        let (old, new) = thread::scope(|scope| {
            let old = scope.spawn(|| old(self).map_err(|error| error.to_string()));
            let new = new(self);
            (old.join(), new)
        });
        let old = old.unwrap_or_else(|_| Err("the generator failed: please report it with the schema".to_owned()))?;
        Ok((old, new?))
    }

    /// A schema folder's texts. What of the overlay does not fit is left out, and told.
    pub(crate) fn of_sources(&self, name: &str, sources: Sources) -> Result<Side, Failed> {
        self.generate(name, Contents { sources, version: None, listing: None })
    }

    fn generate(&self, name: &str, contents: Contents) -> Result<Side, Failed> {
        let Contents { sources, version, listing } = contents;
        if self.overlay == Overlay::None {
            return self.plain(name, sources.published, version);
        }
        let (generated, misfits) =
            generate::generate_leniently(&sources).map_err(|failures| refused(name, &failures))?;
        let texts = [sources.published, sources.source, sources.overlay].into_iter().chain(sources.additions);
        let texts = texts.map(|text| (text.name, text.text)).collect();
        Ok(Side { misfits, version, listing, ..self.side(name, generated, texts)? })
    }

    /// A document without overlay and additions.
    fn plain(&self, name: &str, document: Text, version: Option<Version>) -> Result<Side, Failed> {
        let digest = sha256(document.text.as_bytes());
        let generated = generate::generate_plain(&document, &digest).map_err(|failures| refused(name, &failures))?;
        let texts = BTreeMap::from([(document.name, document.text)]);
        Ok(Side { version, ..self.side(name, generated, texts)? })
    }

    fn side(&self, name: &str, generated: Generated, texts: BTreeMap<String, String>) -> Result<Side, Failed> {
        let source = if self.wants_source { standalone::source(&generated)? } else { String::new() };
        let (api, name) = (generated.into(), name.to_owned());
        Ok(Side { name, api, source, texts, misfits: Vec::new(), version: None, listing: None })
    }
}

fn text(name: &str, bytes: Vec<u8>) -> Result<Text, String> {
    let text = input::utf8(bytes).map_err(|problem| format!("{name}: {problem}"))?;
    // A byte-order mark says nothing, and would move every offset.
    Ok(Text { name: name.to_owned(), text: text.trim_start_matches('\u{feff}').to_owned() })
}

/// The error of one side.
fn refused(name: &str, failures: &generate::Failures) -> Failed {
    format!("no types can be generated from {name}:\n{failures}").into()
}
