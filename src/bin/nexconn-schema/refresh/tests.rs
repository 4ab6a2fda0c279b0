//! Tests of `refresh` as a whole: from a real file or a real server on loopback to the files of a copy
//! of the real folder.
//!
//! Place in the flow: around all of `refresh/`. What a single form can hold is asked for beside its own
//! file; `workspace.rs` asks for what a kill can leave.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::{Task, run};
use crate::Outcome;
use crate::check::tests::Copy;
use crate::generate::document::DRAFT_07;
use crate::generate::source::Source;
use crate::input::Limits;

/// How long anything may take before a test that hangs becomes a test that fails.
const SAFETY: Duration = Duration::from_secs(30);

impl Copy {
    /// What `refresh` says of a page in a file, and that it is fine.
    pub(crate) fn refresh(&self, page: impl AsRef<[u8]>) -> Result<String, String> {
        let elsewhere = tempfile::tempdir().unwrap();
        let source = elsewhere.path().join("page.txt");
        fs::write(&source, page).unwrap();
        self.run(&Task::new(source.to_str().unwrap(), false))
    }

    /// What `refresh` says of what is at a URL.
    fn refresh_from(&self, url: &str) -> Result<String, String> {
        let limits = Limits { total: SAFETY, ..Limits::default() };
        self.run(&Task { source: url, dry_run: false, limits })
    }

    fn run(&self, task: &Task<'_>) -> Result<String, String> {
        let (mut out, mut progress) = (Vec::new(), Vec::new());
        let outcome = run(&self.workspace(), task, &mut out, &mut progress);
        outcome.map(|outcome| assert_eq!(outcome, Outcome::Fine)).map_err(|error| error.to_string())?;
        assert!(progress.is_empty(), "a download of less than a second says nothing of itself");
        Ok(String::from_utf8(out).unwrap())
    }

