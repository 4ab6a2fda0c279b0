//! The transcript in CONTRIBUTING.md is what `nexconn-schema` prints.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const CONTRIBUTING: &str = include_str!("../../CONTRIBUTING.md");

/// The changes of the page in the transcript.
const CHANGES: [(&str, &str); 3] = [
    (
        r#""background": {"#,
        r#""voice": { "type": "object", "properties": { "style": { "type": "string", "enum": ["calm", "lively"] } } },
    "background": {"#,
    ),
    (r#""reasoning.encrypted_content","#, r#""reasoning.encrypted_content", "mcp_call.results","#),
    (r#""file_id": {"#, r#""detail": { "type": "string" }, "file_id": {"#),
];

/// Runs a program; returns its exit code and output.
fn run(program: &str, folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(program);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let output = command.current_dir(folder).args(arguments).stdin(Stdio::null()).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// The commands of the transcript, each with its output in which `…` stands for omitted parts.
fn transcript() -> Vec<(&'static str, String)> {
    let (_, section) = CONTRIBUTING.split_once("\n## Update the schema\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let blocks = section.split("```console\n").skip(1).map(|block| block.split_once("```").unwrap().0);
    let mut commands: Vec<(&str, String)> = Vec::new();
    for line in blocks.flat_map(str::lines) {
        match line.strip_prefix("$ ") {
            Some(command) => commands.push((command, String::new())),
            None => commands.last_mut().unwrap().1 += &format!("{line}\n"),
        }
    }
    commands
}

/// Asserts that a text has all parts of a shortened one in order, apart from line breaks.
#[track_caller]
fn assert_has(text: &str, shortened: &str) {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (text, mut from) = (words(text), 0);
    for part in shortened.split('…') {
        let part = words(part);
        from += text[from..].find(&part).unwrap_or_else(|| panic!("the output lacks\n{part}\n{text}")) + part.len();
    }
}

/// Returns the entries to paste, without their indentation.
fn entries(output: &str) -> String {
    let steps = output.split_once("next steps:\n").unwrap().1.lines();
    let mut entries = String::new();
    let mut in_entry = false;
    for line in steps {
        in_entry = line.starts_with("  [[") || in_entry && line.starts_with("  ");
        if line.starts_with("  [[") {
            entries.push('\n');
        }
        if in_entry {
            entries += &format!("{}\n", line.trim_start());
        }
    }
    entries
}

/// A copy of the schema folder of the tests, with its listing.
fn schema_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = |file: &str| folder.path().join(file);
    fs::create_dir_all(path("schema/additions")).unwrap();
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schema");
    for from in [schema.clone(), schema.join("additions")] {
        for entry in fs::read_dir(&from).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
            let to = path("schema").join(entry.path().strip_prefix(&schema).unwrap());
            fs::copy(entry.path(), to).unwrap();
        }
    }
    fs::write(path("Cargo.toml"), "[package]\nname = \"nexconn-responses\"\nversion = \"0.1.0\"\n").unwrap();
    assert_eq!(run(env!("CARGO_BIN_EXE_nexconn-schema"), folder.path(), &["api"]).0, Some(0));
    folder
}

#[test]
fn the_transcript_of_a_refresh_is_what_the_command_prints() {
    let folder = schema_folder();
    let path = |file: &str| folder.path().join(file);
    let command = |arguments: &[&str]| run(env!("CARGO_BIN_EXE_nexconn-schema"), folder.path(), arguments);
    let git = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
    for arguments in [&["init", "--quiet"][..], &["add", "--all"], &["commit", "--quiet", "--message", "x"]] {
        assert_eq!(run("git", folder.path(), &[&git[..], arguments].concat()).0, Some(0));
    }
    let mut page = fs::read_to_string(path("schema/published.json")).unwrap();
    for (old, new) in CHANGES {
        assert_eq!(page.matches(old).count(), 1, "{old}");
        page = page.replace(old, new);
    }
    fs::write(path("page.txt"), page).unwrap();
    let mut codes = Vec::new();
    for (line, expected) in transcript() {
        let Some(arguments) = line.strip_prefix("nexconn-schema ") else { continue };
        let (code, output) = command(&arguments.split(' ').collect::<Vec<_>>());
        assert_has(&output, &expected);
        codes.push(code.unwrap());
        if arguments.starts_with("refresh") {
            let overlay = fs::read_to_string(path("schema/overlay.toml")).unwrap();
            let (before, replaced) = overlay.split_once("\n[[replace]]\n").unwrap();
            let (_, after) = replaced.split_once("\n\n").unwrap();
            fs::write(path("schema/overlay.toml"), format!("{before}\n{after}{}", entries(&output))).unwrap();
        }
    }
    assert_eq!(codes, [0, 0, 100, 0]);
}

/// The items of a listing, without the digests.
fn items(listing: &str) -> Vec<&str> {
    listing.lines().filter(|line| !line.to_ascii_lowercase().contains("sha256")).collect()
}

/// The gateway may publish all parameters, and require two of them: then, too, the crate's code compiles.
#[test]
fn following_the_printed_steps_for_a_page_with_all_parameters_keeps_the_api() {
    let folder = schema_folder();
    let path = |file: &str| folder.path().join("schema").join(file);
    let read = |file: &str| fs::read_to_string(path(file)).unwrap();
    let command = |arguments: &[&str]| run(env!("CARGO_BIN_EXE_nexconn-schema"), folder.path(), arguments);
    let before = read("api.txt");
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff/uncut.json");
    let (code, output) = command(&["refresh", page.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{output}");

    let mut overlay: Vec<_> = read("overlay.toml").lines().map(str::to_owned).collect();
    let mut request: Value = serde_json::from_str(&read("additions/request.json")).unwrap();
    let (_, steps) = output.split_once("next steps:\n").unwrap();
    for step in steps.split("\n- ").map(|step| step.trim_start_matches("- ")) {
        let line = step.strip_prefix("schema/overlay.toml:").and_then(|rest| rest.split(':').next()?.parse().ok());
        if let (Some(line), true) = (line, step.ends_with("\n  delete the entry")) {
            let length = overlay.iter().skip(line).position(String::is_empty).unwrap();
            overlay.drain(line - 1..line + length);
        }
        if step.ends_with("delete it here; the published schema is the same") {
            let names =
                step.lines().filter_map(|line| line.split_once("request.json#/properties/")?.1.split(':').next());
            names.for_each(|name| drop(request["properties"].as_object_mut().unwrap().remove(name).unwrap()));
        }
    }
    fs::write(path("overlay.toml"), format!("{}\n{}", overlay.join("\n"), entries(&output))).unwrap();
    fs::write(path("additions/request.json"), request.to_string()).unwrap();
    assert_eq!(command(&["api"]).0, Some(0));
    assert_eq!(command(&["check"]).0, Some(0));
    assert_eq!(items(&read("api.txt")), items(&before));
}
