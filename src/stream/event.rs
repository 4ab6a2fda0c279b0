//! Decodes one frame to an event, and tells what it means for the rest of the stream.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::codec::decode::decode;
use crate::codec::to_value;
use crate::sse::Frame;
use crate::types::{
    CompletedEvent, FailedEvent, InProgressEvent, IncompleteEvent, QueuedEvent, Response, ResponseStatus, StreamEvent,
};

/// What an event means for the rest of its stream.
#[derive(Debug, PartialEq)]
pub(super) enum Effect {
    /// The stream continues.
    Continue,
    /// The stream ends.
    End,
    /// The stream ends because the response failed. Has the error body, as JSON.
    Fail(String),
    /// An error, which a terminal event may follow. Has the error body, as JSON.
    Error(String),
}

/// Decodes the data of a frame.
///
/// Uses the name of the frame if the data has no `type`, and returns a typed terminal event for everything
/// that ends a stream.
pub(super) fn read(frame: &Frame<'_>) -> serde_json::Result<(StreamEvent, Effect)> {
    let mut event: StreamEvent = decode(&frame.data)?;
    let name = std::str::from_utf8(frame.event).unwrap_or_default();
    if let StreamEvent::Unknown(value) = &event
        && let Some(known) = with_type(&frame.data, value, name).or_else(|| terminal(value, name))
    {
        event = known;
    }
    let effect = match &event {
        StreamEvent::Unknown(value) if is_error(value, name) => {
            Effect::Error(String::from_utf8_lossy(&frame.data).into_owned())
        }
        event => effect(event),
    };
    Ok((event, effect))
}

/// Tells what a typed event means.
pub(super) fn effect(event: &StreamEvent) -> Effect {
    match event {
        StreamEvent::Completed(_) | StreamEvent::Incomplete(_) => Effect::End,
        StreamEvent::Failed(event) => {
            let other = event.response.extra.get("error").or_else(|| event.extra.get("error"));
            let error = match &event.response.error {
                Some(error) => to_value(error).unwrap_or_default(),
                None => other.cloned().unwrap_or_default(),
            };
            Effect::Fail(json!({ "error": error }).to_string())
        }
        StreamEvent::Error(event) => Effect::Error(to_value(event).unwrap_or_default().to_string()),
        _ => Effect::Continue,
    }
}

/// Returns the event that stands for a complete response.
pub(super) fn from_response(response: Response) -> StreamEvent {
    match response.status {
        Some(ResponseStatus::Failed) => FailedEvent::new(response).into(),
        Some(ResponseStatus::Incomplete) => IncompleteEvent::new(response).into(),
        Some(ResponseStatus::Queued) => QueuedEvent::new(response).into(),
        Some(ResponseStatus::InProgress) => InProgressEvent::new(response).into(),
        _ => CompletedEvent::new(response).into(),
    }
}

/// Returns the response of a terminal event.
pub(super) fn terminal_response(event: &StreamEvent) -> Option<&Response> {
    match event {
        StreamEvent::Completed(event) => Some(&event.response),
        StreamEvent::Incomplete(event) => Some(&event.response),
        StreamEvent::Failed(event) => Some(&event.response),
        _ => None,
    }
}

/// Decodes data without a `type` by the name of its frame, if that's the type of a known event.
fn with_type(data: &[u8], value: &Value, name: &str) -> Option<StreamEvent> {
    let properties = value.as_object().filter(|properties| !properties.contains_key("type"))?;
    if name.is_empty() || is_response(value) {
        return None;
    }
    let open = data.iter().position(|byte| *byte == b'{')?;
    let (start, rest) = data.split_at(open + 1);
    let comma = if properties.is_empty() { "" } else { "," };
    let tag = format!("\"type\":{}{comma}", Value::from(name));
    let event: StreamEvent = decode(&[start, tag.as_bytes(), rest].concat()).ok()?;
    (!matches!(event, StreamEvent::Unknown(_))).then_some(event)
}

/// Returns the typed form of an event that ends the stream by its type, whatever its payload, and of a bare
/// response.
fn terminal(value: &Value, name: &str) -> Option<StreamEvent> {
    let kind = value.get("type").and_then(Value::as_str).unwrap_or(name);
    let sequence_number = value.get("sequence_number").and_then(Value::as_i64);
    let mut response = match value.get("response") {
        Some(response) => lenient_response(response),
        None if is_response(value) => lenient_response(value),
        None => Response::new(""),
    };
    if let Some(error) = value.get("error").filter(|_| response.error.is_none()) {
        if !response.extra.contains_key("error") {
            response.extra.insert("error", error.clone());
        }
    }
    Some(match kind {
        "response.completed" => CompletedEvent { sequence_number, ..CompletedEvent::new(response) }.into(),
        "response.incomplete" => IncompleteEvent { sequence_number, ..IncompleteEvent::new(response) }.into(),
        "response.failed" => FailedEvent { sequence_number, ..FailedEvent::new(response) }.into(),
        "response.cancelled" => {
            response.status.get_or_insert(ResponseStatus::Cancelled);
            CompletedEvent { sequence_number, ..CompletedEvent::new(response) }.into()
        }
        "response.done" => match response.status {
            Some(ResponseStatus::Failed) => FailedEvent { sequence_number, ..FailedEvent::new(response) }.into(),
            Some(ResponseStatus::Incomplete) => {
                IncompleteEvent { sequence_number, ..IncompleteEvent::new(response) }.into()
            }
            _ => CompletedEvent { sequence_number, ..CompletedEvent::new(response) }.into(),
        },
        _ if is_response(value) => from_response(response),
        _ => return None,
    })
}

/// Decodes a response that may lack an id, or be something else.
fn lenient_response(value: &Value) -> Response {
    let mut value = Cow::Borrowed(value);
    if value.get("id").is_none_or(|id| !id.is_string())
        && let Some(properties) = value.to_mut().as_object_mut()
    {
        properties.insert("id".to_owned(), "".into());
    }
    serde_json::from_value(value.into_owned()).unwrap_or_else(|_| Response::new(""))
}

/// Whether this is a response without an event around it.
fn is_response(value: &Value) -> bool {
    let has_output = value.get("output").is_some() && value.get("type").is_none();
    value.get("object").and_then(Value::as_str).map_or(has_output, |object| object == "response")
}

/// Whether an unknown event is an error, in one of the forms that servers use.
fn is_error(value: &Value, name: &str) -> bool {
    const TYPES: [&str; 2] = ["error", "response.error"];
    const PROPERTIES: [&str; 7] = ["message", "Message", "msg", "detail", "errors", "error_code", "error_msg"];
    let text = |name| value.get(name).and_then(Value::as_str);
    let kind = text("type");
    TYPES.contains(&name)
        || kind.is_some_and(|kind| TYPES.contains(&kind))
        || text("object") == Some("error")
        || value.get("error").is_some_and(|error| !error.is_null())
        || (kind.is_none() && PROPERTIES.iter().any(|property| value.get(*property).is_some()))
}