    /// The files and folders, each with its text and when it was written.
    fn state(&self) -> Vec<(PathBuf, Option<String>, SystemTime)> {
        let entries = fs::read_dir(self.0.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<_> = entries.collect();
        files.sort();
        let state = files.into_iter().map(|path| {
            let (text, written) = (fs::read_to_string(&path).ok(), fs::metadata(&path).unwrap().modified().unwrap());
            (path, text, written)
        });
        state.collect()
    }

    /// Demands that a source is refused with these words, and that nothing changes.
    #[track_caller]
    fn refuses(&self, page: impl AsRef<[u8]>, words: &[&str]) {
        let before = self.state();
        self.is_refusal(self.refresh(page), words);
        assert!(before == self.state(), "nothing changes");
    }

    /// The same for a URL.
    #[track_caller]
    fn refuses_url(&self, url: &str, words: &[&str]) {
        let before = self.state();
        self.is_refusal(self.refresh_from(url), words);
        assert!(before == self.state(), "nothing changes");
    }

    #[track_caller]
    #[allow(clippy::unused_self, reason = "reads as the others do")]
    fn is_refusal(&self, said: Result<String, String>, words: &[&str]) {
        let error = said.expect_err("it is refused");
        for words in words {
            assert!(error.contains(words), "{words:?} is in {error}");
        }
        assert!(error.ends_with("; nothing was changed"), "{error}");
        assert!(error.len() < 2000, "{} bytes", error.len());
    }

    fn source(&self) -> Source {
        Source::parse(&self.workspace().sources().unwrap().source).unwrap()
    }

    /// The published text, as it is published.
    fn schema(&self) -> String {
        self.read("published.json")[..self.source().bytes].to_owned()
    }

    /// The page that its `published.json` and `source.toml` come from, in short.
    fn page(&self) -> String {
        self.page_of(&self.schema())
    }

    fn page_of(&self, schema: &str) -> String {
        let Source { url, modified, models, .. } = self.source();
        let models = models.join("\n");
        format!(
            "Page\nModified at {modified}\n\nCurrently supported models:\n{models}\n\nBody\n{schema}\n\ncurl --location '{url}'\n"
        )
    }

    /// The whole schema with a change.
    fn whole(&self, change: impl FnOnce(&mut Value)) -> Value {
        let mut schema = serde_json::from_str(&self.read("published.json")).unwrap();
        change(&mut schema);
        schema
    }
}

fn another_description(schema: &mut Value) {
    schema["properties"]["background"]["description"] = json!("Runs <later> & \u{a0}elsewhere, \"soon\".");
}

// ---- pages and bare schemas ----------------------------------------------------------------------------------------

#[test]
fn refreshing_from_the_same_page_writes_nothing() {
    let copy = Copy::new();
    let before = copy.state();
    let said = copy.refresh(copy.page()).unwrap();
    assert!(said.ends_with("nothing has changed\n"), "{said}");
    assert!(said.contains("the schema is cut in line 158, at /properties/max_tool_calls/description"), "{said}");
    assert!(copy.state() == before);
}

#[test]
fn the_same_page_in_another_dress_is_the_same_page() {
    let copy = Copy::new();
    let before = copy.state();
    let page = copy.page();
    let (start, end) = (page.find('{').unwrap(), page.find("\n\ncurl").unwrap());
    let indented = page[start..end].replace("\n  ", "\n\u{a0} ");
    let dresses = [
        format!("\u{feff}{page}"),
        page.replace('\n', "\r\n"),
        format!("{}{indented}{}", &page[..start], &page[end..]),
        format!("{}```json\n{}\n```\n{}", &page[..start], &page[start..end], &page[end..]),
        format!("# Page\n{}", page.replace("\nopenai/", "\n- openai/")),
    ];
    for dress in dresses {
        let said = copy.refresh(&dress).unwrap();
        assert!(said.ends_with("nothing has changed\n"), "{said} of {dress}");
    }
    assert!(copy.state() == before);
}

#[test]
fn a_bare_schema_keeps_what_it_does_not_say() {
    let copy = Copy::new();
    let before = copy.state();
    assert!(copy.refresh(copy.schema()).unwrap().ends_with("nothing has changed\n"));
    assert!(copy.state() == before);
}

#[test]
fn a_bare_schema_may_begin_with_any_key() {
    let copy = Copy::new();
    let schema =
        copy.read("published.json").replacen("  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n", "", 1);
    let schema = format!(
        "{},\n  \"$schema\": \"http://json-schema.org/draft-07/schema#\"\n}}",
        schema.trim_end().strip_suffix("\n}").unwrap()
    );
    copy.refresh(&schema).unwrap();
    assert_eq!(copy.read("published.json"), schema + "\n");
    assert_eq!(copy.source().cut, None);
    assert_eq!(copy.check().0, Outcome::Fine);
}

#[test]
fn refreshing_from_another_page_writes_what_check_accepts() {
    let copy = Copy::new();
    let page =
        copy.page().replace("Input type, defaults", "Type, defaults").replace("Modified at 2026", "Modified at 2027");
    let said = copy.refresh(&page).unwrap();
    for file in ["published.json", "source.toml", "api.txt"] {
        assert!(said.contains(&format!("{file} written\n")), "{said}");
    }
    assert!(
        said.contains("patch[description-changed]: #/properties/input/") && said.contains("\nwhat to do next:\n"),
        "{said}"
    );
    // What is shown stands before what is written.
    assert!(said.find("required bump: patch") < said.find("published.json written"), "{said}");
    assert!(copy.read("published.json").contains("\"Type, defaults"));
    assert!(copy.read("source.toml").contains("modified = \"2027"));
    assert_eq!(copy.check().0, Outcome::Fine);
}

#[test]
fn another_date_changes_the_source_alone() {
    let copy = Copy::new();
    let before = copy.state();
    let said = copy.refresh(copy.page().replace("Modified at 2026", "Modified at 2027")).unwrap();
    assert!(said.contains("no finding\n") && said.contains("source.toml written"), "{said}");
    assert!(!said.contains("published.json written") && !said.contains("api.txt written"), "{said}");
    let changed: Vec<_> = before.iter().zip(copy.state()).filter(|(before, after)| *before != after).collect();
    assert!(matches!(changed.as_slice(), [((path, ..), _)] if path.ends_with("source.toml")), "{changed:?}");
}

#[test]
fn a_dry_run_says_what_would_change_and_changes_nothing() {
    let copy = Copy::new();
    let before = copy.state();
    let elsewhere = tempfile::NamedTempFile::new().unwrap();
    fs::write(elsewhere.path(), copy.page().replace("Input type, defaults", "Type, defaults")).unwrap();
    let said = copy.run(&Task::new(elsewhere.path().to_str().unwrap(), true)).unwrap();
    assert!(said.contains("patch[description-changed]") && said.contains("dry run: nothing was changed"), "{said}");
    assert!(!said.contains("json written"), "{said}");
    assert!(copy.state() == before);
}

#[test]
fn what_no_longer_fits_is_written_and_said() {
    let copy = Copy::new();
    let schema = copy.whole(|schema| {
        let conversation = schema["properties"].as_object_mut().unwrap().remove("conversation").unwrap();
        schema["properties"]["thread"] = conversation;
        // What a repair of the overlay says is published now.
        schema["properties"]["max_output_tokens"]["type"] = "integer".into();
    });
    let said = copy.refresh(format!("{schema:#}")).unwrap();
    for file in ["published.json", "source.toml", "api.txt"] {
        assert!(said.contains(&format!("{file} written\n")), "{said}");
    }
    let (shown, next) = said.split_once("\nwhat to do next:\n").unwrap();
    assert!(shown.contains("major[property-removed]: types::CreateResponseRequest.conversation is gone"), "{said}");
    assert!(next.contains("`/properties/conversation` matches nothing"), "{said}");
    assert!(next.contains("`/properties/max_output_tokens/type` is published as \"integer\" now"), "{said}");
    assert!(next.contains("#/properties/thread: this union has no name; here it is called"), "{said}");
    assert!(copy.read("api.txt").contains("types::CreateResponseRequest.thread: "));
}

#[test]
fn a_cut_page_is_closed() {
    let copy = Copy::new();
    let page = copy.page();
    let cut = page.find("Background").or_else(|| page.find("\"include\"")).unwrap() + 40;
    let said = copy.refresh(&page[..cut]).unwrap();
    assert!(said.contains("the schema is cut in line"), "{said}");
    let published = copy.read("published.json");
    assert!(page.contains(&published[..copy.source().bytes]));
    serde_json::from_str::<Value>(&published).unwrap();
}

// ---- what is refused -----------------------------------------------------------------------------------------------

#[test]
fn a_page_without_a_schema_changes_nothing() {
    let copy = Copy::new();
    let none = "page.txt: there is no JSON Schema in it";
    copy.refuses("", &[none, "it is empty"]);
    copy.refuses("Not found\n", &[none, "a text that begins with \"Not found\""]);
    let html = "<html><head><title>502 Bad &amp; Gateway</title></head><body>no</body></html>";
    copy.refuses(html, &[none, "a page in HTML that says \"502 Bad & Gateway\""]);
    copy.refuses("<html><body>Sorry</body></html>", &[none, "a page in HTML that says \"Sorry\""]);
    copy.refuses("{\"type\": \"object\", \"id\": 1}", &[none, "a JSON object with the keys \"id\", \"type\""]);
    copy.refuses("[1, 2]", &[none]);
}

#[test]
fn another_schema_changes_nothing_and_is_named() {
    let copy = Copy::new();
    let schema = copy.whole(|schema| schema["title"] = json!("Create Chat Completion"));
    let words = ["its title is \"Create Chat Completion\"", "its properties \"background\", \"context_management\""];
    copy.refuses(schema.to_string(), &words);
    copy.refuses(schema.to_string(), &["this is another schema: ", "expected the title \"Create Response Request\""]);
    let schema = copy.whole(|schema| schema["type"] = json!("array"));
    copy.refuses(schema.to_string(), &["expected the type \"object\""]);
    let schema = copy.whole(|schema| drop(schema.as_object_mut().unwrap().remove("$schema")));
    copy.refuses(schema.to_string(), &["its `$schema` none", "expected the `$schema` of draft-07"]);
}

#[test]
fn another_draft_changes_nothing() {
    let copy = Copy::new();
    let newer = "https://json-schema.org/draft/2020-12/schema";
    let schema = copy.whole(|schema| schema["$schema"] = json!(newer));
    copy.refuses(copy.page_of(&format!("{schema:#}")), &[newer, "expected the `$schema` of draft-07"]);
}

#[test]
fn all_ways_to_name_draft_07_are_understood() {
    let copy = Copy::new();
    for name in ["http://json-schema.org/draft-07/schema", "https://json-schema.org/draft-07/schema#"] {
        let schema = copy.whole(|schema| schema["$schema"] = json!(name));
        copy.refresh(schema.to_string()).unwrap();
        assert!(copy.read("published.json").contains(name));
    }
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    let copy = Copy::new();
    let twice = copy.page().replacen("\"background\": {", "\"background\": {}, \"background\": {", 1);
    copy.refuses(&twice, &["the key \"background\" stands twice", "line 7 column"]);
    let bare = copy.whole(|_| ()).to_string().replacen("\"background\":", "\"background\":{},\"background\":", 1);
    copy.refuses(&bare, &["the key \"background\" stands twice", "line 1 column"]);
}

#[test]
fn a_schema_that_is_faulty_within_is_no_json_and_one_in_a_page_is_closed_before_the_fault() {
    let schema = "{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"type\": \"object\", \"title\": \"Create Response Request\"";
    for wrong in [", }", ", \"a\": }", ", \"examples\": [1,]}", ", \"a\": \"\\u00zz\"}", ", \"a\": \"\\ud83d\"}"] {
        let copy = Copy::new();
        copy.refuses(format!("{schema}{wrong}\n"), &["it is not JSON: ", " at line 1 column "]);
        let said = copy.refresh(format!("The schema:\n\n{schema}{wrong}\n\nMore of the page.\n")).unwrap();
        assert!(said.contains("the schema is cut in line"), "{said}");
        drop(serde_json::from_str::<Value>(&copy.read("published.json")).unwrap());
    }
}

#[test]
fn a_schema_of_which_no_types_can_be_made_changes_nothing() {
    for (wrong, problem) in [
        (json!({ "$ref": "other.json#/definitions/X" }), "other.json#/definitions/X"),
        (json!({ "type": "thing" }), "draft-07 has no type `thing`"),
    ] {
        let copy = Copy::new();
        let schema = copy.whole(|schema| schema["properties"]["wrong"] = wrong.clone());
        copy.refuses(
            schema.to_string(),
            &["no types can be generated", "/properties/wrong", problem, "nothing was changed"],
        );
    }
}

#[test]
fn what_the_overlay_no_longer_fits_comes_in_and_is_told_of() {
    type Edit = fn(&mut Value);
    let edits: [(Edit, &str); 4] = [
        (|schema| schema["required"] = json!(["background"]), "does not ask for `background`"),
        (|schema| drop(schema["properties"].as_object_mut().unwrap().remove("input")), "there is no property `input`"),
        (|schema| schema["properties"]["conversation"] = json!(true), "which is nothing that could have a name"),
        (|schema| schema["properties"]["max_output_tokens"]["type"] = json!("integer"), "max_output_tokens/type"),
    ];
    for (edit, told) in edits {
        let copy = Copy::new();
        let said = copy.refresh(copy.whole(edit).to_string()).unwrap();
        assert!(said.contains("required bump: ") && said.contains("published.json written"), "{said}");
        assert!(said.contains(told), "{told} is in {said}");
    }
}

#[test]
fn a_bare_schema_needs_a_source_that_says_the_rest() {
    let copy = Copy::new();
    fs::remove_file(copy.0.path().join("source.toml")).unwrap();
    let schema = "{\"$schema\": \"http://json-schema.org/draft-07/schema#\"}";
    copy.refuses(schema, &["it does not say the URL of the endpoint"]);
}

#[test]
fn invalid_utf_8_is_refused_with_its_offset() {
    let copy = Copy::new();
    let page = copy.page();
    let at = page.find("Input type").unwrap();
    let bytes = [&page.as_bytes()[..at], &[0xC3, 0x28], &page.as_bytes()[at..]].concat();
    copy.refuses(bytes, &[&format!("it is not UTF-8, from byte {at} on")]);
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(page.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    copy.refuses(utf16, &["from byte 0 on; its byte-order mark is that of UTF-16"]);
}

#[test]
fn what_is_too_large_is_refused() {
    let copy = Copy::new();
    let elsewhere = tempfile::NamedTempFile::new().unwrap();
    elsewhere.as_file().set_len(50_000_000).unwrap();
    let before = copy.state();
    let said = copy.run(&Task::new(elsewhere.path().to_str().unwrap(), false));
    copy.is_refusal(said, &["it has more than 33554432 bytes"]);
    assert!(copy.state() == before);
    let many = format!("{{\"$schema\": \"{DRAFT_07}\", \"enum\": [{}0]}}", "0,".repeat(1_000_000));
    copy.refuses(&many, &["more than 1000000 brackets, colons and commas"]);
    copy.refuses(copy.page_of(&many), &["more than 1000000 brackets, colons and commas"]);
}

#[test]
fn what_is_nested_too_deep_is_refused() {
    let copy = Copy::new();
    let levels = 10_000;
    let (open, close) = ("{\"not\":".repeat(levels), "}".repeat(levels));
    let schema = format!("{{\"$schema\":\"{DRAFT_07}\",\"not\":{open}{{}}{close}}}");
    copy.refuses(&schema, &["nested deeper than 127 levels, at byte "]);
    copy.refuses(copy.page_of(&schema), &["nested deeper than 127 levels, at byte "]);
    copy.refuses(format!("<html><pre>{schema}</pre></html>"), &["nested deeper than 127 levels"]);
    copy.refuses(format!("{open}{{}}{close}"), &["recursion limit exceeded at line 1 column"]);
    copy.refuses(format!("openapi: 3.1.0\npaths: {}", "[".repeat(levels)), &["as YAML, in line 2, column"]);
    let lines: String = (0..300).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    copy.refuses(format!("openapi: 3.1.0\n{lines}"), &["in line 129, column 128: it is nested deeper than 127 levels"]);
    // Each of these begins an object of its own; read from each of them to the end, this would take hours.
    let many = "{\"$schema\":".repeat(300_000);
    copy.refuses(&many, &["nested deeper than 127 levels"]);
    copy.refuses("{\"$schema\"".repeat(300_000), &["no"]);
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let copy = Copy::new();
    let before = copy.state();
    copy.is_refusal(copy.run(&Task::new("no/such/page.txt", false)), &["no/such/page.txt: ", "No such file"]);
    copy.is_refusal(copy.run(&Task::new("src", false)), &["src: "]);
    assert!(copy.state() == before);
}

// ---- HTML ----------------------------------------------------------------------------------------------------------

/// Text as HTML shows it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\u{a0}', "&nbsp;")
}

#[test]
fn a_page_in_html_is_read_as_its_text() {
    let copy = Copy::new();
    let schema = format!("{:#}", copy.whole(another_description));
    let lines = |tag: &str| {
        let lines = schema.lines().map(|line| escaped(line).replacen("  ", "&nbsp;&nbsp;", 1));
        lines.map(|line| format!("<{tag}>{line}</{tag}>")).collect::<String>()
    };
    let coloured = escaped(&schema).replace("&quot;", "<span class=\"a > b\">&quot;</span>");
    let broken = escaped(&schema).replace('\n', "<br/>");
    for body in [
        format!("<pre><code>{}</code></pre>", escaped(&schema)),
        format!("<PRE>{coloured}</PRE>"),
        lines("div"),
        broken,
    ] {
        let copy = Copy::new();
        let html = format!(
            "<!DOCTYPE html>\n<html><head><script>if (a<b) {{\"$schema\"}}</script><style>p > a {{}}</style></head>\n<body>\n\
             <!-- <p> -->\n  <div>Modified at 2030-01-02 03:04:05</div>\n<p>Currently supported models:</p>\n<ul>\n\
             <li>openai/gpt-9</li>\n<li><b>openai/gpt-10</b></li>\n</ul><p>Body 1</p>{body}\n\
             <pre>curl --location &#39;https://user:secret@example.com/v1/responses&#x27;</pre></body></html>"
        );
        copy.refresh(&html).unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(&copy.read("published.json")).unwrap(),
            copy.whole(another_description)
        );
        let source = copy.source();
        assert_eq!((source.modified.as_str(), source.cut), ("2030-01-02 03:04:05", None));
        assert_eq!(source.models, ["openai/gpt-9", "openai/gpt-10"]);
        assert_eq!(source.url, "https://example.com/v1/responses");
    }
}

