//! Schemas the guards or the model refuse, as small documents with one problem each.

use serde_json::{Value, json};

use super::super::vocabulary::LATER_DRAFTS;
use super::{Schema, generate};

/// The place of the property of [`Schema::with_property`].
const P: &str = "schema/published.json#/properties/p";
/// The place of the definitions of [`Schema::with_definitions`].
pub(super) const DEFINITIONS: &str = "schema/published.json#/definitions";

/// Returns an object identified by its `type`.
pub(super) fn tagged(tag: &str) -> Value {
    json!({ "type": "object", "properties": { "type": { "type": "string", "enum": [tag] } }, "required": ["type"] })
}

pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

// ---- keywords ------------------------------------------------------------------------------------------------------

#[test]
fn each_keyword_of_a_later_draft_is_refused() {
    for (keyword, _) in &LATER_DRAFTS {
        Schema::with_property(&json!({ "type": "array", *keyword: [] })).refused(&format!("{P}/{keyword}"));
    }
}

#[test]
fn a_later_keyword_is_refused_at_any_depth() {
    let items = json!({ "type": "array", "items": { "type": "array", "prefixItems": [true] } });
    Schema::with_property(&items).refused(&format!("{P}/items/prefixItems"));
    let map = json!({ "type": "object", "additionalProperties": { "type": "array", "prefixItems": [true] } });
    Schema::with_property(&map).refused(&format!("{P}/additionalProperties/prefixItems"));
    let nullable = json!({ "anyOf": [{ "type": "null" }, { "type": "array", "prefixItems": [true] }] });
    Schema::with_property(&nullable).refused(&format!("{P}/anyOf/1/prefixItems"));
    let union = json!({ "U": { "anyOf": [
        { "type": "string", "x-variant": "S" }, { "type": "array", "x-variant": "A", "prefixItems": [true] },
    ] } });
    Schema::with_definitions(&union).refused(&format!("{DEFINITIONS}/U/anyOf/1/prefixItems"));
}

#[test]
fn a_schema_for_each_position_of_an_array_is_refused() {
    let tuple = json!({ "type": "array", "items": [{ "type": "string" }, { "type": "integer" }] });
    Schema::with_property(&tuple).refused(&format!("{P}/items"));
}

#[test]
fn const_is_refused_and_the_help_is_the_enum_to_write() {
    Schema::with_property(&json!({ "type": "string", "const": "list" })).refused(&format!("{P}/const"));
    let definition = json!({ "D": { "type": "object", "properties": { "type": { "const": "list" } } } });
    let place = format!("{DEFINITIONS}/D/properties/type/const");
    Schema::with_definitions(&definition).refused(&place);
}

#[test]
fn a_keyword_that_is_not_understood_is_refused() {
    for keyword in
        ["allOf", "not", "if", "then", "patternProperties", "propertyNames", "contains", "discriminator", "minimun"]
    {
        let value = if keyword == "allOf" { json!([{}]) } else { json!({}) };
        Schema::with_property(&json!({ "type": "string", keyword: value })).refused(&format!("{P}/{keyword}"));
    }
}

#[test]
fn a_type_that_draft_07_does_not_have_is_refused() {
    for unknown in ["text", "int", "float", "file"] {
        Schema::with_property(&json!({ "type": unknown })).refused(&format!("{P}/type"));
    }
}

#[test]
fn a_union_in_two_ways_at_once_is_refused() {
    let both = json!({ "U": {
        "oneOf": [{ "type": "string", "x-variant": "Text" }, { "type": "integer", "x-variant": "Number" }],
        "anyOf": [{ "type": "boolean" }, { "type": "array" }],
    } });
    Schema::with_definitions(&both).refused(&format!("{DEFINITIONS}/U"));
}

#[test]
fn properties_beside_a_union_are_refused() {
    let both = json!({ "U": {
        "oneOf": [{ "type": "string", "x-variant": "Text" }, { "type": "integer", "x-variant": "Number" }],
        "properties": { "lost": { "type": "string" } },
    } });
    Schema::with_definitions(&both).refused(&format!("{DEFINITIONS}/U"));
}

