//! A pair of schemas for each kind of change.

use serde_json::{Map, Value, json};

use super::{Break, Fit, Is, Unproven, both, property, verdict, with};

fn text() -> Value {
    json!({ "type": "string" })
}

#[test]
fn documentation_changes_nothing() {
    property(
        &text(),
        &json!({ "type": "string", "description": "d", "deprecated": true, "x-origin": "o" }),
        (Fit, Fit),
    );
    property(&text(), &json!({ "type": "string", "default": "d", "title": "T" }), (Fit, Fit));
}

#[test]
fn an_optional_property_comes_and_goes() {
    let without = json!({ "type": "object", "properties": { "q": text() } });
    let with = json!({ "type": "object", "properties": { "q": text(), "p": text() } });
    both(&without, &with, "/properties/p", (Fit, Fit));
}

#[test]
fn a_named_property_meets_a_closed_object() {
    let without = json!({ "type": "object", "properties": { "q": text() }, "additionalProperties": false });
    let with = json!({ "type": "object", "properties": { "q": text(), "p": text() }, "additionalProperties": false });
    both(&without, &with, "/properties/p", (Fit, Break));
    assert_eq!(verdict(&with, &without, "").1, json!({ "p": "" }));
}

#[test]
fn a_closed_object_refuses_no_typed_client() {
    let open = json!({ "type": "object", "properties": { "q": text() } });
    let closed = json!({ "type": "object", "properties": { "q": text() }, "additionalProperties": false });
    both(&open, &closed, "", (Fit, Fit));
}

#[test]
fn a_renamed_property_is_ignored() {
    let one = json!({ "type": "object", "properties": { "a": text() } });
    let other = json!({ "type": "object", "properties": { "b": text() } });
    both(&one, &other, "/properties", (Fit, Fit));
}

#[test]
fn optional_becomes_required() {
    both(&with(&text(), false), &with(&text(), true), "/required", (Break, Fit));
    assert_eq!(verdict(&with(&text(), false), &with(&text(), true), "").1, json!({ "q": "a" }));
}

#[test]
fn a_required_property_is_added() {
    let without = json!({ "type": "object", "properties": { "q": text() } });
    let with = json!({ "type": "object", "properties": { "q": text(), "p": text() }, "required": ["p"] });
    both(&without, &with, "/properties/p", (Break, Fit));
}

#[test]
fn a_client_leaves_out_what_is_null_and_optional() {
    let forms = [json!({ "type": ["string", "null"] }), json!({ "anyOf": [text(), { "type": "null" }] })];
    for nullable in forms {
        both(&with(&text(), false), &with(&nullable, false), "/properties/p", (Fit, Fit));
        both(&with(&text(), true), &with(&nullable, true), "/properties/p", (Fit, Break));
    }
}

#[test]
fn enum_values_come_go_and_move() {
    let two = json!({ "type": "string", "enum": ["a", "b"] });
    property(&two, &json!({ "type": "string", "enum": ["a", "b", "c"] }), (Fit, Break));
    property(&two, &json!({ "type": "string", "enum": ["b", "a"] }), (Fit, Fit));
    property(&two, &text(), (Fit, Break));
    property(&two, &json!({ "type": "string", "enum": ["c", "d"] }), (Break, Break));
}

#[test]
fn a_const_changes() {
    property(&json!({ "const": "a" }), &json!({ "const": "b" }), (Break, Break));
    property(&json!({ "const": "a" }), &json!({ "enum": ["a", "b"] }), (Fit, Break));
}

#[test]
fn branches_come_go_and_move() {
    let branch = |name: &str| json!({ "type": "object", "properties": { name: text() }, "required": [name] });
    let two = json!({ "anyOf": [text(), branch("x")] });
    property(&two, &json!({ "anyOf": [text(), branch("x"), { "type": "integer" }] }), (Fit, Break));
    property(&two, &json!({ "anyOf": [text(), branch("x"), branch("y")] }), (Fit, Break));
    property(&two, &json!({ "anyOf": [branch("x"), text()] }), (Fit, Fit));
    property(&two, &text(), (Break, Fit));
}

#[test]
fn a_tagged_branch_is_added() {
    let tagged = |tag: &str| {
        let tag = json!({ "type": "string", "enum": [tag] });
        json!({ "type": "object", "properties": { "type": tag, "v": text() }, "required": ["type", "v"] })
    };
    let two = json!({ "oneOf": [tagged("a"), tagged("b")] });
    property(&two, &json!({ "oneOf": [tagged("a"), tagged("b"), tagged("c")] }), (Fit, Break));
}

