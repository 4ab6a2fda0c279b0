//! Decodes one frame to an event, and detects the end of the stream.

use serde_json::Value;

use crate::error::body::Document;
use crate::error::redact::Redactor;
use crate::error::text::excerpt;
use crate::error::{Error, ErrorKind};
use crate::sse::Frame;
use crate::types::{
    CompletedEvent, FailedEvent, InProgressEvent, IncompleteEvent, Json, JsonError, QueuedEvent, Response,
    ResponseStatus, StreamEvent,
};

/// The effect of an event on the rest of its stream.
#[derive(Debug, PartialEq)]
pub(super) enum Effect {
    Continue,
    End,
    /// The stream ends because the response failed. Has the error body, as JSON.
    Fail(String),
    /// An error, which a terminal event may follow. Has the error body, as JSON.
    Error(String),
}

impl StreamEvent {
    /// Decodes the data of a frame.
    ///
    /// Uses the name of the frame if the data has no `type`, and returns a typed terminal event for everything
    /// that ends a stream.
    pub(super) fn read(frame: &Frame<'_>, redactor: &Redactor) -> Result<(Self, Effect), Error> {
        let mut event = Self::from_slice(&frame.data).map_err(|error| decode_error(frame, error, redactor))?;
        let name = std::str::from_utf8(frame.event).unwrap_or_default();
        let Self::Unknown(json) = &event else {
            let effect = event.effect();
            return Ok((event, effect));
        };
        let value = json.to_value_lossy();
        if let Some(known) = Self::with_type(json.get(), &value, name).or_else(|| Self::terminal(&value, name)) {
            event = known;
        } else if is_error(&value, name) {
            let text = json.get().to_owned();
            return Ok((event, Effect::Error(text)));
        }
        let effect = event.effect();
        Ok((event, effect))
    }

    /// Returns the effect of a typed event.
    pub(super) fn effect(&self) -> Effect {
        match self {
            Self::Completed(_) | Self::Incomplete(_) => Effect::End,
            Self::Failed(event) => {
                // Encoded, because it may be a text in place of the object the field holds.
                let error = Json::encode(&event.response).property("error").filter(|error| error.get() != "null");
                let error = error.or_else(|| event.extra.get("error").cloned()).unwrap_or_else(Json::null);
                Effect::Fail(format!("{{\"error\":{error}}}"))
            }
            Self::Error(event) => Effect::Error(Json::encode(event).to_string()),
            _ => Effect::Continue,
        }
    }

    /// Returns the terminal event for a complete response.
    pub(super) fn from_response(response: Response) -> Self {
        match response.status {
            Some(ResponseStatus::Failed) => FailedEvent::new(response).into(),
            Some(ResponseStatus::Incomplete) => IncompleteEvent::new(response).into(),
            Some(ResponseStatus::Queued) => QueuedEvent::new(response).into(),
            Some(ResponseStatus::InProgress) => InProgressEvent::new(response).into(),
            _ => CompletedEvent::new(response).into(),
        }
    }

    /// Returns the response of a terminal event.
    pub(super) fn terminal_response(&self) -> Option<&Response> {
        match self {
            Self::Completed(event) => Some(&event.response),
            Self::Incomplete(event) => Some(&event.response),
            Self::Failed(event) => Some(&event.response),
            _ => None,
        }
    }

    /// Decodes data without a `type` by the name of its frame, if that's the type of a known event.
    fn with_type(data: &str, value: &Value, name: &str) -> Option<Self> {
        let properties = value.as_object().filter(|properties| !properties.contains_key("type"))?;
        if name.is_empty() || is_response(value) {
            return None;
        }
        let rest = data.strip_prefix('{')?;
        let comma = if properties.is_empty() { "" } else { "," };
        let event = Self::from_json(&format!("{{\"type\":{}{comma}{rest}", Value::from(name))).ok()?;
        (!matches!(event, Self::Unknown(_))).then_some(event)
    }

    /// Returns the typed form of an event that ends the stream by its type, whatever its payload, and of a bare
    /// response.
    fn terminal(value: &Value, name: &str) -> Option<Self> {
        let kind = value.get("type").and_then(Value::as_str).unwrap_or(name);
        let sequence_number = value.get("sequence_number").and_then(Value::as_i64);
        let mut response = match value.get("response") {
            Some(response) => decode_response(&response.to_string()),
            None if is_response(value) => decode_response(&value.to_string()),
            None => Response::new(""),
        };
        if let Some(error) = value.get("error").filter(|_| response.error.is_none())
            && !response.extra.contains_key("error")
        {
            response.extra.insert("error", error.clone());
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
            _ if is_response(value) => Self::from_response(response),
            _ => return None,
        })
    }
}

fn decode_error(frame: &Frame<'_>, error: JsonError, redactor: &Redactor) -> Error {
    let text = redactor.excerpt(&frame.data);
    let name = redactor.excerpt(frame.event);
    let message = format!("the event {} isn't valid JSON: it starts with {}", excerpt(&name), excerpt(&text));
    Error::new(ErrorKind::Decode, message).with_json_error(&frame.data, error).redacted(redactor).with_text(text)
}

/// Returns the error for an error body.
pub(super) fn error_from_event(text: &str, redactor: &Redactor) -> Error {
    let document = Document::parse(redactor.redact(text.as_bytes()));
    let message = match (&document.details.message, &document.json) {
        (Some(message), _) | (None, Some(Value::String(message))) => message.clone(),
        _ => "the server sent no error message".to_owned(),
    };
    Error::new(ErrorKind::ResponseFailed, message).with_document(document)
}

fn decode_response(json: &str) -> Response {
    Response::from_json(json).unwrap_or_else(|_| Response::new(""))
}

/// Copies a response by its JSON. The code of `clone` would add 100 kB to each program with the client.
pub(super) fn copy(response: &Response) -> Response {
    decode_response(&response.to_json())
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
