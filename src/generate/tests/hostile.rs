//! Hostile documents: deep, wide, circular or broken. Each gives output or an error with its place, in bounded time and
//! stack.

use std::fmt::Write;
use std::{fs, io};

use quote::ToTokens;
use serde_json::{Map, Value, json};

use super::super::document::DRAFT_07;
use super::super::vocabulary::KEYWORDS;
use super::super::wellformed::samples::malformed;
use super::free_text::{emptied, is_plain, split_docs};
use super::{Failures, Schema, Sources, generate, generate_leniently, generate_plain, text};

/// Returns the listing, or the failures as text.
fn plain(document: &str) -> Result<String, String> {
    let generated = generate_plain(&text("doc.json", document), "digest");
    generated.map(|generated| generated.listing().unwrap()).map_err(|failures| failures.to_string())
}

fn root(properties: &Map<String, Value>, definitions: &Map<String, Value>) -> String {
    let root = json!({
        "$schema": DRAFT_07, "title": "Root", "type": "object", "properties": properties, "definitions": definitions,
    });
    root.to_string()
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

/// Asserts errors of all three ways to generate.
#[track_caller]
fn refused_by_all(published: &str) {
    let mut schema = Schema::with_definitions(&json!({}));
    schema.0.published = text("doc.json", published);
    let failures = [
        generate(&schema.0).err(),
        generate_leniently(&schema.0).err(),
        generate_plain(&schema.0.published, "digest").err(),
    ];
    for Failures(failures) in failures.map(|failures| failures.expect("a failure")) {
        assert!(failures.iter().all(|failure| failure.place.file == "doc.json"), "{failures:?}");
    }
}

#[test]
fn deep_nesting_is_refused_with_the_limit() {
    for depth in [200, 10_000, 1_000_000] {
        let nested = format!("{}{}", "{\"items\":".repeat(depth), "}".repeat(depth));
        refused_by_all(&nested);
        refused_by_all(&"[".repeat(depth));
    }
}

#[test]
fn a_blank_description_counts_as_none() {
    let source = |description: &str| {
        let properties = json!({ "p": { "type": "string", "description": description } });
        let document = root(properties.as_object().unwrap(), &Map::new());
        generate_plain(&text("doc.json", &document), "digest").unwrap().file().unwrap().to_token_stream().to_string()
    };
    for blank in [" ", "\n", "\t\r\n"] {
        assert_eq!(source(blank), source(""), "{blank:?}");
    }
}

#[test]
fn a_key_that_stands_twice_is_refused_with_its_line() {
    refused_by_all("{\n\"title\": \"A\",\n\"title\": \"B\"}");
    let message = plain("{\n\"title\": \"A\",\n\"title\": \"B\"}").unwrap_err();
    assert!(message.starts_with("doc.json:3: ") && message.contains("line 3 column 7"), "{message}");
}

#[test]
fn a_byte_order_mark_is_accepted() {
    let document = root(&Map::new(), &Map::new());
    assert_eq!(plain(&format!("\u{feff}{document}")), plain(&document));
}

#[test]
fn a_file_that_is_not_utf_8_is_refused_with_the_offset() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("additions")).unwrap();
    fs::write(folder.path().join("published.json"), b"{\"title\": \"\xff\"}").unwrap();
    let error = Sources::read(folder.path()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    let message = error.to_string();
    assert!(message.contains("published.json: byte 11"), "{message}");
}

#[test]
fn chains_of_definitions_end_in_an_answer_or_an_error() {
    let chain = |length: usize, link: fn(Value) -> Value| {
        let mut definitions: Map<_, _> =
            (0..length).map(|index| (format!("D{index}"), link(reference(&format!("D{}", index + 1))))).collect();
        definitions
            .insert(format!("D{length}"), json!({ "type": "object", "properties": { "z": { "type": "string" } } }));
        let properties = Map::from_iter([("p".to_owned(), reference("D0"))]);
        plain(&root(&properties, &definitions))
    };
    let objects = chain(2_000, |next| json!({ "type": "object", "properties": { "next": next } })).unwrap();
    assert!(objects.contains("types::D1999.next: Option<Box<D2000>>"));
    let links: [fn(Value) -> Value; 4] = [
        |next| next,
        |next| json!({ "type": "array", "items": next }),
        |next| json!({ "allOf": [next, { "type": "object", "properties": {} }] }),
        |next| json!({ "allOf": [next] }),
    ];
    for link in links {
        assert!(chain(30, link).is_ok());
        let message = chain(2_000, link).unwrap_err();
        assert!(
            message.starts_with("doc.json#/definitions/D") && message.contains("64"),
            "{}",
            &message[..500.min(message.len())]
        );
    }
    // Doubles with every link.
    let doubling =
        chain(40, |next| json!({ "type": "array", "items": next, "not": { "anyOf": [next.clone(), next] } }));
    assert!(doubling.unwrap_err().starts_with("doc.json#/"));
}

