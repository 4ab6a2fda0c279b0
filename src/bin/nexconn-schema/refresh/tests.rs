//! `refresh` as a whole: from a real file or a server on loopback to the files of a schema folder.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::{Task, run};
use crate::check;
use crate::fixture::{CLOSED, Fixture, PAGE, SCHEMA};
use crate::generate::document::DRAFT_07;
use crate::input::{Input, Limits};
use crate::outcome::Outcome;

/// The time after which a hanging test fails.
const TIMEOUT: Duration = Duration::from_secs(30);

impl Fixture {
    /// Refreshes from a file with this content.
    fn refresh(&self, page: impl AsRef<[u8]>) -> Result<String, String> {
        let elsewhere = tempfile::tempdir().unwrap();
        let source = elsewhere.path().join("page.txt");
        fs::write(&source, page).unwrap();
        self.run(&Task::new(Some(source.to_str().unwrap()), false))
    }

    fn refresh_from(&self, url: &str) -> Result<String, String> {
        let limits = Limits { total: TIMEOUT, ..Limits::default() };
        self.run(&Task { source: Some(url), dry_run: false, limits })
    }

    fn run(&self, task: &Task<'_>) -> Result<String, String> {
        let mut out = Vec::new();
        let outcome = run(&self.folder(), task, &mut out).map_err(|error| error.to_string())?;
        assert_eq!(outcome, Outcome::Ok);
        Ok(String::from_utf8(out).unwrap())
    }

    /// The files with their texts and times.
    fn state(&self) -> Vec<(PathBuf, Option<String>, SystemTime)> {
        let mut files: Vec<_> = fs::read_dir(self.path("")).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let state = files.into_iter().map(|path| {
            let (text, written) = (fs::read_to_string(&path).ok(), fs::metadata(&path).unwrap().modified().unwrap());
            (path, text, written)
        });
        state.collect()
    }

    /// Asserts an error with these values in the message, and unchanged files.
    #[track_caller]
    fn assert_rejects(&self, page: impl AsRef<[u8]>, values: &[&str]) {
        let before = self.state();
        is_refusal(self.refresh(page), values);
        assert!(before == self.state(), "no file changes");
    }

    #[track_caller]
    fn assert_rejects_url(&self, url: &str, values: &[&str]) {
        let before = self.state();
        is_refusal(self.refresh_from(url), values);
        assert!(before == self.state(), "no file changes");
    }

    /// Asserts that a source has the published schema without changes.
    #[track_caller]
    fn is_unchanged_by(&self, page: impl AsRef<[u8]>) {
        let before = self.state();
        self.refresh(page).unwrap();
        assert!(before == self.state(), "no file changes");
    }

    fn published(&self) -> Value {
        serde_json::from_str(&self.read("published.json")).unwrap()
    }

    fn check(&self) -> Outcome {
        check::run(&self.folder(), &mut Vec::new()).unwrap()
    }
}

#[track_caller]
fn is_refusal(result: Result<String, String>, values: &[&str]) {
    let error = result.expect_err("it's refused");
    for value in values {
        assert!(error.contains(value), "{value:?} is in {error}");
    }
    assert!(error.len() < 2000, "{} bytes", error.len());
}

/// A page with this schema.
fn page(schema: &str) -> String {
    format!(
        "Orders\nModified at 2026-04-24 10:39:56\n\nCurrently supported models:\nopenai/gpt-5\n\nExample\n{schema}\n\n\
         Request Code Samples\ncurl --location 'https://api.example.com/v1/orders' \\\n--data '{{}}'\n\nResponses\n\
         {{\n    \"id\": \"string\",\n    \"output\": [\n        {{\n            \"id\": 1\n        }}\n    ]\n}}\n"
    )
}

/// The whole schema with a change.
fn whole(change: impl FnOnce(&mut Value)) -> Value {
    let mut schema = serde_json::from_str(&format!("{SCHEMA}{CLOSED}")).unwrap();
    change(&mut schema);
    schema
}

fn another_description(schema: &mut Value) {
    schema["properties"]["note"]["description"] = json!("A <later> & \u{a0}note, \"soon\".");
}

// ---- pages and plain schemas ---------------------------------------------------------------------------------------

#[test]
fn the_same_page_changes_no_file() {
    let fixture = Fixture::new();
    let page = page(SCHEMA);
    let (start, end) = (page.find('{').unwrap(), page.find("\n\nRequest").unwrap());
    let (before, schema, after) = (&page[..start], &page[start..end], &page[end..]);
    let quoted = schema.replace('\n', "\n> ");
    let mut number = 0;
    let numbered = schema.split('\n').map(|line| {
        number += 1;
        format!("{number:>4} {line}")
    });
    let numbered = numbered.collect::<Vec<_>>().join("\n");
    for page in [
        page.clone(),
        format!("\u{feff}{page}"),
        page.replace('\n', "\r\n"),
        format!("{before}{}{after}", schema.replace("\n  ", "\n\u{a0} ")),
        format!(
            "{before}{}{after}",
            schema.replace("\n  ", "\n\u{2002}\u{2003}").replace(": ", ":\u{3000}").replace('\u{3000}', " ")
        ),
        format!("{before}{}{after}", schema.replace("    \"size\"", "\u{200b}    \u{feff}\"size\"")),
        format!("{before}```json\n{schema}\n```\n{after}"),
        format!("# Page\n{}", page.replace("\nopenai/", "\n- openai/")),
        format!("{before}> {quoted}{after}"),
        format!("{before}{schema}{after}\n--data '{schema}'\n"),
        SCHEMA.to_owned(),
    ] {
        fixture.is_unchanged_by(page);
    }
    // The blank after the number belongs to the code.
    fixture.refresh(format!("{before}{numbered}{after}")).unwrap();
    assert_eq!(fixture.published(), whole(|_| ()));
    assert_eq!(fixture.source().cut.map(|cut| cut.pointer).as_deref(), Some("/properties/count/description"));
}

