//! Properties that became required, and the entry that keeps their fields optional.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::diff::{Report, Rule};
use crate::generate::document::parent_and_key;
use crate::generate::{Step, Text, node};
use crate::snapshot::Side;
use crate::terminal::quoted;

/// Returns a step for each published object with properties that became required.
pub(super) fn steps(report: &Report, new: &Side, published: &Text) -> Vec<Step> {
    let root: Value = serde_json::from_str(&published.text).unwrap_or_default();
    let mut objects: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in report.changes().filter(|finding| finding.rule == Rule::PropertyBecameRequired) {
        let (properties, key) = parent_and_key(&finding.pointer);
        let place = new.api.document.place(parent_and_key(properties).0);
        if let Some(object) = place.spot.strip_prefix('#').filter(|_| place.file == published.name) {
            objects.entry(object.to_owned()).or_default().push(key);
        }
    }
    objects.into_iter().filter_map(|(object, keys)| step(&root, &published.name, &object, &keys)).collect()
}

fn step(root: &Value, file: &str, object: &str, keys: &[String]) -> Option<Step> {
    let at = format!("{object}/required");
    let published = node::strings(root.pointer(&at)?);
    let (gone, kept): (Vec<&str>, Vec<&str>) = published.iter().partition(|name| keys.iter().any(|key| key == **name));
    if gone.is_empty() {
        return None;
    }
    let names = gone.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    // TOML has the escapes of JSON, but requires one for DEL.
    let toml = |value: &Value| value.to_string().replace('\u{7f}', "\\u007f");
    Some(Step {
        problems: vec![format!("{file}#{at}: {names} became required, so the fields aren't optional any more")],
        help: format!(
            "change the code that uses them; to keep the fields optional instead, paste into overlay.toml:\n\n\
             [[repair]]\nat = {}\nexpect = {}\nvalue = {}\nwhy = \"Keeps the fields optional.\"\n",
            toml(&json!(at)),
            toml(&json!(published)),
            toml(&json!(kept)),
        ),
    })
}
