//! What README.md and CONTRIBUTING.md say of files and of generated code is so.
//!
//! Place in the flow: beside the doctests, which compile README's code. Here are the paths, the table of tests, and the
//! code that CONTRIBUTING.md shows on its way from the page to the wire.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const README: &str = include_str!("../../README.md");
const CONTRIBUTING: &str = include_str!("../../CONTRIBUTING.md");

/// Where the code comes from that is shown in blocks of a language.
const SOURCES: [(&str, &str); 4] = [
    ("json", include_str!("../../schema/published.json")),
    ("toml", include_str!("../../schema/overlay.toml")),
    ("rust", include_str!(concat!(env!("OUT_DIR"), "/types.rs"))),
    ("text", include_str!("../../schema/api.txt")),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The parts of a text that stand between two marks.
fn between<'a>(text: &'a str, begin: &'a str, end: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(begin).skip(1).filter_map(move |rest| Some(rest.split_once(end)?.0))
}

#[test]
fn the_files_that_are_named_are_there() {
    let folders = ["src/", "tests/", "schema/", "examples/"];
    for (name, text) in [("README.md", README), ("CONTRIBUTING.md", CONTRIBUTING)] {
        // Outside blocks of code, every second mark closes.
        let prose: String = text.split("```").step_by(2).collect();
        let named =
            prose.split('`').skip(1).step_by(2).filter(|name| folders.iter().any(|start| name.starts_with(start)));
        // A name in capitals or with a star stands for any.
        let plain = named.filter(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || b"_./-".contains(&byte)));
        let missing: Vec<_> = plain.filter(|path| !root().join(path).exists()).collect();
        assert!(missing.is_empty(), "{name} speaks of {missing:?}, which is not there");
    }
}

#[test]
fn every_test_is_in_the_table() {
    let files =
        fs::read_dir(root().join("tests")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let tests: Vec<_> = files.filter(|name| Path::new(name).extension().is_some_and(|it| it == "rs")).collect();
    assert!(tests.len() > 10, "there are {} tests", tests.len());
    let missing: Vec<_> = tests.iter().filter(|name| !CONTRIBUTING.contains(&format!("| `tests/{name}` | "))).collect();
    assert!(missing.is_empty(), "\"What each test protects\" in CONTRIBUTING.md lacks {missing:?}");
}

#[test]
fn the_code_that_is_shown_is_the_code_that_there_is() {
    let part = between(CONTRIBUTING, "## One field", "\n## ").next().expect("the part that follows a field");
    let mut shown = 0;
    for (language, source) in SOURCES {
        let there: BTreeSet<_> = source.lines().collect();
        for code in between(part, &format!("```{language}\n"), "```") {
            shown += 1;
            let gone: Vec<_> = code.lines().filter(|line| !there.contains(line)).collect();
            assert!(
                gone.is_empty(),
                "CONTRIBUTING.md shows what is not there any more; put what is there now: {gone:#?}"
            );
        }
    }
    assert_eq!(shown, 6);
}