#[test]
fn blanks_in_strings_are_plain_if_the_page_shows_all_of_them_as_wide_ones() {
    let fixture = Fixture::new();
    fixture.refresh(page(&format!("{SCHEMA}{CLOSED}").replace(' ', "\u{a0}"))).unwrap();
    assert_eq!(fixture.published(), whole(|_| ()));
    // In a title, too.
    fixture.refresh(page(&format!("{SCHEMA}{CLOSED}").replace("Create Order", "Create\u{a0}Order"))).unwrap();
    assert_eq!(fixture.published(), whole(|_| ()));
    // A non-breaking blank in another string is the publisher's.
    let schema = whole(another_description);
    fixture.refresh(page(&format!("{schema:#}"))).unwrap();
    assert_eq!(fixture.published(), schema);
}

#[test]
fn the_schema_key_may_come_anywhere() {
    let fixture = Fixture::new();
    let first = format!("  \"$schema\": \"{DRAFT_07}\",\n");
    let schema = format!("{SCHEMA}{CLOSED}").replacen(&first, "", 1);
    let last = format!("{},\n  \"$schema\": \"{DRAFT_07}\"\n}}", schema.trim_end().strip_suffix("\n}").unwrap());
    for source in [last.clone(), page(&last), format!("const state = {{\"a\": [{last}]}};")] {
        let fixture = Fixture::new();
        fixture.refresh(&source).unwrap();
        assert_eq!(fixture.read("published.json"), format!("{last}\n"));
        assert_eq!((fixture.source().cut, fixture.check()), (None, Outcome::Ok));
    }
    let middle = schema.replacen("  \"type\": \"object\",\n", &format!("  \"type\": \"object\",\n{first}"), 1);
    fixture.refresh(page(&middle)).unwrap();
    assert_eq!(fixture.read("published.json"), middle);
}

#[test]
fn the_schema_with_the_expected_title_is_taken() {
    let fixture = Fixture::new();
    let mut other = json!({ "$schema": DRAFT_07, "title": "Order", "type": "object", "properties": {} });
    for index in 0..100 {
        other["properties"][format!("p{index}")] = json!({ "type": "string" });
    }
    for page in [format!("{other:#}\n{}", page(SCHEMA)), format!("{}\n{other:#}", page(SCHEMA))] {
        fixture.is_unchanged_by(page);
    }
    // Of several copies the longest valid one counts.
    let damaged = format!("{SCHEMA}{CLOSED}").replacen("\"small\",", "\"small\",,", 1);
    let schema = whole(another_description);
    fixture.refresh(format!("{}\n{schema:#}\n{SCHEMA}", page(&damaged))).unwrap();
    assert_eq!(fixture.published(), schema);
}

#[test]
fn a_shell_word_is_read_without_its_quotes() {
    let fixture = Fixture::new();
    let schema = whole(|schema| schema["properties"]["note"]["description"] = json!("It's a 'note'."));
    for quote in ["'\\''", "'\"'\"'"] {
        let word = format!("{schema:#}").replace('\'', quote);
        fixture.refresh(format!("curl --location 'https://api.example.com/v1/orders' --data '{word}'\n")).unwrap();
        assert_eq!(fixture.published(), schema);
        let damaged = word.replacen("\"large\"\n", "\"large\",\n", 1);
        let (line, column) = position(&damaged, "],");
        let position = format!("line {line}, column {column}");
        fixture.assert_rejects(
            format!("curl --data \\\n'{damaged}'\n"),
            &[&position.replacen(&line.to_string(), &(line + 1).to_string(), 1)],
        );
    }
}

/// Line and column of a text, from 1.
fn position(text: &str, part: &str) -> (usize, usize) {
    let before = &text[..text.find(part).unwrap()];
    (before.matches('\n').count() + 1, before.rsplit('\n').next().unwrap().chars().count() + 1)
}

#[test]
fn another_page_writes_files_that_check_accepts() {
    let fixture = Fixture::new();
    let page = page(&SCHEMA.replace("A note.", "The note.")).replace("Modified at 2026", "Modified at 2027");
    fixture.refresh(page).unwrap();
    assert_eq!(fixture.published()["properties"]["note"]["description"], "The note.");
    assert!(fixture.source().modified.starts_with("2027"));
    assert_eq!(fixture.check(), Outcome::Ok);
}

