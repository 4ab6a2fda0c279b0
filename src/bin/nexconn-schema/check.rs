//! `nexconn-schema check`: does everything that is committed agree?
//!
//! Place in the flow: reads what `refresh` and `api` write. The digest in `source.toml` must be that
//! of the published text, every overlay entry and addition must fit it and be needed, and the listing
//! must be that of the generated code. What is stale is told with what mends it.

use std::io::Write;

use sha2::{Digest, Sha256};

use crate::generate::source::Source;
use crate::generate::{self, Generated};
use crate::snapshot::Side;
use crate::snapshot::folder::Workspace;
use crate::{Failed, Outcome};

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn sha256(text: &[u8]) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Checks the whole folder.
pub(crate) fn run(workspace: &Workspace, out: &mut dyn Write) -> Result<Outcome, Failed> {
    let sources = workspace.sources()?;
    let source = Source::parse(&sources.source)?;
    let published = sources.published.text.as_bytes();
    let found = published.get(..source.bytes).map(sha256);
    let rest = sources.published.text.get(source.bytes..);
    let closing = source.cut.as_ref().map_or("\n", |cut| &cut.appended);
    if found.as_deref() != Some(&source.sha256) || rest != Some(closing) {
        writeln!(out, "stale: {} is not the text that {} tells of", sources.published.name, sources.source.name)?;
        writeln!(out, "  remedy: nobody edits it by hand; take it anew with `nexconn-schema refresh SOURCE`")?;
        return Ok(Outcome::Stale);
    }
    let (generated, misfits) = generate::generate_leniently(&sources)?;
    if misfits.is_empty() {
        return listing(workspace, &generated, out);
    }
    for misfit in misfits {
        writeln!(out, "stale: {misfit}")?;
    }
    Ok(Outcome::Stale)
}

/// Checks the listing.
pub(crate) fn listing(workspace: &Workspace, generated: &Generated, out: &mut dyn Write) -> Result<Outcome, Failed> {
    let path = workspace.path("api.txt");
    if workspace.text("api.txt")?.as_deref() == Some(&generated.listing) {
        writeln!(out, "{} is up to date", path.display())?;
        return Ok(Outcome::Fine);
    }
    writeln!(out, "stale: {} is not the listing of the generated code", path.display())?;
    writeln!(out, "  remedy: cargo run --features cli --bin nexconn-schema -- api")?;
    Ok(Outcome::Stale)
}

