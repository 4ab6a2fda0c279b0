//! Documents without an overlay: each rule of `naming` on a small document, as lines of the listing.

use serde_json::{Map, Value, json};

use super::super::document::DRAFT_07;
use super::{Failures, Generated, assert_refused, generate_plain, text};

fn try_plain(mut document: Value) -> Result<Generated, Failures> {
    document["$schema"] = DRAFT_07.into();
    generate_plain(&text("doc.json", &document.to_string()), "digest")
}

fn plain(document: &Value) -> Generated {
    try_plain(document.clone()).unwrap_or_else(|failures| panic!("{failures}"))
}

/// Returns a `Root` with these properties.
fn root(properties: &Value) -> Value {
    json!({ "title": "Root", "type": "object", "properties": properties })
}

/// Returns a `Root` with one property `p`.
fn property(schema: &Value) -> Value {
    root(&json!({ "p": schema }))
}

/// Returns a `Root` with one property `p`, a reference to `D`.
fn definition(schema: &Value) -> Value {
    let mut document = property(&json!({ "$ref": "#/definitions/D" }));
    document["definitions"] = json!({ "D": schema });
    document
}

/// Returns the fields and variants, without `extra`.
fn items(generated: &Generated) -> Vec<String> {
    let is_item = |line: &&str| {
        let Some(path) = line.strip_prefix("types::") else { return false };
        let name = path.split([':', '(']).next().unwrap_or_default();
        let variant = path.split("::").nth(1).is_some_and(|rest| {
            rest.starts_with(|c: char| c.is_uppercase()) && !path.contains(" impl ") && !rest.starts_with("Unknown(")
        });
        name.rsplit_once('.').is_some_and(|(_, field)| field != "extra") || variant
    };
    let listing = generated.listing().unwrap();
    listing.lines().filter(is_item).map(|line| line.trim_start_matches("types::").to_owned()).collect()
}

#[track_caller]
fn gives(document: &Value, expected: &[&str]) {
    assert_eq!(items(&plain(document)), expected);
}

#[track_caller]
fn refused(document: Value, place: &str) {
    let Err(failures) = try_plain(document) else { panic!("the generator accepts it") };
    assert_refused(&failures, place);
}

// ---- unnamed parts -------------------------------------------------------------------------------------------------

#[test]
fn a_part_without_a_name_is_called_after_its_object_and_property() {
    let object = json!({ "type": "object", "properties": { "a_b": { "type": "string" } } });
    gives(&property(&object), &["Root.p: Option<Box<RootP>>", "RootP.a_b: Option<String>"]);
    gives(
        &property(&json!({ "type": "array", "items": object })),
        &["Root.p: Vec<RootPItem>", "RootPItem.a_b: Option<String>"],
    );
    gives(
        &property(&json!({ "type": "object", "additionalProperties": object })),
        &["Root.p: Option<BTreeMap<String, RootPValue>>", "RootPValue.a_b: Option<String>"],
    );
    gives(&property(&json!({ "enum": ["x", "y"] })), &["Root.p: Option<RootP>", "RootP::X", "RootP::Y"]);
    gives(
        &property(&json!({ "type": ["string", "integer"], "minLength": 1 })),
        &["Root.p: Option<RootP>", "RootP::Integer(i64)", "RootP::String(String)"],
    );
    gives(
        &property(&json!({ "anyOf": [{ "type": "string" }, object] })),
        &[
            "Root.p: Option<RootP>",
            "RootP::Object(RootPObject)",
            "RootP::String(String)",
            "RootPObject.a_b: Option<String>",
        ],
    );
}

#[test]
fn every_place_is_that_of_the_document() {
    let object = json!({ "type": "object", "properties": { "a": { "enum": ["x", "y"] } } });
    let generated = plain(&property(&json!({ "type": "array", "items": object })));
    let place = |pointer: &str| generated.document.place(pointer).to_string();
    assert_eq!(place("/definitions/RootPItem"), "doc.json#/properties/p/items");
    assert_eq!(place("/definitions/RootPItem/properties/a"), "doc.json#/properties/p/items/properties/a");
    assert_eq!(place("/definitions/RootPItemA/enum/1"), "doc.json#/properties/p/items/properties/a/enum/1");
    let code = prettyplease::unparse(&generated.file().unwrap());
    assert!(code.contains("/// Schema: `doc.json#/properties/p/items/properties/a`."), "{code}");
    assert!(code.contains("pub const SCHEMA_SHA256: &str = \"digest\";") && !code.contains("pub mod models"), "{code}");
}