#[test]
fn a_page_that_is_put_together_by_scripts_is_read_from_their_data() {
    let copy = Copy::new();
    let schema = copy.whole(another_description);
    let as_text = json!({ "props": [{ "text": format!("Body\n{schema:#}\n") }] });
    let as_json = format!("{{\"props\": {{\"schema\": {schema}}}}}");
    for data in [as_text.to_string(), as_json] {
        let copy = Copy::new();
        let html = format!(
            "<html><body><div id=root></div><script id=\"__NEXT_DATA__\" type=\"application/json\">{data}</script></body></html>"
        );
        copy.refresh(&html).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&copy.read("published.json")).unwrap(), schema);
    }
}

// ---- OpenAPI -------------------------------------------------------------------------------------------------------

/// A document with this request body, and these schemas with names.
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
    let copy = Copy::new();
    let mut body = copy.whole(|schema| {
        schema.as_object_mut().unwrap().retain(|key, _| !["$schema", "title"].contains(&key.as_str()));
    });
    let conversation = body["properties"]["conversation"].take();
    let expected = copy.whole(|schema| {
        schema["properties"]["conversation"] = json!({ "$ref": "#/definitions/Conversation" });
        schema["definitions"] = json!({ "Conversation": conversation });
    });
    body["properties"]["conversation"] = json!({ "$ref": "#/components/schemas/Conversation" });
    let schemas = json!({ "Create": body, "Conversation": conversation, "Other": { "prefixItems": [] } });
    let document = openapi("3.1.0", &json!({ "$ref": "#/components/schemas/Create" }), &schemas);
    let yaml = as_yaml(&document, 0);
    let fenced = format!("# Page\n\n```yaml\n{yaml}```\n\nMore text: it is no YAML\n");
    for text in [document.to_string(), yaml, fenced] {
        let copy = Copy::new();
        copy.refresh(&text).unwrap_or_else(|error| panic!("{error} of {text}"));
        let published = copy.read("published.json");
        assert_eq!(published, format!("{expected:#}\n"));
        let source = copy.source();
        assert_eq!((source.modified.as_str(), source.cut), ("2031-02-03", None));
        assert_eq!(source.url, "https://api.example.com/v1/responses");
        assert!(copy.refresh(&text).unwrap().ends_with("nothing has changed\n"));
    }
}