/// Checks the listing that was committed with a side.
pub(crate) fn side(side: &Side, out: &mut dyn Write) -> Result<Outcome, Failed> {
    let Some(listing) = &side.listing else {
        return Err(format!("{}: a document by itself has no listing to check", side.name).into());
    };
    if *listing == side.api.listing {
        writeln!(out, "the listing of {} is up to date", side.name)?;
        return Ok(Outcome::Fine);
    }
    writeln!(out, "stale: the api.txt of {} is not the listing of its generated code", side.name)?;
    Ok(Outcome::Stale)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
pub(crate) mod tests {
    use std::fs;
    use std::path::Path;
    use std::sync::OnceLock;

    use tempfile::TempDir;

    use super::*;

    /// The listing of the real folder, which takes a while to make.
    static LISTING: OnceLock<String> = OnceLock::new();

    /// A copy of the real folder whose listing is fresh, whatever the committed one is.
    pub(crate) struct Copy(pub(crate) TempDir);

    impl Copy {
        pub(crate) fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
            fs::create_dir(folder.path().join("additions")).unwrap();
            for from in [real.clone(), real.join("additions")] {
                for path in
                    fs::read_dir(&from).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file())
                {
                    fs::copy(&path, folder.path().join(path.strip_prefix(&real).unwrap())).unwrap();
                }
            }
            let copy = Self(folder);
            let workspace = copy.workspace();
            let fresh = || workspace.generate().unwrap().listing;
            workspace.write("api.txt", LISTING.get_or_init(fresh)).unwrap();
            copy
        }

        pub(crate) fn workspace(&self) -> Workspace {
            Workspace::find(Some(self.0.path())).unwrap()
        }

        pub(crate) fn read(&self, file: &str) -> String {
            fs::read_to_string(self.0.path().join(file)).unwrap()
        }

        pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
            let text = self.read(file);
            assert!(text.contains(from), "{file} has {from:?}");
            fs::write(self.0.path().join(file), text.replacen(from, to, 1)).unwrap();
        }

        /// What `check` says of it, and how it ends.
        pub(crate) fn check(&self) -> (Outcome, String) {
            let mut out = Vec::new();
            let outcome = run(&self.workspace(), &mut out).unwrap();
            (outcome, String::from_utf8(out).unwrap())
        }
    }

    // ---- the digest ------------------------------------------------------------------------------------------------

    #[test]
    fn the_published_schema_is_the_text_that_its_source_tells_of() {
        let published = include_str!("../../../schema/published.json");
        let source = crate::generate::Text {
            name: "schema/source.toml".to_owned(),
            text: include_str!("../../../schema/source.toml").to_owned(),
        };
        let source = Source::parse(&source).unwrap();
        assert_eq!(sha256(&published.as_bytes()[..source.bytes]), source.sha256);
        let cut = source.cut.unwrap();
        assert_eq!(&published[source.bytes..], cut.appended);
        assert_eq!(published[..source.bytes].matches('\n').count() + 1, cut.line);
        let schema: serde_json::Value = serde_json::from_str(published).unwrap();
        assert!(schema.pointer(&cut.pointer).is_some());
    }

    #[test]
    fn a_digest_is_in_lower_case_hexadecimal() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    // ---- check -----------------------------------------------------------------------------------------------------

    #[test]
    fn a_fresh_folder_is_fine() {
        let (outcome, said) = Copy::new().check();
        assert_eq!(outcome, Outcome::Fine, "{said}");
        assert!(said.ends_with("api.txt is up to date\n"), "{said}");
    }

    #[test]
    fn a_published_schema_that_was_edited_is_stale() {
        let copy = Copy::new();
        for (from, to) in [("Input type, defaults", "Type, defaults"), ("\n}\n", "\n}"), ("\n}", "\n}\n")] {
            copy.edit("published.json", from, to);
            let (outcome, said) = copy.check();
            assert_eq!(outcome, Outcome::Stale, "{said}");
            assert!(
                said.contains("published.json is not the text that ") && said.contains("source.toml tells of"),
                "{said}"
            );
            assert!(said.contains("nexconn-schema refresh SOURCE"), "{said}");
        }
    }

    #[test]
    fn a_source_that_tells_of_more_than_there_is_is_stale() {
        let copy = Copy::new();
        copy.edit("source.toml", "bytes = ", "bytes = 9");
        assert_eq!(copy.check().0, Outcome::Stale);
    }

    #[test]
    fn a_listing_that_was_edited_or_is_missing_is_stale() {
        let copy = Copy::new();
        copy.edit("api.txt", "types::Response struct", "types::Answer struct");
        let (outcome, said) = copy.check();
        assert_eq!(outcome, Outcome::Stale, "{said}");
        assert!(said.contains("api.txt is not the listing of the generated code"), "{said}");
        assert!(said.contains("cargo run --features cli --bin nexconn-schema -- api"), "{said}");
        fs::remove_file(copy.0.path().join("api.txt")).unwrap();
        assert_eq!(copy.check().0, Outcome::Stale);
    }

    #[test]
    fn a_change_of_the_types_makes_the_listing_stale() {
        let copy = Copy::new();
        copy.edit("additions/error.json", "\"detail\"", "\"details\"");
        assert_eq!(copy.check().0, Outcome::Stale);
    }

    #[test]
    fn an_overlay_entry_or_an_addition_that_does_not_fit_is_stale() {
        let copy = Copy::new();
        copy.edit("overlay.toml", "at = \"/properties/conversation\"", "at = \"/properties/gone\"");
        copy.edit("additions/request.json", "\"store\": {", "\"background\": {");
        let (outcome, said) = copy.check();
        assert_eq!(outcome, Outcome::Stale, "{said}");
        assert!(said.contains("stale: ") && said.contains("overlay.toml:"), "{said}");
        assert!(said.contains("`/properties/gone` matches nothing") && said.contains("remedy: "), "{said}");
        assert!(said.contains("the property `background` is published now"), "{said}");
    }

    #[test]
    fn a_folder_that_cannot_be_read_cannot_be_checked() {
        let copy = Copy::new();
        copy.edit("overlay.toml", "at = ", "at ");
        let error = run(&copy.workspace(), &mut Vec::new()).unwrap_err().to_string();
        assert!(error.contains("overlay.toml:"), "{error}");
        let error = run(&Workspace::find(Some(Path::new("no/such/folder"))).unwrap(), &mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains("no/such/folder"), "{error}");
    }
}
