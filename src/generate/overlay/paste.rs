//! Entries of the overlay as TOML, to paste.

use serde_json::Value;

/// Returns an entry as TOML, or `None` if a value is null, which TOML lacks.
pub(super) fn entry(table: &str, keys: &[(&str, Option<&Value>)]) -> Option<String> {
    let mut text = format!("[[{table}]]");
    for (key, value) in keys {
        if let Some(value) = value {
            text += &format!("\n{key} = {}", inline(value)?);
        }
    }
    Some(text)
}

fn inline(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        // TOML has the escapes of JSON, but wants DEL escaped.
        Value::String(_) => value.to_string().replace('\u{7f}', "\\u007f"),
        Value::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Option<Vec<_>>>()?.join(", ")),
        Value::Object(map) => {
            let members = map.iter().map(|(key, value)| Some(format!("{} = {}", key_of(key), inline(value)?)));
            let members = members.collect::<Option<Vec<_>>>()?.join(", ");
            if members.is_empty() { "{}".to_owned() } else { format!("{{ {members} }}") }
        }
    })
}

fn key_of(key: &str) -> String {
    let is_bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if is_bare { key.to_owned() } else { Value::from(key).to_string().replace('\u{7f}', "\\u007f") }
}
