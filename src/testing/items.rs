//! Lists of items: the input of responses, and conversations.

use serde_json::{Value, json};

use super::http::RecordedRequest;
use super::reply::Reply;

/// How many items a page has by default.
const PAGE_SIZE: usize = 20;

/// Returns the items of an input, with ids from `prefix`. `count` items have ids already.
pub(super) fn with_ids(input: &Value, prefix: &str, count: usize) -> Vec<Value> {
    let mut items = match input {
        Value::String(text) => {
            vec![json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]})]
        }
        Value::Array(items) => items.clone(),
        _ => Vec::new(),
    };
    for (number, item) in (count + 1..).zip(&mut items) {
        if let Value::Object(item) = item {
            item.entry("id").or_insert_with(|| format!("{prefix}_{number}").into());
        }
    }
    items
}

/// Returns the page of a list the request selects with `after`, `limit` and `order`. Newest first by default.
pub(super) fn page(items: &[Value], request: &RecordedRequest) -> Reply {
    let limit = request.query("limit").and_then(|limit| limit.parse().ok()).unwrap_or(PAGE_SIZE);
    let mut items = items.to_vec();
    if request.query("order") != Some("asc") {
        items.reverse();
    }
    if let Some(after) = request.query("after") {
        let position = items.iter().position(|item| item["id"] == after);
        items.drain(..position.map_or(0, |position| position + 1));
    }
    let has_more = items.len() > limit;
    items.truncate(limit);
    list(&items, has_more)
}

pub(super) fn list(items: &[Value], has_more: bool) -> Reply {
    let id = |item: Option<&Value>| item.map_or(Value::Null, |item| item["id"].clone());
    let (first_id, last_id) = (id(items.first()), id(items.last()));
    Reply::json(
        &json!({"object": "list", "first_id": first_id, "last_id": last_id, "has_more": has_more, "data": items}),
    )
}
