//! Unions with overlapping branches, and names without a Rust form.

use serde_json::{Value, json};

use super::guards::{DEFINITIONS, reference, tagged};
use super::{Schema, generate};

// ---- unions --------------------------------------------------------------------------------------------------------

/// Returns a union of these branches, with names.
fn union(branches: [Value; 2]) -> Value {
    let [mut left, mut right] = branches;
    left["x-variant"] = "Left".into();
    right["x-variant"] = "Right".into();
    json!({ "anyOf": [left, right] })
}

#[test]
fn branches_that_a_decoder_cannot_tell_apart_are_refused() {
    let kind = |name: &str| json!({ "type": name });
    for (left, right) in [
        (reference("A"), reference("B")),
        (reference("A"), kind("object")),
        (kind("string"), kind("string")),
        (kind("string"), reference("E")),
        (kind("integer"), kind("number")),
        (kind("number"), kind("integer")),
        (kind("array"), json!({ "type": "array", "items": { "type": "string" } })),
        (reference("Inner"), kind("string")),
    ] {
        let definitions = json!({
            "A": tagged("a"), "B": tagged("b"), "E": { "type": "string", "enum": ["e"] },
            "Inner": union([kind("boolean"), kind("string")]), "U": union([left, right]),
        });
        Schema::with_definitions(&definitions).refused(&format!("{DEFINITIONS}/U"));
    }
}

#[test]
fn two_branches_with_the_same_tag_are_refused() {
    let union = json!({ "x-tag": "type", "oneOf": [reference("A"), reference("B")] });
    let definitions = json!({ "A": tagged("a"), "B": tagged("a"), "U": union });
    Schema::with_definitions(&definitions).refused(&format!("{DEFINITIONS}/U"));
}

#[test]
fn a_branch_without_a_tag_is_refused_in_a_tagged_union() {
    let plain = json!({ "type": "object", "properties": { "type": { "type": "string" } } });
    let union = json!({ "x-tag": "type", "oneOf": [reference("A"), { "type": "string", "x-variant": "Text" }] });
    Schema::with_definitions(&json!({ "A": plain, "U": union })).refused(&format!("{DEFINITIONS}/U/oneOf/0"));
}

#[test]
fn a_branch_without_a_name_is_refused() {
    let union = json!({ "U": { "anyOf": [{ "type": "string" }, { "type": "integer", "x-variant": "Number" }] } });
    let place = format!("{DEFINITIONS}/U/anyOf/0");
    Schema::with_definitions(&union).refused(&place);
}

#[test]
fn a_branch_that_admits_any_value_is_refused() {
    let definitions = json!({ "U": union([json!({ "description": "Anything." }), json!({ "type": "string" })]) });
    Schema::with_definitions(&definitions).refused(&format!("{DEFINITIONS}/U/anyOf/0"));
}

#[test]
fn two_variants_of_one_name_are_refused() {
    let tagged_union = json!({ "x-tag": "type", "oneOf": [reference("A"), reference("B")] });
    let definitions = json!({ "A": tagged("a_b"), "B": tagged("a-b"), "U": tagged_union });
    let place = format!("{DEFINITIONS}/U/oneOf/1");
    Schema::with_definitions(&definitions).refused(&place);
    let unknown = json!({ "x-tag": "type", "oneOf": [reference("A")] });
    let definitions = json!({ "A": tagged("unknown"), "U": unknown });
    let place = format!("{DEFINITIONS}/U/oneOf/0");
    Schema::with_definitions(&definitions).refused(&place);
}

#[test]
fn a_variant_that_is_no_identifier_is_refused() {
    for name in ["3d", "Two words", "Self", ""] {
        let branch = json!({ "type": "string", "x-variant": name });
        let refusal = Schema::with_definitions(&json!({ "U": { "anyOf": [branch] } })).refusal();
        assert!(refusal.contains(&format!("{DEFINITIONS}/U/anyOf/0")), "{refusal}");
        assert!(refusal.contains("x-variant"), "{refusal}");
    }
    let union = json!({ "x-tag": "type", "oneOf": [reference("A")] });
    let refusal = Schema::with_definitions(&json!({ "A": tagged("3d"), "U": union })).refusal();
    assert!(refusal.contains(&format!("{DEFINITIONS}/U/oneOf/0")), "{refusal}");
}

// ---- names ---------------------------------------------------------------------------------------------------------

/// Asserts that a definition of this name is refused.
#[track_caller]
fn name_refused(name: &str) {
    Schema::with_definitions(&json!({ name: tagged("a") })).refused(&format!("{DEFINITIONS}/{name}"));
}

#[test]
fn a_name_over_forty_characters_is_refused() {
    let name = "A".repeat(41);
    name_refused(&name);
}

#[test]
fn a_name_that_is_not_in_pascal_case_is_refused() {
    for name in ["message", "in_progress", "Web-Search", "3d", "Größe"] {
        name_refused(name);
    }
}

#[test]
fn a_name_with_an_acronym_in_capitals_is_refused_with_the_one_to_take() {
    // typify writes `McpTool` for it, whatever the definition is called.
    let object = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
    Schema::with_definitions(&json!({ "MCPTool": object })).refused(&format!("{DEFINITIONS}/MCPTool"));
}

#[test]
fn a_name_that_the_generated_code_needs_is_refused() {
    let imported = ["BTreeMap", "Infallible", "FromStr", "Hash", "Hasher"];
    let more = ["Deserialize", "Deserializer", "Serialize", "Serializer", "Value"];
    let prelude =
        ["Box", "Default", "Extra", "From", "Into", "IntoIterator", "Option", "Result", "Self", "String", "Vec"];
    let accepted = imported.into_iter().chain(more).chain(prelude).filter(|name| {
        let schema = Schema::with_definitions(&json!({ *name: tagged("a") }));
        generate(&schema.0).is_ok()
    });
    assert_eq!(accepted.collect::<Vec<_>>(), Vec::<&str>::new(), "names that clash with those that the code uses");
}
