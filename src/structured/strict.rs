//! Function tools and text formats from Rust types.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

use crate::structured::convert::convert;
use crate::structured::error::StrictSchemaError;
use crate::types::{FunctionTool, Json, TextFormatJsonSchema};

/// Maximum length of the name of a function, in characters.
const MAX_FUNCTION_NAME: usize = 128;
/// Maximum length of the name of a format, in characters.
const MAX_FORMAT_NAME: usize = 64;

impl FunctionTool {
    /// Creates a strict function tool whose parameters are the fields of `T`. The documentation of `T` becomes
    /// the description.
    ///
    /// Needs the feature `schemars`. Read the arguments of a call with
    /// [`FunctionCall::parse_arguments`](crate::types::FunctionCall::parse_arguments).
    ///
    /// The schema of `T` is converted as follows:
    ///
    /// - Objects are closed, and all their properties are required. The model passes null for an `Option`, and
    ///   passes fields with `#[serde(default)]`, too.
    /// - Properties are in the order of the fields, because models fill them in in that order. Optional fields
    ///   with `skip_serializing_if` come last.
    /// - `oneOf` becomes `anyOf` if its branches exclude one another, as those of enums do.
    /// - References stay, so a type may contain itself.
    /// - A `format` that strict mode doesn't support moves into the description. Defaults and examples are dropped.
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
    /// Returns [`StrictSchemaError`] if the name isn't 1 to 128 letters, digits, `_` or `-`, or if strict mode doesn't
    /// support `T`: it isn't a struct with named fields, or it has a map, a tuple, a set, a field of any value, or a
    /// string with a length.
    pub fn from_type<T: JsonSchema>(name: impl Into<String>) -> Result<Self, StrictSchemaError> {
        let name = name.into();
        if let Some(reason) = Self::invalid_name(&name) {
            return Err(StrictSchemaError::new(T::schema_name().into_owned(), "", reason));
        }
        let (schema, description) = strict_schema::<T>()?;
        let mut tool = Self::new(name, schema).strict(true);
        tool.description = description;
        Ok(tool)
    }

    /// Returns the reason why a name is invalid.
    pub(crate) fn invalid_name(name: &str) -> Option<String> {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let is_valid = (1..=MAX_FUNCTION_NAME).contains(&name.len()) && name.chars().all(is_allowed);
        (!is_valid).then(|| {
            format!(
                "invalid function name {name:?}: use 1 to {MAX_FUNCTION_NAME} letters, digits, underscores and hyphens"
            )
        })
    }
}

impl TextFormatJsonSchema {
    /// Creates a strict text format for output that's the JSON of a `T`. Read it with
    /// [`Response::parse`](crate::types::Response::parse).
    ///
    /// Needs the feature `schemars`. The schema is converted as in [`FunctionTool::from_type`]. The name is the schema
    /// name of `T`: characters that aren't letters, digits, `_` or `-` become `_`, and it's cut to 64 characters. Set
    /// another one with [`name`](Self::name).
    ///
    /// ```
    /// use nexconn_responses::types::{
    ///     CreateResponseRequest, TextFormatJsonSchema, models,
    /// };
    ///
    /// #[derive(schemars::JsonSchema)]
    /// struct Answer {
    ///     steps: Vec<String>,
    ///     result: f64,
    /// }
    ///
    /// let format = TextFormatJsonSchema::from_type::<Answer>()?;
    /// assert_eq!(format.name.as_deref(), Some("Answer"));
    /// let request = CreateResponseRequest::new(models::GPT_5_2, "What is 6 times 7?")
    ///     .text(format);
    /// # Ok::<(), nexconn_responses::StrictSchemaError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`StrictSchemaError`] if strict mode doesn't support `T`.
    pub fn from_type<T: JsonSchema>() -> Result<Self, StrictSchemaError> {
        let (schema, description) = strict_schema::<T>()?;
        let mut format = Self::new(format_name(&T::schema_name()), schema).strict(true);
        format.description = description;
        Ok(format)
    }
}

/// Returns an allowed name, similar to the name of a type.
fn format_name(type_name: &str) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let name: String = type_name.chars().map(allowed).take(MAX_FORMAT_NAME).collect();
    if name.is_empty() { "output".to_owned() } else { name }
}

/// Returns the strict schema of a type, and its description.
fn strict_schema<T: JsonSchema>() -> Result<(Json, Option<String>), StrictSchemaError> {
    let schema = |settings: SchemaSettings| -> Schema { settings.into_generator().into_root_schema_for::<T>() };
    // The model writes the form serde reads. The schema of the form it writes only gives the order of the fields.
    let read = schema(SchemaSettings::draft2020_12().for_deserialize());
    let written = schema(SchemaSettings::draft2020_12().for_serialize());
    convert(read, &written, T::schema_name().into_owned())
}