#[test]
fn a_one_of_that_comes_to_overlap_breaks() {
    let one = json!({ "oneOf": [{ "type": "integer", "maximum": 5 }, { "type": "integer", "minimum": 10 }] });
    let other = json!({ "oneOf": [{ "type": "integer", "maximum": 5 }, { "type": "integer", "minimum": 3 }] });
    property(&one, &other, (Break, Break));
}

#[test]
fn what_hides_in_a_union_is_found() {
    let either = json!({ "oneOf": [{}, { "type": "number", "minimum": 2 }] });
    property(&json!({ "type": "array", "items": {} }), &json!({ "type": "array", "items": either }), (Break, Fit));
}

#[test]
fn numbers_become_integers() {
    property(&json!({ "type": "number" }), &json!({ "type": "integer" }), (Break, Fit));
    assert_eq!(
        verdict(&with(&json!({ "type": "number" }), true), &with(&json!({ "type": "integer" }), true), "").0,
        Break
    );
}

#[test]
fn bounds_move() {
    let integer = |keyword: &str, bound: i64| json!({ "type": "integer", keyword: bound });
    property(&json!({ "type": "integer" }), &integer("minimum", 1), (Break, Fit));
    property(&integer("maximum", 10), &integer("maximum", 20), (Fit, Break));
    property(&integer("maximum", 10), &integer("exclusiveMaximum", 11), (Fit, Fit));
    property(&integer("multipleOf", 2), &integer("multipleOf", 4), (Break, Fit));
    property(&integer("multipleOf", 4), &integer("multipleOf", 6), (Break, Break));
    property(&json!({ "type": "integer", "maximum": i64::MAX }), &integer("maximum", i64::MAX - 1), (Break, Fit));
    let number = |bound: f64| json!({ "type": "number", "minimum": bound, "maximum": 1 });
    property(&number(0.0), &number(0.1), (Break, Fit));
    property(
        &json!({ "type": "number", "exclusiveMinimum": 0 }),
        &json!({ "type": "number", "minimum": 0.1 }),
        (Break, Fit),
    );
}

#[test]
fn lengths_change() {
    let length = |keyword: &str, length: usize| json!({ "type": "string", keyword: length });
    property(&text(), &length("minLength", 1), (Break, Fit));
    property(&text(), &length("maxLength", 64), (Break, Fit));
    property(&length("maxLength", 64), &length("maxLength", 32), (Break, Fit));
    property(
        &json!({ "type": "string", "format": "uri" }),
        &json!({ "type": "string", "format": "uri", "maxLength": 100 }),
        (Break, Fit),
    );
}

#[test]
fn a_bound_beyond_what_is_tried_is_not_proved() {
    let length = |length: usize| json!({ "type": "string", "maxLength": length });
    property(&length(20_000_000), &length(10_000_000), (Unproven, Fit));
    let items = |count: usize| json!({ "type": "array", "items": { "type": "integer" }, "maxItems": count });
    property(&items(20_000_000), &items(10_000_000), (Unproven, Fit));
}

#[test]
fn formats_change() {
    let format = |format: &str| json!({ "type": "string", "format": format });
    for name in super::super::coverage::FORMATS {
        property(&text(), &format(name), (Break, Fit));
    }
    property(&format("date"), &format("date-time"), (Break, Break));
    property(&text(), &format("iri"), (Break, Fit));
    property(&text(), &format("of-our-own"), (Fit, Fit));
}

#[test]
fn patterns_change() {
    let pattern = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    property(&text(), &pattern("^[a-z]+$"), (Break, Fit));
    property(&pattern("^[a-z]{2,4}$"), &pattern("^[a-z]{2,3}$"), (Break, Fit));
    property(&pattern("^(cat|dog)-\\d+$"), &pattern("^cat-\\d+$"), (Break, Fit));
    property(&pattern("^(?=a)a+$"), &pattern("^[^b]+$"), (Unproven, Break));
    property(&pattern("^(?=a)a+$"), &pattern("^a+$"), (Unproven, Unproven));
    property(&pattern("^a+$"), &json!({ "type": "string", "pattern": "^a+$", "maxLength": 3 }), (Break, Fit));
}