#[test]
fn what_is_no_schema_is_refused() {
    for node in [json!(false), json!("string"), json!(["string"]), Value::Null] {
        Schema::with_property(&node).refused(P);
    }
}

// ---- references ----------------------------------------------------------------------------------------------------

#[test]
fn a_reference_out_of_the_document_is_refused() {
    for target in
        ["other.json#/definitions/A", "https://example.com/a", "#/properties/q", "#/$defs/A", "#/definitions/A/items"]
    {
        Schema::with_property(&json!({ "$ref": target })).refused(&format!("{P}/$ref"));
    }
}

#[test]
fn a_reference_to_a_missing_definition_is_refused() {
    Schema::with_property(&reference("Lost")).refused(&format!("{P}/$ref"));
    let items = json!({ "type": "array", "items": reference("Lost") });
    Schema::with_property(&items).refused(&format!("{P}/items/$ref"));
}

// ---- unnamed nodes -------------------------------------------------------------------------------------------------

#[test]
fn an_anonymous_type_is_refused_wherever_it_is_used() {
    let nodes = [
        json!({ "type": "object", "properties": { "a": { "type": "string" } } }),
        json!({ "type": "string", "enum": ["a", "b"] }),
        json!({ "anyOf": [{ "type": "string" }, { "type": "integer" }] }),
        json!({ "type": ["string", "integer"] }),
    ];
    for node in nodes {
        Schema::with_property(&node).refused(P);
        Schema::with_property(&json!({ "type": "array", "items": node })).refused(&format!("{P}/items"));
        let map = json!({ "type": "object", "additionalProperties": node });
        Schema::with_property(&map).refused(&format!("{P}/additionalProperties"));
        let nullable = json!({ "oneOf": [node, { "type": "null" }] });
        Schema::with_property(&nullable).refused(&format!("{P}/oneOf/0"));
    }
}

#[test]
fn a_definition_of_what_needs_no_name_is_refused() {
    for node in [
        json!({ "type": "string" }),
        json!({ "type": "array", "items": { "type": "string" } }),
        json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        json!({ "type": "integer", "enum": [1, 2] }),
        json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] }),
    ] {
        Schema::with_definitions(&json!({ "D": node })).refused(&format!("{DEFINITIONS}/D"));
    }
}

// ---- objects -------------------------------------------------------------------------------------------------------

#[test]
fn required_names_a_property() {
    let object = json!({ "D": { "type": "object", "properties": { "a": { "type": "string" } }, "required": ["b"] } });
    let place = format!("{DEFINITIONS}/D/required");
    Schema::with_definitions(&object).refused(&place);
}

#[test]
fn a_constructor_argument_is_a_property() {
    let object =
        json!({ "D": { "type": "object", "properties": { "a": { "type": "string" } }, "x-arguments": ["b"] } });
    let place = format!("{DEFINITIONS}/D/x-arguments");
    Schema::with_definitions(&object).refused(&place);
}

#[test]
fn the_constructor_asks_for_what_cannot_start_empty() {
    let properties = json!({ "a": { "type": "string" }, "b": { "$ref": "#/definitions/E" } });
    let object = json!({ "type": "object", "properties": properties, "required": ["a", "b"], "x-arguments": [] });
    let place = format!("{DEFINITIONS}/D/x-arguments");
    let schema = Schema::with_definitions(&json!({ "D": object, "E": tagged("e") }));
    schema.refused(&place);
}

#[test]
fn an_argument_list_of_three_strings_or_numbers_is_refused() {
    let properties =
        json!({ "a": { "type": "string" }, "b": { "type": "integer" }, "c": { "type": ["string", "null"] } });
    let object = json!({ "type": "object", "properties": properties, "x-arguments": ["a", "b", "c"] });
    let place = format!("{DEFINITIONS}/D/x-arguments");
    Schema::with_definitions(&json!({ "D": object })).refused(&place);
}