#[test]
fn another_date_changes_only_the_source() {
    let fixture = Fixture::new();
    let before = fixture.state();
    fixture.refresh(page(SCHEMA).replace("Modified at 2026", "Modified at 2027")).unwrap();
    let changed: Vec<_> = before.iter().zip(fixture.state()).filter(|(before, after)| *before != after).collect();
    assert!(matches!(changed.as_slice(), [((path, ..), _)] if path.ends_with("source.toml")), "{changed:?}");
}

#[test]
fn a_dry_run_changes_no_file() {
    let fixture = Fixture::new();
    let before = fixture.state();
    let elsewhere = tempfile::NamedTempFile::new().unwrap();
    fs::write(elsewhere.path(), page(&SCHEMA.replace("A note.", "The note."))).unwrap();
    let output = fixture.run(&Task::new(elsewhere.path().to_str(), true)).unwrap();
    assert!(output.contains("description-changed"), "{output}");
    assert!(fixture.state() == before);
}

#[test]
fn a_page_cut_anywhere_is_closed() {
    let page = page(&format!("{SCHEMA}{CLOSED}"));
    let recognizable = page.find("\"Create Order\"").unwrap() + 20;
    let published = whole(|_| ());
    for end in (recognizable..page.find("\n\nRequest").unwrap()).step_by(7) {
        let input = Input { text: page[..end].to_owned(), is_html: false };
        let found = super::formats::find(&input, Some("Create Order")).unwrap();
        let closed = found.schema.clone() + &found.cut.unwrap().appended;
        assert!(page.contains(&found.schema));
        let value: Value = serde_json::from_str(&closed).unwrap();
        assert!(is_part_of(&value, &published), "{value}");
    }
}

/// Whether all keys and items are in the whole, and all strings are starts of those in the whole.
fn is_part_of(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => {
            part.iter().all(|(key, value)| whole.get(key).is_some_and(|whole| is_part_of(value, whole)))
        }
        (Value::Array(part), Value::Array(whole)) => {
            part.len() <= whole.len() && part.iter().zip(whole).all(|(part, whole)| is_part_of(part, whole))
        }
        (Value::String(part), Value::String(whole)) => whole.starts_with(part.as_str()),
        (part, whole) => part == whole,
    }
}

// ---- the overlay ---------------------------------------------------------------------------------------------------

#[test]
fn a_schema_that_the_overlay_does_not_fit_is_written_and_reported_each_time() {
    let fixture = Fixture::new();
    let schema = whole(|schema| {
        let who = schema["properties"].as_object_mut().unwrap().remove("who").unwrap();
        schema["properties"]["whom"] = who;
        schema["properties"]["count"]["type"] = json!("integer");
        schema["properties"]["store"] = json!({ "type": "boolean" });
    });
    for _ in 0..2 {
        let output = fixture.refresh(format!("{schema:#}")).unwrap();
        assert_eq!(fixture.published(), schema);
        for pointer in ["/properties/who", "/properties/count/type", "`store`", "#/properties/whom"] {
            assert!(output.contains(pointer), "{pointer} is in {output}");
        }
        // The bump is that of the repaired folder, which is known after the repairs.
        assert!(output.contains("diff --fail-on bump") && !output.contains("raise 0."), "{output}");
        assert!(output.lines().all(|line| line == line.trim_end()), "{output}");
        assert_eq!(fixture.check(), Outcome::Stale);
    }
    assert!(fixture.read("api.txt").contains("types::CreateOrder.whom: "));
}

#[test]
fn pasting_the_printed_entry_keeps_a_property_optional_that_became_required() {
    let fixture = Fixture::new();
    let schema = whole(|schema| {
        schema["required"] = json!(["note", "size"]);
        schema["properties"]["who"]["anyOf"][1]["required"] = json!(["id"]);
    });
    let before = fixture.read("api.txt");
    let output = fixture.refresh(format!("{schema:#}")).unwrap();
    assert_ne!(items(&fixture.read("api.txt")), items(&before));
    let entry = output.split_once("  [[repair]]").unwrap().1.split_once("\n-").unwrap().0;
    fixture.edit("overlay.toml", "[[repair]]", &format!("[[repair]]{}\n\n[[repair]]", entry.replace("\n  ", "\n")));
    assert_eq!(items(&fixture.folder().generate().unwrap().listing().unwrap()), items(&before));
}

/// The items of a listing, without the digest.
fn items(listing: &str) -> Vec<&str> {
    listing.lines().filter(|line| !line.contains("sha256") && !line.contains("SHA256")).collect()
}

// ---- damage and other schemas --------------------------------------------------------------------------------------

