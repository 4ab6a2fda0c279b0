//! The entries of `overlay.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Overlay {
    pub(super) root: Option<Spanned<Root>>,
    #[serde(default)]
    pub(super) repair: Vec<Spanned<Repair>>,
    #[serde(default)]
    pub(super) add: Vec<Spanned<Add>>,
    #[serde(default)]
    pub(super) replace: Vec<Spanned<Replace>>,
    #[serde(default)]
    pub(super) arguments: Vec<Spanned<Arguments>>,
    #[serde(default)]
    pub(super) name: Vec<Spanned<Name>>,
    #[serde(default)]
    pub(super) untagged: Vec<Spanned<Untagged>>,
}

/// The title the published schema must have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Root {
    pub(super) title: String,
    pub(super) why: String,
}

/// Changes one keyword. `expect` is the published value, and absent if the keyword is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Repair {
    pub(super) at: String,
    pub(super) expect: Option<Value>,
    pub(super) value: Value,
    pub(super) why: String,
}

/// Adds a property to a published object.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Add {
    pub(super) at: String,
    pub(super) value: Value,
    pub(super) why: String,
}

/// Replaces a published part by types from the additions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Replace {
    pub(super) at: String,
    /// The digest of the published part at the time of the last comparison with the types.
    #[serde(default)]
    pub(super) published: String,
    /// Older revisions list the part's properties instead, which `diff` reads.
    #[serde(default, rename = "properties")]
    pub(super) _properties: Option<Value>,
    /// The definition to use instead; without it, the additions' property of the same name.
    pub(super) with: Option<String>,
    pub(super) why: String,
}

/// Sets the arguments of an object's constructor, even if the schema doesn't require them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    pub(super) at: String,
    pub(super) ask_for: Vec<String>,
    pub(super) why: String,
}

/// Names an anonymous object, enum or union.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Name {
    pub(super) at: String,
    pub(super) is: String,
    pub(super) why: String,
    /// The type's description, if the published schema has none.
    pub(super) description: Option<String>,
    /// The names of a union's variants, in the order of its branches.
    #[serde(default)]
    pub(super) variants: Vec<String>,
    /// The descriptions of an enum's values.
    #[serde(default)]
    pub(super) values: BTreeMap<String, String>,
    /// The union to use here. The named type is one of its variants.
    pub(super) variant_of: Option<String>,
}

/// Sets the type of objects without a tag, in a union of the additions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Untagged {
    pub(super) union: String,
    pub(super) means: String,
    /// A property, and the type of objects without another one.
    pub(super) only: Option<(String, String)>,
    pub(super) why: String,
}
