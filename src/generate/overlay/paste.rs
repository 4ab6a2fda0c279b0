//! Help for outdated entries, with the TOML to paste.

use serde_json::{Map, Value, json};

use super::super::document::{pascal_case, referenced};
use super::super::node;
use super::entries::{Add, Name, Repair, Replace};

/// The help for a repair of another value than the published one.
pub(super) fn repair(Repair { at, value, why, .. }: &Repair, found: Option<&Value>) -> String {
    let (at, why) = (json!(at), json!(why));
    match entry("repair", &[("at", Some(&at)), ("expect", found), ("value", Some(value)), ("why", Some(&why))]) {
        Some(pasted) => {
            format!("delete the entry if the published value is right, or replace it with:\n\n{pasted}\n")
        }
        None => "read the schema, then change `expect` and `value`, or delete the entry".to_owned(),
    }
}

/// The help for an added property if it's published now.
pub(super) fn published(Add { at, value, why }: &Add, found: &Value) -> String {
    let (at, why) = (json!(at), json!(why));
    match entry("repair", &[("at", Some(&at)), ("expect", Some(found)), ("value", Some(value)), ("why", Some(&why))]) {
        Some(pasted) => format!("delete the entry, or, to keep its type, replace it with:\n\n{pasted}\n"),
        None => "delete the entry".to_owned(),
    }
}

/// The help for a replacement of a changed part.
pub(super) fn replace(Replace { at, with, why, .. }: &Replace, found: &str) -> String {
    let types = with.as_ref().map_or("the additions' property".to_owned(), |with| format!("`{with}`"));
    let (at, found, why, with) = (json!(at), json!(found), json!(why), with.as_ref().map(|with| json!(with)));
    let keys = [("at", Some(&at)), ("published", Some(&found)), ("with", with.as_ref()), ("why", Some(&why))];
    let pasted = entry("replace", &keys).unwrap_or_default();
    format!("make sure that {types} in the additions covers it, then replace the entry with:\n\n{pasted}\n")
}

/// The help for a name whose variants or values are no longer those of the published part.
pub(super) fn name(name: &Name, published: &Value) -> String {
    let published_values = node::values(published).unwrap_or_default();
    let values: Map<_, _> = name
        .values
        .iter()
        .filter(|(value, _)| published_values.contains(&value.as_str()))
        .map(|(value, description)| (value.clone(), json!(description)))
        .collect();
    let branches = node::branches(published).map(|(_, branches)| branches).unwrap_or_default();
    let variants: Vec<_> = if name.variants.is_empty() { Vec::new() } else { variants(&name.variants, branches) };
    let keys = [
        ("at", Some(json!(name.at))),
        ("is", Some(json!(name.is))),
        ("variant_of", name.variant_of.as_ref().map(|union| json!(union))),
        ("description", name.description.as_ref().map(|text| json!(text))),
        ("variants", Some(json!(variants)).filter(|_| !variants.is_empty())),
        ("values", Some(json!(values)).filter(|_| !values.is_empty())),
        ("why", Some(json!(name.why))),
    ];
    let keys: Vec<_> = keys.iter().map(|(key, value)| (*key, value.as_ref())).collect();
    let pasted = entry("name", &keys).unwrap_or_default();
    let order = if variants.is_empty() { "" } else { ", with the variants in the order of the branches" };
    format!("replace the entry with this{order}:\n\n{pasted}\n")
}

/// One name for each branch: the known ones first, then those of definitions and types.
fn variants(known: &[String], branches: &[Value]) -> Vec<String> {
    let mut variants: Vec<String> = known.iter().take(branches.len()).cloned().collect();
    for branch in &branches[variants.len()..] {
        let kind = branch["type"].as_str().unwrap_or("object");
        let name = referenced(branch).map_or_else(|| pascal_case(kind), str::to_owned);
        let taken = variants.iter().filter(|variant| variant.trim_end_matches(char::is_numeric) == name).count();
        variants.push(if taken == 0 { name } else { format!("{name}{}", taken + 1) });
    }
    variants
}

/// Returns an entry as TOML, or `None` if a value is null, which TOML lacks.
fn entry(table: &str, keys: &[(&str, Option<&Value>)]) -> Option<String> {
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
        // TOML has the escapes of JSON, but requires one for DEL.
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