#[test]
fn damage_is_not_taken_for_the_end() {
    let fixture = Fixture::new();
    let schema = format!("{SCHEMA}{CLOSED}");
    let at = "    \"size\": {\n";
    for (from, to, damage) in [
        (at, "    // sizes\n    \"size\": {\n", "// sizes"),
        (at, "    /* sizes */\n    \"size\": {\n", "/* sizes"),
        (at, "    'size': {\n", "'size'"),
        (at, "    “size”: {\n", "“size"),
        (at, "    size: {\n", "size:"),
        (at, "    \"strict\": True,\n    \"size\": {\n", "True"),
        (at, "    \"strict\": 012,\n    \"size\": {\n", "012"),
        (at, "    ...\n    \"size\": {\n", "..."),
        (at, "    \"size\": \n", "\n      \"type\": \"string\",\n      \"enum\""),
        ("\"large\"\n", "\"large\",\n", "]\n"),
        ("\"small\",\n", "\"small\"\n", "\"large\""),
        ("\"small\",\n", "\"small\",,\n", ",\n        \"large\""),
        ("\"small\",\n", "\"small\",\n        111% {{{{{{{{\n", "% {{{{"),
        ("A note.\"", "A\nnote.\"", "\nnote."),
        ("A note.\"", "A \"good\" note.\"", "good\""),
        ("A note.\"", "A \\'note\\'.\"", "\\'note"),
    ] {
        let damaged = schema.replacen(from, to, 1);
        assert_ne!(damaged, schema);
        for source in [page(&damaged), damaged.clone()] {
            let (line, column) = position(&source, damage);
            // A line break in an object is a blank.
            let (line, column) = if damage.starts_with("\n      ") { (line + 1, 13) } else { (line, column) };
            fixture.assert_rejects(&source, &[&format!("line {line}, column {column}")]);
        }
        // Without line breaks as well.
        let line = damaged.replace("// sizes\n", "// sizes ").replace("\n ", " ").replace('\n', " ");
        if !damage.starts_with("\nnote") {
            fixture.assert_rejects(page(&line), &["line 8, column "]);
        }
    }
}

/// Whatever is inserted or deleted, no part of the schema is dropped without an error.
#[test]
fn no_edit_drops_a_part_of_the_schema() {
    let schema = format!("{SCHEMA}{CLOSED}");
    let schema = schema.trim_end();
    let minified = whole(|_| ()).to_string();
    let inserted = [
        "",
        "x",
        ",",
        ":",
        "\"",
        "'",
        "{",
        "}",
        "[",
        "]",
        "\\",
        "\n",
        "\u{a0}",
        "\u{200b}",
        "“",
        "// c\n",
        "/* c */",
        "True",
        "1",
        "...",
        "\n\nProse.\n\n",
        "\n```\n",
        "<br>",
        "\u{7}",
    ];
    for schema in [schema, &minified] {
        for (at, c) in schema.char_indices().step_by(7) {
            for inserted in inserted {
                // Prose in place of a character, or in a schema of one line, may well be the end.
                let deleted: &[usize] = match inserted.len() > 1 && inserted.starts_with('\n') {
                    true if schema == minified => &[],
                    true => &[0],
                    false => &[0, c.len_utf8()],
                };
                for deleted in deleted {
                    let edited = format!("{}{inserted}{}", &schema[..at], &schema[at + deleted..]);
                    keeps_all_or_fails(&edited, schema);
                }
            }
        }
    }
}

#[track_caller]
fn keeps_all_or_fails(edited: &str, schema: &str) {
    let input = Input { text: page(edited), is_html: false };
    let Ok(found) = super::formats::find(&input, Some("Create Order")) else { return };
    let plain = |text: &str| text.replace(['\u{a0}', '\u{200b}'], " ").split_whitespace().collect::<String>();
    let found = plain(&found.schema);
    let is_all = found == plain(edited.trim_matches(|c| !"{}".contains(c))) || found == plain(schema);
    // Brackets are closed again.
    let is_closing = |rest: &str| rest.chars().all(|c| "}]".contains(c));
    let is_all = is_all || plain(schema).strip_prefix(&found).is_some_and(is_closing);
    assert!(is_all, "{edited}\nbecomes\n{found}");
}

#[test]
fn damage_before_a_cut_is_not_taken_for_the_end() {
    let fixture = Fixture::new();
    for (from, to) in [
        ("    \"count\": {\n", "    \"count\": { // pieces\n"),
        ("\"number\",\n", "\"number\"\n"),
        ("\"number\",\n", "'number',\n"),
    ] {
        fixture.assert_rejects(page(&SCHEMA.replacen(from, to, 1)), &["line "]);
    }
}

#[test]
fn markup_that_never_ends_is_not_the_end_of_a_schema() {
    let fixture = Fixture::new();
    for markup in ["<bodyx", "<!-- ", "<style>", "<script>"] {
        let schema = format!("{SCHEMA}{CLOSED}").replacen("\"count\": {", &format!("\"count\": {markup}"), 1);
        fixture.assert_rejects(format!("<html><body><pre>{schema}</pre></body></html>"), &["line "]);
    }
}

#[test]
fn a_bracket_too_many_is_refused() {
    let fixture = Fixture::new();
    let schema = format!("{SCHEMA}{CLOSED}").replacen("    },\n    \"size\"", "    }},\n    \"size\"", 1);
    fixture.assert_rejects(page(&schema), &["line "]);
    // Brackets around the schema aren't its own.
    for text in [format!("{{{SCHEMA}{CLOSED}}}"), format!("f(function() {{ return [{SCHEMA}{CLOSED}] }})")] {
        fixture.refresh(text).unwrap();
        assert_eq!(fixture.published(), whole(|_| ()));
    }
}

