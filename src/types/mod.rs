//! The types of the protocol, generated at build time from the JSON Schema in `schema/`.
//!
//! Where to start: [`CreateResponseRequest`] is what is sent, [`Response`] is the answer,
//! [`StreamEvent`] is one event of a streamed answer, [`ErrorBody`] is what a refusal says. The
//! request's `input` is a text or a list of [`InputItem`]s; the answer's `output` is a list of
//! [`OutputItem`]s; [`Tool`] and [`ToolChoice`] offer tools.
//!
//! What all types have in common:
//!
//! - **Nothing is lost.** An object keeps what its type does not name in `extra`; a union keeps an
//!   object that it does not know in `Unknown`; an enum keeps a string that it does not list in
//!   `Unknown`. What is decoded and encoded again is the same JSON, but for `null` in properties that
//!   the type names, which counts as absent.
//! - **Building**: `new` takes what a caller should give, the rest has setters that chain. The types
//!   are `#[non_exhaustive]`, so that a schema that grows does not break what uses them.
//! - **Where it comes from**: each item says its origin. `published` is the gateway's own schema;
//!   `example` is its page's sample answer; `captured` was seen in traffic; `openai-2026-04` and
//!   `openai-later` are the reference of the protocol, which the gateway does not publish.
//!
//! ```
//! use nexconn_responses::types::{CreateResponseRequest, FunctionTool, Message, Reasoning, ReasoningEffort, models};
//! use serde_json::json;
//!
//! let weather = FunctionTool::new("weather", json!({"type": "object"})).description("The weather in a city.");
//! let request = CreateResponseRequest::new(models::GPT_5_2, [Message::user("Is it raining in Oslo?")])
//!     .instructions("Answer in one sentence.")
//!     .reasoning(Reasoning::new().effort(ReasoningEffort::Low))
//!     .tools([weather])
//!     .max_output_tokens(1_000);
//! assert_eq!(serde_json::to_value(&request).unwrap()["reasoning"]["effort"], "low");
//! ```
//!
#![doc = include_str!("contents.md")]

mod resend;
mod sequence;

pub use crate::codec::Extra;
/// ```
/// use nexconn_responses::types::{FunctionTool, Json};
///
/// // A function's parameters in an order that matters to the model, and that a map would not keep.
/// let text = r#"{"type": "object", "properties": {"what": {}, "how": {}}}"#;
/// let tool = FunctionTool::new("act", text.parse::<Json>()?);
/// assert_eq!(serde_json::to_string(&tool.parameters)?, text);
///
/// // To be looked at, it is read as a value or as a type.
/// assert_eq!(tool.parameters.unwrap().to_value()?["type"], "object");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub use crate::codec::Json;
pub use generated::*;

#[allow(
    clippy::box_collection,
    clippy::elidable_lifetime_names,
    clippy::match_same_arms,
    clippy::needless_pass_by_value,
    clippy::semicolon_if_nothing_returned,
    clippy::similar_names,
    clippy::struct_field_names,
    clippy::too_many_lines,
    reason = "names, descriptions and the number of properties are the protocol's"
)]
mod generated {
    use super::{Extra, Json};

    include!(concat!(env!("OUT_DIR"), "/types.rs"));
}

/// A list of items, or of what becomes an item.
///
/// ```
/// use nexconn_responses::types::{FunctionCall, FunctionCallOutput, Input, InputItem, Message};
///
/// let turn = Input::from([Message::user("Is it raining in Oslo?"), Message::assistant("Yes.")]);
///
/// // Items of several kinds are converted one by one.
/// let call = FunctionCall::new("call_1", "weather", r#"{"city": "Oslo"}"#);
/// let answer = FunctionCallOutput::new("call_1", "rain, 4 °C");
/// let tools = Input::from([InputItem::from(call), InputItem::from(answer)]);
/// # assert_eq!(serde_json::to_value(turn)?[1]["role"], "assistant");
/// # assert_eq!(serde_json::to_value(tools)?[1]["call_id"], "call_1");
/// # Ok::<(), serde_json::Error>(())
/// ```
impl<T: Into<InputItem>, const N: usize> From<[T; N]> for Input {
    fn from(items: [T; N]) -> Self {
        Self::Items(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<InputItem>> FromIterator<T> for Input {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::Items(items.into_iter().map(Into::into).collect())
    }
}

/// A list of content parts, or of what becomes one.
///
/// ```
/// use nexconn_responses::types::{ImageDetail, InputContent, InputFile, InputImage, InputText, Message};
///
/// let question = InputText::new("Do the chart and the report agree?");
/// let chart = InputImage::new().image_url("https://example.com/chart.png").detail(ImageDetail::High);
/// let report = InputFile::new().file_id("file_1");
/// let message = Message::user([InputContent::from(question), chart.into(), report.into()]);
/// # assert_eq!(serde_json::to_value(message)?["content"][2]["file_id"], "file_1");
/// # Ok::<(), serde_json::Error>(())
/// ```
impl<T: Into<InputContent>, const N: usize> From<[T; N]> for MessageContent {
    fn from(parts: [T; N]) -> Self {
        Self::Parts(parts.into_iter().map(Into::into).collect())
    }
}

/// A configuration with this format and the model's own verbosity.
impl From<TextFormatJsonSchema> for TextConfig {
    fn from(format: TextFormatJsonSchema) -> Self {
        Self::new().format(format)
    }
}

impl Message {
    /// A message of the user: a text, or content parts.
    ///
    /// ```
    /// use nexconn_responses::types::Message;
    ///
    /// let message = Message::user("Why is the sky blue?");
    /// # assert_eq!(serde_json::to_value(message)?["content"], "Why is the sky blue?");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn user(content: impl Into<MessageContent>) -> Self {
        Self::new(Role::User, content)
    }

    /// A message of the model, as an earlier turn.
    #[must_use]
    pub fn assistant(content: impl Into<MessageContent>) -> Self {
        Self::new(Role::Assistant, content)
    }

    /// A message of the application, which stands above the user's.
    #[must_use]
    pub fn developer(content: impl Into<MessageContent>) -> Self {
        Self::new(Role::Developer, content)
    }

    /// A system message; the older name for [`developer`](Self::developer).
    #[must_use]
    pub fn system(content: impl Into<MessageContent>) -> Self {
        Self::new(Role::System, content)
    }
}

impl Response {
    /// The text of the answer: that of all `output_text` parts of all messages, in their order.
    ///
    /// Empty if there is none, as when the model has only called tools. It does not look at the
    /// field [`output_text`](Self#structfield.output_text), which the gateway's page shows and the
    /// recorded traffic never has.
    ///
    /// ```
    /// use nexconn_responses::types::Response;
    ///
    /// let response: Response = serde_json::from_str(
    ///     r#"{"id": "resp_1", "output": [{"type": "message", "role": "assistant", "content": [
    ///         {"type": "output_text", "text": "Hello, "}, {"type": "output_text", "text": "world"}]}]}"#,
    /// )?;
    /// assert_eq!(response.output_text(), "Hello, world");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn output_text(&self) -> String {
        let mut text = String::new();
        for item in self.output.iter().flatten() {
            let OutputItem::Message(message) = item else { continue };
            for part in &message.content {
                if let OutputContent::OutputText(part) = part {
                    text.push_str(&part.text);
                }
            }
        }
        text
    }
}
