//! Whether a schema is the one the overlay is written for.

use serde_json::Value;

use crate::terminal::{listed, quoted};

/// Returns the title in the overlay's `[root]`; `None` if it has none.
pub(super) fn title(overlay: &str) -> Result<Option<String>, String> {
    let overlay: toml::Table = overlay.parse().map_err(|error| format!("overlay.toml isn't valid TOML: {error}"))?;
    let title = overlay.get("root").and_then(|root| root.get("title"));
    Ok(title.and_then(toml::Value::as_str).map(str::to_owned))
}

/// Checks a schema: it must be a draft-07 object with this title.
pub(super) fn check(schema: &Value, title: Option<&str>) -> Result<(), String> {
    let draft = schema["$schema"].as_str().unwrap_or_default().trim_end_matches('#');
    let draft = draft.strip_prefix("https://").or_else(|| draft.strip_prefix("http://"));
    let mut expected = Vec::new();
    if draft != Some("json-schema.org/draft-07/schema") {
        expected.push("`$schema` of draft-07".to_owned());
    }
    if schema["type"] != "object" {
        expected.push("type \"object\"".to_owned());
    }
    if let Some(title) = title.filter(|title| schema["title"] != *title) {
        expected.push(format!("title {title:?}"));
    }
    if expected.is_empty() {
        return Ok(());
    }
    let found = |key: &str| match schema.get(key) {
        None => "none".to_owned(),
        Some(Value::String(text)) => quoted(text),
        Some(value) => quoted(&value.to_string()),
    };
    let properties = schema["properties"].as_object().map(|properties| listed(properties.keys()));
    Err(format!(
        "this is another schema: expected {}; found title {}, `$schema` {}, type {}, properties {}",
        expected.join(" and "),
        found("title"),
        found("$schema"),
        found("type"),
        properties.unwrap_or_else(|| "none".to_owned()),
    ))
}