#[test]
fn a_page_without_a_schema_is_refused() {
    let fixture = Fixture::new();
    fixture.assert_rejects("", &["page.txt: "]);
    fixture.assert_rejects("Not found\n", &["\"Not found\""]);
    let html = "<html><head><title>502 Bad &amp; Gateway</title></head><body>no</body></html>";
    fixture.assert_rejects(html, &["\"502 Bad & Gateway\""]);
    fixture.assert_rejects("<html><body>Sorry</body></html>", &["\"Sorry\""]);
    fixture.assert_rejects("{\"type\": \"object\", \"id\": 1}", &["\"id\", \"type\""]);
    fixture.assert_rejects("{\"type\": \"object\", \"id\": 1", &["\"{\\\"type\\\""]);
    fixture.assert_rejects("[1, 2]", &["\"[1, 2]\""]);
}

#[test]
fn another_schema_is_refused() {
    let fixture = Fixture::new();
    let other = whole(|schema| schema["title"] = json!("Create Chat Completion"));
    fixture.assert_rejects(other.to_string(), &["\"Create Chat Completion\"", "\"Create Order\"", "\"note\""]);
    fixture.assert_rejects(whole(|schema| schema["type"] = json!("array")).to_string(), &["\"array\""]);
    let no_draft = whole(|schema| drop(schema.as_object_mut().unwrap().remove("$schema")));
    fixture.assert_rejects(no_draft.to_string(), &["`$schema`"]);
    let newer = "https://json-schema.org/draft/2020-12/schema";
    let schema = whole(|schema| schema["$schema"] = json!(newer));
    fixture.assert_rejects(page(&format!("{schema:#}")), &[newer]);
    for name in ["http://json-schema.org/draft-07/schema", "https://json-schema.org/draft-07/schema#"] {
        fixture.refresh(whole(|schema| schema["$schema"] = json!(name)).to_string()).unwrap();
        assert_eq!(fixture.published()["$schema"], name);
    }
}

#[test]
fn duplicate_keys_are_refused() {
    let twice = format!("{SCHEMA}{CLOSED}").replacen("\"note\": {", "\"note\": {}, \"note\": {", 1);
    for source in [page(&twice), twice] {
        Fixture::new().assert_rejects(&source, &["\"note\"", "line 7 column"]);
    }
}

#[test]
fn a_schema_without_types_is_refused() {
    for (wrong, value) in [
        (json!({ "$ref": "other.json#/definitions/X" }), "other.json#/definitions/X"),
        (json!({ "type": "thing" }), "#/properties/wrong/type"),
    ] {
        let schema = whole(|schema| schema["properties"]["wrong"] = wrong);
        Fixture::new().assert_rejects(schema.to_string(), &["/properties/wrong", value]);
    }
}

#[test]
fn a_plain_schema_needs_a_source_with_the_other_facts() {
    let fixture = Fixture::new();
    fs::remove_file(fixture.path("source.toml")).unwrap();
    fixture.assert_rejects(SCHEMA, &["source.toml"]);
    fixture.refresh(page(SCHEMA)).unwrap();
    assert_eq!(fixture.source().page, None);
}

#[test]
fn invalid_utf_8_is_refused_with_its_offset() {
    let page = page(SCHEMA);
    let at = page.find("A note").unwrap();
    let bytes = [&page.as_bytes()[..at], &[0xC3, 0x28], &page.as_bytes()[at..]].concat();
    Fixture::new().assert_rejects(bytes, &[&format!("byte {at}")]);
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(page.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    Fixture::new().assert_rejects(utf16, &["byte 0", "UTF-16"]);
}

#[test]
fn large_and_deep_sources_are_refused() {
    let fixture = Fixture::new();
    let elsewhere = tempfile::NamedTempFile::new().unwrap();
    elsewhere.as_file().set_len(50_000_000).unwrap();
    is_refusal(fixture.run(&Task::new(elsewhere.path().to_str(), false)), &["33554432 bytes"]);
    let many = format!("{{\"$schema\": \"{DRAFT_07}\", \"enum\": [{}0]}}", "0,".repeat(1_000_000));
    fixture.assert_rejects(&many, &["1000000"]);
    fixture.assert_rejects(page(&many), &["1000000"]);
    let levels = 10_000;
    let (open, close) = ("{\"not\":".repeat(levels), "}".repeat(levels));
    let schema = format!("{{\"$schema\":\"{DRAFT_07}\",\"not\":{open}{{}}{close}}}");
    for source in [schema.clone(), page(&schema), format!("<html><pre>{schema}</pre></html>")] {
        fixture.assert_rejects(source, &["127 levels"]);
    }
    fixture.assert_rejects(format!("{open}{{}}{close}"), &[]);
    fixture.assert_rejects(format!("openapi: 3.1.0\npaths: {}", "[".repeat(levels)), &["line 2, column"]);
}

#[test]
fn hostile_text_is_escaped() {
    let hostile = "a\u{1b}[31m\u{202e}\n::error::x";
    let fixture = Fixture::new();
    let schema = whole(|schema| schema["properties"]["note"]["description"] = json!(hostile));
    let output = fixture.refresh(schema.to_string()).unwrap();
    assert!(!output.contains(['\u{1b}', '\u{202e}']) && !output.contains("\n::error"), "{output}");
}

// ---- HTML ----------------------------------------------------------------------------------------------------------

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\u{a0}', "&nbsp;")
}

