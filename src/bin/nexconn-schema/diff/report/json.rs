//! A report for programs.

use serde::Serialize;

use super::summary::Counts;
use crate::diff::finding::Report;
use crate::generate::invisible::is_invisible;

/// The JSON Schema of the format.
pub(crate) const SCHEMA: &str = include_str!("report.schema.json");

/// The version of the format; raised when a property is removed or changes its meaning.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Written<'a> {
    format: u32,
    summary: Summary,
    #[serde(flatten)]
    report: &'a Report,
}

/// The counts the other formats open with.
#[derive(Serialize)]
struct Summary {
    /// `null` if a side has no version.
    is_bump_sufficient: Option<bool>,
    major: usize,
    minor: usize,
    patch: usize,
    schema_only: usize,
    breaks_old_to_new: usize,
    breaks_new_to_old: usize,
}

impl Summary {
    fn of(report: &Report) -> Self {
        let Counts { levels: [(_, major), (_, minor), (_, patch)], schema_only, breaks } = Counts::of(report);
        Self {
            is_bump_sufficient: report.declared_bump.map(|_| !report.is_short()),
            major,
            minor,
            patch,
            schema_only,
            breaks_old_to_new: breaks[0],
            breaks_new_to_old: breaks[1],
        }
    }
}

/// The report as a JSON document. Invisible characters and marks of GitHub's log commands are escaped.
pub(crate) fn write(report: &Report) -> serde_json::Result<String> {
    let text = serde_json::to_string_pretty(&Written { format: FORMAT, summary: Summary::of(report), report })? + "\n";
    let text = text.replace("##[", "#\\u0023[");
    Ok(text.chars().fold(String::with_capacity(text.len()), |mut text, c| {
        // They only occur in strings.
        if is_invisible(c) {
            text.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            text.push(c);
        }
        text
    }))
}