/// JSON as block YAML; scalars as JSON writes them.
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
            let order = |name: &str| name != "openapi";
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(name, _)| order(name));
            entries.into_iter().map(|(name, value)| format!("{indent}{}:{}", key(name), nested(value))).collect()
        }
        Value::Array(list) => list.iter().map(|value| format!("{indent}-{}", nested(value))).collect(),
        scalar => format!("{indent}{scalar}\n"),
    }
}

#[test]
fn an_openapi_document_without_the_request_body_is_refused_with_the_place() {
    let copy = Copy::new();
    let document = openapi("3.0.3", &json!({ "type": "object" }), &json!({}));
    let with = |change: &dyn Fn(&mut Value)| {
        let mut document = document.clone();
        change(&mut document);
        document.to_string()
    };
    copy.refuses(with(&|document| document["openapi"] = json!("4.0")), &["OpenAPI \"4.0\"; only 3.0 and 3.1"]);
    copy.refuses("{\"swagger\": \"2.0\"}", &["it is Swagger 2"]);
    copy.refuses(
        with(&|document| document["paths"] = json!({ "/models": {} })),
        &["at `#/paths`, there is no `POST …/responses`; the paths are \"/models\""],
    );
    copy.refuses(
        with(&|document| document["components"]["requestBodies"]["Create"]["content"] = json!({ "text/plain": {} })),
        &["at `#/components/requestBodies/Create/content`, there is no `application/json`, but \"text/plain\""],
    );
    copy.refuses(
        with(&|document| {
            document["components"]["requestBodies"]["Create"] = json!({ "$ref": "#/components/requestBodies/Create" });
        }),
        &["at `#/components/requestBodies/Create`, the references do not end"],
    );
    let twice = document.to_string().replacen("\"info\":", "\"info\":{},\"info\":", 1);
    copy.refuses(twice, &["the key \"info\" stands twice"]);
    copy.refuses("openapi: 3.0.3\npaths: {}\npaths: {}\n", &["in line 3, column 1: the key \"paths\" stands twice"]);
    copy.refuses("openapi: 3.0.3\n\tpaths: {}\n", &["as YAML, in line 1, column 10: "]);
}

