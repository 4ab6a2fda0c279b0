//! A change of the schema, as data.

use serde_json::Value;

use super::finding::Rename;
use super::rules::Rule;

/// What of the Rust API a change is about. Types are named as on their side.
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
    /// A model that the page lists.
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
}

/// What has to be done to one side to get this change and no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Facet {
    /// Nothing: no document is valid on one side only.
    None,
    /// A keyword takes the value of the other side.
    Keyword(String),
    /// `if`, `then` and `else` do.
    Condition,
    /// The whole schema does.
    Node,
    /// The object gets or loses the property.
    Property(String),
    /// The property becomes required or optional.
    Required(String),
    /// The enum gets or loses the value.
    Value(Value),
    /// The union gets or loses the branch of this index, on the side that has it.
    Branch(usize),
}

/// A pointer to a schema in the merged document, and below it what of the schema changed.
pub(super) type At = (String, String);

/// One change.
#[derive(Clone, Debug)]
pub(super) struct Change {
    /// `None`: nothing here knows what this is.
    pub(super) rule: Option<Rule>,
    pub(super) subject: Subject,
    /// The schema on the old side; none if the change brings it.
    pub(super) old: Option<At>,
    /// The schema on the new side; none if the change takes it away.
    pub(super) new: Option<At>,
    /// On the side without the schema, the one that could have it.
    pub(super) around: Option<String>,
    pub(super) facet: Facet,
    /// What the schema says there.
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
    /// The variants that have another name: before, after.
    pub(super) variants: Vec<(String, String)>,
    /// Whether the change is about the constructor.
    pub(super) is_constructor: bool,
    /// The types that come or go with it.
    pub(super) types: Vec<String>,
    /// The types that have another name for it.
    pub(super) renames: Vec<Rename>,
}

impl Change {
    pub(super) fn new(rule: Rule, subject: Subject) -> Self {
        Self {
            rule: Some(rule),
            subject,
            old: None,
            new: None,
            around: None,
            facet: Facet::None,
            before: None,
            after: None,
            variants: Vec::new(),
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