#[test]
fn an_html_page_is_read_as_its_text() {
    let schema = format!("{:#}", whole(another_description));
    let lines = schema.lines().map(|line| escaped(line).replacen("  ", "&nbsp;&nbsp;", 1));
    let lines: String = lines.map(|line| format!("<div>{line}</div>")).collect();
    let rows = schema.lines().enumerate();
    let rows: String =
        rows.map(|(index, line)| format!("<tr><td>{}</td><td>{}</td></tr>", index + 1, escaped(line))).collect();
    let colored = escaped(&schema).replace("&quot;", "<span class=\"a > b\">&quot;</span>");
    for body in [
        format!("<pre><code>{}</code></pre>", escaped(&schema)),
        format!("<PRE>{colored}</PRE>"),
        lines,
        escaped(&schema).replace('\n', "<br/>"),
        format!("<table>{rows}</table>"),
    ] {
        let fixture = Fixture::new();
        fixture
            .refresh(format!(
                "<!DOCTYPE html>\n<html><head><script>if (a<b) {{\"$schema\"}}</script><style>p > a {{}}</style></head>\n\
                 <body>\n<!-- <p> -->\n  <div>Modified at 2030-01-02 03:04:05</div>\n<p>Currently supported models:</p>\n\
                 <ul>\n<li>openai/gpt-9</li>\n<li><b>openai/gpt-10</b></li>\n</ul><p>Body 1</p>{body}\n\
                 <pre>curl --location &#39;https://user:secret@example.com/v1/orders&#x27;</pre></body></html>"
            ))
            .unwrap();
        assert_eq!(fixture.published(), whole(another_description));
        let source = fixture.source();
        assert_eq!((source.modified.as_str(), source.cut), ("2030-01-02 03:04:05", None));
        assert_eq!(source.models, ["openai/gpt-9", "openai/gpt-10"]);
        assert_eq!(source.url, "https://example.com/v1/orders");
    }
}

#[test]
fn the_state_in_scripts_is_read() {
    let schema = whole(another_description);
    let text = format!("Body\n{schema:#}\n");
    let api = openapi("3.1.0", &schema, &json!({}));
    let literal =
        schema.to_string().replace("\"type\":", "type:").replace("\"$schema\":", "$schema:").replace('/', "\\u002F");
    for script in [
        json!({ "props": [{ "text": text }] }).to_string(),
        format!("{{\"props\": {{\"schema\": {schema}}}}}"),
        format!("window.__NUXT__={};", json!({ "data": [{ "body": text }] })),
        format!("window.__NUXT__=(function(a,b){{return {{data:[{{body:b,ok:a}}]}}}}(!0,{}));", json!(text)),
        format!("window.__NUXT__={{layout:\"default\",data:[{{schema:{literal}}}]}};"),
        format!("const __redoc_state = {};\nvar container = 1;", json!({ "menu": {}, "spec": { "data": api } })),
        format!("const x = {};", json!({ "spec": as_yaml(&api, 0) })),
        format!("window.state = JSON.parse({});", json!(json!({ "schema": schema }).to_string())),
        format!("self.__next_f.push([1,{}])", json!(format!("5:{}", json!({ "text": text })))),
    ] {
        let fixture = Fixture::new();
        fixture.refresh(format!("<html><body><div id=root></div><script>{script}</script></body></html>")).unwrap();
        assert_eq!(fixture.published(), schema, "{script}");
    }
}

// ---- OpenAPI -------------------------------------------------------------------------------------------------------

/// A document with this request body and these named schemas.
fn openapi(version: &str, schema: &Value, schemas: &Value) -> Value {
    json!({
        "openapi": version,
        "info": { "title": "Gateway", "version": "2031-02-03" },
        "servers": [{ "url": "https://user:secret@api.example.com/v1/" }],
        "paths": {
            "/responses": { "$ref": "#/components/pathItems/Responses" },
            "/responses/{id}": { "get": {} },
            "/models": { "post": {} }
        },
        "components": {
            "pathItems": { "Responses": { "post": { "requestBody": { "$ref": "#/components/requestBodies/Create" } } } },
            "requestBodies": { "Create": { "content": { "application/json; charset=utf-8": { "schema": schema } } } },
            "schemas": schemas
        }
    })
}

#[test]
fn the_request_body_of_an_openapi_document_is_the_schema() {
    let mut body = whole(|schema| {
        schema.as_object_mut().unwrap().retain(|key, _| !["$schema", "title"].contains(&key.as_str()));
    });
    let who = body["properties"]["who"].take();
    body["properties"]["who"] = json!({ "$ref": "#/components/schemas/Who" });
    let expected = whole(|schema| {
        schema["properties"]["who"] = json!({ "$ref": "#/definitions/Who" });
        schema["definitions"] = json!({ "Who": who });
    });
    let mut rest = body.clone();
    let note = rest["properties"].as_object_mut().unwrap().remove("note").unwrap();
    let all_of = json!({
        "description": "An order.",
        "allOf": [{ "$ref": "#/components/schemas/Note" }, { "$ref": "#/components/schemas/Rest" }]
    });
    let note = json!({ "type": "object", "properties": { "note": note } });
    let schemas = json!({ "Create": body, "Who": who, "Note": note, "Rest": rest, "Other": { "prefixItems": [] } });
    let direct = json!({ "$ref": "#/components/schemas/Create" });
    for schema in [json!({ "allOf": [direct] }), direct, all_of] {
        let document = openapi("3.1.0", &schema, &schemas);
        let yaml = as_yaml(&document, 0);
        let fenced = format!("# Page\n\n```yaml\n{yaml}```\n\nMore text: it isn't YAML\n");
        for text in [document.to_string(), yaml, fenced] {
            let fixture = Fixture::new();
            fixture.refresh(&text).unwrap_or_else(|error| panic!("{error} of {text}"));
            assert_eq!(fixture.published(), expected);
            let source = fixture.source();
            assert_eq!((source.modified.as_str(), source.cut), ("2031-02-03", None));
            assert_eq!(source.url, "https://api.example.com/v1/responses");
            fixture.is_unchanged_by(&text);
        }
    }
}

