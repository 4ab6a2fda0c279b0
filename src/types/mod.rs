//! The types of the protocol, generated at build time from the JSON Schema in `schema/`.
//!
//! Start with [`CreateResponseRequest`], [`Response`], [`StreamEvent`] (one event of a stream) and [`ErrorBody`]
//! (the body of an error response). The request's `input` is a text or a list of [`InputItem`]s, the
//! response's `output` is a list of [`OutputItem`]s, and [`Tool`] and [`ToolChoice`] define tools.
//!
//! All types follow the same rules:
//!
//! - **Lossless.** Structs keep unknown properties in `extra`. Unions and enums keep unknown objects and
//!   strings in `Unknown`. Encoding a decoded value returns the same JSON.
//! - **Extensible.** `new` takes the required values, and chainable setters take the rest. The types are
//!   `#[non_exhaustive]`, so a schema update that adds properties doesn't break your code.
//!   Integer setters take any integer type; values above `i64::MAX` become `i64::MAX`.
//! - **Documented origin.** Each type names its origin: the gateway's schema, its example, recorded
//!   traffic, or OpenAI's reference.
//!
//! ```
//! use nexconn_responses::types::{
//!     CreateResponseRequest, FunctionTool, Message, Reasoning, ReasoningEffort,
//!     models,
//! };
//! use serde_json::json;
//!
//! let weather = FunctionTool::new("weather", json!({"type": "object"}))
//!     .description("The weather in a city.");
//! let input = [Message::user("Is it raining in Oslo?")];
//! let request = CreateResponseRequest::new(models::GPT_5_2, input)
//!     .instructions("Answer in one sentence.")
//!     .reasoning(Reasoning::new().effort(ReasoningEffort::Low))
//!     .tools([weather])
//!     .max_output_tokens(1_000);
//! let json = serde_json::to_value(&request).unwrap();
//! assert_eq!(json["reasoning"]["effort"], "low");
//! ```
//!
#![doc = include_str!("contents.md")]

mod event;
mod item;
mod resend;

/// The unknown properties of a struct, by name.
///
/// ```
/// use nexconn_responses::types::CreateResponseRequest;
///
/// let mut request =
///     CreateResponseRequest::new("openai/gpt-5.2", "Hi").extra("seed", 7);
/// assert_eq!(request.extra["seed"], 7);
/// assert_eq!(request.extra.remove("seed"), Some(7.into()));
/// assert!(request.extra.is_empty());
/// ```
pub use crate::codec::Extra;
/// JSON of any type, kept as text.
///
/// ```
/// use nexconn_responses::types::{FunctionTool, Json};
///
/// // Parameters whose order matters to the model. A map wouldn't keep it.
/// let text = r#"{"type": "object", "properties": {"what": {}, "how": {}}}"#;
/// let tool = FunctionTool::new("act", text.parse::<Json>()?);
/// let parameters = tool.parameters.expect("set above");
/// assert_eq!(parameters.get(), text);
///
/// // Parse it to inspect it.
/// assert_eq!(parameters.to_value()?["type"], "object");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub use crate::codec::Json;
/// A string the schema doesn't list for an enum.
///
/// ```
/// use nexconn_responses::types::ServiceTier;
///
/// assert_eq!(ServiceTier::from("auto"), ServiceTier::Auto);
/// let ServiceTier::Unknown(tier) = ServiceTier::from("brand_new") else {
///     panic!("listed by now")
/// };
/// assert_eq!(tier, "brand_new");
/// ```
pub use crate::codec::UnknownValue;
pub use crate::codec::{JsonError, JsonText, Mismatch};
/// A request for a response: a model, its input, and options.
///
/// ```
/// use nexconn_responses::types::{
///     CreateResponseRequest, Message, Reasoning, ReasoningEffort, models,
/// };
///
/// let input = [
///     Message::developer("Answer in one sentence."),
///     Message::user("Why is the sky blue?"),
/// ];
/// let request = CreateResponseRequest::new(models::GPT_5_2, input)
///     .reasoning(Reasoning::new().effort(ReasoningEffort::Low))
///     .max_output_tokens(500);
/// ```
#[doc(inline)]
pub use generated::CreateResponseRequest;
/// A response: its status, its output, and the settings of its request.
///
/// ```
/// use nexconn_responses::types::{Response, ResponseStatus};
///
/// fn print(response: &Response) {
///     match response.status {
///         Some(ResponseStatus::Completed) => {}
///         _ => eprintln!("{:?}", response.incomplete_details),
///     }
///     println!("{}", response.output_text());
///     for call in response.function_calls() {
///         println!("{}({})", call.name, call.arguments);
///     }
/// }
/// ```
#[doc(inline)]
pub use generated::Response;
/// An event of a stream, with its payload.
///
/// Most programs need five of them:
///
/// ```
/// use nexconn_responses::types::{OutputItem, StreamEvent};
///
/// fn handle(event: StreamEvent) {
///     match event {
///         StreamEvent::OutputTextDelta(event) => print!("{}", event.delta),
///         StreamEvent::OutputItemDone(event) => {
///             if let OutputItem::FunctionCall(call) = *event.item {
///                 println!("{}({})", call.name, call.arguments);
///             }
///         }
///         StreamEvent::Completed(event) => {
///             println!("{:?}", event.response.usage);
///         }
///         StreamEvent::Failed(event) => {
///             eprintln!("{:?}", event.response.error);
///         }
///         StreamEvent::Error(event) => eprintln!("{:?}", event.error),
///         _ => {}
///     }
/// }
/// ```
#[doc(inline)]
pub use generated::StreamEvent;
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
    reason = "names, descriptions and the number of properties come from the protocol"
)]
mod generated {
    use super::{Extra, Json, UnknownValue};

