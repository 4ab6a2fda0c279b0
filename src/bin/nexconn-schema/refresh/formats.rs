//! Recognizes the format of a source and finds the schema in it.

use serde_json::Value;

use super::page::{self, Missing, Page};
use super::scan::Scan;
use super::tokens::string_length;
use super::{html, openapi, script, yaml};
use crate::generate::json;
use crate::input::Input;
use crate::terminal::{listed, quoted};

/// Maximum number of brackets, colons and commas in a JSON text. 32 MiB of the smallest values would take gigabytes;
/// OpenAI's document of all its endpoints has a fourth of this.
const MAX_MARKS: usize = 1_000_000;
/// Maximum number of texts within each other: a script in a page, a string in the script.
const MAX_NESTING: usize = 3;

/// Finds the schema with the expected title, and the facts the source has beside it.
pub(super) fn find(input: &Input, title: Option<&str>) -> Result<Page, String> {
    let text = input.text.strip_prefix('\u{feff}').unwrap_or(&input.text);
    let text = if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() };
    let trimmed = text.trim();
    if trimmed.starts_with('{') {
        // Invalid JSON may be a schema with its end cut off.
        return match parse(&text) {
            Ok(value) => of_json(&value, trimmed, title),
            Err(problem) => page::read(&text, title).map_err(|missing| match missing {
                Missing::NoSchema => format!("{}; as JSON: {problem}", no_schema(trimmed)),
                Missing::Invalid(problem) => problem,
            }),
        };
    }
    let document = yaml::document(trimmed);
    if let Some(document) = document.as_ref().filter(|document| document.is_whole) {
        return openapi::read(&yaml::parse(document.text)?, title);
    }
    let is_html = input.is_html || html::is_likely(trimmed);
    let (first, second): (Format, Format) = if is_html { (of_html, page::read) } else { (page::read, of_html) };
    let found = first(&text, title)
        .or_else(|missing| if missing == Missing::NoSchema { second(&text, title) } else { Err(missing) });
    found.or_else(|missing| match (missing, document) {
        (Missing::Invalid(problem), _) => Err(problem),
        (Missing::NoSchema, Some(document)) => openapi::read(&yaml::parse(document.text)?, title),
        (Missing::NoSchema, None) => Err(no_schema(trimmed)),
    })
}

/// Finds a schema in a text of one format.
type Format = fn(&str, Option<&str>) -> Result<Page, Missing>;

fn no_schema(text: &str) -> String {
    format!("no JSON Schema found: no object with a `$schema`; the source is {}", described(text))
}

/// Describes a text without a schema.
fn described(text: &str) -> String {
    if text.is_empty() {
        return "empty".to_owned();
    }
    if !html::is_likely(text) {
        return format!("a text that starts with {}", quoted(text));
    }
    let title = html::title(text).unwrap_or_else(|| html::read(text).text);
    format!("an HTML page titled {}", quoted(&title))
}

/// Parses JSON of limited size, without duplicate keys.
fn parse(text: &str) -> Result<Value, String> {
    check_size(text)?;
    json::parse(text).map_err(|error| error.to_string())
}

/// Checks that the values of a JSON text fit into memory.
pub(super) fn check_size(text: &str) -> Result<(), String> {
    let marks = text.bytes().filter(|byte| matches!(byte, b'{' | b'[' | b':' | b',')).nth(MAX_MARKS);
    marks.map_or(Ok(()), |_| Err(format!("the JSON has more than {MAX_MARKS} brackets, colons and commas")))
}

