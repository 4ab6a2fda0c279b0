//! The kinds of JSON values.

/// The kinds of JSON values in a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Boolean, Self::Integer, Self::Number, Self::String, Self::Array, Self::Object];
        all.into_iter().find(|kind| kind.name() == name)
    }

    /// Returns true if a value can be of both kinds: integers are numbers.
    pub(crate) fn overlaps(self, other: Self) -> bool {
        let numeric = |kind| matches!(kind, Self::Integer | Self::Number);
        self == other || (numeric(self) && numeric(other))
    }
}