#[test]
fn the_second_of_two_types_of_one_name_tells_its_signs_or_case() {
    let inline = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
    let mut document = property(&inline);
    document["definitions"] = json!({ "RootP": { "type": "object", "properties": { "b": { "type": "string" } } } });
    gives(&document, &["Root.p: Option<Box<RootLowerP>>", "RootLowerP.a: Option<String>", "RootP.b: Option<String>"]);
    gives(
        &root(&json!({ "a_b": inline, "aB": inline })),
        &[
            "Root.a_b2: Option<Box<RootAb>>",
            "Root.a_b: Option<Box<RootAUnderscoreB>>",
            "RootAUnderscoreB.a: Option<String>",
            "RootAb.a: Option<String>",
        ],
    );
    let definitions =
        json!({ "title": "Root", "type": "object", "definitions": { "my-type": inline, "MyType": inline } });
    gives(&definitions, &["MyMinusType.a: Option<String>", "MyType.a: Option<String>"]);
    let root_twice = json!({ "title": "Root", "type": "object", "definitions": { "root": inline } });
    gives(&root_twice, &["LowerRoot.a: Option<String>"]);
}

#[test]
fn another_definition_of_the_same_name_renames_no_earlier_loser() {
    let text = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
    let names = |keys: &[&str]| {
        let definitions: Map<_, _> = keys.iter().map(|key| ((*key).to_owned(), text.clone())).collect();
        items(&plain(&json!({ "title": "Root", "type": "object", "definitions": definitions })))
    };
    let before = names(&["MyType", "my_type"]);
    let after = names(&["MyType", "my-type", "my.type", "my_type", "myType"]);
    assert!(before.iter().all(|item| after.contains(item)), "{before:?} {after:?}");
    assert_eq!((before.len(), after.len()), (2, 5));
}

#[test]
fn a_document_that_grows_keeps_its_names() {
    let before = root(&json!({
        "level": { "enum": ["low", "high"] },
        "nested": { "type": "object", "properties": { "mode": { "enum": ["a", "b"] } } },
        "tagged": { "oneOf": [
            { "type": "object", "properties": { "type": { "const": "one" }, "x": { "type": "string" } }, "required": ["type"] },
            { "type": "object", "properties": { "type": { "const": "two" } }, "required": ["type"] },
        ] },
        "kinds": { "anyOf": [{ "type": "string" }, { "type": "array", "items": { "enum": ["s", "t"] } }] },
    }));
    let lines = |document: &Value| {
        let mut lines: Vec<_> = plain(document).listing().unwrap().lines().map(str::to_owned).collect();
        // The root's constructor has no arguments, so no line changes.
        lines.retain(|line| !line.starts_with('#'));
        lines
    };
    let kept = lines(&before);
    let additions: [(&str, Value); 6] = [
        ("/properties/level/enum", json!("medium")),
        ("/properties/nested/properties/mode/enum", json!("c")),
        (
            "/properties/tagged/oneOf",
            json!({ "type": "object", "properties": { "type": { "const": "three" } }, "required": ["type"] }),
        ),
        ("/properties/tagged/oneOf", json!({ "type": "string" })),
        ("/properties/kinds/anyOf", json!({ "type": "boolean" })),
        ("/properties/kinds/anyOf", json!({ "type": "object", "properties": { "q": { "enum": ["u", "v"] } } })),
    ];
    for (pointer, addition) in additions {
        for at_front in [true, false] {
            let mut after = before.clone();
            let list = after.pointer_mut(pointer).unwrap().as_array_mut().unwrap();
            list.insert(if at_front { 0 } else { list.len() }, addition.clone());
            let now = lines(&after);
            let gone: Vec<_> = kept.iter().filter(|line| !now.contains(line)).collect();
            assert_eq!(gone, Vec::<&String>::new(), "{addition} at {pointer}");
            assert!(now.len() > kept.len());
        }
    }
    let mut after = before;
    after["properties"]["kind"] = json!({ "type": "object", "properties": { "s": { "enum": ["s", "t"] } } });
    let now = lines(&after);
    assert!(kept.iter().all(|line| now.contains(line)) && now.len() > kept.len());
}

// ---- unions --------------------------------------------------------------------------------------------------------

fn tagged(tag: &str, value: &str) -> Value {
    json!({ "type": "object", "properties": { tag: { "const": value } }, "required": [tag] })
}

