//! Compares two sides: from two generated APIs to a report.

use std::cmp::Reverse;

use super::api::items::{self, Differences, Items, Users};
use super::api::sides::{Joined, Sides};
use super::change::{Change, Subject};
use super::compat;
use super::finding::{Finding, GeneratorChange, Level, Problem, Report, SideName, Unclassified, Verdict, Wire};
use super::hidden::{self, Restrictions};
use super::merge;
use super::places;
use super::report::bump;
use super::rules::Rule;
use super::schema::names::Names;
use super::schema::types;
use super::schema::view::View;
use crate::snapshot::Side;

/// Compares two sides.
pub(crate) fn compare(old: &Side, new: &Side) -> Report {
    report(judge(explain(old, new), old, new), old, new)
}

/// Compares two sides, and drops their types, then their merged schemas: large ones take much memory.
pub(crate) fn compare_once(old: &mut Side, new: &mut Side) -> Report {
    let explained = explain(old, new);
    old.api.drop_types();
    new.api.drop_types();
    let judged = judge(explained, old, new);
    old.api.drop_definitions();
    new.api.drop_definitions();
    report(judged, old, new)
}

/// The changes with the items they explain.
struct Explained {
    names: Names,
    joined: Vec<Joined>,
    unclassified: Vec<Unclassified>,
    generator_changes: Vec<GeneratorChange>,
}

fn explain(old: &Side, new: &Side) -> Explained {
    let (old_view, new_view) = (View::new(&old.api), View::new(&new.api));
    let names = Names::align(&old_view, &new_view);
    // Often, only a part that the overlay hides has changed.
    let is_same = old.api.document.root == new.api.document.root && old.api.listing == new.api.listing;
    let (differences, users, generator_changes) = {
        let (old_items, new_items) = (items::read(&old.api.listing), items::read(&new.api.listing));
        let differences = if is_same { Vec::new() } else { items::differences(&old_items, &new_items, &names) };
        (differences, Users::new(&new_items), generator_changes(old, &old_items))
    };
    let mut changes = if is_same { Vec::new() } else { types::changes(&old_view, &new_view, &names) };
    changes.extend(models(&differences));
    let sides = Sides { old: &old_view, new: &new_view, users, differences: Differences::new(differences) };
    let (joined, unclassified) = sides.explain(changes);
    Explained { names, joined, unclassified, generator_changes }
}

/// The changes with their verdicts and places.
struct Judged {
    names: Names,
    joined: Vec<Joined>,
    unclassified: Vec<Unclassified>,
    generator_changes: Vec<GeneratorChange>,
    /// The pointers of each side a change reached through a reference.
    moved: [Vec<String>; 2],
    restrictions: [Restrictions; 2],
}

fn judge(explained: Explained, old: &Side, new: &Side) -> Judged {
    let Explained { names, mut joined, unclassified, generator_changes } = explained;
    let views = [View::new(&old.api), View::new(&new.api)];
    let changes: Vec<_> = joined.iter().map(|joined| &joined.change).collect();
    let wires = compat::verdicts(&changes, &old.api.document.root, &new.api.document.root);
    for (Joined { finding, .. }, wire) in joined.iter_mut().zip(wires) {
        finding.wire = with_ignored(wire, finding.rule);
    }
    let moved = places::locate(&mut joined, [old, new], &views);
    let restrictions = hidden::restrictions(&joined, &views);
    Judged { names, joined, unclassified, generator_changes, moved, restrictions }
}

