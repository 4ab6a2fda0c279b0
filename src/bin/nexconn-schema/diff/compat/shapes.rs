//! Objects and branches of one schema: structs, and branches that exclude each other.

use std::collections::BTreeSet;

use serde_json::Value;

use super::schemas::{list, listed, resolve};

/// Whether the client's type is a struct without room for other properties.
pub(super) fn is_record(node: &Value) -> bool {
    node.get("properties").and_then(Value::as_object).is_some_and(|fields| !fields.is_empty())
        && !node.get("additionalProperties").is_some_and(Value::is_object)
}

/// Whether no value can be valid for two of the branches: different kinds, or different tags.
pub(super) fn distinct(root: &Value, branches: &[Value]) -> bool {
    let Some(marks) = branches.iter().map(|branch| mark(root, branch)).collect::<Option<Vec<_>>>() else {
        return false;
    };
    let tags: BTreeSet<_> = marks.iter().filter_map(|mark| mark.tag).collect();
    let numeric: Vec<_> = marks.iter().filter(|mark| matches!(mark.kind, "integer" | "number")).collect();
    tags.len() <= 1 && numeric.len() <= 1 && marks.len() == marks.iter().collect::<BTreeSet<_>>().len()
}

/// Whether a schema rejects every value of another one: it has another kind, or other tags.
pub(super) fn excludes([from, to]: [&Value; 2], sent: &Value, other: &Value) -> bool {
    let (Some(sent), Some(other)) = (resolve(from, sent), resolve(to, other)) else { return false };
    let [Some(kind), Some(other_kind)] = [sent, other].map(|node| node.get("type").and_then(Value::as_str)) else {
        return false;
    };
    if kind != other_kind {
        return [kind, other_kind].iter().any(|kind| !matches!(*kind, "integer" | "number"));
    }
    fields(sent).filter(|(name, _)| requires(sent, name)).any(|(name, property)| {
        let own = tags(from, property);
        let others = other.get("properties").and_then(|properties| tags(to, properties.get(name)?));
        own.is_some_and(|own| others.is_some_and(|others| own.iter().all(|tag| !others.contains(tag))))
    })
}

/// The only values of a property, if they're strings.
fn tags(root: &Value, property: &Value) -> Option<Vec<Value>> {
    let property = resolve(root, property).filter(|property| property.get("x-open").is_none())?;
    listed(property).filter(|values| values.iter().all(Value::is_string))
}

/// The mark of a branch: its JSON type and tag.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Mark<'a> {
    kind: &'a str,
    /// For objects: the first required property with only one value.
    tag: Option<&'a str>,
    value: Option<String>,
}

fn mark<'a>(root: &'a Value, branch: &'a Value) -> Option<Mark<'a>> {
    let node = resolve(root, branch)?;
    let kind = node.get("type")?.as_str()?;
    if kind != "object" {
        return Some(Mark { kind, tag: None, value: None });
    }
    fields(node).filter(|(name, _)| requires(node, name)).find_map(|(name, property)| {
        let property = resolve(root, property).filter(|property| property.get("x-open").is_none())?;
        let value = property.get("const").or_else(|| match list(property, "enum") {
            [only] => Some(only),
            _ => None,
        })?;
        Some(Mark { kind, tag: Some(name), value: Some(value.to_string()) })
    })
}

pub(super) fn requires(node: &Value, name: &str) -> bool {
    list(node, "required").iter().any(|required| required == name)
}

pub(super) fn fields(node: &Value) -> impl Iterator<Item = (&String, &Value)> {
    node.get("properties").and_then(Value::as_object).into_iter().flatten()
}
