//! The error of a type without a strict schema.

use std::error::Error as StdError;
use std::fmt;

/// The error of a type that strict mode doesn't support, or of an invalid function name.
///
/// Needs the feature `schemars`.
///
/// ```
/// use std::collections::HashMap;
///
/// use nexconn_responses::types::FunctionTool;
///
/// #[derive(schemars::JsonSchema)]
/// struct Order {
///     prices: HashMap<String, f64>,
/// }
///
/// let error = FunctionTool::from_type::<Order>("order").unwrap_err();
/// assert_eq!(
///     (error.type_name(), error.pointer()),
///     ("Order", "/properties/prices/additionalProperties")
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrictSchemaError {
    type_name: String,
    pointer: String,
    reason: String,
}

impl StrictSchemaError {
    pub(crate) fn new(type_name: String, pointer: &str, reason: impl Into<String>) -> Self {
        Self { type_name, pointer: pointer.to_owned(), reason: reason.into() }
    }

    /// Returns the schema name of the innermost named type with the unsupported part.
    #[must_use]
    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    /// Returns the JSON Pointer of the unsupported part. It's empty for the whole schema.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Returns the problem and the fix.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for StrictSchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { type_name, pointer, reason } = self;
        write!(f, "type `{type_name}` has no strict schema")?;
        if !pointer.is_empty() {
            write!(f, ", at {pointer}")?;
        }
        write!(f, ": {reason}")
    }
}

impl StdError for StrictSchemaError {}