// ---- URLs ----------------------------------------------------------------------------------------------------------

/// What a server does after a request's head.
enum Answer {
    Send(Vec<u8>),
    /// Sends, and then nothing more, until the client closes.
    Hold(Vec<u8>),
    /// Sends, and then blanks without end.
    Endless(Vec<u8>),
}

/// A whole answer: the status line without `HTTP/1.1`, further headers on lines of their own, and the body.
fn whole(head: &str, body: &str) -> Answer {
    let head = head.replace('\n', "\r\n");
    Answer::Send(format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()).into())
}

/// A server on loopback that gives each connection the next answer; returns its URL.
fn serve(answers: impl FnOnce(&str) -> Vec<Answer>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answers = answers(&url);
    thread::spawn(move || {
        for answer in answers {
            let (connection, _) = listener.accept().unwrap();
            give(connection, answer);
        }
    });
    url
}

fn give(mut connection: TcpStream, answer: Answer) {
    connection.set_read_timeout(Some(SAFETY)).unwrap();
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        assert_eq!(connection.read(&mut byte).unwrap(), 1, "the client sends a head");
        request.push(byte[0]);
    }
    match answer {
        Answer::Send(bytes) => connection.write_all(&bytes).unwrap(),
        Answer::Hold(bytes) => {
            connection.write_all(&bytes).unwrap();
            let _ = connection.read(&mut [0]);
        }
        Answer::Endless(bytes) => {
            let _ = connection.write_all(&bytes);
            while connection.write_all(&[b' '; 8192]).is_ok() {}
        }
    }
}

