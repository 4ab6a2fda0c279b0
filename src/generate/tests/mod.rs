//! Tests of the generator, and their shared documents. `tests/it/compile_time_events.rs` runs a real `cargo build`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod files;
mod free_text;
mod guards;
mod hostile;
mod lenient;
mod output;
mod overlay;
mod plain;
mod unions;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;

use serde_json::{Value, json};

use super::document::DRAFT_07;
use super::{Failure, Failures, Generated, Sources, Text, generate, generate_leniently, generate_plain};

/// The texts of a schema folder.
struct Schema(Sources);

impl Schema {
    /// Reads the folder of the tests, a copy of the real one that no refresh changes. The texts have the names of the
    /// real files.
    fn frozen() -> Self {
        let mut sources = Sources::read(Path::new("tests/schema")).unwrap();
        let Sources { published, source, overlay, additions } = &mut sources;
        for text in [published, source, overlay].into_iter().chain(additions) {
            text.name = text.name.trim_start_matches("tests/").to_owned();
        }
        Self(sources)
    }

    /// Creates a folder with this document, an empty overlay and no additions.
    fn of(published: &Value) -> Self {
        let source = "url = \"u\"\nmodified = \"m\"\nbytes = 0\nsha256 = \"s\"\nmodels = []\n";
        Self(Sources {
            published: text("schema/published.json", &published.to_string()),
            source: text("schema/source.toml", source),
            overlay: text("schema/overlay.toml", ""),
            additions: Vec::new(),
        })
    }

    /// Creates an object `Root` with one property, `p`.
    fn with_property(property: &Value) -> Self {
        Self::of(&json!({ "$schema": DRAFT_07, "title": "Root", "type": "object", "properties": { "p": property } }))
    }

    /// Creates an object `Root` without properties, and these definitions.
    fn with_definitions(definitions: &Value) -> Self {
        Self::of(&json!({ "$schema": DRAFT_07, "title": "Root", "type": "object", "definitions": definitions }))
    }

    /// Changes the node at `pointer` of the published schema.
    fn published(mut self, pointer: &str, change: impl FnOnce(&mut Value)) -> Self {
        edit(&mut self.0.published, pointer, change);
        self
    }

    /// Changes the node at `pointer` of an additions file.
    fn additions(mut self, file: &str, pointer: &str, change: impl FnOnce(&mut Value)) -> Self {
        edit(self.file(file), pointer, change);
        self
    }

    /// Adds an additions file with these definitions.
    fn more_additions(mut self, file: &str, definitions: &Value) -> Self {
        let json = json!({ "$schema": DRAFT_07, "definitions": definitions }).to_string();
        self.0.additions.push(text(&format!("schema/additions/{file}"), &json));
        self
    }

    /// Replaces `from`, which occurs once in the overlay.
    fn overlay(mut self, from: &str, to: &str) -> Self {
        let overlay = &mut self.0.overlay.text;
        assert_eq!(overlay.matches(from).count(), 1, "{from:?} is in the overlay once");
        *overlay = overlay.replace(from, to);
        self
    }

    /// Appends entries to the overlay.
    fn more_overlay(mut self, entries: &str) -> Self {
        self.0.overlay.text += entries;
        self
    }

    fn file(&mut self, file: &str) -> &mut Text {
        let name = format!("schema/additions/{file}");
        self.0.additions.iter_mut().find(|text| text.name == name).unwrap()
    }

    /// Returns `schema/overlay.toml:LINE` of the entry with `part`.
    fn entry(&self, part: &str) -> String {
        let overlay = &self.0.overlay.text;
        let at = overlay.find(part).unwrap_or_else(|| panic!("{part:?} is in the overlay"));
        let header = overlay[..at + part.len().min(2)].rfind("\n[[").unwrap() + 1;
        format!("schema/overlay.toml:{}", overlay[..header].matches('\n').count() + 1)
    }

    fn generate(&self) -> Generated {
        generate(&self.0).unwrap_or_else(|failures| panic!("{failures}"))
    }

    /// Returns the failures as text.
    fn refusal(&self) -> String {
        match generate(&self.0) {
            Ok(_) => panic!("the generator accepts it"),
            Err(failures) => failures.to_string(),
        }
    }

    /// Asserts a failure with this place.
    #[track_caller]
    fn refused(&self, place: &str) {
        match generate(&self.0) {
            Ok(_) => panic!("the generator accepts it"),
            Err(failures) => assert_refused(&failures, place),
        }
    }
}

/// Asserts a failure with this place, whose message is in the golden file.
#[track_caller]
fn assert_refused(Failures(failures): &Failures, place: &str) {
    let found: Vec<_> = failures.iter().filter(|failure| failure.place.to_string() == place).collect();
    assert!(!found.is_empty(), "expected a failure at {place}, found:\n{failures:#?}");
    for Failure { problem, help, .. } in found {
        // An entry to paste contains texts of the overlay.
        let help = help.split("\n\n").next().unwrap_or_default();
        let message = format!("{problem}\n  help: {help}");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            add_golden(message);
        } else {
            let is_golden = golden().any(|golden| golden == message);
            assert!(is_golden, "failures.txt lacks this message; UPDATE_GOLDEN=1 adds it:\n{message}");
        }
    }
}

/// Returns the messages of the failures in these tests, without their places.
fn golden() -> impl Iterator<Item = &'static str> {
    include_str!("failures.txt").trim_end().split("\n\n")
}

fn add_golden(message: String) {
    static WRITTEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let mut written = WRITTEN.lock().unwrap();
    if written.is_empty() {
        written.extend(golden().map(str::to_owned));
    }
    if written.insert(message) {
        let text = written.iter().map(String::as_str).collect::<Vec<_>>().join("\n\n");
        std::fs::write("src/generate/tests/failures.txt", text + "\n").unwrap();
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
