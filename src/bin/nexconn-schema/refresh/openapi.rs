//! The request body of `POST …/responses` in an OpenAPI document.

use serde_json::{Map, Value};

use super::page::Page;
use super::{all_of, translate};
use crate::generate::document::{DRAFT_07, escape};
use crate::terminal::{listed, quoted};

/// Maximum number of references to follow to a part of the document.
const MAX_REFERENCES: usize = 16;

/// Whether JSON is an OpenAPI or Swagger document.
pub(super) fn is_document(value: &Value) -> bool {
    value.get("openapi").is_some() || value.get("swagger").is_some()
}

/// Returns the request body as a draft-07 document. `title` is for a schema without one.
pub(super) fn read(document: &Value, title: Option<&str>) -> Result<Page, String> {
    let version = document.get("openapi").map(|version| version.as_str().map_or(version.to_string(), str::to_owned));
    match version.as_deref() {
        Some(known) if known.starts_with("3.0") || known.starts_with("3.1") => {}
        Some(other) => return Err(format!("unsupported OpenAPI version {}; use 3.0 or 3.1", quoted(other))),
        None => return Err("Swagger 2 isn't supported; use OpenAPI 3.0 or 3.1".to_owned()),
    }
    let (path, pointer) = operation(document)?;
    let (schema, pointer) = request_body(document, pointer)?;
    let mut root = translate::document(document, schema, &pointer)?;
    all_of::merge_root(&mut root, &pointer)?;
    root.insert("$schema".to_owned(), DRAFT_07.into());
    if let Some(title) = title {
        root.entry("title").or_insert_with(|| title.into());
    }
    let server = document["servers"][0]["url"].as_str().filter(|url| url.contains("://") && !url.contains('{'));
    let version = document["info"]["version"].as_str();
    Ok(Page {
        models: models(&root),
        schema: format!("{:#}", Value::Object(root)),
        cut: None,
        is_expected: true,
        url: server.map(|server| format!("{}{path}", server.trim_end_matches('/'))),
        modified: version.filter(|version| is_date(version)).map(str::to_owned),
    })
}

/// Returns the path of `POST …/responses` and the pointer to its operation.
fn operation(document: &Value) -> Result<(&str, String), String> {
    let paths = document["paths"].as_object().ok_or("`#/paths`: the OpenAPI document has no paths")?;
    let matching = |path: &String| path.trim_end_matches('/').ends_with("/responses");
    let mut found = Vec::new();
    for path in paths.keys().filter(|path| matching(path)) {
        let (item, pointer) = follow(document, format!("#/paths/{}", escape(path)))?;
        if item.get("post").is_some() {
            found.push((path.as_str(), format!("{pointer}/post")));
        }
    }
    let shortest = found.iter().map(|(path, _)| path.len()).min();
    let shortest: Vec<_> = found.into_iter().filter(|(path, _)| Some(path.len()) == shortest).collect();
    match <[_; 1]>::try_from(shortest) {
        Ok([found]) => Ok(found),
        Err(found) if found.is_empty() => {
            Err(format!("`#/paths`: no `POST …/responses`; the paths are {}", listed(paths.keys())))
        }
        Err(found) => {
            let (paths, _): (Vec<_>, Vec<_>) = found.into_iter().unzip();
            Err(format!("`#/paths`: several paths match: {}; keep one of them", paths.join(", ")))
        }
    }
}

/// Returns the schema of an operation's JSON body and its pointer.
fn request_body(document: &Value, operation: String) -> Result<(&Value, String), String> {
    let (_, operation) = follow(document, operation)?;
    let (body, pointer) = follow(document, format!("{operation}/requestBody"))?;
    let content = body["content"].as_object().ok_or_else(|| format!("`{pointer}`: no `content`"))?;
    let is_json = |media_type: &&String| media_type.to_ascii_lowercase().starts_with("application/json");
    let Some(media_type) = content.keys().find(is_json) else {
        let found = listed(content.keys());
        return Err(format!("`{pointer}/content`: no `application/json`; the media types are {found}"));
    };
    follow(document, format!("{pointer}/content/{}/schema", escape(media_type)))
}

/// Returns the value at a pointer, or at the pointer it refers to.
fn follow(document: &Value, pointer: String) -> Result<(&Value, String), String> {
    let mut pointer = pointer;
    for _ in 0..MAX_REFERENCES {
        let part = document.pointer(&pointer[1..]).ok_or_else(|| format!("`{pointer}`: not found"))?;
        match part.get("$ref") {
            None => return Ok((part, pointer)),
            Some(Value::String(target)) if target.starts_with("#/") => target.clone_into(&mut pointer),
            Some(target) => return Err(format!("`{pointer}`: the reference {target} leaves the document")),
        }
    }
    Err(format!("`{pointer}`: more than {MAX_REFERENCES} references"))
}

/// Returns the enum of the property `model`.
fn models(root: &Map<String, Value>) -> Vec<String> {
    let values = root.get("properties").and_then(|properties| properties["model"]["enum"].as_array());
    values.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Whether a version is a date, `2026-04-24` with or without a time.
fn is_date(version: &str) -> bool {
    let mut parts = version.get(..10).unwrap_or_default().split('-');
    let mut digits = |count| parts.next().is_some_and(|part| part.len() == count && part.parse::<u16>().is_ok());
    digits(4) && digits(2) && digits(2)
}