/// JSON as block YAML, with sorted keys.
fn as_yaml(value: &Value, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    let nested = |value: &Value| match value {
        Value::Object(map) if !map.is_empty() => format!("\n{}", as_yaml(value, depth + 1)),
        Value::Array(list) if !list.is_empty() => format!("\n{}", as_yaml(value, depth + 1)),
        scalar => format!(" {scalar}\n"),
    };
    match value {
        Value::Object(map) => {
            let key = |key: &str| if key.contains(['$', '/', ';']) { format!("{key:?}") } else { key.to_owned() };
            map.iter().map(|(name, value)| format!("{indent}{}:{}", key(name), nested(value))).collect()
        }
        Value::Array(list) => list.iter().map(|value| format!("{indent}-{}", nested(value))).collect(),
        scalar => format!("{indent}{scalar}\n"),
    }
}

#[test]
fn an_openapi_document_without_the_request_body_is_refused_with_the_pointer() {
    let fixture = Fixture::new();
    let document = openapi("3.0.3", &json!({ "type": "object" }), &json!({}));
    let with = |pointer: &str, value: Value| {
        let mut document = document.clone();
        *document.pointer_mut(pointer).unwrap() = value;
        document.to_string()
    };
    let create = "/components/requestBodies/Create";
    fixture.assert_rejects(with("/openapi", json!("4.0")), &["\"4.0\""]);
    fixture.assert_rejects("{\"swagger\": \"2.0\"}", &["Swagger 2"]);
    fixture.assert_rejects(with("/paths", json!({ "/models": {} })), &["`#/paths`", "\"/models\""]);
    let content = format!("`#{create}/content`");
    fixture
        .assert_rejects(with(&format!("{create}/content"), json!({ "text/plain": {} })), &[&content, "\"text/plain\""]);
    fixture.assert_rejects(with(create, json!({ "$ref": format!("#{create}") })), &[&format!("`#{create}`")]);
    let twice = document.to_string().replacen("\"info\":", "\"info\":{},\"info\":", 1);
    fixture.assert_rejects(twice, &["\"info\""]);
    fixture.assert_rejects("openapi: 3.0.3\npaths: {}\npaths: {}\n", &["line 3, column 1", "\"paths\""]);
    fixture.assert_rejects("openapi: 3.0.3\n\tpaths: {}\n", &["line 1, column 10"]);
}

// ---- URLs ----------------------------------------------------------------------------------------------------------

/// The bytes after a request's headers.
enum Reply {
    Send(Vec<u8>),
    /// Sends, and then waits until the client closes.
    Hold(Vec<u8>),
    /// Sends, and then blanks without end.
    Endless(Vec<u8>),
}

/// A complete response: the status line without `HTTP/1.1`, other headers on lines of their own, and the body.
fn complete(head: &str, body: &str) -> Reply {
    let head = head.replace('\n', "\r\n");
    Reply::Send(format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()).into())
}

/// A server on loopback with a reply for each connection; returns its URL.
fn serve(replies: impl FnOnce(&str) -> Vec<Reply>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let replies = replies(&url);
    thread::spawn(move || {
        for reply in replies {
            let (connection, _) = listener.accept().unwrap();
            send(connection, reply);
        }
    });
    url
}

fn send(mut connection: TcpStream, reply: Reply) {
    connection.set_read_timeout(Some(TIMEOUT)).unwrap();
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        assert_eq!(connection.read(&mut byte).unwrap(), 1, "the client sends its headers");
        request.push(byte[0]);
    }
    match reply {
        Reply::Send(bytes) => connection.write_all(&bytes).unwrap(),
        Reply::Hold(bytes) => {
            connection.write_all(&bytes).unwrap();
            let _ = connection.read(&mut [0]);
        }
        Reply::Endless(bytes) => {
            let _ = connection.write_all(&bytes);
            while connection.write_all(&[b' '; 8192]).is_ok() {}
        }
    }
}

#[test]
fn a_url_is_read_in_every_format() {
    let schema = whole(another_description);
    let page = page(&format!("{schema:#}"));
    for (media_type, body) in [
        ("text/plain", page.clone()),
        ("text/markdown", format!("```\n{page}\n```")),
        ("text/html; charset=utf-8", format!("<pre>{}</pre>", escaped(&page))),
        ("application/json", schema.to_string()),
        ("application/json", openapi("3.1.0", &schema, &json!({})).to_string()),
        ("application/yaml", as_yaml(&openapi("3.1.0", &schema, &json!({})), 0)),
    ] {
        let fixture = Fixture::new();
        let url = serve(|_| vec![complete(&format!("200 OK\ncontent-type: {media_type}"), &body)]);
        fixture.refresh_from(&url).unwrap_or_else(|error| panic!("{error} of {media_type}"));
        assert_eq!(fixture.published(), schema, "{media_type}");
        assert_eq!(fixture.source().page.as_deref(), Some(PAGE), "only https is remembered");
    }
}

