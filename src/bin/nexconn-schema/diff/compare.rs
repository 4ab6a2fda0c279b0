//! Compares two sides: from two generated APIs to a report.

use super::api::items::{self, Differences, Items};
use super::api::sides::{Joined, Sides};
use super::change::{self, Change, Subject};
use super::compat;
use super::finding::{Drift, Finding, Level, Misfit, Named, Report, Unhandled};
use super::report::bump;
use super::report::locate::Lines;
use super::rules::Rule;
use super::schema::names::Names;
use super::schema::view::View;
use super::schema::{restated, types};
use crate::snapshot::Side;

/// Compares two sides.
pub(crate) fn compare(old: &Side, new: &Side) -> Report {
    let (old_view, new_view) = (View::new(&old.api), View::new(&new.api));
    let names = Names::align(&old_view, &new_view);
    let (old_items, new_items) = (items::read(&old.api.listing), items::read(&new.api.listing));
    let differences = items::differences(&old_items, &new_items, &names);
    let mut changes = types::changes(&old_view, &new_view, &names);
    changes.extend(models(&differences));
    if changes.is_empty() && differences.is_empty() {
        changes.extend(restated::find([old, new], [&old_view, &new_view]));
    }
    let sides = Sides {
        old: &old_view,
        new: &new_view,
        old_items: &old_items,
        new_items: &new_items,
        differences: Differences::new(differences),
    };
    let (joined, unhandled) = sides.explain(changes);
    let (old_lines, new_lines) = (Lines::new(&old.texts), Lines::new(&new.texts));
    let mut findings = Vec::new();
    let mut schema_only = Vec::new();
    let changes: Vec<_> = joined.iter().map(|joined| &joined.change).collect();
    let wires = compat::all(&changes, &old_view, &new_view);
    for (Joined { change, mut finding }, wire) in joined.into_iter().zip(wires) {
        finding.wire = wire;
        let spot = |view: &View<'_>, lines: &Lines<'_>, at: &Option<change::At>| {
            let (pointer, spot) = at.as_ref()?;
            Some(lines.spot(&view.document.place(&format!("{pointer}{spot}"))))
        };
        finding.old = spot(&old_view, &old_lines, &change.old);
        finding.new = spot(&new_view, &new_lines, &change.new);
        if is_visible(&finding) { findings.push(finding) } else { schema_only.push(finding) }
    }
    sort(&mut findings);
    sort(&mut schema_only);
    let generator_drift = drift(old, &old_items);
    let required_bump = required(&findings, &schema_only, &generator_drift, &unhandled);
    Report {
        old: named(old),
        new: named(new),
        required_bump,
        declared_bump: old.version.as_ref().zip(new.version.as_ref()).map(|(old, new)| bump::declared(old, new)),
        findings,
        schema_only,
        generator_drift,
        unhandled,
        overlay: [("old", old), ("new", new)].into_iter().flat_map(|(name, side)| misfits(name, side)).collect(),
    }
}

fn named(side: &Side) -> Named {
    Named { name: side.name.clone(), version: side.version.as_ref().map(ToString::to_string) }
}

fn misfits(side: &'static str, of: &Side) -> Vec<Misfit> {
    let misfit = |failure: &crate::generate::Failure| Misfit {
        side,
        place: failure.place.to_string(),
        problem: failure.problem.clone(),
        remedy: failure.remedy.clone(),
    };
    of.problems.iter().map(misfit).collect()
}

/// Whether the Rust API or its documentation shows the change.
fn is_visible(finding: &Finding) -> bool {
    !finding.items.is_empty()
        || !finding.renames.is_empty()
        || matches!(finding.rule, Rule::DescriptionChanged | Rule::DeprecationChanged)
}

/// What is worse comes first; else in the order of the schema.
fn sort(findings: &mut [Finding]) {
    findings.sort_by(|left, right| {
        let key = |finding: &Finding| {
            let spot = finding.new.as_ref().or(finding.old.as_ref());
            (spot.map(|spot| spot.file.clone()), spot.and_then(|spot| spot.line), finding.pointer.clone())
        };
        right.semver.cmp(&left.semver).then_with(|| key(left).cmp(&key(right)))
    });
}

/// The models that came and went: constants that no part of the schema accounts for.
fn models(differences: &[items::Difference]) -> Vec<Change> {
    let models = differences.iter().filter(|difference| difference.path.starts_with("types::models::"));
    let changes = models.map(|difference| {
        let rule = if difference.after.is_some() { Rule::ModelAdded } else { Rule::ModelRemoved };
        let mut change = Change::new(rule, Subject::Model { path: difference.path.clone() });
        let id = |text: &Option<String>| {
            text.as_ref().map(|text| text.trim_start_matches("&str = ").trim_matches('"').into())
        };
        (change.before, change.after) = (id(&difference.before), id(&difference.after));
        change
    });
    changes.collect()
}

/// The items that today's generator makes otherwise than the one that wrote the old side's listing.
fn drift(old: &Side, generated: &Items) -> Vec<Drift> {
    let Some(committed) = &old.listing else { return Vec::new() };
    let differences = items::differences(&items::read(committed), generated, &Names::default());
    let drift = differences.into_iter().map(|difference| Drift {
        semver: difference.level(),
        rust_path: difference.path,
        before: difference.before,
        after: difference.after,
    });
    drift.collect()
}

fn required(findings: &[Finding], schema_only: &[Finding], drift: &[Drift], unhandled: &[Unhandled]) -> Level {
    let levels = findings.iter().chain(schema_only).map(|finding| finding.semver);
    let levels = levels.chain(drift.iter().map(|item| item.semver)).chain(unhandled.iter().map(|item| item.semver));
    levels.max().unwrap_or_default()
}
