//! README.md and CONTRIBUTING.md name existing files and current defaults and code, and render on GitHub and crates.io.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nexconn_responses::{DEFAULT_CONNECT_TIMEOUT, DEFAULT_MAX_BODY_SIZE, DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT, sse};

const README: &str = include_str!("../../README.md");
const CONTRIBUTING: &str = include_str!("../../CONTRIBUTING.md");
const SOURCE: &str = include_str!("../../schema/source.toml");
/// The width of a code block on GitHub, crates.io and rustdoc without scrolling.
const MAX_COLUMNS: usize = 80;

/// Where the code in CONTRIBUTING.md comes from, by the language of the block. A refresh doesn't change the copy of the
/// schema that the tests have.
const SOURCES: [(&str, &str); 4] = [
    ("json", include_str!("../schema/published.json")),
    ("toml", include_str!("../schema/overlay.toml")),
    ("rust", include_str!(concat!(env!("OUT_DIR"), "/types.rs"))),
    ("text", include_str!("../../schema/api.txt")),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text outside code blocks, or the code inside them with the info string as the first line.
fn parts(text: &str, code: bool) -> impl Iterator<Item = &str> {
    text.split("```").skip(usize::from(code)).step_by(2)
}

#[test]
fn named_files_exist() {
    let folders = [".ci/", ".github/", "benches/", "docs/", "examples/", "fuzz/", "schema/", "src/", "tests/"];
    // The package has only some of the folders.
    let exists = |path: &str| {
        let top = if path.starts_with("tests/diff/") { 2 } else { 1 };
        let folder: PathBuf = path.split('/').take(top).collect();
        !root().join(folder).exists() || root().join(path).exists()
    };
    for (name, text) in [("README.md", README), ("CONTRIBUTING.md", CONTRIBUTING)] {
        let prose: String = parts(text, false).collect();
        let named =
            prose.split('`').skip(1).step_by(2).filter(|it| folders.iter().any(|folder| it.starts_with(folder)));
        // Names in capitals or with a star are placeholders.
        let plain = named.filter(|it| it.bytes().all(|byte| byte.is_ascii_lowercase() || b"_./-".contains(&byte)));
        let missing: Vec<_> = plain.filter(|path| !exists(path)).collect();
        assert!(missing.is_empty(), "{name} names {missing:?}, which don't exist");
    }
}

#[test]
fn readme_renders_outside_rustdoc() {
    for code in parts(README, true) {
        for line in code.lines().filter(|line| !line.starts_with("![")) {
            assert!(line.chars().count() <= MAX_COLUMNS, "wider than {MAX_COLUMNS} columns: {line}");
        }
        let is_rust = code.starts_with("rust");
        let hidden: Vec<_> = code.lines().filter(|line| is_rust && (*line == "#" || line.starts_with("# "))).collect();
        assert!(hidden.is_empty(), "GitHub shows the hidden lines {hidden:?}");
    }
    let prose: String = parts(README, false).collect();
    let links = prose.match_indices("[`").map(|(at, _)| &prose[at..]);
    let broken: Vec<_> =
        links.filter_map(|link| link.split_once(']')).filter(|(_, rest)| !rest.starts_with('(')).collect();
    assert!(broken.is_empty(), "only rustdoc resolves the links {broken:?}");
}

#[test]
fn doc_examples_fit_the_page() {
    let mut wide = Vec::new();
    for (path, comments) in doc_comments() {
        let lines = parts(&comments, true).flat_map(|code| code.lines().filter(|line| !line.starts_with("# ")));
        wide.extend(lines.filter(|line| line.chars().count() > MAX_COLUMNS).map(|line| format!("{path:?}: {line}")));
    }
    assert!(wide.is_empty(), "rustdoc cuts lines wider than {MAX_COLUMNS} columns: {wide:#?}");
}

/// The documentation in each file of the library.
fn doc_comments() -> Vec<(PathBuf, String)> {
    let mut folders = vec![root().join("src")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            // The generator's and the command's documentation isn't published.
            if path.is_dir() && !path.ends_with("generate") && !path.ends_with("bin") {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let comments: Vec<_> = text.lines().filter_map(doc_comment).collect();
                found.push((path, comments.join("\n")));
            }
        }
    }
    found
}