#[test]
fn a_url_is_read_in_every_form() {
    let schema = Copy::new().whole(another_description);
    let page = Copy::new().page_of(&format!("{schema:#}"));
    let bodies = [
        ("text/plain", page.clone()),
        ("text/markdown", format!("```\n{page}\n```")),
        ("text/html; charset=utf-8", format!("<pre>{}</pre>", escaped(&page))),
        ("application/json", schema.to_string()),
        ("application/json", openapi("3.1.0", &schema, &json!({})).to_string()),
        ("application/yaml", as_yaml(&openapi("3.1.0", &schema, &json!({})), 0)),
    ];
    for (media_type, body) in bodies {
        let copy = Copy::new();
        let url = serve(|_| vec![whole(&format!("200 OK\ncontent-type: {media_type}"), &body)]);
        let said = copy.refresh_from(&url).unwrap_or_else(|error| panic!("{error} of {media_type}"));
        assert!(said.contains("published.json written"), "{said}");
        assert_eq!(serde_json::from_str::<Value>(&copy.read("published.json")).unwrap(), schema, "{media_type}");
    }
}

#[test]
fn an_answer_that_is_no_success_is_quoted() {
    let copy = Copy::new();
    let url = serve(|_| vec![whole("404 Not Found\ncontent-type: text/plain", "\n no such page \nat all")]);
    copy.refuses_url(&url, &[&url, "the server answers 404 Not Found (text/plain): \"no such page\""]);
    let url = serve(|_| vec![whole("503 Service Unavailable", &"\u{1b}[31m".repeat(10_000))]);
    copy.refuses_url(&url, &["503 Service Unavailable (no media type): \"\\u{1b}[31m"]);
    let url = serve(|_| vec![whole("200 OK\ncontent-type: text/html", "<html><title>Sign in</title></html>")]);
    copy.refuses_url(&url, &["there is no JSON Schema in it", "a page in HTML that says \"Sign in\""]);
}