#[test]
fn a_union_is_distinguished_by_the_property_that_all_objects_have() {
    let union = json!({ "oneOf": [tagged("kind", "a_one"), tagged("kind", "2"), tagged("kind", "unknown")] });
    let generated = plain(&property(&union));
    assert_eq!(
        items(&generated),
        [
            "Root.p: Option<Box<RootP>>",
            "RootP::AOne(RootPaOne)",
            "RootP::UnknownValue(RootPUnknownValue)",
            "RootP::Value2(RootPValue2)",
        ]
    );
    assert_eq!(generated.document.root["definitions"]["RootP"]["x-tag"], "kind");
}

#[test]
fn type_is_the_tag_before_kind_and_kind_before_the_rest() {
    let object = |values: &[(&str, &str)]| {
        let properties: serde_json::Map<_, _> =
            values.iter().map(|(key, value)| ((*key).to_owned(), json!({ "const": value }))).collect();
        let required: Vec<_> = values.iter().map(|(key, _)| *key).collect();
        json!({ "type": "object", "properties": properties, "required": required })
    };
    for (left, right, tag) in [
        (
            object(&[("a", "1"), ("kind", "1"), ("type", "1")]),
            object(&[("a", "2"), ("kind", "2"), ("type", "2")]),
            "type",
        ),
        (object(&[("a", "1"), ("kind", "1"), ("type", "1")]), object(&[("a", "2"), ("kind", "2")]), "kind"),
        (object(&[("a", "1"), ("b", "1")]), object(&[("a", "2"), ("b", "2")]), "a"),
        // A common constant isn't a tag.
        (object(&[("b", "1"), ("type", "1")]), object(&[("b", "2"), ("type", "1")]), "b"),
    ] {
        let generated = plain(&property(&json!({ "oneOf": [left, right] })));
        assert_eq!(generated.document.root["definitions"]["RootP"]["x-tag"], tag);
    }
}

#[test]
fn a_branch_is_called_after_its_definition_its_title_or_its_kind() {
    let mut document = property(&json!({ "anyOf": [
        { "$ref": "#/definitions/cat" }, { "type": "string", "title": "plain text" }, { "type": "array" }, { "type": "number" },
        { "type": "boolean" }, { "type": "null" },
    ] }));
    document["definitions"] = json!({ "cat": { "type": "object", "properties": { "name": { "type": "string" } } } });
    gives(
        &document,
        &[
            "Cat.name: Option<String>",
            "Root.p: Option<RootP>",
            "RootP::Array(Vec<Json>)",
            "RootP::Boolean(bool)",
            "RootP::Cat(Cat)",
            "RootP::Number(f64)",
            "RootP::PlainText(String)",
        ],
    );
}

#[test]
fn branches_that_overlap_are_refused() {
    let union = json!({ "anyOf": [tagged("type", "a"), { "type": "object" }] });
    refused(property(&union), "doc.json#/properties/p");
    let same = json!({ "oneOf": [tagged("type", "a"), tagged("type", "a")] });
    refused(property(&same), "doc.json#/properties/p");
    let open = json!({ "anyOf": [{ "type": "string" }, { "enum": ["a", "b"] }] });
    refused(property(&open), "doc.json#/properties/p");
}

#[test]
fn a_union_of_constant_strings_is_an_enum() {
    let union = json!({ "oneOf": [{ "const": "a", "description": "First." }, { "const": "b" }, { "type": "null" }] });
    let generated = plain(&property(&union));
    assert_eq!(items(&generated), ["Root.p: Option<RootP>", "RootP::A", "RootP::B"]);
    assert!(prettyplease::unparse(&generated.file().unwrap()).contains("/// First (`a`)."));
}

#[test]
fn a_union_within_a_union_reads_all_kinds() {
    let mut document = property(&json!({ "anyOf": [{ "$ref": "#/definitions/Id" }, { "type": "object" }] }));
    document["definitions"] = json!({ "Id": { "type": ["string", "integer"] } });
    let generated = plain(&document);
    assert_eq!(
        items(&generated),
        ["Id::Integer(i64)", "Id::String(String)", "Root.p: Option<RootP>", "RootP::Id(Id)", "RootP::Object(Json)"]
    );
    let code = prettyplease::unparse(&generated.file().unwrap());
    for part in [
        r#"b'-' | b'0'..=b'9' | b'"' => codec::branch!(self, reader, Id)"#,
        "b'{' => codec::branch!(self, reader, Object)",
    ] {
        assert!(code.contains(part), "{part} in {code}");
    }
}