#[test]
fn arrays_change() {
    let items = |more: &Value| {
        let mut node = json!({ "type": "array", "items": { "type": "string" } });
        node.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        node
    };
    property(&items(&json!({})), &items(&json!({ "minItems": 1 })), (Break, Fit));
    property(&items(&json!({})), &items(&json!({ "maxItems": 4 })), (Break, Fit));
    property(&items(&json!({})), &items(&json!({ "uniqueItems": true })), (Break, Fit));
    property(
        &items(&json!({ "uniqueItems": true, "minItems": 2 })),
        &items(&json!({ "uniqueItems": true, "minItems": 3 })),
        (Break, Fit),
    );
    property(&items(&json!({})), &json!({ "type": "array", "items": { "type": "integer" } }), (Break, Break));
    property(&items(&json!({})), &text(), (Break, Break));
}

#[test]
fn maps_send_any_key() {
    let map = |values: &Value| json!({ "type": "object", "additionalProperties": values });
    let named =
        json!({ "type": "object", "properties": { "a": text() }, "additionalProperties": { "type": "integer" } });
    property(&map(&text()), &map(&json!({ "type": "string", "maxLength": 2 })), (Break, Fit));
    property(&map(&json!({ "type": "integer" })), &named, (Break, Break));
    property(
        &map(&text()),
        &json!({ "type": "object", "additionalProperties": text(), "maxProperties": 2 }),
        (Break, Fit),
    );
    property(&map(&text()), &json!({ "type": "object", "additionalProperties": false }), (Break, Fit));
    property(
        &map(&text()),
        &json!({ "type": "object", "additionalProperties": text(), "propertyNames": { "pattern": "^[a-z]+$" } }),
        (Break, Fit),
    );
}

#[test]
fn anything_can_be_anything() {
    property(&json!({}), &text(), (Break, Fit));
    property(&json!(true), &json!({ "type": "object" }), (Break, Fit));
    property(&json!({}), &json!({ "type": ["string", "number", "boolean", "object", "array", "null"] }), (Fit, Fit));
}

#[test]
fn what_is_not_covered_is_not_proved() {
    let conditional = json!({ "type": "string", "if": { "const": "secret" }, "then": { "minLength": 100 } });
    property(&text(), &conditional, (Break, Fit));
    property(&text(), &json!({ "type": "string", "not": { "const": "secret" } }), (Break, Fit));
    property(&text(), &json!({ "type": "string", "not": { "not": { "maxLength": 9000 } } }), (Unproven, Fit));
    let named =
        |node: Value| json!({ "type": "string", "not": { "$ref": "#/definitions/D" }, "definitions": { "D": node } });
    let secret = |secret: &str| named(json!({ "const": secret }));
    both(&secret("one secret"), &secret("another"), "/definitions/D", (Unproven, Unproven));
    property(&text(), &json!({ "type": "string", "pattern": "(" }), (Unproven, Unproven));
}

#[test]
fn a_schema_that_is_none_is_not_proved() {
    let expected: (Is, Is) = (Unproven, Unproven);
    both(&json!({ "type": 5 }), &json!({ "type": "string" }), "", expected);
    both(&json!({ "$ref": "#/definitions/None" }), &json!({ "type": "string" }), "", expected);
    both(
        &json!({ "definitions": { "A": { "$ref": "#/definitions/A" } }, "$ref": "#/definitions/A" }),
        &text(),
        "",
        expected,
    );
    both(&text(), &json!({ "type": "integer" }), "/not/there", expected);
}

#[test]
fn a_branch_meets_only_the_one_with_its_tag() {
    let union = |changed: &Value| {
        let branches = (0..40).map(|index| {
            let tags = if index == 7 { json!(["seven", "sieben"]) } else { json!([format!("tag {index}")]) };
            let others =
                (0..8).map(|other| (format!("p{other}"), json!({ "type": "string", "maxLength": index + other })));
            let mut properties: Map<String, Value> = others.collect();
            properties.insert("type".to_owned(), json!({ "enum": tags }));
            properties.insert("p".to_owned(), if index == 5 { changed.clone() } else { json!({ "type": "integer" }) });
            json!({ "type": "object", "properties": properties, "required": ["type"] })
        });
        json!({ "oneOf": branches.collect::<Vec<_>>() })
    };
    let (listed, any) = (json!({ "enum": ["a", "b"] }), json!({ "type": "string" }));
    both(&union(&listed), &union(&any), "/oneOf/5/properties/p", (Fit, Break));
}