#[test]
fn circles_of_definitions_that_need_no_type_are_refused() {
    let definitions =
        json!({ "A": reference("B"), "B": reference("C"), "C": { "type": "array", "items": reference("A") } });
    let properties = Map::from_iter([("p".to_owned(), reference("A"))]);
    let message = plain(&root(&properties, definitions.as_object().unwrap())).unwrap_err();
    assert!(message.contains("doc.json#/definitions/") && message.contains("itself"), "{message}");
}

#[test]
fn a_reference_out_of_the_document_is_refused_by_all() {
    for target in ["http://127.0.0.1:9/schema.json", "file:///etc/passwd", "other.json#/definitions/A"] {
        let property = Map::from_iter([("p".to_owned(), json!({ "$ref": target }))]);
        refused_by_all(&root(&property, &Map::new()));
    }
}

#[test]
fn wide_documents_are_answered() {
    let string = json!({ "type": "string" });
    let properties: Map<_, _> = (0..5_000).map(|index| (format!("p{index}"), string.clone())).collect();
    let mut document: Value = serde_json::from_str(&root(&properties, &Map::new())).unwrap();
    document["required"] = properties.keys().cloned().collect();
    assert!(plain(&document.to_string()).unwrap().contains("types::Root.p4999: String"));

    let values: Vec<_> = (0..5_000).map(|index| format!("v{index}")).collect();
    let property = Map::from_iter([("p".to_owned(), json!({ "enum": values }))]);
    assert!(plain(&root(&property, &Map::new())).unwrap().contains("types::RootP::V4999"));

    let branch = |index: usize| {
        json!({
            "type": "object", "properties": { "type": { "const": format!("t{index}") } }, "required": ["type"],
        })
    };
    let branches: Vec<_> = (0..2_000).map(branch).collect();
    let property = Map::from_iter([("p".to_owned(), json!({ "oneOf": branches }))]);
    assert!(plain(&root(&property, &Map::new())).unwrap().contains("types::RootP::T1999(RootPt1999)"));
}

#[test]
fn a_long_text_is_answered() {
    let mut property = json!({ "type": "string" });
    property["description"] = "a ".repeat(500_000).into();
    let property = Map::from_iter([("p".to_owned(), property)]);
    assert!(plain(&root(&property, &Map::new())).is_ok());
}

#[test]
fn all_failures_are_returned() {
    let mut properties = Map::new();
    let mut name = String::new();
    for index in 0..1_000 {
        name.clear();
        write!(name, "p{index}").unwrap();
        properties.insert(name.clone(), reference("Lost"));
    }
    assert_eq!(plain(&root(&properties, &Map::new())).unwrap_err().matches("unknown definition `Lost`").count(), 1_000);
}

// ---- hostile text --------------------------------------------------------------------------------------------------

/// Text with the effect of code, markup or a control sequence unless it's escaped.
const HOSTILE: [&str; 12] = [
    "x\n\n```\nstd::fs::write(\"pwned\", \"\").unwrap();\n```\n",
    "```rust\npanic!()",
    "~~~\npanic!()\n~~~",
    "\n\n    panic!();\n\n",
    "a\rb",
    "a\u{202e}b\u{200b}c\u{2066}d\u{feff}",
    "\u{1b}[31mred\u{9b}0m\u{7f}\0",
    "<script>alert(1)</script> <!-- --> &lt;b&gt;",
    "[link](https://evil.example) [`Vec`] [x]: y",
    "*/ #![allow(warnings)] \" + panic!() //",
    "` `` ``` unbalanced ` ``x",
    "# Heading\n- list\n> quote\n| a | b |\n|---|---|",
];

fn hostile_document(text: &str) -> String {
    let free = |mut node: Value| {
        for keyword in ["description", "$comment", "format"] {
            node[keyword] = text.into();
        }
        node["pattern"] = text.replace(['[', ']', '(', ')', '*', '+', '\\'], "").into();
        node["default"] = text.into();
        node["examples"] = json!([text]);
        node
    };
    let object = free(json!({ "type": "object", "properties": {
        "s": free(json!({ "type": "string" })),
        "e": free(json!({ "type": "string", "enum": ["a", "b"], "x-enum-descriptions": { "a": text } })),
        "u": free(json!({ "anyOf": [free(json!({ "type": "string" })), free(json!({ "type": "integer" }))] })),
    } }));
    let mut root = json!({
        "$schema": DRAFT_07, "title": "Root", "type": "object",
        "properties": { "o": object, "d": { "$ref": "#/definitions/D" } },
        "definitions": { "D": free(json!({ "type": "object", "properties": { "x": free(json!({ "type": "integer" })) } })) },
    });
    root["description"] = text.into();
    root.to_string()
}