#[test]
fn without_a_source_the_page_is_read() {
    let fixture = Fixture::new();
    let url = serve(|_| vec![complete("200 OK", &page(&SCHEMA.replace("A note.", "The note.")))]);
    fixture.edit("source.toml", PAGE, &url);
    fixture.run(&Task::new(None, false)).unwrap();
    assert_eq!(fixture.published()["properties"]["note"]["description"], "The note.");
    assert_eq!(fixture.source().page, Some(url));
    fixture.edit("source.toml", "page = ", "# page = ");
    is_refusal(fixture.run(&Task::new(None, false)), &["source.toml", "`page`"]);
}

#[test]
fn an_error_response_is_quoted() {
    let fixture = Fixture::new();
    let url = serve(|_| vec![complete("404 Not Found\ncontent-type: text/plain", "\n no such page \nat all")]);
    fixture.assert_rejects_url(&url, &[&url, "404 Not Found (text/plain)", "\"no such page\""]);
    let url = serve(|_| vec![complete("503 Service Unavailable", &"\u{1b}[31m".repeat(10_000))]);
    fixture.assert_rejects_url(&url, &["503 Service Unavailable", "\"\\u{1b}[31m"]);
    let url = serve(|_| vec![complete("200 OK\ncontent-type: text/html", "<html><title>Sign in</title></html>")]);
    fixture.assert_rejects_url(&url, &["\"Sign in\""]);
}

#[test]
fn redirects_to_plain_http_elsewhere_are_refused() {
    let fixture = Fixture::new();
    let body = page(SCHEMA);
    let url = serve(|url| vec![complete(&format!("302 Found\nlocation: {url}/other"), ""), complete("200 OK", &body)]);
    let before = fixture.state();
    fixture.refresh_from(&url).unwrap();
    assert!(fixture.state() == before);
    let url = serve(|_| vec![complete("302 Found\nlocation: http://user:secret@192.0.2.1/page", "")]);
    fixture.assert_rejects_url(&url, &[" http://192.0.2.1/page"]);
    let url = serve(|url| (0..20).map(|_| complete(&format!("302 Found\nlocation: {url}/again"), "")).collect());
    fixture.assert_rejects_url(&url, &["redirects"]);
}

#[test]
fn other_schemes_are_refused_and_passwords_are_not_shown() {
    let fixture = Fixture::new();
    fixture.assert_rejects_url("http://example.com/page", &["http://example.com/page", "https"]);
    fixture.assert_rejects_url("ftp://example.com/page", &["`ftp`"]);
    for url in [
        "http://user:secret@example.com/a@b",
        "ftp://user:secret@example.com",
        "https://user:sec/ret@exa mple",
        "http:user:secret@example.com",
    ] {
        let error = fixture.refresh_from(url).unwrap_err();
        assert!(!error.contains("sec") && !error.contains("user"), "{error}");
    }
    let url = serve(|_| vec![complete("401 Unauthorized", "no")]);
    let error = fixture.refresh_from(&url.replace("//", "//user:secret@")).unwrap_err();
    assert!(error.starts_with(&format!("{url}: ")) && error.contains("401") && !error.contains("secret"), "{error}");
}

#[test]
fn a_server_that_stalls_is_abandoned() {
    let fixture = Fixture::new();
    let idle = Duration::from_millis(200);
    for sent in ["", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"$schema\": "] {
        for limits in [Limits { idle, ..Limits::default() }, Limits { total: idle, ..Limits::default() }] {
            let url = serve(|_| vec![Reply::Hold(sent.into())]);
            is_refusal(fixture.run(&Task { source: Some(&url), dry_run: false, limits }), &["200ms"]);
        }
    }
}

#[test]
fn a_body_without_end_or_with_an_early_end_is_refused() {
    let fixture = Fixture::new();
    let head = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
    let url = serve(|_| vec![Reply::Endless(head.into())]);
    fixture.assert_rejects_url(&url, &["33554432 bytes"]);
    let url = serve(|_| vec![Reply::Hold(b"HTTP/1.1 200 OK\r\ncontent-length: 50000000\r\n\r\n".to_vec())]);
    fixture.assert_rejects_url(&url, &["33554432 bytes"]);
    let url = serve(|_| vec![Reply::Endless(b"HTTP/1.1 500 Oh\r\nconnection: close\r\n\r\nno\n".to_vec())]);
    fixture.assert_rejects_url(&url, &["500 Internal Server Error", "\"no\""]);
    let page = page(SCHEMA);
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", page.len() + 10);
    let url = serve(|_| vec![Reply::Send([head.as_bytes(), page.as_bytes()].concat())]);
    fixture.assert_rejects_url(&url, &[]);
}

#[test]
fn a_missing_server_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/page", listener.local_addr().unwrap());
    drop(listener);
    Fixture::new().assert_rejects_url(&url, &[&url]);
}
