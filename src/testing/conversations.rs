//! Stored conversations and their items.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::events::CREATED_AT;
use super::http::RecordedRequest;
use super::items::{list, page, with_ids};
use super::reply::Reply;

/// The conversations of a gateway, by their ids.
#[derive(Default)]
pub(super) struct Conversations {
    all: BTreeMap<String, Conversation>,
    /// The number of conversations created, including those deleted.
    created: usize,
}

struct Conversation {
    id: String,
    metadata: Value,
    items: Vec<Value>,
    /// The number of items added, including those deleted.
    added: usize,
}

impl Conversations {
    /// Returns the reply to a request about conversations.
    pub(super) fn reply(&mut self, request: &RecordedRequest) -> Option<Reply> {
        let path: Vec<_> = request.path().split('/').skip(1).collect();
        match (request.method(), &path[..]) {
            ("POST", ["conversations"]) => Some(self.create(&request.json())),
            ("DELETE", ["conversations", id]) => {
                let object = json!({"id": id, "object": "conversation.deleted", "deleted": true});
                Some(self.all.remove(*id).map_or_else(|| not_found(id), |_| Reply::json(&object)))
            }
            (method, ["conversations", id, rest @ ..]) => match self.all.get_mut(*id) {
                Some(conversation) => conversation.reply(method, rest, request),
                None => Some(not_found(id)),
            },
            _ => None,
        }
    }

    /// Returns the id of the conversation a request continues.
    pub(super) fn id(body: &Value) -> Option<&str> {
        let conversation = &body["conversation"];
        conversation.as_str().or(conversation["id"].as_str())
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.all.contains_key(id)
    }

    /// Adds the input and the output of a response to its conversation.
    pub(super) fn add(&mut self, body: &Value, output: &Value) {
        if let Some(conversation) = Self::id(body).and_then(|id| self.all.get_mut(id)) {
            conversation.add(&body["input"]);
            conversation.add(output);
        }
    }

    fn create(&mut self, body: &Value) -> Reply {
        self.created += 1;
        let id = format!("conv_{}", self.created);
        let metadata = body.get("metadata").cloned().unwrap_or_else(|| json!({}));
        let mut conversation = Conversation { id: id.clone(), metadata, items: Vec::new(), added: 0 };
        conversation.add(&body["items"]);
        let reply = conversation.object();
        self.all.insert(id, conversation);
        reply
    }
}

impl Conversation {
    fn reply(&mut self, method: &str, path: &[&str], request: &RecordedRequest) -> Option<Reply> {
        match (method, path) {
            ("GET", []) => Some(self.object()),
            ("POST", []) => {
                self.metadata = request.json()["metadata"].take();
                Some(self.object())
            }
            ("GET", ["items"]) => Some(page(&self.items, request)),
            ("POST", ["items"]) => Some(list(&self.add(&request.json()["items"]), false)),
            ("GET" | "DELETE", ["items", id]) => {
                let position = self.items.iter().position(|item| item["id"] == *id);
                let Some(position) = position else { return Some(not_found(id)) };
                if method == "GET" {
                    return Some(Reply::json(&self.items[position]));
                }
                self.items.remove(position);
                Some(self.object())
            }
            _ => None,
        }
    }

    fn object(&self) -> Reply {
        Reply::json(&json!({
            "id": self.id, "object": "conversation", "created_at": CREATED_AT, "metadata": self.metadata,
        }))
    }

    /// Adds items, and returns them with their ids.
    fn add(&mut self, items: &Value) -> Vec<Value> {
        let items = with_ids(items, &format!("{}_item", self.id), self.added);
        self.added += items.len();
        self.items.extend(items.iter().cloned());
        items
    }
}

fn not_found(id: &str) -> Reply {
    Reply::error(404, format!("Conversation or item with id '{id}' not found.")).code("not_found")
}