#[test]
fn alternatives_of_required_properties_are_for_validators() {
    let document = property(&json!({
        "type": "object", "properties": { "a": { "type": "string" }, "b": { "type": "string" } },
        "oneOf": [{ "required": ["a"] }, { "required": ["b"] }],
    }));
    let generated = plain(&document);
    assert_eq!(items(&generated), ["Root.p: Option<Box<RootP>>", "RootP.a: Option<String>", "RootP.b: Option<String>"]);
    assert_eq!(
        generated.document.root["definitions"]["RootP"]["allOf"],
        json!([{ "oneOf": [{ "required": ["a"] }, { "required": ["b"] }] }])
    );
}

// ---- values --------------------------------------------------------------------------------------------------------

#[test]
fn a_constant_is_an_enum_of_one_value() {
    let mut document = property(&json!({ "const": "x" }));
    gives(&document, &["Root.p: Option<String>"]);
    document["required"] = json!(["p"]);
    gives(&document, &[]);
    gives(
        &property(&json!({ "type": "array", "items": { "const": "x" } })),
        &["Root.p: Vec<RootPItem>", "RootPItem::X"],
    );
}

#[test]
fn values_that_are_no_strings_have_the_type_in_common() {
    for (values, ty) in [
        (json!([1, 2]), "i64"),
        (json!([1, 2.5]), "f64"),
        (json!([true]), "bool"),
        (json!(["a", 1]), "Json"),
        (json!([{ "a": 1 }]), "Json"),
        (json!([1, null]), "i64"),
    ] {
        let generated = plain(&property(&json!({ "enum": values })));
        assert_eq!(items(&generated), [format!("Root.p: Option<{ty}>")]);
        assert_eq!(generated.document.root["properties"]["p"]["enum"], values);
    }
    gives(&property(&json!({ "const": 1.5 })), &["Root.p: Option<f64>"]);
    gives(&property(&json!({ "type": "number", "enum": [1, 2] })), &["Root.p: Option<f64>"]);
    refused(property(&json!({ "type": "string", "enum": [1] })), "doc.json#/properties/p/enum");
    refused(property(&json!({ "enum": [] })), "doc.json#/properties/p/enum");
    refused(property(&json!({ "enum": "a" })), "doc.json#/properties/p/enum");
}

#[test]
fn null_makes_a_property_optional() {
    for schema in [
        json!({ "type": ["string", "null"] }),
        json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] }),
        json!({ "oneOf": [{ "const": null }, { "type": "string" }] }),
    ] {
        let mut document = property(&schema);
        document["required"] = json!(["p"]);
        gives(&document, &["Root.p: Option<String>"]);
    }
    for schema in [
        json!({ "enum": ["a", "b", null] }),
        json!({ "type": ["string", "null"], "enum": ["a", "b", null] }),
        json!({ "anyOf": [{ "type": "null" }, { "enum": ["a", "b"] }] }),
        json!({ "oneOf": [{ "const": "a" }, { "const": "b" }, { "type": "null" }] }),
    ] {
        let mut document = property(&schema);
        document["required"] = json!(["p"]);
        gives(&document, &["Root.p: Option<RootP>", "RootP::A", "RootP::B"]);
        let mut document = definition(&schema);
        document["required"] = json!(["p"]);
        gives(&document, &["D::A", "D::B", "Root.p: Option<D>"]);
    }
}

#[test]
fn a_value_that_is_no_name_gets_one() {
    let values = ["", "a b", "1", "+1", "-1", "<", "<=", "self", "1.0", "10", "é", "c"];
    gives(
        &property(&json!({ "enum": values })),
        &[
            "Root.p: Option<RootP>",
            "RootP::AB",
            "RootP::C",
            "RootP::Empty",
            "RootP::Less",
            "RootP::LessEqual",
            "RootP::Minus1",
            "RootP::Plus1",
            "RootP::SelfValue",
            "RootP::Value1",
            "RootP::Value10",
            "RootP::Value1_0",
            "RootP::É",
        ],
    );
    let distinct = ["Root.p: Option<RootP>", "RootP::AB", "RootP::AMinusB"];
    gives(&property(&json!({ "enum": ["a b", "a-b"] })), &distinct);
}

// ---- allOf ---------------------------------------------------------------------------------------------------------