#[track_caller]
fn assert_plain(line: &str) {
    assert!(is_plain(line, crate::generate::invisible::is_invisible), "{line:?}");
}

#[test]
fn free_text_stays_text() {
    for text in HOSTILE {
        let document = hostile_document(text);
        let emptied = emptied(&serde_json::from_str(&document).unwrap());
        let generate = |document: &str, docs: &mut Vec<String>| {
            let generated = generate_plain(&super::text("doc.json", document), "digest").unwrap();
            split_docs(generated.file().unwrap().to_token_stream(), docs).to_string()
        };
        let mut docs = Vec::new();
        assert_eq!(generate(&document, &mut docs), generate(&emptied.to_string(), &mut Vec::new()), "{text:?}");
        for line in &docs {
            assert_plain(line);
        }
    }
}

#[test]
fn names_and_values_stay_text() {
    for text in HOSTILE {
        let property = Map::from_iter([
            ("p".to_owned(), json!({ "type": "string", "enum": [text, "other"] })),
            ("only".to_owned(), json!({ "const": text })),
            (format!("a{text}"), json!({ "type": "string" })),
        ]);
        let mut document: Value = serde_json::from_str(&root(&property, &Map::new())).unwrap();
        document["required"] = json!(["only"]);
        // Texts without any Rust name are refused with their place.
        let generated = generate_plain(&super::text("doc.json", &document.to_string()), "digest");
        let Ok(generated) = generated else { continue };
        let file = generated.file().unwrap();
        let printed = prettyplease::unparse(&file);
        assert!(!printed.contains(|c: char| crate::generate::invisible::is_invisible(c)), "{printed}");
        let mut docs = Vec::new();
        split_docs(file.to_token_stream(), &mut docs);
        for line in &docs {
            assert_plain(line);
        }
    }
}

#[test]
fn names_that_typify_could_stumble_over_are_fields_or_failures() {
    let keys = [
        "", " ", "\0", "1", "é", "ß", "🦀", "self", "Self", "crate", "super", "r#type", "$ref", "_", "__", "a-b",
        "a.b", "\u{202e}", "async", "ﬀ", "İ", "ª", "١", "x\u{301}", "-", "{}", "\"", "\\", "//", "'a",
    ];
    for key in keys {
        let property = Map::from_iter([(key.to_owned(), json!({ "type": "string" }))]);
        match plain(&root(&property, &Map::new())) {
            Ok(listing) => assert!(listing.contains("types::Root."), "{key:?}: {listing}"),
            Err(message) => {
                assert!(
                    message.starts_with("doc.json#/properties/") && message.contains("help: "),
                    "{key:?}: {message}"
                );
            }
        }
    }
}

#[test]
fn malformed_schemas_are_refused_with_their_pointer() {
    let all = malformed(KEYWORDS.iter().map(|keyword| (keyword.name, keyword.form)));
    assert!(all.contains(&("examples", json!(1))) && all.contains(&("anyOf", json!([]))));
    for (keyword, value) in all {
        let property = Map::from_iter([("p".to_owned(), json!({ keyword: value }))]);
        let message = plain(&root(&property, &Map::new())).unwrap_err();
        assert!(message.starts_with(&format!("doc.json#/properties/p/{keyword}")), "{keyword} {value}: {message}");
        assert!(message.contains("help: "), "{message}");
        let published = json!({ "$schema": DRAFT_07, "title": "Thing", "type": "object", "properties": property });
        refused_by_all(&published.to_string());
    }
    for pattern in ["(", "a)", "[a", "*", "a|*"] {
        let property = Map::from_iter([("p".to_owned(), json!({ "patternProperties": { pattern: {} } }))]);
        assert!(plain(&root(&property, &Map::new())).is_err(), "{pattern}");
    }
    for pattern in ["^[a-z]+$", "(?:a|b)*", "[^\r]", "\\(", "a{2,3}?", "[]a]", "^(?=x).*$", ""] {
        let property = Map::from_iter([("p".to_owned(), json!({ "type": "string", "pattern": pattern }))]);
        assert!(plain(&root(&property, &Map::new())).is_ok(), "{pattern}");
    }
}
