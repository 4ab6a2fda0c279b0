//! An OpenAPI document: the operation `POST …/responses` and the schema of its request body.
//!
//! Place in the flow: `form.rs` hands it the document as JSON, whatever it was written in;
//! `translate.rs` makes a draft-07 document of the schema that is found.

use serde_json::{Map, Value};

use super::form::{listed, quoted};
use super::page::Page;
use super::translate;
use crate::generate::document::{DRAFT_07, escape};

/// How many references are followed to get to a part of the document.
const HOPS: usize = 16;

/// Whether it is an OpenAPI document, or one of its predecessor.
pub(crate) fn is_one(document: &Value) -> bool {
    document.get("openapi").is_some() || document.get("swagger").is_some()
}

/// Finds the request body, and what the document says beside it. `title` is for a schema that has none.
pub(crate) fn read(document: &Value, title: Option<&str>) -> Result<Page, String> {
    let version = document.get("openapi").map(|version| version.as_str().map_or(version.to_string(), str::to_owned));
    match version.as_deref() {
        Some(known) if known.starts_with("3.0") || known.starts_with("3.1") => {}
        Some(other) => return Err(format!("it is OpenAPI {}; only 3.0 and 3.1 are understood", quoted(other))),
        None => return Err("it is Swagger 2; only OpenAPI 3.0 and 3.1 are understood".to_owned()),
    }
    let (path, pointer) = operation(document)?;
    let (schema, pointer) = request_body(document, pointer)?;
    let mut root = translate::document(document, schema, &pointer)?;
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
        url: server.map(|server| format!("{}{path}", server.trim_end_matches('/'))),
        modified: version.filter(|version| is_date(version)).map(str::to_owned),
    })
}

/// The path of `POST …/responses`, and the pointer of its operation.
fn operation(document: &Value) -> Result<(&str, String), String> {
    let paths = document["paths"].as_object().ok_or("at `#/paths`, the OpenAPI document has no paths")?;
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
            Err(format!("at `#/paths`, there is no `POST …/responses`; the paths are {}", listed(paths.keys())))
        }
        Err(found) => {
            let (paths, _): (Vec<_>, Vec<_>) = found.into_iter().unzip();
            Err(format!("at `#/paths`, several could be meant: {}; leave one of them", paths.join(", ")))
        }
    }
}

/// The schema of the JSON that an operation takes, and its pointer.
fn request_body(document: &Value, operation: String) -> Result<(&Value, String), String> {
    let (_, operation) = follow(document, operation)?;
    let (body, pointer) = follow(document, format!("{operation}/requestBody"))?;
    let content = body["content"].as_object().ok_or_else(|| format!("at `{pointer}`, there is no `content`"))?;
    let is_json = |media_type: &&String| media_type.to_ascii_lowercase().starts_with("application/json");
    let Some(media_type) = content.keys().find(is_json) else {
        let found = listed(content.keys());
        return Err(format!("at `{pointer}/content`, there is no `application/json`, but {found}"));
    };
    follow(document, format!("{pointer}/content/{}/schema", escape(media_type)))
}

/// What is at a pointer, or at the one that it refers to.
fn follow(document: &Value, pointer: String) -> Result<(&Value, String), String> {
    let mut pointer = pointer;
    for _ in 0..HOPS {
        let part = document.pointer(&pointer[1..]).ok_or_else(|| format!("at `{pointer}`, there is nothing"))?;
        match part.get("$ref") {
            None => return Ok((part, pointer)),
            Some(Value::String(target)) if target.starts_with("#/") => target.clone_into(&mut pointer),
            Some(target) => return Err(format!("at `{pointer}`, {target} is not within the document")),
        }
    }
    Err(format!("at `{pointer}`, the references do not end"))
}

/// The values that the property `model` may have, where they are listed.
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