#[test]
fn the_constructor_need_not_ask_for_what_it_knows() {
    let properties = json!({
        "type": { "type": "string", "enum": ["d"] },
        "null": { "type": ["string", "null"] },
        "kind": reference("Kind"),
    });
    let object = json!({
        "type": "object", "properties": properties, "required": ["type", "null", "kind"], "x-arguments": [],
    });
    let kind = json!({ "type": "string", "enum": ["one", "two"], "x-preset": "one" });
    Schema::with_definitions(&json!({ "D": object, "Kind": kind })).generate();
}

#[test]
fn a_property_named_like_the_map_of_the_rest_is_refused() {
    for key in ["extra", "Extra", "extra_"] {
        let object = json!({ "D": { "type": "object", "properties": { key: { "type": "string" } } } });
        let place = format!("{DEFINITIONS}/D/properties/{key}");
        Schema::with_definitions(&object).refused(&place);
    }
}

#[test]
fn a_property_named_like_the_constructor_is_refused() {
    let object = json!({ "D": { "type": "object", "properties": { "new": { "type": "string" } } } });
    Schema::with_definitions(&object).refused(&format!("{DEFINITIONS}/D/properties/new"));
}

#[test]
fn two_properties_whose_fields_would_have_one_name_are_refused() {
    for (left, right) in [("a-b", "a_b"), ("aB", "a_b"), ("type", "type_")] {
        let properties = json!({ left: { "type": "string" }, right: { "type": "string" } });
        let object = json!({ "D": { "type": "object", "properties": properties } });
        let refusal = Schema::with_definitions(&object).refusal();
        assert!(refusal.contains(&format!("{DEFINITIONS}/D")), "{refusal}");
        assert!(refusal.contains(right), "{refusal}");
    }
}

#[test]
fn a_property_named_like_a_local_of_the_decoder_is_refused_or_kept_apart() {
    // Local names of an object's decoder, which a field of the same name would shadow.
    for key in ["wire_fields", "wire_key", "is_type"] {
        let properties = json!({ "type": { "type": "string", "enum": ["d"] }, key: { "type": "string" } });
        let object = json!({ "D": { "type": "object", "properties": properties, "required": ["type"] } });
        let Ok(generated) = generate(&Schema::with_definitions(&object).0) else { continue };
        let code = prettyplease::unparse(&generated.file().unwrap());
        let taken =
            [format!("let mut {key} = None;"), format!("let mut {key} = false;"), format!("mut {key}: Fields<")];
        let locals: Vec<_> = taken.iter().filter(|local| code.contains(*local)).collect();
        assert!(locals.len() < 2 && !code.contains(&format!("Some({key}) = ")), "two locals `{key}`");
    }
}

#[test]
fn a_constant_property_may_have_any_name() {
    for key in ["x-kind", "$type", "1st", "type"] {
        let properties = json!({ key: { "type": "string", "enum": ["d"] } });
        let object = json!({ "D": { "type": "object", "properties": properties, "required": [key] } });
        Schema::with_definitions(&object).generate();
    }
}

// ---- enums ---------------------------------------------------------------------------------------------------------

#[test]
fn enum_values_whose_names_collide_are_refused() {
    for (left, right) in [("in_progress", "in-progress"), ("a.b", "a b")] {
        let node = json!({ "E": { "type": "string", "enum": [left, right] } });
        Schema::with_definitions(&node).refused(&format!("{DEFINITIONS}/E"));
    }
}

#[test]
fn an_enum_value_that_makes_no_identifier_is_refused() {
    for value in ["24h", "", "-", "Self", "é"] {
        let node = json!({ "E": { "type": "string", "enum": ["fine", value] } });
        Schema::with_definitions(&node).refused(&format!("{DEFINITIONS}/E"));
    }
    let named = json!({ "E": { "type": "string", "enum": ["fine", "24h"], "x-names": { "24h": "Day" } } });
    Schema::with_definitions(&named).generate();
}

#[test]
fn words_for_an_enum_value_that_is_gone_are_refused() {
    for keyword in ["x-names", "x-enum-descriptions"] {
        let node = json!({ "E": { "type": "string", "enum": ["low"], keyword: { "high": "High" } } });
        let place = format!("{DEFINITIONS}/E/{keyword}");
        Schema::with_definitions(&node).refused(&place);
    }
}
