//! Tells the forms of sources apart, by what is in them, and finds the schema.
//!
//! Place in the flow: between `input.rs`, which has read the text, and `page.rs`, `html.rs`, `yaml.rs`
//! and `openapi.rs`, one for each form. A form that a text does not have is no error as long as
//! another one fits.

use serde_json::Value;

use super::page::{self, Page};
use super::{html, openapi, yaml};
use crate::generate::json;
use crate::input::Input;

/// The most marks of structure (brackets, colons, commas) that a JSON text may have: 32 MiB of the
/// smallest values would take gigabytes. OpenAI's document of all its endpoints has a fourth of that.
const MARKS: usize = 1_000_000;
/// How much of a foreign text is quoted in a message.
const QUOTED: usize = 200;
/// How many names are listed in a message.
const LISTED: usize = 20;

/// Finds the schema, and what the source says beside it. `title` is for a schema that has none.
pub(crate) fn find(input: &Input, title: Option<&str>) -> Result<Page, String> {
    let text = input.text.strip_prefix('\u{feff}').unwrap_or(&input.text);
    let text = if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() };
    let trimmed = text.trim();
    if trimmed.starts_with('{') {
        // What is no JSON may be a schema that is cut.
        return match parse(&text) {
            Ok(value) => of_json(&value, trimmed, title),
            Err(problem) if trimmed.ends_with('}') && is_fault(&problem) => Err(format!("it is not JSON: {problem}")),
            Err(problem) => page::read(&text).map_err(|missing| format!("{missing}; as JSON: {problem}")),
        };
    }
    if let Some(start) = yaml_start(trimmed).filter(|start| is_commented(&trimmed[..*start])) {
        return openapi::read(&yaml::parse(&trimmed[start..])?, title);
    }
    let is_html = input.is_html || html::is_likely(trimmed);
    let (first, second): (Form, Form) = if is_html { (of_html, page::read) } else { (page::read, of_html) };
    first(&text).or_else(|missing| second(&text).map_err(|_| missing)).or_else(|missing| match fenced_yaml(trimmed) {
        Some(yaml) => openapi::read(&yaml::parse(yaml)?, title),
        None => Err(format!("{missing}; it is {}", html::described(trimmed))),
    })
}

/// Finds a schema in a text of one form.
type Form = fn(&str) -> Result<Page, String>;

/// Whether a text that ends with an object is faulty within, and not cut; of one that is too deep `page.rs` knows more.
fn is_fault(problem: &str) -> bool {
    !problem.starts_with("EOF") && !problem.starts_with("recursion limit")
}

/// Parses JSON of a bounded number of values, without equal keys.
fn parse(text: &str) -> Result<Value, String> {
    bounded(text)?;
    json::parse(text).map_err(|error| error.to_string())
}

/// Checks that a JSON text has no more values than memory can be spared for.
pub(crate) fn bounded(text: &str) -> Result<(), String> {
    let marks = text.bytes().filter(|byte| matches!(byte, b'{' | b'[' | b':' | b',')).nth(MARKS);
    marks.map_or(Ok(()), |_| Err(format!("it has more than {MARKS} brackets, colons and commas")))
}

/// A whole JSON document: OpenAPI, a schema, or something with a schema in one of its strings.
fn of_json(value: &Value, text: &str, title: Option<&str>) -> Result<Page, String> {
    if openapi::is_one(value) {
        return openapi::read(value, title);
    }
    if value.get("$schema").is_some() || value.get("properties").is_some_and(Value::is_object) {
        let schema = text.to_owned();
        return Ok(Page { schema, cut: None, url: None, modified: None, models: Vec::new() });
    }
    let keys = value.as_object().map(|object| listed(object.keys())).unwrap_or_default();
    let within = longest(page::read(text).ok().into_iter().chain(in_strings(value)));
    within.ok_or_else(|| format!("there is no JSON Schema in it; it is a JSON object with the keys {keys}"))
}

/// A page in HTML: what it shows, or what its scripts hold as data.
fn of_html(text: &str) -> Result<Page, String> {
    let html = html::read(text);
    let shown = page::read(&html.text);
    let data = html.data.iter().filter_map(|data| {
        let value = parse(data).ok();
        longest(page::read(data).ok().into_iter().chain(value.iter().flat_map(in_strings)))
    });
    let missing = shown.as_ref().err().cloned();
    longest(shown.iter().cloned().chain(data)).ok_or_else(|| missing.unwrap_or_default())
}

/// The schemas that are pasted in strings of a JSON document.
fn in_strings(value: &Value) -> Vec<Page> {
    match value {
        Value::String(text) => page::read(text).ok().into_iter().collect(),
        Value::Array(values) => values.iter().flat_map(in_strings).collect(),
        Value::Object(values) => values.values().flat_map(in_strings).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// The longest schema, and the first of equals.
fn longest(pages: impl Iterator<Item = Page>) -> Option<Page> {
    pages.reduce(|best, page| if page.schema.len() > best.schema.len() { page } else { best })
}

/// Where an OpenAPI document in YAML begins: the line with its version.
fn yaml_start(text: &str) -> Option<usize> {
    let marks = ["openapi:", "\"openapi\":", "'openapi':", "swagger:"];
    let mut at = 0;
    text.split_inclusive('\n').find_map(|line| {
        let start = at;
        at += line.len();
        marks.iter().any(|mark| line.starts_with(mark)).then_some(start)
    })
}

/// Whether there is nothing in it but what may precede a YAML document.
fn is_commented(text: &str) -> bool {
    text.lines().all(|line| line.trim().is_empty() || line.starts_with(['#', '%']) || line.starts_with("---"))
}

/// An OpenAPI document in a block of a Markdown page.
fn fenced_yaml(text: &str) -> Option<&str> {
    let yaml = &text[yaml_start(text)?..];
    Some(yaml.find("\n```").map_or(yaml, |end| &yaml[..end]))
}

/// The first line of a foreign text, in quotes and not too long.
pub(crate) fn quoted(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let start: String = line.chars().take(QUOTED).collect();
    let more = if start.len() < line.len() { "…" } else { "" };
    format!("{start:?}{more}")
}

/// Names of a foreign document.
pub(crate) fn listed<'a>(names: impl ExactSizeIterator<Item = &'a String>) -> String {
    let more = names.len().checked_sub(LISTED).filter(|more| *more > 0);
    let names: Vec<_> = names.take(LISTED).map(|name| quoted(name)).collect();
    let more = more.map(|more| format!(" and {more} more")).unwrap_or_default();
    if names.is_empty() { "none".to_owned() } else { format!("{}{more}", names.join(", ")) }
}
