//! Documents that nobody would write by hand: deep, wide, circular, broken. Each is an answer or an
//! error with its place, in bounded time and on an ordinary stack.
//!
//! Place in the flow: asks the three ways to generate, as `plain.rs` and `lenient.rs` do.

use std::fmt::Write;
use std::{fs, io};

use serde_json::{Map, Value, json};

use super::super::document::DRAFT_07;
use super::{Schema, Sources, generate, generate_leniently, generate_plain, text};

/// The listing, or what is said against the document.
fn plain(document: &str) -> Result<String, String> {
    let generated = generate_plain(&text("doc.json", document), "digest");
    generated.map(|generated| generated.listing).map_err(|failures| failures.to_string())
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

/// Demands that all three ways to generate refuse the text of the published schema, with these words.
#[track_caller]
fn refused_by_all(published: &str, problem: &str) {
    let mut schema = Schema::with_definitions(&json!({}));
    schema.0.published = text("doc.json", published);
    let said = [
        generate(&schema.0).err(),
        generate_leniently(&schema.0).err(),
        generate_plain(&schema.0.published, "digest").err(),
    ];
    for failures in said {
        let said = failures.expect("a failure").to_string();
        assert!(said.starts_with("doc.json") && said.contains(problem) && said.contains("remedy: "), "{said}");
    }
}

#[test]
fn deep_nesting_is_refused_with_the_limit() {
    for depth in [200, 10_000, 1_000_000] {
        let nested = format!("{}{}", "{\"items\":".repeat(depth), "}".repeat(depth));
        refused_by_all(&nested, "nests more than 127 levels deep");
        refused_by_all(&"[".repeat(depth), "nests more than 127 levels deep");
    }
}

#[test]
fn a_key_that_stands_twice_is_refused_with_its_line() {
    refused_by_all("{\n\"title\": \"A\",\n\"title\": \"B\"}", "the key \"title\" stands twice in one object");
    let said = plain("{\n\"title\": \"A\",\n\"title\": \"B\"}").unwrap_err();
    assert!(said.starts_with("doc.json:3: ") && said.contains("line 3 column 7"), "{said}");
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
    let said = error.to_string();
    assert!(said.contains("published.json: byte 11 is not UTF-8") && said.contains("save the file as UTF-8"), "{said}");
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
        let said = chain(2_000, link).unwrap_err();
        assert!(said.starts_with("doc.json#/definitions/D") && said.contains("64"), "{}", &said[..500.min(said.len())]);
    }
    // What doubles with every link.
    let doubling =
        chain(40, |next| json!({ "type": "array", "items": next, "not": { "anyOf": [next.clone(), next] } }));
    assert!(doubling.unwrap_err().contains("leads through too many definitions"));
}

#[test]
fn circles_of_definitions_that_need_no_type_are_refused() {
    let definitions =
        json!({ "A": reference("B"), "B": reference("C"), "C": { "type": "array", "items": reference("A") } });
    let properties = Map::from_iter([("p".to_owned(), reference("A"))]);
    let said = plain(&root(&properties, definitions.as_object().unwrap())).unwrap_err();
    assert!(said.contains("doc.json#/definitions/") && said.contains("leads back to itself"), "{said}");
}

#[test]
fn a_reference_out_of_the_document_is_refused_by_all() {
    for target in ["http://127.0.0.1:9/schema.json", "file:///etc/passwd", "other.json#/definitions/A"] {
        let property = Map::from_iter([("p".to_owned(), json!({ "$ref": target }))]);
        refused_by_all(&root(&property, &Map::new()), "is not a reference");
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
fn many_failures_are_all_told() {
    let mut properties = Map::new();
    let mut name = String::new();
    for index in 0..1_000 {
        name.clear();
        write!(name, "p{index}").unwrap();
        properties.insert(name.clone(), reference("Lost"));
    }
    assert_eq!(
        plain(&root(&properties, &Map::new())).unwrap_err().matches("there is no definition `Lost`").count(),
        1_000
    );
}
