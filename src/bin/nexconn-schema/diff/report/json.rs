//! A report for programs.

use serde::Serialize;

use crate::diff::finding::Report;
use crate::generate::invisible::is_invisible;

/// The JSON Schema of the format.
pub(crate) const SCHEMA: &str = include_str!("report.schema.json");

/// The version of the format; raised when a property is removed or changes its meaning.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Written<'a> {
    format: u32,
    #[serde(flatten)]
    report: &'a Report,
}

/// The report as a JSON document. Invisible characters are escaped.
pub(crate) fn write(report: &Report) -> serde_json::Result<String> {
    let text = serde_json::to_string_pretty(&Written { format: FORMAT, report })? + "\n";
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
