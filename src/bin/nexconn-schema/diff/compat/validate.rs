//! The validator behind every wire verdict.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::{Draft, Validator};
use serde_json::Value;

/// Number of validators that are kept: those of both documents and of both published ones, each with and without a
/// change.
const MAX_KNOWN: usize = 8;

/// Returns a validator of a whole document. The last ones are kept, because changes share their documents.
pub(super) fn validator(schema: &Value) -> Option<Arc<Validator>> {
    static KNOWN: Mutex<VecDeque<(Value, Arc<Validator>)>> = Mutex::new(VecDeque::new());
    let lock = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut known = lock();
    if let Some(found) = known.iter().position(|(known, _)| known == schema).and_then(|index| known.remove(index)) {
        let validator = Arc::clone(&found.1);
        known.push_back(found);
        return Some(validator);
    }
    drop(known);
    let validator = Arc::new(build(schema)?);
    let mut known = lock();
    known.push_back((schema.clone(), Arc::clone(&validator)));
    if known.len() > MAX_KNOWN {
        known.pop_front();
    }
    Some(validator)
}

/// Builds a validator of draft 07 that checks formats, including `uuid`, which the draft lacks and typify supports.
pub(super) fn build(schema: &Value) -> Option<Validator> {
    let options = jsonschema::options().with_draft(Draft::Draft7).should_validate_formats(true);
    let mut schema = schema.clone();
    open(&mut schema);
    options.with_format("uuid", is_uuid).build(&schema).ok()
}

/// Removes the values of enums that stand beside strings, because any other string is valid, too, and the type of
/// values in maps whose other keys have values of any type.
fn open(node: &mut Value) {
    match node {
        Value::Array(items) => items.iter_mut().for_each(open),
        Value::Object(keywords) => {
            if keywords.get("x-open") == Some(&Value::Bool(true)) {
                keywords.remove("enum");
                keywords.remove("additionalProperties");
                if keywords.remove("$ref").is_some() {
                    keywords.insert("type".to_owned(), "string".into());
                }
            }
            keywords.values_mut().for_each(open);
        }
        _ => {}
    }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