fn report(judged: Judged, old: &Side, new: &Side) -> Report {
    let Judged { names, mut joined, unclassified, generator_changes, moved, restrictions } = judged;
    let views = [View::new(&old.api), View::new(&new.api)];
    let hidden = hidden::findings([old, new], &views, &names, &mut joined, &moved, restrictions);
    let (findings, schema_only): (Vec<_>, Vec<_>) =
        joined.into_iter().map(|joined| joined.finding).partition(is_visible);
    let (mut findings, mut schema_only) = (merge::by_place(findings), merge::by_place(schema_only));
    for mut finding in hidden {
        finding.wire = with_ignored(finding.wire, finding.rule);
        schema_only.push(finding);
    }
    sort(&mut findings);
    sort(&mut schema_only);
    let required_bump = required(&findings, &schema_only, &generator_changes, &unclassified);
    Report {
        old: named(old),
        new: named(new),
        required_bump,
        declared_bump: old.version.as_ref().zip(new.version.as_ref()).map(|(old, new)| bump::declared(old, new)),
        findings,
        schema_only,
        generator_changes,
        unclassified,
        overlay: [("old", old), ("new", new)].into_iter().flat_map(|(name, side)| problems(name, side)).collect(),
    }
}

fn named(side: &Side) -> SideName {
    SideName { name: side.name.clone(), version: side.version.as_ref().map(ToString::to_string) }
}

fn problems(side: &'static str, of: &Side) -> Vec<Problem> {
    let problem = |failure: &crate::generate::Failure| Problem {
        side,
        place: failure.place.to_string(),
        problem: failure.problem.clone(),
        help: failure.help.clone(),
    };
    of.problems.iter().map(problem).collect()
}

/// Whether the Rust API or its documentation shows the change.
fn is_visible(finding: &Finding) -> bool {
    !finding.items.is_empty()
        || !finding.renames.is_empty()
        || matches!(finding.rule, Rule::DescriptionChanged | Rule::DeprecationChanged)
}

/// A reader ignores a property of the writer alone, unless it rejects it.
fn with_ignored(mut wire: Wire, rule: Rule) -> Wire {
    let ignoring = match rule {
        Rule::PropertyRemoved => &mut wire.old_to_new,
        Rule::OptionalPropertyAdded | Rule::RequiredPropertyAdded => &mut wire.new_to_old,
        _ => return wire,
    };
    if *ignoring == Verdict::Ok {
        *ignoring = Verdict::Ignored;
    }
    wire
}

/// Sorts by severity, then by location.
fn sort(findings: &mut [Finding]) {
    findings.sort_by_cached_key(|finding| {
        let location = finding.new.as_ref().or(finding.old.as_ref());
        let file = location.map(|location| location.file.clone());
        (Reverse(finding.semver), file, location.and_then(|location| location.line), finding.pointer.clone())
    });
}

/// Added and removed models: constants from the page, not from the schema.
fn models(differences: &[items::Difference<'_>]) -> Vec<Change> {
    let models = differences.iter().filter(|difference| difference.path.starts_with("types::models::"));
    let changes = models.map(|difference| {
        let rule = if difference.after.is_some() { Rule::ModelAdded } else { Rule::ModelRemoved };
        let mut change = Change::new(rule, Subject::Model { path: difference.path.clone().into_owned() });
        let id = |text: Option<&str>| text.map(|text| text.trim_start_matches("&str = ").trim_matches('"').into());
        (change.before, change.after) = (id(difference.before), id(difference.after));
        change
    });
    changes.collect()
}

/// Items this generator makes differently from the one behind the old listing.
fn generator_changes(old: &Side, generated: &Items<'_>) -> Vec<GeneratorChange> {
    let Some(committed) = &old.listing else { return Vec::new() };
    let differences = items::differences(&items::read(committed), generated, &Names::default());
    let changes = differences.into_iter().map(|difference| GeneratorChange {
        semver: difference.level(),
        rust_path: difference.path.into_owned(),
        before: difference.before.map(str::to_owned),
        after: difference.after.map(str::to_owned),
    });
    changes.collect()
}

fn required(
    findings: &[Finding],
    schema_only: &[Finding],
    generator_changes: &[GeneratorChange],
    unclassified: &[Unclassified],
) -> Level {
    let levels = findings.iter().chain(schema_only).map(|finding| finding.semver);
    let levels = levels
        .chain(generator_changes.iter().map(|item| item.semver))
        .chain(unclassified.iter().map(|item| item.semver));
    levels.max().unwrap_or_default()
}
