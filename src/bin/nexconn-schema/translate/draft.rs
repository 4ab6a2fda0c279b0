//! The draft of a document, by its `$schema` or else by its keywords.

use serde_json::Value;

/// A draft of JSON Schema, or OpenAPI 3.0, which is read as draft-04.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Draft {
    Draft4,
    Draft6,
    Draft7,
    Draft2019,
    Draft2020,
}

/// The part of a `$schema` that names a draft.
const NAMES: [(&str, Draft); 5] = [
    ("draft-04", Draft::Draft4),
    ("draft-06", Draft::Draft6),
    ("draft-07", Draft::Draft7),
    ("2019-09", Draft::Draft2019),
    ("2020-12", Draft::Draft2020),
];

/// Keywords that came with a draft.
const INTRODUCED: [(&str, Draft); 7] = [
    ("prefixItems", Draft::Draft2020),
    ("$dynamicRef", Draft::Draft2020),
    ("$defs", Draft::Draft2019),
    ("dependentRequired", Draft::Draft2019),
    ("dependentSchemas", Draft::Draft2019),
    ("unevaluatedProperties", Draft::Draft2019),
    ("$recursiveRef", Draft::Draft2019),
];

impl Draft {
    /// Returns the draft of a document; draft-07 if neither `$schema` nor a keyword names one. Returns an unsupported
    /// draft as an error.
    pub(crate) fn of(root: &Value) -> Result<Self, &str> {
        let Some(name) = root.get("$schema").and_then(Value::as_str) else { return Ok(Self::guess(root)) };
        match Self::named(root) {
            Some(draft) => Ok(draft),
            None if ["draft-03", "draft-02", "draft-01", "draft-00", "draft-05"]
                .iter()
                .any(|old| name.contains(old)) =>
            {
                Err(name)
            }
            None => Ok(Self::guess(root)),
        }
    }

    /// Returns the draft named in `$schema`.
    pub(crate) fn named(root: &Value) -> Option<Self> {
        let name = root.get("$schema")?.as_str()?;
        NAMES.iter().find(|(known, _)| name.contains(known)).map(|(_, draft)| *draft)
    }

    /// Returns true for a keyword of a later draft that the documents of this one may have by mistake: its validators
    /// ignore it.
    pub(crate) fn ignores(self, keyword: &str) -> bool {
        match self {
            Self::Draft4 => ["const", "contains", "else", "if", "propertyNames", "then"].contains(&keyword),
            Self::Draft6 => ["else", "if", "then"].contains(&keyword),
            Self::Draft7 | Self::Draft2019 | Self::Draft2020 => false,
        }
    }

    fn guess(root: &Value) -> Self {
        let has = |keyword: &str| root.get(keyword).is_some();
        match INTRODUCED.iter().find(|(keyword, _)| has(keyword)) {
            Some((_, draft)) => *draft,
            None if root.get("id").is_some_and(Value::is_string) && !has("$id") => Self::Draft4,
            None if has_boolean_bound(root) => Self::Draft4,
            None => Self::Draft7,
        }
    }

    /// Whether keywords beside a `$ref` count.
    pub(crate) fn reads_beside_references(self) -> bool {
        self >= Self::Draft2019
    }
}

/// Whether a part has a bound and says that it's exclusive, as in draft-04.
fn has_boolean_bound(node: &Value) -> bool {
    let is_exclusive = |bound, keyword| node[bound].is_number() && node[keyword].is_boolean();
    is_exclusive("minimum", "exclusiveMinimum")
        || is_exclusive("maximum", "exclusiveMaximum")
        || match node {
            Value::Object(map) => map.values().any(has_boolean_bound),
            Value::Array(values) => values.iter().any(has_boolean_bound),
            _ => false,
        }
}