/// Reads a JSON document: OpenAPI, a schema, or data with a schema in it.
fn of_json(value: &Value, text: &str, title: Option<&str>) -> Result<Page, String> {
    if openapi::is_document(value) {
        return openapi::read(value, title);
    }
    if value.get("$schema").is_some_and(Value::is_string) || value.get("properties").is_some_and(Value::is_object) {
        let schema = text.to_owned();
        return Ok(Page { schema, cut: None, url: None, modified: None, models: Vec::new(), is_expected: true });
    }
    let keys = value.as_object().map(|object| listed(object.keys())).unwrap_or_default();
    let found = [page::read(text, title)].into_iter().chain(in_value(value, title, 0));
    best(found).map_err(|missing| match missing {
        Missing::NoSchema => format!("no JSON Schema found; the source is a JSON object with the keys {keys}"),
        Missing::Invalid(problem) => problem,
    })
}

/// Reads an HTML page: its text, and the data in its scripts.
fn of_html(text: &str, title: Option<&str>) -> Result<Page, Missing> {
    let html = html::read(text);
    let scripts = html.scripts.iter().flat_map(|text| in_script(text, title));
    best([page::read(&html.text, title)].into_iter().chain(scripts))
}

/// Finds schemas in a script: in its JSON, its strings, and its object literals.
fn in_script(text: &str, title: Option<&str>) -> Vec<Result<Page, Missing>> {
    if !may_contain_schema(text) {
        return Vec::new();
    }
    let mut found = in_text(text, title, 0);
    if !found.iter().any(Result::is_ok) {
        let json = script::to_json(text);
        found.extend(in_text(&json, title, 0));
        found.extend(strings(&json).flat_map(|text| in_value(&text.into(), title, 0)));
    }
    found
}

/// The string literals of a text, in objects or not: `JSON.parse("…")`.
fn strings(text: &str) -> impl Iterator<Item = String> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = &rest[rest.find('"')?..];
        let (literal, after) = rest.split_at(string_length(rest).ok()?);
        rest = after;
        serde_json::from_str(literal).ok()
    })
}

fn may_contain_schema(text: &str) -> bool {
    ["$schema", "openapi"].iter().any(|mark| text.contains(mark))
}

/// Finds schemas in a text, in the OpenAPI documents in it, and in the strings of its JSON.
fn in_text(text: &str, title: Option<&str>, nesting: usize) -> Vec<Result<Page, Missing>> {
    let mut found = vec![page::read(text, title)];
    let mut next = 0;
    while let Some(start) = text[next..].find('{').map(|at| next + at) {
        let scan = Scan::run(&text[start..]);
        let object = scan.text();
        next = start + scan.last_token().max(1);
        if scan.is_whole()
            && may_contain_schema(object)
            && let Ok(value) = parse(object)
        {
            found.extend(in_value(&value, title, nesting));
        }
    }
    found
}

/// Finds OpenAPI documents in JSON data, and schemas in its strings.
fn in_value(value: &Value, title: Option<&str>, nesting: usize) -> Vec<Result<Page, Missing>> {
    match value {
        Value::String(text) if nesting < MAX_NESTING && may_contain_schema(text) => {
            let document = yaml::document(text).filter(|document| document.is_whole);
            let mut found = in_text(text, title, nesting + 1);
            let yaml = document.and_then(|document| yaml::parse(document.text).ok());
            found.extend(yaml.map(|yaml| openapi::read(&yaml, title).map_err(Missing::Invalid)));
            found
        }
        Value::Object(_) if openapi::is_document(value) => vec![openapi::read(value, title).map_err(Missing::Invalid)],
        Value::Array(values) => values.iter().flat_map(|value| in_value(value, title, nesting)).collect(),
        Value::Object(values) => values.values().flat_map(|value| in_value(value, title, nesting)).collect(),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// Returns the best schema, or else the reason why one of them is invalid.
fn best(found: impl Iterator<Item = Result<Page, Missing>>) -> Result<Page, Missing> {
    let mut best = Err(Missing::NoSchema);
    for found in found {
        best = match (best, found) {
            (Ok(best), Ok(page)) => Ok(page::better(best, page)),
            (Err(_), Ok(page)) => Ok(page),
            (Err(Missing::NoSchema), found) => found,
            (best, Err(_)) => best,
        };
    }
    best
}
