//! Tests with real repositories.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Format, Scope, run};
use crate::snapshot::history::History;
use crate::snapshot::{Loader, Overlay, Reading};

fn git(folder: &Path, arguments: &[&str]) -> String {
    let identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"];
    let output = Command::new("git").arg("-C").arg(folder).args(identity).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A repository with three versions of a schema: the first, an added property, a changed type.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q"]);
    let document = |properties: Value| json!({ "title": "Order", "type": "object", "properties": properties });
    let versions = [
        ("Describe orders", document(json!({ "id": { "type": "string" } }))),
        ("Add a <b>note</b>", document(json!({ "id": { "type": "string" }, "note": { "type": "string" } }))),
        ("Count notes", document(json!({ "id": { "type": "string" }, "note": { "type": "integer" } }))),
    ];
    for (message, version) in versions {
        fs::write(folder.path().join("order.json"), format!("{version:#}\n")).unwrap();
        git(folder.path(), &["add", "."]);
        git(folder.path(), &["commit", "-q", "-m", message]);
    }
    fs::write(folder.path().join("other.txt"), "unrelated").unwrap();
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "-q", "-m", "Unrelated"]);
    folder
}

fn written(folder: &TempDir, range: Option<&str>, format: Format) -> String {
    let scope = Scope { range: range.map(str::to_owned), file: Some(folder.path().join("order.json")) };
    let loader = Loader { folder: None, overlay: Overlay::None, reading: &Reading::DEFAULT };
    let history = History::of(loader, scope.file.as_deref()).unwrap();
    let mut out = Vec::new();
    run(&history, &scope, format, Some(&folder.path().join("timeline.svg")), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_file_without_commits_is_an_error() {
    let folder = repository();
    let file = folder.path().join("mistyped.json");
    let loader = Loader { folder: None, overlay: Overlay::None, reading: &Reading::DEFAULT };
    let history = History::of(loader, Some(file.as_path())).unwrap();
    let scope = Scope { range: None, file: Some(file) };
    assert!(run(&history, &scope, Format::Markdown, None, &mut Vec::new()).is_err());
}

fn headings(markdown: &str) -> Vec<&str> {
    let headings = markdown.lines().filter_map(|line| line.strip_prefix("### "));
    headings.map(|line| line.split_once(' ').unwrap().1).collect()
}

#[test]
fn commits_that_change_the_schema_are_listed_from_the_newest() {
    let folder = repository();
    let markdown = written(&folder, None, Format::Markdown);
    assert_eq!(headings(&markdown), ["`Count notes`", "`Add a <b>note</b>`", "`Describe orders`"]);
    assert!(markdown.contains("- major type-changed: `types::Order.note: Option<String> → Option<i64>`"), "{markdown}");
    assert!(
        markdown.contains("- minor optional-property-added: `types::Order.note added: Option<String>`"),
        "{markdown}"
    );
    assert_eq!(headings(&written(&folder, Some("HEAD~2..HEAD"), Format::Markdown)), ["`Count notes`"]);
}

#[test]
fn the_timeline_has_a_bar_for_each_commit() {
    let folder = repository();
    let html = written(&folder, None, Format::Html);
    let timeline = fs::read_to_string(folder.path().join("timeline.svg")).unwrap();
    for picture in [&html, &timeline] {
        assert_eq!(picture.matches("<title>2").count(), 3);
        for level in ["major", "minor"] {
            assert_eq!(picture.matches(&format!("<rect class=\"{level}\"")).count(), 1, "{level}");
        }
    }
    let commits = git(folder.path(), &["log", "--format=%H", "--", "order.json"]);
    for commit in commits.lines() {
        let id = &commit[..10];
        assert!(
            html.contains(&format!("<a href=\"#commit-{id}\"><title>"))
                && html.contains(&format!("id=\"commit-{id}\""))
        );
    }
    assert!(html.contains("Add a &lt;b&gt;note&lt;/b&gt;"));
}

#[test]
fn a_commit_without_a_schema_is_listed_with_its_error() {
    let folder = repository();
    fs::write(folder.path().join("order.json"), "{").unwrap();
    git(folder.path(), &["commit", "-q", "-am", "Break it"]);
    git(folder.path(), &["revert", "-n", "HEAD"]);
    git(folder.path(), &["commit", "-q", "-am", "Mend it"]);
    let markdown = written(&folder, None, Format::Markdown);
    // The mended schema equals the last one that could be read.
    assert_eq!(headings(&markdown)[0], "`Break it`");
    let error = markdown.lines().find(|line| line.contains("no types can be generated")).unwrap();
    assert!(error.contains("order.json:1: invalid JSON"), "{error}");
}

#[test]
fn arguments_are_a_range_and_a_path_in_any_order() {
    let parse = |arguments: &[&str]| Scope::parse(&arguments.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
    let scope = parse(&["v1..v2", "schema.json"]).unwrap();
    assert_eq!(scope, parse(&["schema.json", "v1..v2"]).unwrap());
    assert_eq!((scope.range.as_deref(), scope.file.as_deref()), (Some("v1..v2"), Some(Path::new("schema.json"))));
    assert!(parse(&["v1..v2", "v2..v3"]).is_err() && parse(&["a.json", "b.json"]).is_err());
}