#[test]
fn a_redirect_is_followed_within_loopback_and_not_to_plain_http_elsewhere() {
    let copy = Copy::new();
    let page = copy.page();
    let url = serve(|url| vec![whole(&format!("302 Found\nlocation: {url}/other"), ""), whole("200 OK", &page)]);
    assert!(copy.refresh_from(&url).unwrap().ends_with("nothing has changed\n"));
    let url = serve(|_| vec![whole("302 Found\nlocation: http://user:secret@192.0.2.1/page", "")]);
    copy.refuses_url(&url, &["it redirects to http://192.0.2.1/page: plain http is only understood for this machine"]);
    let url = serve(|url| (0..20).map(|_| whole(&format!("302 Found\nlocation: {url}/again"), "")).collect());
    copy.refuses_url(&url, &["there are too many redirects"]);
}

#[test]
fn only_https_is_read_from_elsewhere_and_no_password_is_shown() {
    let copy = Copy::new();
    copy.refuses_url(
        "http://example.com/page",
        &["http://example.com/page: plain http is only understood for this machine"],
    );
    copy.refuses_url("ftp://example.com/page", &["`ftp` is not understood: name a file, `-`, or an https URL"]);
    for url in [
        "http://user:secret@example.com/a@b",
        "ftp://user:secret@example.com",
        "https://user:sec/ret@exa mple",
        "http:user:secret@example.com",
    ] {
        let error = copy.refresh_from(url).unwrap_err();
        assert!(!error.contains("sec") && !error.contains("user"), "{error}");
    }
    let url = serve(|_| vec![whole("401 Unauthorized", "no")]);
    let error = copy.refresh_from(&url.replace("//", "//user:secret@")).unwrap_err();
    assert!(error.starts_with(&format!("{url}: the server answers 401")), "{error}");
}

