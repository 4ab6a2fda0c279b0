//! The places of findings in the files.

use super::api::sides::Joined;
use super::change::{At, Change, Facet};
use super::finding::{Finding, Location};
use super::report::locate::Lines;
use super::schema::view::View;
use crate::generate::document::Place;
use crate::snapshot::Side;

/// Sets the locations and pointers of findings. Returns the pointers of each side a change reached through a reference.
pub(super) fn locate(joined: &mut [Joined], sides: [&Side; 2], views: &[View<'_>; 2]) -> [Vec<String>; 2] {
    let mut places = Places { views, lines: sides.map(|side| Lines::new(&side.texts)), moved: Default::default() };
    for Joined { change, finding } in joined {
        places.locate(change, finding);
    }
    places.moved
}

struct Places<'a> {
    views: &'a [View<'a>; 2],
    lines: [Lines<'a>; 2],
    moved: [Vec<String>; 2],
}

impl Places<'_> {
    fn locate(&mut self, change: &Change, finding: &mut Finding) {
        let follows = self.is_behind_reference(change);
        let sides = [&change.old, &change.new];
        let [old, new] = [0, 1].map(|side| Some(self.location(side, sides[side].as_ref()?, follows)));
        (finding.old, finding.new) = (old, new);
        let around = change.around.as_ref().filter(|_| finding.new.is_none());
        finding.enclosing = around.map(|pointer| self.location(1, &(pointer.clone(), String::new()), false));
        let pointer = |side: usize| {
            let (pointer, _) = sides[side].as_ref()?;
            let place = self.place(side, pointer, follows);
            place.spot.starts_with('#').then(|| self.lines[side].location(&place).pointer)
        };
        if let Some(pointer) = pointer(1).or_else(|| pointer(0)) {
            finding.pointer = pointer;
        }
    }

    fn location(&mut self, side: usize, (pointer, rest): &At, follows: bool) -> Location {
        let published = self.views[side].document.place(&format!("{pointer}{rest}"));
        let place = if follows { self.place(side, pointer, follows).below(rest) } else { published.clone() };
        let location = self.lines[side].location(&place);
        // A truncated pointer isn't another one.
        if !published.spot.trim_start_matches('#').starts_with(&location.pointer) {
            self.moved[side].push(location.pointer.clone());
        }
        location
    }

    fn place(&self, side: usize, pointer: &str, follows: bool) -> Place {
        let place = self.views[side].document.place(pointer);
        self.lines[side].target(&place).filter(|_| follows).unwrap_or(place)
    }

    /// Whether a schema changed behind the same reference on both sides: its definition has no type of its own.
    fn is_behind_reference(&self, change: &Change) -> bool {
        let (Some(old), Some(new)) = (&change.old, &change.new) else { return false };
        let target = |side: usize, (pointer, _): &At| {
            let node = self.views[side].document.root.pointer(pointer)?;
            let place = self.views[side].document.place(pointer);
            self.lines[side].target(&place).filter(|_| node.get("$ref").is_none())
        };
        // From 2019-09 on, keywords can be beside the reference.
        let is_beside = |side: usize, (pointer, rest): &At| {
            let document = &self.views[side].document;
            let (place, below) = (document.place(pointer).below(rest), document.place(&format!("{pointer}{rest}")));
            !rest.is_empty() && (place != below || self.lines[side].is_there(&place))
        };
        if is_beside(0, old) || is_beside(1, new) {
            return false;
        }
        let [old, new] = [target(0, old), target(1, new)];
        matches!(change.facet, Facet::None | Facet::Node | Facet::Keyword(_) | Facet::Value(_) | Facet::Condition)
            && old.is_some_and(|old| new.is_some_and(|new| old.spot == new.spot))
    }
}
