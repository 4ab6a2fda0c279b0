//! A changelog as one HTML page.

use super::entry::{Change, Entry, by_version};
use super::timeline::{self, Colors};
use crate::diff::html;
use crate::diff::page::{escape, page};
use crate::terminal::{printable, quoted};

/// The entries, the newest first.
pub(super) fn write(entries: &[Entry]) -> String {
    let mut body = "<header>\n<h1>Changes of the generated API</h1>\n".to_owned();
    body += &match entries {
        [] => "<p>No commit changes the schema.</p>\n".to_owned(),
        entries => timeline::picture(entries, Colors::OfPage),
    };
    body += "</header>\n<main>\n";
    for (version, entries) in by_version(entries) {
        body += "<section>\n";
        body += &version.map(|version| format!("<h2>{}</h2>\n", escape(&version.to_string()))).unwrap_or_default();
        body.extend(entries.iter().map(article));
        body += "</section>\n";
    }
    page("Changes of the generated API", &(body + "</main>"))
}

fn article(entry: &Entry) -> String {
    let Entry { id, date, subject, .. } = entry;
    let level = entry.counts().map(|(level, _)| level.name());
    let level = level.map(|level| format!("<span class=\"level {level}\">{level}</span> ")).unwrap_or_default();
    let mut out = format!(
        "<article id=\"commit-{id}\" tabindex=\"-1\">\n<h4><a href=\"#commit-{id}\" aria-label=\"Link to this commit\">#</a> \
         {level}{date} {}</h4>\n<p class=\"rule\"><code>{id}</code></p>\n",
        escape(&printable(subject))
    );
    match &entry.change {
        Change::First(1) => out += "<p>First version, with 1 type.</p>\n",
        Change::First(types) => out += &format!("<p>First version, with {types} types.</p>\n"),
        Change::Failed(error) => out += &format!("<p>No types can be generated: {}</p>\n", escape(&quoted(error))),
        Change::Report(report) => out += &html::rows(report),
    }
    out + "</article>\n"
}