#[test]
fn one_element_of_all_of_is_what_the_node_is() {
    let mut document =
        property(&json!({ "allOf": [{ "$ref": "#/definitions/D" }], "description": "Mine.", "default": {} }));
    document["definitions"] = json!({ "D": { "type": "object", "properties": { "a": { "type": "string" } } } });
    let generated = plain(&document);
    assert_eq!(items(&generated), ["D.a: Option<String>", "Root.p: Option<Box<D>>"]);
    assert!(prettyplease::unparse(&generated.file().unwrap()).contains("/// Mine."));
    gives(&property(&json!({ "allOf": [{ "type": "integer" }] })), &["Root.p: Option<i64>"]);
    gives(
        &property(&json!({ "type": "string", "allOf": [{ "pattern": "^a" }, { "minLength": 1 }] })),
        &["Root.p: Option<String>"],
    );
}

#[test]
fn several_objects_of_all_of_are_one() {
    let animal = json!({ "type": "object", "properties": { "kind": { "enum": ["cat", "dog"] }, "id": { "type": "string" } }, "required": ["id"] });
    let dog = json!({ "allOf": [
        { "$ref": "#/definitions/Animal" },
        { "type": "object", "properties": { "tricks": { "type": "array", "items": { "enum": ["sit", "roll"] } }, "id": { "type": "string" } } },
        { "required": ["tricks"] },
        { "if": { "properties": { "kind": { "const": "cat" } } }, "then": false },
    ] });
    let mut document = definition(&dog);
    document["definitions"]["Animal"] = animal;
    let generated = plain(&document);
    assert_eq!(
        items(&generated),
        [
            "Animal.id: String",
            "Animal.kind: Option<AnimalKind>",
            "AnimalKind::Cat",
            "AnimalKind::Dog",
            "D.id: String",
            "D.kind: Option<AnimalKind>",
            "D.tricks: Vec<DTricksItem>",
            "DTricksItem::Roll",
            "DTricksItem::Sit",
            "Root.p: Option<Box<D>>",
        ]
    );
    let place = |pointer: &str| generated.document.place(pointer).to_string();
    assert_eq!(place("/definitions/D/properties/kind"), "doc.json#/definitions/Animal/properties/kind");
    assert_eq!(place("/definitions/D/properties/tricks"), "doc.json#/definitions/D/allOf/1/properties/tricks");
}

#[test]
fn elements_of_all_of_that_contradict_are_refused() {
    let object = |name: &str| json!({ "type": "object", "properties": { "a": { "type": name } } });
    refused(
        property(&json!({ "allOf": [object("string"), object("integer")] })),
        "doc.json#/properties/p/allOf/1/properties/a",
    );
    refused(
        property(&json!({ "allOf": [{ "type": "string" }, { "type": "integer" }] })),
        "doc.json#/properties/p/allOf/1",
    );
    refused(
        definition(&json!({ "allOf": [{ "$ref": "#/definitions/D" }, object("string")] })),
        "doc.json#/definitions/D",
    );
}

#[test]
fn objects_that_extend_one_another_in_a_circle_end() {
    let extends = |other: &str, property: &str, inner: &str| {
        json!({ "type": "object", "properties": { property: { "allOf": [
            { "$ref": format!("#/definitions/{other}") }, { "properties": { inner: { "type": "string" } } },
        ] } } })
    };
    let mut document = property(&json!({ "$ref": "#/definitions/A" }));
    document["definitions"] = json!({ "A": extends("B", "p", "x"), "B": extends("A", "q", "y") });
    gives(
        &document,
        &[
            "A.p: Option<Box<Ap>>",
            "Ap.q: Option<Box<Bq>>",
            "Ap.x: Option<String>",
            "B.q: Option<Box<Bq>>",
            "Bq.p: Option<Box<Ap>>",
            "Bq.y: Option<String>",
            "Root.p: Option<Box<A>>",
        ],
    );
}

// ---- definitions and references ------------------------------------------------------------------------------------

#[test]
fn a_definition_that_needs_no_type_stands_where_it_is_used() {
    gives(&definition(&json!({ "type": "string", "pattern": "^a" })), &["Root.p: Option<String>"]);
    gives(&definition(&json!({ "description": "Anything." })), &["Root.p: Option<Json>"]);
    gives(
        &definition(&json!({ "type": "array", "items": { "enum": ["x", "y"] } })),
        &["DItem::X", "DItem::Y", "Root.p: Vec<DItem>"],
    );
    gives(
        &definition(&json!({ "type": ["object", "null"], "additionalProperties": { "$ref": "#" } })),
        &["Root.p: Option<BTreeMap<String, Root>>"],
    );
    let mut document = definition(&json!({ "$ref": "#/definitions/E" }));
    document["definitions"]["E"] = json!({ "type": "array", "items": { "$ref": "#/definitions/F" } });
    document["definitions"]["F"] = json!({ "type": "boolean" });
    let generated = plain(&document);
    assert_eq!(items(&generated), ["Root.p: Vec<bool>"]);
    assert_eq!(generated.document.place("/properties/p/items").to_string(), "doc.json#/definitions/E/items");
}