/// All code of README.md and of the library's documentation.
fn examples() -> String {
    let mut code: String = parts(README, true).collect();
    for (_, comments) in doc_comments() {
        code.extend(parts(&comments, true));
    }
    code
}

#[test]
fn everything_about_errors_and_transport_is_in_an_example() {
    let examples = examples();
    let mut methods = 0;
    for title in ["## Errors, timeouts and retries", "## Proxies and certificates"] {
        let section = README.split(title).nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
        let prose: String = parts(section, false).collect();
        // The names of methods: other names in these sections are types, variables, headers, crates and features.
        let names = prose.split('`').skip(1).step_by(2).map(|name| name.rsplit("::").next().unwrap());
        let is_method = |name: &&str| {
            name.contains('_') && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        for name in names
            .map(|name| name.trim_end_matches("()"))
            .filter(is_method)
            .chain(["kind", "timeout", "deadline", "request", "raw"])
        {
            assert!(examples.contains(&format!(".{name}(")), "no example calls `{name}`, which README.md mentions");
            methods += 1;
        }
    }
    assert!(methods > 15, "{methods} methods");
}

fn doc_comment(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let text = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"))?;
    Some(text.strip_prefix(' ').unwrap_or(text))
}

#[test]
fn the_defaults_in_readme_are_the_constants() {
    let default = |setting: &str| {
        let row = README.lines().find_map(|line| line.strip_prefix(&format!("| `{setting}` | ")));
        row.and_then(|row| row.split(" | ").next()).unwrap_or_default()
    };
    let mebibytes = |bytes: usize| format!("{} MiB", bytes / (1024 * 1024));
    let seconds = |duration: Duration| format!("{} s", duration.as_secs());
    assert_eq!(default("timeout"), seconds(DEFAULT_TIMEOUT));
    assert_eq!(default("connect_timeout"), seconds(DEFAULT_CONNECT_TIMEOUT));
    assert_eq!(default("idle_timeout"), default("timeout"));
    assert_eq!(default("max_retries"), DEFAULT_MAX_RETRIES.to_string());
    assert_eq!(default("max_body_size"), mebibytes(DEFAULT_MAX_BODY_SIZE));
    assert_eq!(default("max_event_size"), mebibytes(sse::DEFAULT_MAX_EVENT_SIZE));
}

#[test]
fn readme_links_to_the_page_of_the_schema() {
    let source: BTreeMap<_, _> = SOURCE.lines().filter_map(|line| line.split_once(" = ")).collect();
    assert!(README.contains(&format!("]({})", source["page"].trim_matches('"'))), "the page has moved: {source:?}");
}

#[test]
fn every_example_is_in_readme() {
    let files = fs::read_dir(root().join("examples")).unwrap().map(|entry| entry.unwrap().path());
    let examples: Vec<_> = files.filter(|path| path.extension().is_some_and(|it| it == "rs")).collect();
    assert!(examples.len() > 5, "there are {} examples", examples.len());
    let names = examples.iter().map(|path| path.file_stem().unwrap().to_str().unwrap());
    let missing: Vec<_> = names.filter(|name| !README.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "README.md doesn't mention the examples {missing:?}");
}

#[test]
fn the_code_in_contributing_is_current() {
    let section =
        CONTRIBUTING.split("## From the page to your code").nth(1).expect("the section that follows a property");
    let section = section.split("\n## ").next().unwrap_or_default();
    let mut shown = 0;
    for block in parts(section, true) {
        let (language, code) = block.split_once('\n').unwrap();
        let Some((_, source)) = SOURCES.iter().find(|(name, _)| *name == language) else { continue };
        let current: BTreeSet<_> = source.lines().map(str::trim).collect();
        let stale: Vec<_> = code.lines().filter(|line| !current.contains(line.trim())).collect();
        assert!(stale.is_empty(), "CONTRIBUTING.md shows code that isn't there; replace it: {stale:#?}");
        shown += 1;
    }
    assert_eq!(shown, 4);
}
