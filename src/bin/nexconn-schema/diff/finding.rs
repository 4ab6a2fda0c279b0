//! What a comparison finds: the report that every format prints.
//!
//! Place in the flow: made by `mod.rs`; `human.rs`, `json.rs`, `markdown.rs` and `github.rs` write
//! it down. The words are those of the JSON format, whose schema is `report.schema.json`.

use std::ops::Range;

use serde::Serialize;
use serde_json::Value;

use super::rules::Rule;

/// What a consumer of the library must expect, in the words of SemVer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// Nothing at all.
    #[default]
    None,
    /// Nothing that a compiler sees.
    Patch,
    /// Something new.
    Minor,
    /// Code that compiled may not compile any more.
    Major,
}

impl Level {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

/// Whether documents of one schema are valid for another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    #[default]
    Ok,
    Breaks,
}

/// The wire in both directions: who writes by one schema, read by who goes by the other.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Wire {
    pub(crate) old_to_new: Verdict,
    pub(crate) new_to_old: Verdict,
    /// A document for each direction that breaks, where one was found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) examples: Vec<Example>,
}

impl Wire {
    /// Nothing is known, which is never called fine.
    pub(crate) fn unproven() -> Self {
        Self { old_to_new: Verdict::Breaks, new_to_old: Verdict::Breaks, examples: Vec::new() }
    }

    pub(crate) fn verdict(&self, old_to_new: bool) -> Verdict {
        if old_to_new { self.old_to_new } else { self.new_to_old }
    }

    /// Nothing breaks in this direction after all.
    pub(crate) fn clear(&mut self, direction: &str) {
        let verdict = if direction == "old_to_new" { &mut self.old_to_new } else { &mut self.new_to_old };
        *verdict = Verdict::Ok;
        self.examples.retain(|example| example.direction != direction);
    }

    pub(crate) fn breaks(&self) -> bool {
        self.old_to_new == Verdict::Breaks || self.new_to_old == Verdict::Breaks
    }
}

/// A document that is valid by one side and not by the other.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Example {
    /// `old_to_new` or `new_to_old`.
    pub(crate) direction: &'static str,
    /// What the document is one of: a pointer into the merged schema; empty for the root.
    pub(crate) schema: String,
    pub(crate) document: Value,
}

/// Where the cause stands on one side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Spot {
    pub(crate) file: String,
    /// The exact place: deeper than the finding's pointer where a keyword or one of its values changed.
    pub(crate) pointer: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<usize>,
    /// The bytes in the file.
    #[serde(skip)]
    pub(crate) range: Option<Range<usize>>,
    /// The line around them, unless it is too long to be shown.
    #[serde(skip)]
    pub(crate) shown: Option<Range<usize>>,
}

/// An item of the generated API that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Item {
    pub(crate) path: String,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

/// A type that only has another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Rename {
    pub(crate) before: String,
    pub(crate) after: String,
}

/// One change of the schema with all that follows from it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Finding {
    pub(crate) rule: Rule,
    /// The subschema that changed, on the new side, or on the old one if it is gone.
    pub(crate) pointer: String,
    /// The item of the Rust API that stands for it.
    pub(crate) rust_path: String,
    /// The Rust item before, or the schema where Rust does not show it.
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) semver: Level,
    pub(crate) wire: Wire,
    /// What happens at run time that the compiler does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) runtime: Option<String>,
    /// What else may help to understand it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<String>,
    pub(crate) old: Option<Spot>,
    pub(crate) new: Option<Spot>,
    /// The part of the schema that changed.
    pub(crate) schema_before: Option<Value>,
    pub(crate) schema_after: Option<Value>,
    /// Every item that differs for this reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) items: Vec<Item>,
    /// The types that have another name for this reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) renames: Vec<Rename>,
    /// The items that use the type which changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) used_by: Vec<String>,
}

/// A difference that no rule explains. It is never taken for harmless.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Unhandled {
    /// The place in the schema, where it is known.
    pub(crate) pointer: Option<String>,
    pub(crate) rust_path: Option<String>,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) semver: Level,
}

/// An item that differs because the generator does, not the schema.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Drift {
    pub(crate) rust_path: String,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) semver: Level,
}

/// An entry of the overlay or the additions that does not fit a side.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Misfit {
    /// `old` or `new`.
    pub(crate) side: &'static str,
    pub(crate) place: String,
    pub(crate) problem: String,
    pub(crate) remedy: String,
}

/// One of the two that are compared.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Named {
    /// As the user called it.
    pub(crate) name: String,
    /// The version in Cargo.toml.
    pub(crate) version: Option<String>,
}

/// All of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) old: Named,
    pub(crate) new: Named,
    pub(crate) required_bump: Level,
    /// `null` where a side has no Cargo.toml.
    pub(crate) declared_bump: Option<Level>,
    pub(crate) findings: Vec<Finding>,
    /// Changes of the schema that the Rust API does not show.
    pub(crate) schema_only: Vec<Finding>,
    pub(crate) generator_drift: Vec<Drift>,
    pub(crate) unhandled: Vec<Unhandled>,
    pub(crate) overlay: Vec<Misfit>,
}

impl Report {
    /// Findings and schema-only changes.
    pub(crate) fn changes(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().chain(&self.schema_only)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.changes().next().is_none() && self.generator_drift.is_empty() && self.unhandled.is_empty()
    }

    /// Whether the declared bump is smaller than the required one.
    pub(crate) fn is_short(&self) -> bool {
        self.declared_bump.is_some_and(|declared| declared < self.required_bump)
    }
}
