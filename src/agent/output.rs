//! Outputs of tools.

use std::any::Any;
use std::error::Error as StdError;

use serde::Serialize;
use serde_json::Value;

use crate::types::{Json, ToolOutput};

/// The error of a tool. Everything that `?` converts to a boxed error is one, even a string.
pub type ToolError = Box<dyn StdError + Send + Sync>;

/// A value a tool of a [`Toolbox`](super::Toolbox) can return.
///
/// A [`ToolOutput`], with images or files, is sent to the model as it is, a string as text, and everything else as
/// JSON. The model receives an error as `error: ` and its message, without its sources.
///
/// Implement it for your own types, so tools can return them without a `Result`:
///
/// ```
/// use nexconn_responses::agent::{IntoToolOutput, ToolError};
/// use nexconn_responses::types::ToolOutput;
///
/// struct Celsius(f64);
///
/// impl IntoToolOutput for Celsius {
///     fn into_tool_output(self) -> Result<ToolOutput, ToolError> {
///         Ok(ToolOutput::from(format!("{} °C", self.0)))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the output of a tool",
    note = "return a `String`, a `serde_json::Value`, or a `Result` whose value implements `serde::Serialize`"
)]
pub trait IntoToolOutput {
    /// Converts the value.
    ///
    /// # Errors
    ///
    /// Returns the error of the tool, or an error if the value can't be written as JSON.
    fn into_tool_output(self) -> Result<ToolOutput, ToolError>;
}

impl<T: Serialize + 'static, E: Into<ToolError>> IntoToolOutput for Result<T, E> {
    fn into_tool_output(self) -> Result<ToolOutput, ToolError> {
        convert(&self.map_err(Into::into)?)
    }
}

macro_rules! outputs {
    ($($name:ty)+) => {$(
        impl IntoToolOutput for $name {
            fn into_tool_output(self) -> Result<ToolOutput, ToolError> {
                convert(&self)
            }
        }
    )+};
}

outputs! { &'static str Json String ToolOutput Value }

fn convert<T: Serialize + 'static>(value: &T) -> Result<ToolOutput, ToolError> {
    if let Some(output) = (value as &dyn Any).downcast_ref::<ToolOutput>() {
        return Ok(output.clone());
    }
    Ok(match serde_json::to_value(value)? {
        Value::String(text) => text.into(),
        // Not the text of the `Value`, whose properties may be in another order.
        _ => serde_json::to_string(value)?.into(),
    })
}