#[test]
fn definitions_that_lead_back_to_themselves_are_refused() {
    refused(definition(&json!({ "$ref": "#/definitions/D" })), "doc.json#/definitions/D");
    let array = json!({ "type": "array", "items": { "$ref": "#/definitions/D" } });
    refused(definition(&array), "doc.json#/definitions/D");
}

#[test]
fn a_definition_may_have_any_name() {
    let object = json!({ "type": "object", "properties": { "a": { "$ref": "#/definitions/my%20type" } } });
    let document = json!({
        "title": "root thing", "type": "object",
        "properties": { "r": { "$ref": "#/definitions/Result" }, "s": { "$ref": "#/definitions/a~1b" } },
        "definitions": { "my type": { "enum": ["x", "y"] }, "Result": object, "a/b": object, "3D": object, "HTTPCode": object },
    });
    gives(
        &document,
        &[
            "Ab.a: Option<MyType>",
            "HttpCode.a: Option<MyType>",
            "MyType::X",
            "MyType::Y",
            "ResultType.a: Option<MyType>",
            "RootThing.r: Option<Box<ResultType>>",
            "RootThing.s: Option<Box<Ab>>",
            "X3d.a: Option<MyType>",
        ],
    );
}

#[test]
fn a_type_may_refer_to_itself_and_to_the_root() {
    let mut document = definition(&json!({ "type": "object", "properties": {
        "next": { "$ref": "#/definitions/D" }, "root": { "$ref": "#" }, "all": { "type": "array", "items": { "$ref": "#" } },
    } }));
    document["properties"]["q"] = json!({ "anyOf": [{ "$ref": "#" }, { "type": "string" }] });
    let generated = plain(&document);
    assert_eq!(
        items(&generated),
        [
            "D.all: Vec<Root>",
            "D.next: Option<Box<D>>",
            "D.root: Option<Box<Root>>",
            "Root.p: Option<Box<D>>",
            "Root.q: Option<Box<RootQ>>",
            "RootQ::Root(Root)",
            "RootQ::String(String)",
        ]
    );
    assert_eq!(generated.document.root["definitions"]["D"]["properties"]["root"], json!({ "$ref": "#" }));
}

#[test]
fn a_reference_leads_to_any_schema_of_the_document() {
    let mut document = root(&json!({
        "home": { "type": "object", "properties": { "city": { "type": "string", "enum": ["a", "b"] } } },
        "work": { "$ref": "#/properties/home" },
        "cities": { "type": "array", "items": { "$ref": "#/properties/home/properties/city" } },
        "tree": { "type": "array", "items": { "type": "object", "properties": { "kids": { "$ref": "#/properties/tree" } } } },
        "text": { "$ref": "#/$defs/some%20text" },
        "part": { "$ref": "#/$defs/Part" },
    }));
    document["$defs"] = json!({
        "some text": { "type": "string" },
        "Part": { "type": "object", "properties": { "next": { "$ref": "#/$defs/Part" } } },
    });
    gives(
        &document,
        &[
            "Part.next: Option<Box<Part>>",
            "Root.cities: Vec<RootHomeCity>",
            "Root.home: Option<Box<RootHome>>",
            "Root.part: Option<Box<Part>>",
            "Root.text: Option<String>",
            "Root.tree: Vec<RootTreeItem>",
            "Root.work: Option<Box<RootHome>>",
            "RootHome.city: Option<RootHomeCity>",
            "RootHomeCity::A",
            "RootHomeCity::B",
            "RootTreeItem.kids: Vec<RootTreeItem>",
        ],
    );
    let generated = plain(&document);
    assert_eq!(generated.document.place("/definitions/Part").to_string(), "doc.json#/$defs/Part");
    assert_eq!(generated.document.place("/definitions/RootHome").to_string(), "doc.json#/properties/home");
}

