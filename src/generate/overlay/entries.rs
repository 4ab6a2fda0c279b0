//! The entries of `overlay.toml` as they are written.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

/// The file as it is written.
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

/// The title that the published schema must have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Root {
    pub(super) title: String,
    pub(super) why: String,
}

/// Another value for one keyword. `expect` is what is published today; absent when nothing is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Repair {
    pub(super) at: String,
    pub(super) expect: Option<Value>,
    pub(super) value: Value,
    pub(super) why: String,
}

/// A property that the published object lacks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Add {
    pub(super) at: String,
    pub(super) value: Value,
    pub(super) why: String,
}

/// A published part that types from the additions cover.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Replace {
    pub(super) at: String,
    /// The digest of the published part when the types were last compared with it.
    pub(super) published: String,
    /// The definition to use instead; without it, the additions' property of the same name.
    pub(super) with: Option<String>,
    pub(super) why: String,
}

/// What the constructor of an object type asks for although the schema does not require it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    pub(super) at: String,
    pub(super) ask_for: Vec<String>,
    pub(super) why: String,
}

/// A name for an anonymous object, enum or union.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Name {
    pub(super) at: String,
    pub(super) is: String,
    pub(super) why: String,
    /// What the type is, where the published schema does not say.
    pub(super) description: Option<String>,
    /// For a union of JSON kinds: the variants' names, in the order of the branches.
    #[serde(default)]
    pub(super) variants: Vec<String>,
    /// For an enum: what the values mean.
    #[serde(default)]
    pub(super) values: BTreeMap<String, String>,
    /// The union to refer to from here; the named type is one of its variants.
    pub(super) variant_of: Option<String>,
}

/// What an object without a tag is, in a union of the additions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Untagged {
    pub(super) union: String,
    pub(super) means: String,
    /// A property; an object that has nothing else is of the second type.
    pub(super) only: Option<(String, String)>,
    pub(super) why: String,
}
