//! A report for programs.

use serde::Serialize;

use crate::diff::finding::Report;

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

/// The report as a JSON document.
pub(crate) fn write(report: &Report) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(&Written { format: FORMAT, report })? + "\n")
}
