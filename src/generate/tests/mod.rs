//! Tests of the generator: what goes in is refused with place and remedy, or comes out as promised.
//!
//! Place in the flow: beside the stages, and never in the build script, which is not built for tests.
//! `guards.rs` and `unions.rs` ask for the traps, on small documents; `overlay.rs` and `files.rs` for
//! what a refresh or an edit can bring, on the real folder with one change; `output.rs` for the Rust
//! that comes out; `plain.rs` and `lenient.rs` for documents without an overlay, or with one
//! that no longer fits; `hostile.rs` for those that mean harm. Here are the documents and what is asked of them. The same on a real
//! `cargo build`: `tests/compile_time_events.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod files;
mod guards;
mod hostile;
mod lenient;
mod output;
mod overlay;
mod plain;
mod unions;

use std::path::Path;

use serde_json::{Value, json};

use super::document::DRAFT_07;
use super::{Generated, Sources, Text, generate, generate_leniently, generate_plain};

/// The texts of a schema folder, on their way to the generator.
struct Schema(Sources);

impl Schema {
    /// The real folder. Tests run in the package's folder, as build scripts do.
    fn real() -> Self {
        Self(Sources::read(Path::new("schema")).unwrap())
    }

    /// A document of our own, with an empty overlay and no additions.
    fn of(published: &Value) -> Self {
        let source = "url = \"u\"\nmodified = \"m\"\nbytes = 0\nsha256 = \"s\"\nmodels = []\n";
        Self(Sources {
            published: text("schema/published.json", &published.to_string()),
            source: text("schema/source.toml", source),
            overlay: text("schema/overlay.toml", ""),
            additions: Vec::new(),
        })
    }

    /// An object `Root` with one property, `p`.
    fn with_property(property: &Value) -> Self {
        Self::of(&json!({ "$schema": DRAFT_07, "title": "Root", "type": "object", "properties": { "p": property } }))
    }

    /// An object `Root` without properties, beside these definitions.
    fn with_definitions(definitions: &Value) -> Self {
        Self::of(&json!({ "$schema": DRAFT_07, "title": "Root", "type": "object", "definitions": definitions }))
    }

    /// The same with the node at `pointer` of the published schema changed.
    fn published(mut self, pointer: &str, change: impl FnOnce(&mut Value)) -> Self {
        edit(&mut self.0.published, pointer, change);
        self
    }

    /// The same with the node at `pointer` of an additions file changed.
    fn additions(mut self, file: &str, pointer: &str, change: impl FnOnce(&mut Value)) -> Self {
        edit(self.file(file), pointer, change);
        self
    }

    /// The same with one more additions file, of these definitions.
    fn more_additions(mut self, file: &str, definitions: &Value) -> Self {
        let json = json!({ "$schema": DRAFT_07, "definitions": definitions }).to_string();
        self.0.additions.push(text(&format!("schema/additions/{file}"), &json));
        self
    }

    /// The same with `from`, which the overlay has once, replaced.
    fn overlay(mut self, from: &str, to: &str) -> Self {
        let overlay = &mut self.0.overlay.text;
        assert_eq!(overlay.matches(from).count(), 1, "{from:?} is in the overlay once");
        *overlay = overlay.replace(from, to);
        self
    }

    /// The same with more entries at the end of the overlay.
    fn more_overlay(mut self, entries: &str) -> Self {
        self.0.overlay.text += entries;
        self
    }

    fn file(&mut self, file: &str) -> &mut Text {
        let name = format!("schema/additions/{file}");
        self.0.additions.iter_mut().find(|text| text.name == name).unwrap()
    }

    /// `schema/overlay.toml:LINE` of the entry that has `part` in it, or begins with it.
    fn entry(&self, part: &str) -> String {
        let overlay = &self.0.overlay.text;
        let at = overlay.find(part).unwrap_or_else(|| panic!("{part:?} is in the overlay"));
        let header = overlay[..at + part.len().min(2)].rfind("\n[[").unwrap() + 1;
        format!("schema/overlay.toml:{}", overlay[..header].matches('\n').count() + 1)
    }

    fn generate(&self) -> Generated {
        generate(&self.0).unwrap_or_else(|failures| panic!("{failures}"))
    }

    /// What the generator says against it.
    fn refusal(&self) -> String {
        match generate(&self.0) {
            Ok(_) => panic!("the generator accepts it"),
            Err(failures) => failures.to_string(),
        }
    }

    /// Demands that the generator refuses it, with a failure of just this place, and with these
    /// words in what it says of the problem and of the remedy.
    #[track_caller]
    fn refused(&self, place: &str, problem: &str, remedy: &str) {
        let refusal = self.refusal();
        let lines: Vec<_> = refusal.lines().collect();
        let found = lines.windows(2).any(|pair| {
            let said = pair[0].strip_prefix(place).and_then(|rest| rest.strip_prefix(": "));
            let cure = pair[1].strip_prefix("  remedy: ");
            said.is_some_and(|said| said.contains(problem)) && cure.is_some_and(|cure| cure.contains(remedy))
        });
        assert!(found, "not said: `{place}: …{problem}…`, remedy `…{remedy}…`\nsaid:\n{refusal}");
    }
}

fn text(name: &str, text: &str) -> Text {
    Text { name: name.to_owned(), text: text.to_owned() }
}

fn edit(text: &mut Text, pointer: &str, change: impl FnOnce(&mut Value)) {
    let mut value: Value = serde_json::from_str(&text.text).unwrap();
    change(value.pointer_mut(pointer).unwrap_or_else(|| panic!("{} has {pointer}", text.name)));
    text.text = format!("{value:#}\n");
}

fn remove(node: &mut Value, key: &str) {
    node.as_object_mut().unwrap().remove(key).unwrap();
}
