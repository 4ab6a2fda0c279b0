//! Schema changes surface at compile time: builds changed copies of this crate.
//!
//! The generator's own tests cover every guard. These cover the three most common cases, as cargo shows them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

// In one test, because builds wait for each other anyway.
#[test]
fn a_schema_change_is_a_compile_time_event() {
    let copy = Copy::new();
    a_published_property_that_is_also_added(&copy);
    an_overlay_pointer_that_matches_nothing(&copy);
    a_renamed_property_that_the_client_uses(&copy);
}

fn a_published_property_that_is_also_added(copy: &Copy) {
    let published = copy.read("schema/published.json");
    let added = copy.read("schema/additions/request.json");
    let mut names = published["properties"].as_object().unwrap().keys();
    let name = names.find(|name| added["properties"].get(name).is_none()).unwrap();
    let errors = copy.fails_with("schema/additions/request.json", |schema| {
        schema["properties"][name] = json!({ "type": "null", "x-origin": "captured" });
    });
    assert!(errors.contains(&format!("schema/additions/request.json#/properties/{name}")), "{errors}");
}

fn an_overlay_pointer_that_matches_nothing(copy: &Copy) {
    let overlay = fs::read_to_string(copy.folder.join("schema/overlay.toml")).unwrap();
    let pointer = overlay.split("\n[[name]]\nat = \"").nth(1).unwrap().split('"').next().unwrap();
    let property = pointer.split('/').nth(2).unwrap();
    let errors = copy.fails_with("schema/published.json", |schema| {
        let properties = schema["properties"].as_object_mut().unwrap();
        let moved = properties.remove(property).unwrap();
        properties.insert("zz".to_owned(), moved);
    });
    assert!(errors.contains("schema/overlay.toml:"), "{errors}");
    assert!(errors.contains(&format!("`{pointer}`")), "{errors}");
}

fn a_renamed_property_that_the_client_uses(copy: &Copy) {
    // The additions have it, the published schema, or both and an entry of the overlay.
    let mut changed = Vec::new();
    for file in ["schema/additions/request.json", "schema/published.json"] {
        let mut schema = copy.read(file);
        let properties = schema["properties"].as_object_mut().unwrap();
        if let Some(stream) = properties.remove("stream") {
            properties.insert("streaming".to_owned(), stream);
            changed.push((file, format!("{schema:#}\n")));
        }
    }
    assert!(!changed.is_empty());
    let overlay = fs::read_to_string(copy.folder.join("schema/overlay.toml")).unwrap();
    changed.push(("schema/overlay.toml", overlay.replace("\"/properties/stream\"", "\"/properties/streaming\"")));
    let errors = copy.fails_with_files(&changed);
    assert!(errors.contains("src/client/"), "{errors}");
    assert!(errors.contains("no field `stream`") || errors.contains("no method named `stream`"), "{errors}");
}

/// A copy of the crate. It shares the target folder of this test, so dependencies are built once.
struct Copy {
    folder: PathBuf,
    target: &'static Path,
}

impl Copy {
    fn new() -> Self {
        let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let copy = Self { folder: temporary.join("copy"), target: temporary.parent().unwrap() };
        // A failed run leaves its copy behind.
        let _ = fs::remove_dir_all(&copy.folder);
        fs::create_dir_all(&copy.folder).unwrap();
        // Cargo wants a file for each target the manifest names.
        for part in ["Cargo.toml", "Cargo.lock", "build.rs", "schema", "src", "README.md", "examples", "tests"] {
            copy_to(&Path::new(env!("CARGO_MANIFEST_DIR")).join(part), &copy.folder);
        }
        copy
    }

    fn read(&self, file: &str) -> Value {
        serde_json::from_str(&fs::read_to_string(self.folder.join(file)).unwrap()).unwrap()
    }

    fn check(&self) -> Output {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["check", "--offline", "--lib"]).current_dir(&self.folder);
        cargo.env("CARGO_TARGET_DIR", self.target).env("CARGO_TERM_COLOR", "never");
        cargo.output().unwrap()
    }

    fn fails_with(&self, file: &str, change: impl FnOnce(&mut Value)) -> String {
        let mut schema = self.read(file);
        change(&mut schema);
        self.fails_with_files(&[(file, format!("{schema:#}\n"))])
    }

    /// Returns the errors of a build with other texts of files. Restores the files afterwards.
    fn fails_with_files(&self, files: &[(&str, String)]) -> String {
        let texts = files.iter().map(|(file, changed)| {
            let path = self.folder.join(file);
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&path, changed).unwrap();
            (path, text)
        });
        let texts: Vec<_> = texts.collect();
        let output = self.check();
        for (path, text) in texts {
            fs::write(path, text).unwrap();
        }
        let errors = stderr(&output);
        assert!(!output.status.success(), "it builds although {:?} changed\n{errors}", files[0].0);
        errors
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Copies a file or folder into `folder`, if it exists. A package from crates.io lacks some.
fn copy_to(from: &Path, folder: &Path) {
    let to = folder.join(from.file_name().unwrap());
    if !from.is_dir() {
        if from.exists() {
            fs::copy(from, to).unwrap();
        }
        return;
    }
    fs::create_dir(&to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        copy_to(&entry.unwrap().path(), &to);
    }
}
