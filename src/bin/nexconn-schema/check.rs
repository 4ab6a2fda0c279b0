//! `nexconn-schema check`: whether the committed files agree with each other.

use std::io::Write;

use crate::generate::source::Source;
use crate::generate::{self, Generated, Sources, Step};
use crate::outcome::{BoxError, Outcome};
use crate::snapshot::folder::SchemaFolder;
use crate::snapshot::{Side, sha256};
use crate::terminal::print_line;

/// Checks the published text against `source.toml`, the overlay and additions against the text, and the listing
/// against the generated types.
pub(crate) fn run(folder: &SchemaFolder, out: &mut dyn Write) -> Result<Outcome, BoxError> {
    let sources = folder.sources()?;
    if !is_published_text(&sources)? {
        let (published, source) = (&sources.published.name, &sources.source.name);
        print_line(out, &format!("stale: {published} isn't the text that {source} describes"))?;
        print_line(out, "  help: don't edit it; run `nexconn-schema refresh` to fetch it again")?;
        return Ok(Outcome::Stale);
    }
    let (generated, problems) = generate::generate_leniently(&sources)?;
    if problems.is_empty() {
        return listing(folder, &generated, out);
    }
    for Step { problems, help } in generate::steps(&problems) {
        for problem in problems {
            print_line(out, &format!("stale: {problem}"))?;
        }
        print_line(out, &format!("  help: {help}"))?;
    }
    Ok(Outcome::Stale)
}

/// Whether the text has the digest and the end given in `source.toml`.
fn is_published_text(sources: &Sources) -> Result<bool, BoxError> {
    let source = Source::parse(&sources.source)?;
    let text = &sources.published.text;
    let appended = source.cut.as_ref().map_or("\n", |cut| &cut.appended);
    let digest = text.as_bytes().get(..source.bytes).map(sha256);
    Ok(digest.as_deref() == Some(&source.sha256) && text.get(source.bytes..) == Some(appended))
}

/// Checks the listing in the folder.
pub(crate) fn listing(folder: &SchemaFolder, generated: &Generated, out: &mut dyn Write) -> Result<Outcome, BoxError> {
    let path = folder.file("api.txt").display().to_string();
    if folder.text("api.txt")?.as_deref() == Some(&generated.listing()?) {
        print_line(out, &format!("{path} is up to date"))?;
        return Ok(Outcome::Ok);
    }
    print_line(out, &format!("stale: {path} isn't the listing of the generated code"))?;
    print_line(out, "  help: cargo run --features cli --bin nexconn-schema -- api")?;
    Ok(Outcome::Stale)
}

/// Checks the committed listing of a side.
pub(crate) fn side(side: &Side, out: &mut dyn Write) -> Result<Outcome, BoxError> {
    let Some(listing) = &side.listing else {
        return Err(format!("{} has no listing to check", side.name).into());
    };
    let (prefix, state, outcome) = if *listing == side.api.listing {
        ("", "is up to date", Outcome::Ok)
    } else {
        ("stale: ", "isn't the listing of its generated code", Outcome::Stale)
    };
    print_line(out, &format!("{prefix}the api.txt of {} {state}", side.name))?;
    Ok(outcome)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::fixture::Fixture;

    fn check(fixture: &Fixture) -> Outcome {
        run(&fixture.folder(), &mut Vec::new()).unwrap()
    }

    #[test]
    fn the_committed_folder_is_fresh() {
        let folder = SchemaFolder::find(Some(&Path::new(env!("CARGO_MANIFEST_DIR")).join("schema"))).unwrap();
        assert!(is_published_text(&folder.sources().unwrap()).unwrap());
    }

    #[test]
    fn a_fresh_folder_is_ok() {
        assert_eq!(check(&Fixture::new()), Outcome::Ok);
    }

    #[test]
    fn an_edited_published_schema_is_stale() {
        for (from, to) in [("A note.", "Another note."), ("\n}\n", "\n}"), ("\n}", "\n}\n")] {
            let fixture = Fixture::new();
            fixture.edit("published.json", from, to);
            assert_eq!(check(&fixture), Outcome::Stale, "{from:?}");
        }
    }

    #[test]
    fn a_source_with_more_bytes_than_the_text_is_stale() {
        let fixture = Fixture::new();
        fixture.edit("source.toml", "bytes = ", "bytes = 9");
        assert_eq!(check(&fixture), Outcome::Stale);
    }

    #[test]
    fn a_listing_that_is_edited_or_missing_is_stale() {
        let fixture = Fixture::new();
        fixture.edit("api.txt", "types::Size enum", "types::Sizes enum");
        assert_eq!(check(&fixture), Outcome::Stale);
        fs::remove_file(fixture.path("api.txt")).unwrap();
        assert_eq!(check(&fixture), Outcome::Stale);
    }

    #[test]
    fn a_change_of_the_types_makes_the_listing_stale() {
        let fixture = Fixture::new();
        fixture.edit("additions/more.json", "\"store\"", "\"storage\"");
        assert_eq!(check(&fixture), Outcome::Stale);
    }

    #[test]
    fn an_overlay_entry_or_an_addition_that_does_not_fit_is_stale() {
        for (file, from, to) in [
            ("overlay.toml", "at = \"/properties/size\"", "at = \"/properties/gone\""),
            ("additions/more.json", "\"store\"", "\"note\""),
        ] {
            let fixture = Fixture::new();
            fixture.edit(file, from, to);
            assert_eq!(check(&fixture), Outcome::Stale, "{file}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_an_error() {
        let fixture = Fixture::new();
        fixture.edit("overlay.toml", "at = ", "at ");
        assert!(run(&fixture.folder(), &mut Vec::new()).is_err());
        let missing = SchemaFolder::find(Some(Path::new("no/such/folder"))).unwrap();
        assert!(run(&missing, &mut Vec::new()).is_err());
    }
}
