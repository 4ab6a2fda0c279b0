//! The result of a comparison, as every format renders it.
//!
//! The names are those of the JSON format; `report/report.schema.json` is its schema.

use std::ops::Range;

use serde::Serialize;
use serde_json::Value;

use super::rules::Rule;

/// The effect on consumers of the library, as SemVer names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// No change.
    #[default]
    None,
    /// No change a compiler sees.
    Patch,
    /// An addition.
    Minor,
    /// Existing code may no longer compile.
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    #[default]
    Ok,
    /// Valid, but the reader ignores the value.
    Ignored,
    Breaks,
}

/// Wire compatibility in both directions.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Wire {
    pub(crate) old_to_new: Verdict,
    pub(crate) new_to_old: Verdict,
    /// A document for each broken direction, if one was found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) examples: Vec<Example>,
}

impl Wire {
    /// The verdict if compatibility isn't proven: breaking.
    pub(crate) fn unproven() -> Self {
        Self { old_to_new: Verdict::Breaks, new_to_old: Verdict::Breaks, examples: Vec::new() }
    }

    pub(crate) fn verdict(&self, old_to_new: bool) -> Verdict {
        if old_to_new { self.old_to_new } else { self.new_to_old }
    }

    /// Marks a direction as compatible.
    pub(crate) fn clear(&mut self, direction: &str) {
        let verdict = if direction == "old_to_new" { &mut self.old_to_new } else { &mut self.new_to_old };
        *verdict = Verdict::Ok;
        self.examples.retain(|example| example.direction != direction);
    }

    /// Takes the worse verdict of both in each direction, with its example.
    pub(crate) fn join(&mut self, other: Self) {
        for (own, verdict) in [(&mut self.old_to_new, other.old_to_new), (&mut self.new_to_old, other.new_to_old)] {
            *own = (*own).max(verdict);
        }
        for example in other.examples {
            if !self.examples.iter().any(|own| own.direction == example.direction) {
                self.examples.push(example);
            }
        }
    }

    pub(crate) fn breaks(&self) -> bool {
        self.old_to_new == Verdict::Breaks || self.new_to_old == Verdict::Breaks
    }
}

/// A document, valid on one side only.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Example {
    /// `old_to_new` or `new_to_old`.
    pub(crate) direction: &'static str,
    /// The schema of the document, as a pointer into the merged schema; empty for the root.
    pub(crate) schema: String,
    pub(crate) document: Value,
}

/// The location of a change on one side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Location {
    pub(crate) file: String,
    /// The exact location: deeper than the pointer of the finding if a keyword or one of its values changed.
    pub(crate) pointer: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<usize>,
    /// The bytes in the file.
    #[serde(skip)]
    pub(crate) range: Option<Range<usize>>,
    /// The line around them, unless it's too long to be shown.
    #[serde(skip)]
    pub(crate) shown: Option<Range<usize>>,
}

/// A changed item of the generated API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Item {
    pub(crate) path: Box<str>,
    pub(crate) before: Option<Box<str>>,
    pub(crate) after: Option<Box<str>>,
}

/// A renamed type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Rename {
    pub(crate) before: String,
    pub(crate) after: String,
}

/// A change of the schema and its effects.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Finding {
    pub(crate) rule: Rule,
    /// The pointer of the changed subschema in the file of `new`; in that of `old` if it was removed.
    pub(crate) pointer: String,
    /// The item of the Rust API for it.
    pub(crate) rust_path: String,
    /// The Rust item before, or the schema if no item differs.
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) semver: Level,
    pub(crate) wire: Wire,
    /// The effect at run time the compiler doesn't report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) runtime: Option<&'static str>,
    /// A hint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<String>,
    pub(crate) old: Option<Location>,
    pub(crate) new: Option<Location>,
    /// The enclosing schema on the new side, if the schema was removed.
    #[serde(skip)]
    pub(crate) enclosing: Option<Location>,
    /// The changed part of the schema.
    pub(crate) schema_before: Option<Value>,
    pub(crate) schema_after: Option<Value>,
    /// The items changed by it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) items: Vec<Item>,
    /// The types renamed by it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) renames: Vec<Rename>,
    /// The fields and variants of the changed type.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) used_by: Vec<String>,
}

/// A difference without a rule. It's never treated as harmless.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Unclassified {
    /// The subschema, if it's known.
    pub(crate) pointer: Option<String>,
    pub(crate) rust_path: Option<String>,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) semver: Level,
}

/// An item changed by the generator, not the schema.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct GeneratorChange {
    pub(crate) rust_path: String,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) semver: Level,
}

/// An entry of the overlay or the additions for which a side has no match.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Problem {
    /// `old` or `new`.
    pub(crate) side: &'static str,
    pub(crate) place: String,
    #[allow(clippy::struct_field_names, reason = "the name is that of the JSON report")]
    pub(crate) problem: String,
    pub(crate) help: String,
}

/// The name of a side.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SideName {
    /// As the user typed it.
    pub(crate) name: String,
    /// The version in Cargo.toml.
    pub(crate) version: Option<String>,
}

/// The result of a comparison.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) old: SideName,
    pub(crate) new: SideName,
    pub(crate) required_bump: Level,
    /// `null` if a side has no Cargo.toml.
    pub(crate) declared_bump: Option<Level>,
    pub(crate) findings: Vec<Finding>,
    /// Schema changes without an effect on the Rust API.
    pub(crate) schema_only: Vec<Finding>,
    pub(crate) generator_changes: Vec<GeneratorChange>,
    pub(crate) unclassified: Vec<Unclassified>,
    pub(crate) overlay: Vec<Problem>,
}

impl Report {
    /// All findings, including schema-only ones.
    pub(crate) fn changes(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().chain(&self.schema_only)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.changes().next().is_none() && self.generator_changes.is_empty() && self.unclassified.is_empty()
    }

    /// Whether the declared bump is smaller than the required one.
    pub(crate) fn is_short(&self) -> bool {
        self.declared_bump.is_some_and(|declared| declared < self.required_bump)
    }
}
