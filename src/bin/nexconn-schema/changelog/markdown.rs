//! A changelog as Markdown.

use std::path::Path;

use super::entry::{Change, Entry, by_version};
use super::timeline;
use crate::diff::markdown::{code, rows};
use crate::terminal::{printable, quoted};

/// Maximum number of changes of a commit.
const MAX_ROWS: usize = 50;

/// The entries, the newest first.
pub(super) fn write(entries: &[Entry], picture: Option<&Path>) -> String {
    let mut out = "# Changes of the generated API\n".to_owned();
    match picture {
        _ if entries.is_empty() => out += "\nNo commit changes the schema.\n",
        Some(path) => out += &format!("\n![Changes of each commit](<{}>)\n", path.display()),
        None => out += &format!("\n```text\n{}```\n", timeline::text(entries)),
    }
    for (version, entries) in by_version(entries) {
        if let Some(version) = version {
            out += &format!("\n## {version}\n");
        }
        out.extend(entries.iter().map(section));
    }
    out
}

fn section(entry: &Entry) -> String {
    let Entry { id, date, subject, .. } = entry;
    let mut out = format!("\n### {date} {}\n\n`{id}`: ", code(&printable(subject)));
    match &entry.change {
        Change::First(1) => out += "first version, with 1 type.\n",
        Change::First(types) => out += &format!("first version, with {types} types.\n"),
        Change::Failed(error) => out += &format!("no types can be generated: {}\n", code(&quoted(error))),
        Change::Report(report) => {
            out += &format!("{} change.\n\n", report.required_bump.name());
            let (rows, left_out) = rows(report, MAX_ROWS);
            out += &rows;
            if left_out > 0 {
                out += &format!("- and {left_out} more\n");
            }
        }
    }
    out
}