#[test]
fn a_reference_to_anything_but_a_schema_of_the_document_is_refused() {
    for target in [
        "other.json",
        "https://example.com/a#/definitions/D",
        "#/properties/q",
        "#/definitions/D/items",
        "#/title",
        "#d",
    ] {
        refused(property(&json!({ "$ref": target })), "doc.json#/properties/p/$ref");
    }
    refused(property(&json!({ "$ref": "#/definitions/No" })), "doc.json#/properties/p/$ref");
    refused(property(&json!({ "$ref": 1 })), "doc.json#/properties/p/$ref");
}

// ---- keywords for validators ---------------------------------------------------------------------------------------

#[test]
fn keywords_for_validators_stay_in_the_document() {
    let keywords = json!({
        "not": { "$ref": "#/definitions/some thing" }, "if": {}, "then": {}, "else": {}, "contains": {}, "dependencies": { "a": ["b"] },
        "propertyNames": { "pattern": "^a" }, "patternProperties": { "^x": { "$ref": "#/definitions/text" } },
        "additionalItems": false, "$id": "i", "$comment": "c", "contentMediaType": "text/plain", "x-vendor": { "a": 1 },
    });
    let mut object = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
    object.as_object_mut().unwrap().extend(keywords.as_object().unwrap().clone());
    let mut document = definition(&object);
    document["definitions"]["some thing"] = json!({ "type": "object", "properties": {} });
    document["definitions"]["text"] = json!({ "type": "string" });
    let generated = plain(&document);
    let mut expected = keywords;
    expected["not"] = json!({ "$ref": "#/definitions/SomeThing" });
    expected["patternProperties"]["^x"] = json!({ "type": "string" });
    for (keyword, value) in expected.as_object().unwrap() {
        assert_eq!(generated.document.root["definitions"]["D"][keyword], *value, "{keyword}");
    }
    assert_eq!(items(&generated), ["D.a: Option<String>", "Root.p: Option<Box<D>>"]);
}

#[test]
fn a_keyword_of_no_draft_says_nothing() {
    let schema = json!({ "type": "string", "markdownDescription": "m", "faker": { "type": "integer" } });
    gives(&property(&schema), &["Root.p: Option<String>"]);
}

#[test]
fn items_by_their_positions_are_any_values() {
    let parts = json!([{ "type": "string" }, { "$ref": "#/definitions/D" }]);
    let mut document = definition(&json!({ "type": "integer" }));
    document["properties"]["p"] = json!({ "type": "array", "items": parts, "additionalItems": false });
    gives(&document, &["Root.p: Vec<Json>"]);
    let items = &plain(&document).document.root["properties"]["p"]["items"];
    assert_eq!(*items, json!([{ "type": "string" }, { "type": "integer" }]));
}

#[test]
fn a_map_of_anything_and_words_about_anything_are_any_value() {
    let free = [
        json!({ "type": "object", "additionalProperties": { "type": "object" } }),
        json!({ "type": "object", "additionalProperties": { "description": "Anything." } }),
        json!({ "description": "Words.", "allOf": [true] }),
        json!({ "description": "Words.", "allOf": [false] }),
    ];
    for node in free {
        assert_eq!(items(&plain(&property(&node))), ["Root.p: Option<Json>"], "{node}");
    }
}

#[test]
fn what_no_value_fits_is_any_value_to_rust() {
    gives(&property(&json!(false)), &["Root.p: Option<Json>"]);
    gives(&property(&json!({ "type": "array", "items": false })), &["Root.p: Vec<Json>"]);
}

#[test]
fn what_no_rule_covers_is_refused_as_ever() {
    for (schema, place) in [
        (json!({ "prefixItems": [] }), "prefixItems"),
        (json!({ "type": "object", "unevaluatedProperties": false }), "unevaluatedProperties"),
        (
            json!({ "type": "object", "properties": {}, "anyOf": [{ "type": "object", "properties": {} }, { "type": "string" }] }),
            "",
        ),
    ] {
        let at = if place.is_empty() {
            "doc.json#/properties/p".to_owned()
        } else {
            format!("doc.json#/properties/p/{place}")
        };
        refused(property(&schema), &at);
    }
}

// ---- properties ----------------------------------------------------------------------------------------------------

