//! The order of properties. serde_json's maps sort keys, unless one of its features is on somewhere in the program.

use serde_json::{Map, Value};

/// The order of the properties of an object, until it's converted.
pub(crate) const ORDER: &str = "x-nexconn-order";

/// Records on each object the order in which the other schema requires its properties.
pub(crate) fn record_order(schema: &mut Value, other: &Value) {
    match (schema, other) {
        (Value::Object(schema), Value::Object(other)) => {
            for (key, value) in schema.iter_mut() {
                record_order(value, other.get(key).unwrap_or(&Value::Null));
            }
            if let (Some(Value::Object(_)), Some(required)) = (schema.get("properties"), other.get("required")) {
                schema.insert(ORDER.to_owned(), required.clone());
            }
        }
        (Value::Array(schema), Value::Array(other)) => {
            schema.iter_mut().zip(other).for_each(|(value, other)| record_order(value, other));
        }
        _ => {}
    }
}

/// Writes a converted schema with its properties in the order of `required`, whatever the order of serde_json's maps.
pub(crate) fn render(schema: &Value, out: &mut String) {
    let Value::Object(map) = schema else { return out.push_str(&schema.to_string()) };
    let keys: Vec<&str> = map.keys().map(String::as_str).collect();
    render_object(out, keys, |key, out| match (key, &map[key]) {
        ("properties", Value::Object(properties)) => {
            let required = map.get("required").and_then(Value::as_array).into_iter().flatten();
            let names = required.filter_map(Value::as_str).filter(|name| properties.contains_key(*name)).collect();
            render_object(out, names, |name, out| render(&properties[name], out));
        }
        ("$defs", Value::Object(definitions)) => {
            let names = definitions.keys().map(String::as_str).collect();
            render_object(out, names, |name, out| render(&definitions[name], out));
        }
        ("anyOf", Value::Array(branches)) => {
            for (index, branch) in branches.iter().enumerate() {
                out.push(if index == 0 { '[' } else { ',' });
                render(branch, out);
            }
            out.push_str(if branches.is_empty() { "[]" } else { "]" });
        }
        ("items", items) => render(items, out),
        (_, value) => out.push_str(&value.to_string()),
    });
}

fn render_object(out: &mut String, keys: Vec<&str>, value: impl Fn(&str, &mut String)) {
    out.push('{');
    for (index, key) in keys.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(&Value::from(key).to_string());
        out.push(':');
        value(key, out);
    }
    out.push('}');
}

/// Returns the names of all properties: first those in the lists, then the others.
pub(crate) fn ordered(properties: &Map<String, Value>, lists: [Option<&Value>; 2]) -> Value {
    let listed = lists.into_iter().flatten().filter_map(Value::as_array).flatten().filter_map(Value::as_str);
    let mut names: Vec<&str> = Vec::with_capacity(properties.len());
    for name in listed.chain(properties.keys().map(String::as_str)) {
        if properties.contains_key(name) && !names.contains(&name) {
            names.push(name);
        }
    }
    names.into()
}
