//! A change of the schema, as data.

use serde_json::Value;

use super::finding::Rename;
use super::rules::Rule;

/// The item a change is about. Types have the names of their side.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    Type {
        old: Option<String>,
        new: Option<String>,
    },
    Property {
        old: Option<String>,
        new: Option<String>,
        key: String,
    },
    Variant {
        old: Option<String>,
        new: Option<String>,
        variant: String,
    },
    /// A model the page lists.
    Model {
        path: String,
    },
}

impl Subject {
    /// The names of the type.
    pub(super) fn names(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Self::Type { old, new } | Self::Property { old, new, .. } | Self::Variant { old, new, .. } => {
                (old.as_deref(), new.as_deref())
            }
            Self::Model { .. } => (None, None),
        }
    }

    fn owned_names(&self) -> (Option<String>, Option<String>) {
        let (old, new) = self.names();
        (old.map(str::to_owned), new.map(str::to_owned))
    }

    pub(super) fn property(&self, key: &str) -> Self {
        let (old, new) = self.owned_names();
        Self::Property { old, new, key: key.to_owned() }
    }

    pub(super) fn variant(&self, variant: &str) -> Self {
        let (old, new) = self.owned_names();
        Self::Variant { old, new, variant: variant.to_owned() }
    }

    pub(super) fn into_variant(self) -> Option<String> {
        if let Self::Variant { variant, .. } = self { Some(variant) } else { None }
    }
}

/// The edit of one side to make this change and no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Facet {
    /// None: every document is valid on both sides or on neither.
    None,
    /// Set a keyword to the value of the other side.
    Keyword(String),
    /// Set `if`, `then` and `else`.
    Condition,
    /// Replace the schema.
    Node,
    /// Add or remove the property.
    Property(String),
    /// Make the property required or optional.
    Required(String),
    /// Add or remove the enum value.
    Value(Value),
    /// Add or remove the branch with this index, on the side with this branch.
    Branch(usize),
}

/// A pointer to a schema in the merged document, and the rest of the pointer to the change in it.
pub(super) type At = (String, String);

#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) rule: Rule,
    pub(super) subject: Subject,
    /// The schema on the old side; `None` if the change adds it.
    pub(super) old: Option<At>,
    /// The schema on the new side; `None` if the change removes it.
    pub(super) new: Option<At>,
    /// The enclosing schema, on the side without the schema.
    pub(super) around: Option<String>,
    pub(super) facet: Facet,
    /// The values on both sides.
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
    /// The renamed variants: before, after.
    pub(super) variants: Vec<(String, String)>,
    /// The other variants, if the change is about many values.
    pub(super) others: Vec<String>,
    /// Whether the change is about the constructor.
    pub(super) is_constructor: bool,
    /// The types added or removed with it.
    pub(super) types: Vec<String>,
    pub(super) renames: Vec<Rename>,
}

impl Change {
    pub(super) fn new(rule: Rule, subject: Subject) -> Self {
        Self {
            rule,
            subject,
            old: None,
            new: None,
            around: None,
            facet: Facet::None,
            before: None,
            after: None,
            variants: Vec::new(),
            others: Vec::new(),
            is_constructor: false,
            types: Vec::new(),
            renames: Vec::new(),
        }
    }

    pub(super) fn old(mut self, pointer: String, spot: &str) -> Self {
        self.old = Some((pointer, spot.to_owned()));
        self
    }

    pub(super) fn new_at(mut self, pointer: String, spot: &str) -> Self {
        self.new = Some((pointer, spot.to_owned()));
        self
    }

    pub(super) fn beside(mut self, pointer: &str) -> Self {
        self.around = Some(pointer.to_owned());
        self
    }

    pub(super) fn constructor(mut self) -> Self {
        self.is_constructor = true;
        self
    }
}
