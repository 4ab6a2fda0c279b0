//! `nexconn-schema refresh`: takes the published schema from where it is published.
//!
//! Place in the flow: the beginning of it all; writes `published.json` and `source.toml`, which
//! nobody edits by hand. `page.rs` finds the schema.

use std::io::{Read, Write};
use std::{fs, io};

use super::check::sha256;
use super::generate::Text;
use super::generate::source::Source;
use super::page::{self, Page};
use super::workspace::Workspace;
use super::{Failed, Outcome};

/// Reads the source, and writes what it says unless that is what the folder has already.
pub(crate) fn run(workspace: &Workspace, source: &str, out: &mut dyn Write) -> Result<Outcome, Failed> {
    let text = read(source).map_err(|error| format!("{source}: {error}"))?;
    let page = page::read(&text).map_err(|problem| format!("{source}: {problem}; nothing was changed"))?;
    let known = match workspace.text("source.toml")? {
        Some(text) => Source::parse(&Text { name: workspace.path("source.toml").display().to_string(), text }).ok(),
        None => None,
    };
    let source =
        describe(&page, known.as_ref()).map_err(|problem| format!("{source}: {problem}; nothing was changed"))?;
    let closing = source.cut.as_ref().map_or("\n", |cut| &cut.appended);
    let text = format!("{}{closing}", page.schema);
    if let Err(error) = serde_json::from_str::<serde_json::Value>(&text) {
        return Err(format!("the schema in it is not JSON: {error}; nothing was changed").into());
    }
    if let Some(cut) = &source.cut {
        writeln!(out, "the schema is cut in line {}, at {}; closed with {:?}", cut.line, cut.pointer, cut.appended)?;
    }
    let published = workspace.write("published.json", &text)?;
    let described = workspace.write("source.toml", &toml::to_string(&source)?)?;
    if published || described {
        writeln!(out, "{} written; now run `cargo build`", workspace.path("published.json").display())?;
    } else {
        writeln!(out, "nothing has changed")?;
    }
    Ok(Outcome::Fine)
}

fn read(source: &str) -> io::Result<String> {
    let mut text = String::new();
    if source == "-" {
        io::stdin().read_to_string(&mut text)?;
    } else {
        text = fs::read_to_string(source)?;
    }
    Ok(text)
}

/// What `source.toml` will say. A bare schema does not tell its url, date and models; these stay as they were.
fn describe(page: &Page, known: Option<&Source>) -> Result<Source, String> {
    let missing = |what: &str| format!("it does not say {what}, and there is no source.toml that does");
    let url = page.url.clone().or_else(|| known.map(|known| known.url.clone()));
    let modified = page.modified.clone().or_else(|| known.map(|known| known.modified.clone()));
    let models =
        if page.models.is_empty() { known.map(|known| known.models.clone()) } else { Some(page.models.clone()) };
    Ok(Source {
        url: url.ok_or_else(|| missing("the URL of the endpoint"))?,
        modified: modified.ok_or_else(|| missing("when it was modified"))?,
        bytes: page.schema.len(),
        sha256: sha256(page.schema.as_bytes()),
        models: models.ok_or_else(|| missing("which models there are"))?,
        cut: page.cut.clone(),
    })
}
