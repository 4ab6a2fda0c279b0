//! Stored responses: retrieve, cancel, delete, resume, input items, input tokens and compact.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use super::conversations::Conversations;
use super::events::{self, CREATED_AT};
use super::http::RecordedRequest;
use super::items::{page, with_ids};
use super::reply::{Content, Fault, Reply};

/// The responses of a gateway, by their ids, and its conversations.
#[derive(Default)]
pub(super) struct Store {
    responses: BTreeMap<String, Stored>,
    conversations: Conversations,
    /// The number of responses created, including those deleted.
    created: usize,
}

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
    /// Completes a reply to a request for a response: streams it if the request sets `stream`, and stores it.
    pub(super) fn create(&mut self, request: &RecordedRequest, mut reply: Reply) -> Reply {
        let body = request.json();
        let id = format!("resp_{}", self.created + 1);
        let is_stream = body["stream"] == true;
        if let (Content::Response(_), Some(refusal)) = (&reply.content, self.refuse(&body)) {
            return refusal;
        }
        let (response, events) = match &mut reply.content {
            Content::Response(response) => {
                events::complete(response, &body, &id);
                if let Some(id) = Conversations::id(&body) {
                    response["conversation"] = json!({"id": id});
                }
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
        let input = with_ids(&body["input"], &format!("{id}_input"), 0);
        self.conversations.add(&body, &response["output"]);
        let mut stored = Stored { response, input, events, pending, faults };
        if matches!(reply.content, Content::Response(_)) {
            let streamed = is_stream.then(|| Content::Events(stored.events.clone()));
            reply.content = streamed.unwrap_or_else(|| Content::Json(stored.advance()));
        }
        self.created += 1;
        // Also with `store: false`, because a test may continue the response anyway.
        self.responses.insert(id, stored);
        reply
    }

    /// Returns the reply to a request for an unknown response or conversation.
    fn refuse(&self, body: &Value) -> Option<Reply> {
        let response = body["previous_response_id"].as_str().filter(|id| !self.responses.contains_key(*id));
        let conversation = Conversations::id(body).filter(|id| !self.conversations.has(id));
        if let Some(id) = response {
            let reply = Reply::error(400, format!("Previous response with id '{id}' not found."));
            return Some(reply.code("previous_response_not_found"));
        }
        conversation.map(|id| Reply::error(404, format!("Conversation with id '{id}' not found.")).code("not_found"))
    }

    /// Returns the reply to a request about a stored response or a conversation.
    pub(super) fn reply(&mut self, request: &RecordedRequest) -> Option<Reply> {
        let Some(path) = request.path().strip_prefix("/responses/") else { return self.conversations.reply(request) };
        let (id, action) = path.split_once('/').unwrap_or((path, ""));
        let is_stream = request.query("stream") == Some("true");
        match (request.method(), id, action) {
            ("POST", "input_tokens", "") => return Some(count(request)),
            ("POST", "compact", "") => return Some(compact(&request.json())),
            _ => {}
        }
        let Some(stored) = self.responses.get_mut(id) else {
            return Some(Reply::error(404, format!("Response with id '{id}' not found.")).code("not_found"));
        };
        match (request.method(), action) {
            ("GET", "") if is_stream => Some(stored.resume(request)),
            ("GET", "") => Some(Reply::json(&stored.advance())),
            ("GET", "input_items") => Some(page(&stored.input, request)),
            ("POST", "cancel") => Some(stored.cancel()),
            ("DELETE", "") => {
                self.responses.remove(id);
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
}

fn count(request: &RecordedRequest) -> Reply {
    Reply::json(&json!({"object": "response.input_tokens", "input_tokens": request.body().len() / 4}))
}

/// Keeps the messages of the user, and replaces all other items by one.
fn compact(body: &Value) -> Reply {
    let mut output = with_ids(&body["input"], "msg_compact", 0);
    output.retain(|item| item["role"] == "user");
    output.push(json!({"type": "compaction", "id": "cmp_1", "encrypted_content": "mock"}));
    Reply::json(&json!({
        "id": "resp_compact", "object": "response.compaction", "created_at": CREATED_AT, "output": output,
        "usage": events::usage(10, 5),
    }))
}
