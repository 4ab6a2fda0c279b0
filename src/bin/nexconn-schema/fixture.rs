//! A small schema folder for tests. It isn't a copy of the real one, which a rightful refresh changes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::generate::source::Source;
use crate::snapshot::folder::SchemaFolder;
use crate::snapshot::sha256;

/// The published schema, cut in the description of `count`.
pub(crate) const SCHEMA: &str = r#"{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "Create Order",
  "description": "An order.",
  "type": "object",
  "properties": {
    "note": {
      "type": "string",
      "description": "A note."
    },
    "size": {
      "type": "string",
      "enum": [
        "small",
        "large"
      ]
    },
    "who": {
      "anyOf": [
        {
          "type": "string"
        },
        {
          "type": "object",
          "properties": {
            "id": {
              "type": "string"
            }
          },
          "required": [
            "id"
          ]
        }
      ]
    },
    "count": {
      "type": "number",
      "description": "Number of pieces in the order"#;

/// What closes it.
pub(crate) const CLOSED: &str = "\"\n    }\n  }\n}\n";

pub(crate) const PAGE: &str = "https://docs.example.com/orders";

const OVERLAY: &str = r#"[root]
title = "Create Order"
why = "A test."

[[repair]]
at = "/properties/count/type"
expect = "number"
value = "integer"
why = "A test."

[[name]]
at = "/properties/size"
is = "Size"
why = "A test."

[[name]]
at = "/properties/who"
is = "Who"
variants = ["Name", "Person"]
why = "A test."

[[name]]
at = "/properties/who/anyOf/1"
is = "Person"
why = "A test."
"#;

const ADDITIONS: &str = r#"{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "properties": {
    "store": { "type": "boolean", "description": "Whether to store the order.", "x-origin": "example" }
  }
}
"#;

/// A temporary schema folder whose listing is fresh.
pub(crate) struct Fixture(TempDir);

impl Fixture {
    pub(crate) fn new() -> Self {
        let fixture = Self(tempfile::tempdir().unwrap());
        fs::create_dir(fixture.path("additions")).unwrap();
        let source = format!(
            "page = {PAGE:?}\nurl = \"https://api.example.com/v1/orders\"\nmodified = \"2026-04-24 10:39:56\"\n\
             bytes = {}\nsha256 = {:?}\nmodels = [\"openai/gpt-5\"]\n\n[cut]\nline = {}\n\
             pointer = \"/properties/count/description\"\nappended = {CLOSED:?}\n",
            SCHEMA.len(),
            sha256(SCHEMA.as_bytes()),
            SCHEMA.lines().count(),
        );
        for (name, text) in [
            ("published.json", format!("{SCHEMA}{CLOSED}")),
            ("source.toml", source),
            ("overlay.toml", OVERLAY.to_owned()),
            ("additions/more.json", ADDITIONS.to_owned()),
        ] {
            fs::write(fixture.path(name), text).unwrap();
        }
        let generated = fixture.folder().generate().unwrap_or_else(|error| panic!("{error}"));
        fs::write(fixture.path("api.txt"), generated.listing().unwrap()).unwrap();
        fixture
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn folder(&self) -> SchemaFolder {
        SchemaFolder::find(Some(self.0.path())).unwrap()
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn source(&self) -> Source {
        Source::parse(&self.folder().sources().unwrap().source).unwrap()
    }

    /// Replaces the first occurrence of a text, which must exist.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has {from:?}");
        fs::write(self.path(name), text.replacen(from, to, 1)).unwrap();
    }
}