    include!(concat!(env!("OUT_DIR"), "/types.rs"));
}

/// Defines the methods of [`JsonText`] on the types that stand on their own, so callers need no import.
macro_rules! roots {
    ($($name:ident)+) => {$(
        impl $name {
            /// Decodes JSON text. See [`JsonText::from_json`].
            ///
            /// # Errors
            ///
            /// Returns an error if the text isn't a JSON object.
            pub fn from_json(text: &str) -> Result<Self, JsonError> {
                JsonText::from_json(text)
            }

            /// Decodes JSON in bytes. See [`JsonText::from_slice`].
            ///
            /// # Errors
            ///
            /// Returns an error if the bytes aren't a JSON object in UTF-8.
            pub fn from_slice(bytes: &[u8]) -> Result<Self, JsonError> {
                JsonText::from_slice(bytes)
            }

            /// Encodes the value as JSON text. See [`JsonText::to_json`].
            #[must_use]
            pub fn to_json(&self) -> String {
                JsonText::to_json(self)
            }

            /// Returns the values that don't match the schema. See [`JsonText::mismatches`].
            #[must_use]
            pub fn mismatches(&self) -> Vec<Mismatch> {
                JsonText::mismatches(self)
            }
        }
    )+};
}

roots! { CreateResponseRequest ErrorBody InputItem OutputItem Response StreamEvent }

/// Converts a list of items, or of values that convert to items.
///
/// ```
/// use nexconn_responses::types::{
///     FunctionCall, FunctionCallOutput, Input, InputItem, Message,
/// };
///
/// let turn = Input::from([
///     Message::user("Is it raining in Oslo?"),
///     Message::assistant("Yes."),
/// ]);
///
/// // Convert items of different types one by one.
/// let call =
///     FunctionCall::new("weather", r#"{"city": "Oslo"}"#).call_id("call_1");
/// let output = FunctionCallOutput::new("call_1", "rain, 4 °C");
/// let tools = Input::from([InputItem::from(call), InputItem::from(output)]);
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

/// Converts a list of content parts, or of values that convert to parts.
///
/// ```
/// use nexconn_responses::types::{
///     ImageDetail, InputContent, InputFile, InputImage, InputText, Message,
/// };
///
/// let question = InputText::new("Do the chart and the report agree?");
/// let chart = InputImage::new()
///     .image_url("https://example.com/chart.png")
///     .detail(ImageDetail::High);
/// let report = InputFile::new().file_id("file_1");
/// let message =
///     Message::user([InputContent::from(question), chart.into(), report.into()]);
/// # assert_eq!(serde_json::to_value(message)?["content"][2]["file_id"], "file_1");
/// # Ok::<(), serde_json::Error>(())
/// ```
impl<T: Into<InputContent>, const N: usize> From<[T; N]> for MessageContent {
    fn from(parts: [T; N]) -> Self {
        Self::Parts(parts.into_iter().map(Into::into).collect())
    }
}

/// Creates a configuration with this format and the model's default verbosity.
impl From<TextFormatJsonSchema> for TextConfig {
    fn from(format: TextFormatJsonSchema) -> Self {
        Self::new().format(format)
    }
}

impl Message {
    /// Creates a user message from a text or content parts.
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

    /// Creates a message of the model, as an earlier turn of the conversation.
    #[must_use]
    pub fn assistant(content: impl Into<MessageContent>) -> Self {
        Self::new(Role::Assistant, content)
    }

    /// Creates a developer message, which takes precedence over user messages.
    #[must_use]
    pub fn developer(content: impl Into<MessageContent>) -> Self {
        Self::new(Role::Developer, content)
    }

    /// Creates a system message, the older form of [`developer`](Self::developer) messages.
    #[must_use]
    pub fn system(content: impl Into<MessageContent>) -> Self {
        Self::new(Role::System, content)
    }
}

impl Response {
    /// Returns the text of all `output_text` parts of all messages, in order.
    ///
    /// Empty if the output has no text, for example if the model only called tools. The field
    /// [`output_text`](Self#structfield.output_text) isn't used: the gateway documents it, but doesn't send it.
    ///
    /// ```
    /// use nexconn_responses::types::Response;
    ///
    /// let response: Response = serde_json::from_str(
    ///     r#"{"id": "resp_1", "output": [
    ///         {"type": "message", "role": "assistant", "content": [
    ///             {"type": "output_text", "text": "Hello, "},
    ///             {"type": "output_text", "text": "world"}
    ///         ]}
    ///     ]}"#,
    /// )?;
    /// assert_eq!(response.output_text(), "Hello, world");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn output_text(&self) -> String {
        let mut text = String::new();
        for item in &self.output {
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
