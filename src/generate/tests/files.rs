//! Refused JSON files of the folder, and duplicate names.

use serde_json::json;

use super::overlay::MESSAGE;
use super::{Schema, remove};

// ---- the JSON files ------------------------------------------------------------------------------------------------

#[test]
fn malformed_json_is_refused_with_its_line() {
    let mut schema = Schema::frozen();
    schema.0.published.text = schema.0.published.text.replacen("\"type\": \"object\",\n", "\"type\": \"object\"\n", 1);
    schema.refused("schema/published.json:4");
    let mut schema = Schema::frozen();
    schema.file("error.json").text = "{\n  \"$schema\": 07\n}\n".to_owned();
    schema.refused("schema/additions/error.json:2");
    schema.file("error.json").text.clear();
    schema.refused("schema/additions/error.json:1");
}

#[test]
fn a_byte_order_mark_is_accepted() {
    let plain = Schema::frozen().generate();
    let mut schema = Schema::frozen();
    for text in
        schema.0.additions.iter_mut().chain([&mut schema.0.published, &mut schema.0.overlay, &mut schema.0.source])
    {
        text.text.insert(0, '\u{feff}');
    }
    assert_eq!(
        prettyplease::unparse(&schema.generate().file().unwrap()),
        prettyplease::unparse(&plain.file().unwrap())
    );
}

#[test]
fn another_schema_is_refused() {
    let schema = Schema::frozen().published("/title", |title| *title = json!("Create Chat Completion"));
    schema.refused("schema/published.json#/title");
    let schema = Schema::frozen().published("", |root| remove(root, "title"));
    schema.refused("schema/published.json#/title");
    let schema = Schema::frozen().published("/type", |kind| *kind = json!("array"));
    schema.refused("schema/published.json#/type");
}

#[test]
fn the_draft_must_be_draft_07() {
    let newer = "https://json-schema.org/draft/2020-12/schema";
    let schema = Schema::frozen().published("/$schema", |draft| *draft = json!(newer));
    schema.refused("schema/published.json#/$schema");
    let schema = Schema::frozen().additions("tools.json", "/$schema", |draft| *draft = json!(newer));
    schema.refused("schema/additions/tools.json#/$schema");
}

#[test]
fn the_draft_must_be_said() {
    let schema = Schema::frozen().published("", |root| remove(root, "$schema"));
    schema.refused("schema/published.json#");
    let schema = Schema::frozen().additions("tools.json", "", |root| remove(root, "$schema"));
    schema.refused("schema/additions/tools.json#");
    let mut schema = Schema::frozen();
    schema.0.published.text = "[]".to_owned();
    schema.refused("schema/published.json#");
}

#[test]
fn an_additions_file_has_properties_and_definitions_only() {
    let schema = Schema::frozen().additions("request.json", "", |root| root["required"] = json!(["model"]));
    let place = "schema/additions/request.json#/required";
    schema.refused(place);
}

#[test]
fn properties_and_definitions_are_objects() {
    for keyword in ["properties", "definitions"] {
        let schema = Schema::frozen().additions("request.json", "", |root| root[keyword] = json!([]));
        schema.refused(&format!("schema/additions/request.json#/{keyword}"));
    }
}

#[test]
fn a_property_of_two_additions_files_is_refused() {
    let schema = Schema::frozen().additions("tools.json", "", |root| {
        root["properties"] = json!({ "stream": { "type": "boolean" } });
    });
    schema.refused("schema/additions/tools.json#/properties/stream");
}

#[test]
fn a_key_that_is_written_twice_is_refused() {
    let mut schema = Schema::frozen();
    let file = schema.file("error.json");
    file.text =
        file.text.replacen("\"ErrorBody\": {", "\"ErrorBody\": { \"type\": \"object\" },\n    \"ErrorBody\": {", 1);
    let refusal = schema.refusal();
    assert!(refusal.contains("schema/additions/error.json") && refusal.contains("ErrorBody"), "{refusal}");
}

// ---- two types of one name -----------------------------------------------------------------------------------------

#[test]
fn a_name_in_two_additions_files_is_refused() {
    let object = json!({ "type": "object", "properties": {} });
    let schema = Schema::frozen().more_additions("zoo.json", &json!({ "Reasoning": object }));
    schema.refused("schema/additions/zoo.json#/definitions/Reasoning");
}

#[test]
fn a_name_in_the_overlay_and_in_the_additions_is_refused() {
    let object = json!({ "type": "object", "properties": {} });
    let schema = Schema::frozen().more_additions("zoo.json", &json!({ "Role": object }));
    schema.refused("schema/additions/zoo.json#/definitions/Role");
}

#[test]
fn a_name_that_the_overlay_gives_twice_is_refused() {
    let schema = Schema::frozen().overlay("is = \"MessagePhase\"", "is = \"ItemStatus\"");
    schema.refused(&format!("schema/published.json#{MESSAGE}/properties/status"));
}

#[test]
fn a_definition_named_like_the_root_is_refused() {
    let object = json!({ "type": "object", "properties": {} });
    let schema = Schema::frozen().more_additions("zoo.json", &json!({ "CreateResponseRequest": object.clone() }));
    schema.refused("schema/additions/zoo.json#/definitions/CreateResponseRequest");
    let published =
        Schema::frozen().published("", |root| root["definitions"] = json!({ "CreateResponseRequest": object }));
    let refusal = published.refusal();
    assert!(refusal.contains("schema/published.json#/definitions/CreateResponseRequest"), "{refusal}");
}

// ---- origins -------------------------------------------------------------------------------------------------------

#[test]
fn an_addition_that_does_not_say_where_it_comes_from_is_refused() {
    for pointer in ["/properties/stream", "/definitions/Reasoning", "/definitions/Reasoning/properties/effort"] {
        let place = format!("schema/additions/request.json#{pointer}");
        let without = Schema::frozen().additions("request.json", pointer, |node| {
            node.as_object_mut().unwrap().remove("x-origin");
        });
        without.refused(&place);
        let wrong = Schema::frozen().additions("request.json", pointer, |node| node["x-origin"] = json!("published"));
        wrong.refused(&place);
    }
}