#[test]
fn a_property_may_have_any_name_that_makes_a_field() {
    let names = ["type", "self", "crate", "match", "größe", "", "1st", "a-b", "$id", "C D"];
    let properties: serde_json::Map<_, _> =
        names.iter().map(|name| ((*name).to_owned(), json!({ "type": "string" }))).collect();
    gives(
        &root(&properties.into()),
        &[
            "Root.a_b: Option<String>",
            "Root.c_d: Option<String>",
            "Root.crate_: Option<String>",
            "Root.größe: Option<String>",
            "Root.id: Option<String>",
            "Root.match_: Option<String>",
            "Root.self_: Option<String>",
            "Root.type_: Option<String>",
            "Root.x1st: Option<String>",
            "Root.x: Option<String>",
        ],
    );
}

#[test]
fn properties_of_one_field_get_names_of_their_own() {
    let keys = ["Next", "next", "@type", "type", "a-b", "a_b", "extra", "wire_a", "", "日本", "größe"];
    let boolean = json!({ "type": "boolean" });
    let document = root(&keys.map(|key| (key.to_owned(), boolean.clone())).into_iter().collect());
    let fields = |document: &Value| {
        let fields = &plain(document).shapes["Root"];
        keys.map(|key| fields.get(key).map(|field| field.ident.to_string()).unwrap_or_default())
    };
    let expected = [
        "capital_next",
        "next",
        "at_type",
        "type_",
        "a_minus_b",
        "a_b",
        "extra2",
        "property_wire_underscore_a",
        "x",
        "u65e5_u672c",
        "größe",
    ];
    assert_eq!(fields(&document), expected);
    let mut grown = document;
    for key in ["$type", "a.b", "NEXT"] {
        grown["properties"][key] = boolean.clone();
    }
    assert_eq!(fields(&grown), expected);
}

#[test]
fn a_property_called_like_a_function_has_no_setter() {
    for name in ["new", "New", "from_map"] {
        let generated = plain(&root(&json!({ name: { "type": "string" } })));
        let field = name.to_lowercase();
        assert_eq!(items(&generated), [format!("Root.{field}: Option<String>")]);
        assert!(
            !generated.listing().unwrap().contains(&format!("types::Root::{field}(self")),
            "{}",
            generated.listing().unwrap()
        );
    }
}

#[test]
fn a_required_property_that_is_not_described_is_any_value() {
    let mut document = root(&json!({}));
    document["required"] = json!(["q"]);
    gives(&document, &["Root.q: Json"]);
}

// ---- the root ------------------------------------------------------------------------------------------------------

#[test]
fn the_root_has_a_type_and_a_title() {
    refused(json!({ "type": "object" }), "doc.json#");
    refused(json!({ "title": "!", "type": "object" }), "doc.json#/title");
    refused(json!({ "title": 1, "type": "object" }), "doc.json#/title");
    refused(json!({ "title": "T", "type": "string" }), "doc.json#");
    let union = json!({ "title": "T", "oneOf": [{ "type": "string" }, { "type": "integer" }] });
    gives(&union, &["T::Integer(i64)", "T::String(String)"]);
    gives(&json!({ "title": "T", "enum": ["a"] }), &["T::A"]);
    assert!(plain(&json!({ "title": "my map", "properties": {} })).listing().unwrap().contains("types::MyMap struct"));
    assert!(plain(&json!({ "title": "Vec", "type": "object" })).listing().unwrap().contains("types::VecType struct"));
}

#[test]
fn a_required_value_of_the_own_type_is_optional_because_it_would_never_end() {
    let mut document = property(&json!({ "$ref": "#/definitions/A" }));
    let object =
        |next: &str| json!({ "type": "object", "properties": { "next": { "$ref": next } }, "required": ["next"] });
    document["definitions"] = json!({ "A": object("#/definitions/B"), "B": object("#/definitions/A") });
    assert_eq!(
        items(&plain(&document)),
        ["A.next: Option<Box<B>>", "B.next: Option<Box<A>>", "Root.p: Option<Box<A>>"]
    );
}

#[test]
fn help_without_an_overlay_do_not_mention_it() {
    for schema in [
        json!({ "prefixItems": [] }),
        json!({ "type": "text" }),
        json!({ "type": "array", "minItems": "1" }),
        json!({ "anyOf": [{ "type": "object", "properties": {} }, { "type": "object", "properties": {} }] }),
        json!({ "allOf": [{ "type": "string" }, { "type": "integer" }] }),
        json!({ "$ref": "other.json" }),
    ] {
        let message = try_plain(root(&json!({ "p": schema }))).err().unwrap();
        for word in ["overlay", "[[", "additions", "published", "refresh"] {
            assert!(!message.to_string().contains(word), "{message}");
        }
    }
}