#[test]
fn a_server_that_stalls_is_given_up() {
    let copy = Copy::new();
    let before = copy.state();
    let idle = Duration::from_millis(200);
    for sent in ["", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"$schema\": "] {
        let url = serve(|_| vec![Answer::Hold(sent.into())]);
        let limits = Limits { idle, ..Limits::default() };
        let said = copy.run(&Task { source: &url, dry_run: false, limits });
        copy.is_refusal(said, &["nothing has come for 200ms"]);
        let url = serve(|_| vec![Answer::Hold(sent.into())]);
        let limits = Limits { total: idle, ..Limits::default() };
        let said = copy.run(&Task { source: &url, dry_run: false, limits });
        copy.is_refusal(said, &["the download takes longer than 200ms"]);
    }
    assert!(copy.state() == before);
}

#[test]
fn a_body_without_end_is_given_up() {
    let copy = Copy::new();
    let head = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
    let url = serve(|_| vec![Answer::Endless(head.into())]);
    copy.refuses_url(&url, &["it has more than 33554432 bytes"]);
    let url = serve(|_| vec![Answer::Hold(b"HTTP/1.1 200 OK\r\ncontent-length: 50000000\r\n\r\n".to_vec())]);
    copy.refuses_url(&url, &["it has more than 33554432 bytes"]);
    let url = serve(|_| vec![Answer::Endless(b"HTTP/1.1 500 Oh\r\nconnection: close\r\n\r\nno\n".to_vec())]);
    copy.refuses_url(&url, &["500 Internal Server Error (no media type): \"no\""]);
}

#[test]
fn a_body_that_ends_early_is_no_cut_page() {
    let copy = Copy::new();
    let page = copy.page();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", page.len() + 10);
    let url = serve(|_| vec![Answer::Send([head.as_bytes(), page.as_bytes()].concat())]);
    copy.refuses_url(&url, &["before"]);
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/page", listener.local_addr().unwrap());
    drop(listener);
    Copy::new().refuses_url(&url, &[&url, "no connection: "]);
}
