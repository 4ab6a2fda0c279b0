//! The validator behind every wire verdict.

use jsonschema::{Draft, Validator};
use serde_json::Value;

/// Returns a validator of draft 07 with formats, including `uuid`, which the draft lacks and typify supports.
pub(super) fn validator(schema: &Value) -> Option<Validator> {
    let options = jsonschema::options().with_draft(Draft::Draft7).should_validate_formats(true);
    options.with_format("uuid", is_uuid).build(schema).ok()
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
