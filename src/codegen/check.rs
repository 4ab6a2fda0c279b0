//! `nexconn-schema check`: does everything that is committed agree?
//!
//! Place in the flow: reads what `refresh` and `api` write. The digest in `source.toml` must be that
//! of the published text, the generator must accept the folder (which includes that every overlay
//! entry is needed), and the listing must be that of the generated code.

use std::io::Write;

use sha2::{Digest, Sha256};

use super::generate::Generated;
use super::generate::source::Source;
use super::workspace::Workspace;
use super::{Failed, Outcome};

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
    listing(workspace, &super::generate::generate(&sources)?, out)
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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::time::SystemTime;

    use tempfile::TempDir;

    use super::super::refresh;
    use super::*;

    /// A copy of the real folder whose listing is fresh, whatever the committed one is.
    struct Copy(TempDir);

    impl Copy {
        fn new() -> Self {
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
            workspace.write("api.txt", &workspace.generate().unwrap().listing).unwrap();
            copy
        }

        fn workspace(&self) -> Workspace {
            Workspace::find(Some(self.0.path())).unwrap()
        }

        fn read(&self, file: &str) -> String {
            fs::read_to_string(self.0.path().join(file)).unwrap()
        }

        fn edit(&self, file: &str, from: &str, to: &str) {
            let text = self.read(file);
            assert!(text.contains(from), "{file} has {from:?}");
            fs::write(self.0.path().join(file), text.replacen(from, to, 1)).unwrap();
        }

        /// What `check` says of it, and how it ends.
        fn check(&self) -> (Outcome, String) {
            let mut out = Vec::new();
            let outcome = run(&self.workspace(), &mut out).unwrap();
            (outcome, String::from_utf8(out).unwrap())
        }

        /// What `refresh` says of a page, and how it ends.
        fn refresh(&self, page: &str) -> Result<String, String> {
            let elsewhere = tempfile::tempdir().unwrap();
            let source = elsewhere.path().join("page.txt");
            fs::write(&source, page).unwrap();
            let mut out = Vec::new();
            let outcome = refresh::run(&self.workspace(), source.to_str().unwrap(), &mut out);
            outcome.map(|outcome| assert_eq!(outcome, Outcome::Fine)).map_err(|error| error.to_string())?;
            Ok(String::from_utf8(out).unwrap())
        }

        /// The files, each with its text and when it was written.
        fn state(&self) -> Vec<(PathBuf, String, SystemTime)> {
            let entries = fs::read_dir(self.0.path()).unwrap().map(|entry| entry.unwrap().path());
            let mut files: Vec<_> = entries.filter(|path| path.is_file()).collect();
            files.sort();
            let state = files.into_iter().map(|path| {
                let (text, written) =
                    (fs::read_to_string(&path).unwrap(), fs::metadata(&path).unwrap().modified().unwrap());
                (path, text, written)
            });
            state.collect()
        }

        /// The page that its `published.json` and `source.toml` come from, in short.
        fn page(&self) -> String {
            let sources = self.workspace().sources().unwrap();
            let source = Source::parse(&sources.source).unwrap();
            let (url, modified, models) = (source.url, source.modified, source.models.join("\n"));
            let schema = &sources.published.text[..source.bytes];
            format!(
                "Page\nModified at {modified}\n\nCurrently supported models:\n{models}\n\nBody\n{schema}\n\ncurl --location '{url}'\n"
            )
        }
    }

    // ---- the digest ------------------------------------------------------------------------------------------------

    #[test]
    fn the_published_schema_is_the_text_that_its_source_tells_of() {
        let published = include_str!("../../schema/published.json");
        let source = super::super::generate::Text {
            name: "schema/source.toml".to_owned(),
            text: include_str!("../../schema/source.toml").to_owned(),
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
    fn a_folder_that_the_generator_refuses_cannot_be_checked() {
        let copy = Copy::new();
        copy.edit("overlay.toml", "at = \"/properties/conversation\"", "at = \"/properties/gone\"");
        let error = run(&copy.workspace(), &mut Vec::new()).unwrap_err().to_string();
        assert!(error.contains("overlay.toml:") && error.contains("`/properties/gone` matches nothing"), "{error}");
        let error = run(&Workspace::find(Some(Path::new("no/such/folder"))).unwrap(), &mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains("no/such/folder"), "{error}");
    }

    // ---- refresh ---------------------------------------------------------------------------------------------------

    #[test]
    fn refreshing_from_the_same_page_writes_nothing() {
        let copy = Copy::new();
        let before = copy.state();
        let said = copy.refresh(&copy.page()).unwrap();
        assert!(said.ends_with("nothing has changed\n"), "{said}");
        assert!(said.contains("the schema is cut in line 158, at /properties/max_tool_calls/description"), "{said}");
        assert_eq!(copy.state(), before);
    }

    #[test]
    fn a_bare_schema_keeps_what_it_does_not_say() {
        let copy = Copy::new();
        let before = copy.state();
        let page = copy.page();
        let schema = &page[page.find('{').unwrap()..page.find("\n\ncurl").unwrap()];
        assert!(copy.refresh(schema).unwrap().ends_with("nothing has changed\n"));
        assert_eq!(copy.state(), before);
    }

    #[test]
    fn refreshing_from_another_page_writes_what_check_accepts() {
        let copy = Copy::new();
        let page = copy
            .page()
            .replace("Input type, defaults", "Type, defaults")
            .replace("Modified at 2026", "Modified at 2027");
        let said = copy.refresh(&page).unwrap();
        assert!(said.contains("published.json written; now run `cargo build`"), "{said}");
        assert!(copy.read("published.json").contains("\"Type, defaults"));
        assert!(copy.read("source.toml").contains("modified = \"2027"));
        // The digest stands in the header of the listing.
        let workspace = copy.workspace();
        assert!(workspace.write("api.txt", &workspace.generate().unwrap().listing).unwrap());
        assert_eq!(copy.check().0, Outcome::Fine);
    }

    #[test]
    fn a_page_without_a_schema_changes_nothing() {
        let copy = Copy::new();
        let before = copy.state();
        for page in ["", "<html><body>502 Bad Gateway</body></html>", "{\"type\": \"object\"}"] {
            let error = copy.refresh(page).unwrap_err();
            assert!(error.contains("page.txt: there is no JSON Schema in it"), "{error}");
            assert!(error.ends_with("nothing was changed"), "{error}");
        }
        assert_eq!(copy.state(), before);
    }

    #[test]
    fn a_page_whose_schema_is_no_json_changes_nothing_or_is_closed_before_the_fault() {
        let schema = "{\"$schema\": \"http://json-schema.org/draft-07/schema#\"";
        for wrong in
            [", }", ", \"title\": }", ", \"enum\": [1,]}", ", \"title\": \"\\u00zz\"}", ", \"title\": \"\\ud83d\"}"]
        {
            let copy = Copy::new();
            let before = copy.state();
            match copy.refresh(&format!("{schema}{wrong}\n")) {
                Ok(_) => drop(serde_json::from_str::<serde_json::Value>(&copy.read("published.json")).unwrap()),
                Err(_) => assert_eq!(copy.state(), before),
            }
        }
    }

    #[test]
    fn a_bare_schema_needs_a_source_that_says_the_rest() {
        let copy = Copy::new();
        fs::remove_file(copy.0.path().join("source.toml")).unwrap();
        let before = copy.state();
        let error = copy.refresh("{\"$schema\": \"http://json-schema.org/draft-07/schema#\"}").unwrap_err();
        assert!(
            error.contains("it does not say the URL of the endpoint") && error.ends_with("nothing was changed"),
            "{error}"
        );
        assert_eq!(copy.state(), before);
    }
}
