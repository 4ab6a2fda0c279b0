//! Tools and text formats from Rust types, in the strict form that the API holds the model to.
//!
//! Place in the flow: before a request is built. schemars describes the type, `closing.rs` makes the
//! strict form of the description, or says why there is none; `parse.rs` reads what comes back.

use std::error::Error as StdError;
use std::fmt;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::structured::closing::Closing;
use crate::types::{FunctionTool, TextFormatJsonSchema};

/// What of a type's schema strict mode cannot express, and where.
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
/// assert_eq!((error.type_name(), error.pointer()), ("Order", "/properties/prices/additionalProperties"));
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

    /// The name, in the schema, of the innermost named type that it is in.
    #[must_use]
    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    /// Where in the schema, as a JSON pointer; empty for the whole.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What cannot be expressed, and what to do instead.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for StrictSchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { type_name, pointer, reason } = self;
        let place = if pointer.is_empty() { "its root" } else { pointer };
        write!(f, "the type `{type_name}` has no strict schema: at {place}: {reason}")
    }
}

impl StdError for StrictSchemaError {}

impl FunctionTool {
    /// A strict function whose parameters are the fields of `T`, described by the documentation of
    /// `T`.
    ///
    /// The model then calls it with arguments that fit `T`, which
    /// [`FunctionCall::parse_arguments`](crate::types::FunctionCall::parse_arguments) reads. What the
    /// schema of `T` becomes:
    ///
    /// - every object is closed, and all of its properties are required: a field that is an `Option`
    ///   is given as null, one with a `#[serde(default)]` is given;
    /// - `oneOf` becomes `anyOf` where the branches exclude one another, as those of enums do;
    /// - references stay, so that a type may contain itself;
    /// - what only informs is dropped: defaults, examples, and formats that strict mode does not take.
    ///
    /// Properties stand in the order of `serde_json`'s maps: by name, or, with its feature
    /// `preserve_order`, as they are declared. The model fills them in in this order.
    ///
    /// ```
    /// use nexconn_responses::types::FunctionTool;
    /// use serde_json::json;
    ///
    /// /// The weather in a city, now.
    /// #[derive(schemars::JsonSchema)]
    /// struct Weather {
    ///     city: String,
    ///     /// ISO 3166.
    ///     country: Option<String>,
    /// }
    ///
    /// let tool = FunctionTool::from_type::<Weather>("weather")?;
    /// assert_eq!(tool.description.as_deref(), Some("The weather in a city, now."));
    /// assert_eq!(tool.strict, Some(true));
    /// assert_eq!(tool.parameters.unwrap(), json!({
    ///     "type": "object",
    ///     "properties": {
    ///         "city": {"type": "string"},
    ///         "country": {"type": ["string", "null"], "description": "ISO 3166."},
    ///     },
    ///     "required": ["city", "country"],
    ///     "additionalProperties": false,
    /// }));
    /// # Ok::<(), nexconn_responses::StrictSchemaError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When strict mode cannot express `T`: it is no struct with named fields, or there is a map, a
    /// tuple, a field of any value, a set, or a length of a string in it. The error says where.
    pub fn from_type<T: JsonSchema>(name: impl Into<String>) -> Result<Self, StrictSchemaError> {
        let (schema, description) = strict_schema::<T>()?;
        let mut tool = Self::new(name, schema).strict(true);
        tool.description = description;
        Ok(tool)
    }
}

impl TextFormatJsonSchema {
    /// A strict format that makes the answer's text the JSON of a `T`, which
    /// [`Response::parse`](crate::types::Response::parse) reads.
    ///
    /// The schema is made as in [`FunctionTool::from_type`], with the same errors. The name is that of
    /// `T` in the schema, as far as names may be: other characters than letters, digits, `_` and `-`
    /// become `_`, and it is cut at 64; [`name`](Self::name) sets another.
    ///
    /// ```
    /// use nexconn_responses::types::{CreateResponseRequest, TextFormatJsonSchema, models};
    ///
    /// #[derive(schemars::JsonSchema)]
    /// struct Answer {
    ///     steps: Vec<String>,
    ///     result: f64,
    /// }
    ///
    /// let format = TextFormatJsonSchema::from_type::<Answer>()?;
    /// assert_eq!(format.name.as_deref(), Some("Answer"));
    /// let request = CreateResponseRequest::new(models::GPT_5_2, "What is 6 times 7?").text(format);
    /// # Ok::<(), nexconn_responses::StrictSchemaError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When strict mode cannot express `T`.
    pub fn from_type<T: JsonSchema>() -> Result<Self, StrictSchemaError> {
        let (schema, description) = strict_schema::<T>()?;
        let allowed = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
        let name: String = T::schema_name().chars().map(allowed).take(64).collect();
        let mut format = Self::new(name, schema).strict(true);
        format.description = description;
        Ok(format)
    }
}

/// The strict schema of a type, and the description that it would have.
fn strict_schema<T: JsonSchema>() -> Result<(Value, Option<String>), StrictSchemaError> {
    // What is read from JSON, not what is written: a field may have another name or type there.
    let generator = SchemaSettings::draft2020_12().for_deserialize().into_generator();
    Closing::new(generator.into_root_schema_for::<T>(), T::schema_name().into_owned()).run()
}
