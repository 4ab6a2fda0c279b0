//! Stored responses: retrieve, cancel, delete, resume and input items.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use super::events;
use super::http::RecordedRequest;
use super::reply::{Content, Fault, Reply};

/// How many input items a page has by default.
const PAGE_SIZE: usize = 20;

/// The responses of a gateway, by their ids.
#[derive(Default)]
pub(super) struct Store(BTreeMap<String, Stored>);

struct Stored {
    response: Value,
    input: Vec<Value>,
    events: Vec<Value>,
    /// The statuses a background response still goes through.
    pending: VecDeque<&'static str>,
    /// The faults of the streams to come.
    faults: VecDeque<(usize, Fault)>,
}

impl Store {
    /// Completes a reply to a request for a response: streams it if the request says so, and stores it.
    pub(super) fn create(&mut self, request: &RecordedRequest, mut reply: Reply) -> Reply {
        let body = request.json();
        let id = format!("resp_{}", self.0.len() + 1);
        let is_stream = body["stream"] == true;
        if let (Content::Response(_), Some(id)) = (&reply.content, self.unknown_id(&body)) {
            return Reply::error(400, format!("Previous response with id '{id}' not found."))
                .code("previous_response_not_found");
        }
        let (response, events) = match &mut reply.content {
            Content::Response(response) => {
                events::complete(response, &body, &id);
                (response.clone(), events::events(response))
            }
            Content::Json(response) if response.get("output").is_some() => (response.clone(), events::events(response)),
            Content::Events(events) => match events.last().and_then(|event| event.get("response")) {
                Some(response) => (response.clone(), events.clone()),
                None => return reply,
            },
            _ => return reply,
        };
        let is_pending = body["background"] == true && !is_stream;
        let pending = if is_pending { ["queued", "in_progress"].into() } else { VecDeque::new() };
        let faults = reply.faults.iter().skip(1).copied().collect();
        let id = response["id"].as_str().unwrap_or(&id).to_owned();
        let mut stored = Stored { response, input: input_items(&body["input"], &id), events, pending, faults };
        if matches!(reply.content, Content::Response(_)) {
            let streamed = is_stream.then(|| Content::Events(stored.events.clone()));
            reply.content = streamed.unwrap_or_else(|| Content::Json(stored.advance()));
        }
        // Also with `store: false`, because a test may go on with a response all the same.
        self.0.insert(id, stored);
        reply
    }

    /// Returns the response a request continues, if it isn't stored.
    fn unknown_id<'a>(&self, body: &'a Value) -> Option<&'a str> {
        body["previous_response_id"].as_str().filter(|id| !self.0.contains_key(*id))
    }

    /// Returns the reply to a request about a stored response.
    pub(super) fn reply(&mut self, request: &RecordedRequest) -> Option<Reply> {
        let path = request.path().strip_prefix("/responses/")?;
        let (id, action) = path.split_once('/').unwrap_or((path, ""));
        let is_stream = request.query("stream") == Some("true");
        if (request.method(), id, action) == ("POST", "input_tokens", "") {
            let tokens = request.body().len() / 4;
            return Some(Reply::json(&json!({"object": "response.input_tokens", "input_tokens": tokens})));
        }
        let Some(stored) = self.0.get_mut(id) else {
            return Some(Reply::error(404, format!("Response with id '{id}' not found.")).code("not_found"));
        };
        match (request.method(), action) {
            ("GET", "") if is_stream => Some(stored.resume(request)),
            ("GET", "") => Some(Reply::json(&stored.advance())),
            ("GET", "input_items") => Some(stored.input_page(request)),
            ("POST", "cancel") => Some(stored.cancel()),
            ("DELETE", "") => {
                self.0.remove(id);
                Some(Reply::json(&json!({"id": id, "object": "response", "deleted": true})))
            }
            _ => None,
        }
    }
}

impl Stored {
    /// Returns the response as it is now. A background response moves on to its next status.
    fn advance(&mut self) -> Value {
        let mut response = self.response.clone();
        if let Some(status) = self.pending.pop_front() {
            response["status"] = status.into();
            response["output"] = json!([]);
            response["usage"] = Value::Null;
        }
        response
    }

    fn cancel(&mut self) -> Reply {
        if self.pending.is_empty() {
            return Reply::error(400, "Cannot cancel a completed response.");
        }
        self.pending.clear();
        self.response["status"] = "cancelled".into();
        self.response["output"] = json!([]);
        Reply::json(&self.response)
    }

    fn resume(&mut self, request: &RecordedRequest) -> Reply {
        let after = request.query("starting_after").and_then(|number| number.parse::<i64>().ok()).unwrap_or(-1);
        let is_left = |event: &&Value| event["sequence_number"].as_i64().is_some_and(|number| number > after);
        let mut reply = Reply::events(self.events.iter().filter(is_left));
        reply.faults.extend(self.faults.pop_front());
        reply
    }

    fn input_page(&self, request: &RecordedRequest) -> Reply {
        let limit = request.query("limit").and_then(|limit| limit.parse().ok()).unwrap_or(PAGE_SIZE);
        let mut items = self.input.clone();
        if request.query("order") != Some("asc") {
            items.reverse();
        }
        if let Some(after) = request.query("after") {
            let position = items.iter().position(|item| item["id"] == after);
            items.drain(..position.map_or(0, |position| position + 1));
        }
        let has_more = items.len() > limit;
        items.truncate(limit);
        let id = |item: Option<&Value>| item.map_or(Value::Null, |item| item["id"].clone());
        Reply::json(&json!({
            "object": "list", "first_id": id(items.first()), "last_id": id(items.last()), "has_more": has_more,
            "data": items,
        }))
    }
}

/// Returns the items of a request's input, with ids.
fn input_items(input: &Value, response: &str) -> Vec<Value> {
    let mut items = match input {
        Value::String(text) => {
            vec![json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]})]
        }
        Value::Array(items) => items.clone(),
        _ => Vec::new(),
    };
    for (index, item) in items.iter_mut().enumerate() {
        if let Value::Object(item) = item {
            item.entry("id").or_insert_with(|| format!("{response}_input_{}", index + 1).into());
        }
    }
    items
}
