//! A schema change is a compile-time event: real builds of changed copies of this crate.
//!
//! Place in the flow: around all of it. The tests of the generator ask for every trap and message
//! (`src/codegen/generate/tests/`); here `cargo build` is asked for the three that the project
//! promises, and for what the user sees of them. The first run builds the dependencies, once, in a
//! target folder of its own below this one's.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

/// One after the other, in one copy: each build waits for the target folder in any case.
#[test]
fn a_schema_change_is_a_compile_time_event() {
    let copy = Copy::new();
    copy.builds();
    a_published_property_that_is_also_added(&copy);
    an_overlay_pointer_that_matches_nothing(&copy);
    a_renamed_property_that_the_client_uses(&copy);
}

fn a_published_property_that_is_also_added(copy: &Copy) {
    let said = copy.fails_with("schema/published.json", |schema| {
        schema["properties"]["temperature"] = json!({ "type": "number" });
    });
    assert!(said.contains("schema/additions/request.json#/properties/temperature"), "{said}");
    assert!(said.contains("the property `temperature` is published now"), "{said}");
    assert!(said.contains("remedy: delete `temperature` here"), "{said}");
}

fn an_overlay_pointer_that_matches_nothing(copy: &Copy) {
    let said = copy.fails_with("schema/published.json", |schema| {
        let properties = schema["properties"].as_object_mut().unwrap();
        let moved = properties.remove("conversation").unwrap();
        properties.insert("thread".to_owned(), moved);
    });
    assert!(said.contains("schema/overlay.toml:"), "{said}");
    assert!(said.contains("`/properties/conversation` matches nothing in the published schema"), "{said}");
    assert!(said.contains("remedy: delete the entry, or correct `at`"), "{said}");
}

fn a_renamed_property_that_the_client_uses(copy: &Copy) {
    let said = copy.fails_with("schema/additions/request.json", |schema| {
        let properties = schema["properties"].as_object_mut().unwrap();
        let stream = properties.remove("stream").unwrap();
        properties.insert("streaming".to_owned(), stream);
    });
    assert!(said.contains("src/client.rs:"), "{said}");
    assert!(said.contains("no field `stream`") || said.contains("no method named `stream`"), "{said}");
}

/// A copy of the crate. Its target folder is kept for the next run, because of the dependencies in it.
struct Copy {
    folder: PathBuf,
    target: PathBuf,
}

impl Copy {
    fn new() -> Self {
        let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile_time_events");
        let copy = Self { folder: scratch.join("copy"), target: scratch.join("target") };
        // An earlier run may have failed and left its copy.
        let _ = fs::remove_dir_all(&copy.folder);
        fs::create_dir_all(&copy.folder).unwrap();
        let parts =
            ["Cargo.toml", "Cargo.lock", "build.rs", "schema", "src", "README.md", "examples", "tests", "benches"];
        for part in parts.iter().map(|part| crate_folder.join(part)).filter(|part| part.exists()) {
            copy_to(&part, &copy.folder);
        }
        // What an earlier run has left of its copy; another folder is another package to cargo.
        let cleaned = copy.cargo(&["clean", "--offline", "--package", env!("CARGO_PKG_NAME")]);
        assert!(cleaned.status.success(), "{}", stderr(&cleaned));
        copy
    }

    fn cargo(&self, arguments: &[&str]) -> Output {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(arguments).current_dir(&self.folder).env("CARGO_TARGET_DIR", &self.target);
        // Quicker, and the messages are asked for words, not for colours.
        cargo.env("CARGO_INCREMENTAL", "0").env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_TERM_COLOR", "never");
        cargo.output().unwrap()
    }

    fn build(&self) -> Output {
        self.cargo(&["build", "--offline", "--lib"])
    }

    fn builds(&self) {
        let built = self.build();
        assert!(built.status.success(), "the unchanged copy does not build\n{}", stderr(&built));
    }

    /// What cargo says of the build with a schema file changed; the file is as it was afterwards.
    fn fails_with(&self, file: &str, change: impl FnOnce(&mut Value)) -> String {
        let path = self.folder.join(file);
        let text = fs::read_to_string(&path).unwrap();
        let mut schema = serde_json::from_str(&text).unwrap();
        change(&mut schema);
        fs::write(&path, format!("{schema:#}\n")).unwrap();
        let built = self.build();
        fs::write(&path, text).unwrap();
        let said = stderr(&built);
        assert!(!built.status.success(), "it builds although {file} has changed\n{said}");
        said
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Copies a file or a folder into a folder.
fn copy_to(from: &Path, folder: &Path) {
    let to = folder.join(from.file_name().unwrap());
    if from.is_file() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir(&to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        copy_to(&entry.unwrap().path(), &to);
    }
}
