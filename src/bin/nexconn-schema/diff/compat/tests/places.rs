//! Changes deep inside a document.

use serde_json::{Value, json};

use super::{Break, Fit, Unproven, both, verdict};

/// Both directions of a change of the definition `D`, from a string to one that is not empty.
fn definition(root: &Value) -> (Value, Value) {
    let schema = |changed: Value| {
        let mut schema = root.clone();
        schema["definitions"]["D"] = changed;
        schema
    };
    let old = schema(json!({ "type": "object", "properties": { "v": { "type": "string" } } }));
    let new = schema(json!({ "type": "object", "properties": { "v": { "type": "string", "minLength": 1 } } }));
    both(&old, &new, "/definitions/D/properties/v", (Break, Fit));
    (old, new)
}

#[test]
fn in_a_definition_that_is_used_in_several_places() {
    let reference = json!({ "$ref": "#/definitions/D" });
    let (old, new) = definition(&json!({
        "type": "object",
        "properties": { "a": reference, "b": { "type": "array", "items": reference }, "c": { "type": "string" } },
    }));
    assert_eq!(verdict(&old, &new, "/definitions/D").1, json!({ "a": { "v": "" } }));
}

#[test]
fn in_items_maps_and_nullables() {
    let reference = json!({ "$ref": "#/definitions/D" });
    definition(&json!({ "type": "array", "items": reference, "minItems": 3 }));
    definition(&json!({ "type": "array", "items": reference, "minItems": 2, "uniqueItems": true }));
    definition(&json!({ "type": "object", "additionalProperties": reference }));
    definition(&json!({ "type": "object", "properties": { "d": { "anyOf": [reference, { "type": "null" }] } } }));
    definition(
        &json!({ "allOf": [reference, { "type": "object", "properties": { "w": { "type": "string" } }, "required": ["w"] }] }),
    );
}

#[test]
fn in_a_branch_of_a_tagged_union() {
    let tagged = |tag: &str| {
        let tag = json!({ "type": "string", "enum": [tag] });
        json!({ "type": "object", "properties": { "type": tag, "d": { "$ref": "#/definitions/D" } }, "required": ["type"] })
    };
    let (old, new) = definition(&json!({
        "type": "object",
        "properties": { "input": { "type": "array", "items": { "oneOf": [tagged("a"), tagged("b")] } } },
        "required": ["input"],
    }));
    let example = verdict(&old, &new, "/definitions/D").1;
    assert_eq!(example, json!({ "input": [{ "type": "a", "d": { "v": "" } }] }));
}

#[test]
fn in_a_definition_that_holds_itself() {
    let node = |value: Value| {
        let child = json!({ "type": "array", "items": { "$ref": "#/definitions/Node" } });
        let other = json!({ "anyOf": [{ "$ref": "#/definitions/Node" }, { "type": "string" }] });
        let node = json!({ "type": "object", "properties": { "child": child, "other": other, "value": value }, "required": ["other"] });
        json!({ "$ref": "#/definitions/Node", "definitions": { "Node": node } })
    };
    let old = node(json!({ "type": "number" }));
    let new = node(json!({ "type": "integer" }));
    both(&old, &new, "/definitions/Node/properties/value", (Break, Fit));
    let itself =
        |more: Value| json!({ "type": "object", "properties": { "a": { "$ref": "#" }, "b": more }, "required": ["b"] });
    both(&itself(json!({ "type": "string" })), &itself(json!({ "type": "boolean" })), "/properties/b", (Break, Break));
}

#[test]
fn a_type_without_any_document_is_not_proved() {
    let endless = |more: Value| {
        let node = json!({ "type": "object", "properties": { "next": { "$ref": "#/definitions/Node" }, "b": more }, "required": ["next"] });
        json!({ "$ref": "#/definitions/Node", "definitions": { "Node": node } })
    };
    both(
        &endless(json!({ "type": "string" })),
        &endless(json!({ "type": "integer" })),
        "/definitions/Node",
        (Unproven, Unproven),
    );
}

#[test]
fn behind_a_reference_that_moves() {
    let root = |name: &str, node: Value| json!({ "type": "object", "properties": { "p": { "$ref": format!("#/definitions/{name}") } }, "definitions": { name: node } });
    let text = json!({ "type": "string" });
    both(&root("A", text.clone()), &root("B", text.clone()), "/properties/p", (Fit, Fit));
    both(&root("A", text), &root("B", json!({ "type": "integer" })), "/properties/p/$ref", (Break, Break));
}

#[test]
fn a_definition_that_nothing_reaches_is_not_proved() {
    let root = |node: Value| json!({ "type": "object", "definitions": { "A": node } });
    both(
        &root(json!({ "type": "string" })),
        &root(json!({ "type": "integer" })),
        "/definitions/A",
        (Unproven, Unproven),
    );
}

#[test]
fn a_wider_definition_fits_wherever_it_is_used() {
    let reference = json!({ "$ref": "#/definitions/D" });
    let schema = |values: Value| {
        let properties: serde_json::Map<String, Value> =
            (0..60).map(|index| (format!("p{index}"), reference.clone())).collect();
        json!({ "type": "object", "properties": properties, "definitions": { "D": { "type": "string", "enum": values } } })
    };
    let many: Vec<String> = (0..300).map(|index| format!("v{index}")).collect();
    let more: Vec<String> = (0..301).map(|index| format!("v{index}")).collect();
    both(&schema(json!(many)), &schema(json!(more)), "/definitions/D/enum", (Fit, Break));
}
