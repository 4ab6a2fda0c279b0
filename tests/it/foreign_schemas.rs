//! Other people's schemas: each kind of fault once, on a small document. The types compile without warnings, and
//! documents decode and encode without loss.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use super::printed_types::{manifest, run, text};

const DRAFT_07: &str = "http://json-schema.org/draft-07/schema#";

/// A document with its root type, lines of its listing, the pointers of its warnings, and values.
struct Case {
    name: &'static str,
    schema: Value,
    root: &'static str,
    listing: &'static [&'static str],
    warnings: &'static [&'static str],
    values: Vec<Value>,
}

impl Case {
    fn new(name: &'static str, schema: Value, listing: &'static [&'static str], values: Value) -> Self {
        let Value::Array(values) = values else { panic!("{name}: a list of values") };
        Self { name, schema, root: "Thing", listing, warnings: &[], values }
    }

    /// A case whose schema is the property `p` of `Thing`.
    fn property(name: &'static str, schema: &Value, listing: &'static [&'static str], values: &Value) -> Self {
        let values = values.as_array().unwrap().iter().map(|value| json!({ "p": value })).collect();
        Self::new(name, thing(&json!({ "p": schema })), listing, values)
    }

    fn root(self, root: &'static str) -> Self {
        Self { root, ..self }
    }

    fn warns(self, warnings: &'static [&'static str]) -> Self {
        Self { warnings, ..self }
    }
}

fn thing(properties: &Value) -> Value {
    json!({ "$schema": DRAFT_07, "title": "Thing", "type": "object", "properties": properties })
}

fn object(properties: &Value) -> Value {
    json!({ "type": "object", "properties": properties })
}

fn names() -> Vec<Case> {
    let string = json!({ "type": "string" });
    let keys = |keys: &[&str]| -> Value { keys.iter().map(|key| ((*key).to_owned(), string.clone())).collect() };
    let spelled = ["Next", "next", "@type", "type", "a-b", "a_b"];
    let reserved = ["extra", "self", "crate", "err", "Self", "Option", "Box", "String", "new", "größe", "wire_a"];
    let value = |keys: &[&str]| -> Value { keys.iter().map(|key| ((*key).to_owned(), json!(key))).collect() };
    let words =
        json!(["err", "ok", "none", "some", "self", "option", "größe", "a b", "a-b", "unknown", "x".repeat(99)]);
    let long = object(
        &json!({ "of_the_second_level_that_is_long": object(&json!({ "and_a_third_one_too": object(&json!({ "x": string })) })) }),
    );
    vec![
        Case::new(
            "spelling",
            thing(&keys(&spelled)),
            &["Thing.next: Option<String>", "Thing.capital_next: Option<String>"],
            json!([value(&spelled)]),
        ),
        Case::new(
            "reserved",
            thing(&keys(&reserved)),
            &["Thing.extra2: Option<String>", "Thing.größe: Option<String>"],
            json!([value(&reserved)]),
        ),
        Case::property(
            "values",
            &json!({ "enum": words }),
            &["ThingP::Err", "ThingP::Größe", "ThingP::AMinusB"],
            &words,
        ),
        Case::property(
            "prelude",
            &json!({ "$ref": "#/definitions/Option" }),
            &["Thing.p: Option<Box<OptionType>>"],
            &json!([{ "a": "1" }]),
        )
        .with_definitions(&prelude(&string)),
        Case::property(
            "long_names",
            &long,
            &["ThingPOfTheSecondLevelThatIsLongAndAThirdOneToo.x: Option<String>"],
            &json!([{ "of_the_second_level_that_is_long": { "and_a_third_one_too": { "x": "y" } } }]),
        ),
        Case::new(
            "no_title",
            json!({ "type": "object", "properties": { "name": string } }),
            &["NoTitle.name: Option<String>"],
            json!([{ "name": "x" }]),
        )
        .root("NoTitle"),
    ]
}

/// Definitions with names that the generated code uses or imports.
fn prelude(string: &Value) -> Value {
    let names =
        ["Clone", "Copy", "Debug", "Drop", "Hash", "JsonError", "JsonText", "Mismatch", "Option", "Send", "Vec"];
    let definitions = names.map(|name| (name.to_owned(), object(&json!({ "a": string }))));
    let result = ("Result".to_owned(), json!({ "enum": ["Ok", "Err"] }));
    definitions.into_iter().chain([result]).collect()
}

impl Case {
    fn with_definitions(mut self, definitions: &Value) -> Self {
        self.schema["definitions"] = definitions.clone();
        self
    }
}

#[allow(clippy::too_many_lines, reason = "a table")]
fn roots() -> Vec<Case> {
    let config = object(&json!({ "name": { "type": "string" } }));
    let root = |keyword: &str, value: Value| json!({ "$schema": DRAFT_07, "title": "Thing", keyword: value });
    vec![
        Case::new(
            "reference",
            json!({ "$schema": DRAFT_07, "$ref": "#/definitions/Config", "definitions": { "Config": config } }),
            &["Config.name: Option<String>"],
            json!([{ "name": "x" }]),
        )
        .root("Config"),
        Case::new(
            "array",
            json!({ "title": "Thing", "type": "array", "items": config }),
            &["Thing::Array(Vec<ThingArrayItem>)"],
            json!([[], [{ "name": "x" }, { "more": 1 }]]),
        ),
        Case::new(
            "map",
            json!({ "title": "Thing", "additionalProperties": { "type": "integer" } }),
            &["Thing::Object(BTreeMap<String, i64>)"],
            json!([{}, { "a": 1 }]),
        ),
        // Without an object around it, the root keeps the values it can't hold.
        Case::new(
            "integers",
            json!({ "title": "Thing", "type": "array", "items": { "type": "integer" } }),
            &["Thing::Array(Vec<i64>)", "Thing::Unknown(Json)"],
            json!([[1, -2], [1, 9_223_372_036_854_775_808_u64], [1, "x"], "x", [1.5, 2]]),
        ),
        Case::new(
            "numbers",
            json!({ "title": "Thing", "additionalProperties": { "type": "number" } }),
            &["Thing::Object(BTreeMap<String, f64>)"],
            json!([{ "a": 1.5 }, { "a": 1, "b": 9_007_199_254_740_993_u64 }]),
        ),
        Case::new(
            "array_with_null",
            json!({ "title": "Thing", "type": "array", "items": { "type": ["string", "null"] } }),
            &["Thing::Array(Vec<Json>)"],
            json!([["x", null]]),
        )
        .warns(&["#/items"]),
        Case::new(
            "maps_by_pattern",
            json!({ "title": "Thing", "type": "array", "items": { "patternProperties": { "^x-": { "type": "string" } } } }),
            &["Thing::Array(Vec<Json>)"],
            json!([[{ "x-a": "b", "y": 1 }]]),
        )
        .warns(&["#/items/patternProperties/^x-"]),
        Case::new(
            "nullable",
            json!({ "anyOf": [{ "$ref": "#/definitions/Config" }, { "type": "null" }], "definitions": { "Config": config } }),
            &["Config.name: Option<String>"],
            json!([{ "name": "x" }, null]),
        )
        .root("Config"),
        Case::new(
            "nullable_union",
            json!({ "title": "Thing", "type": ["string", "integer", "null"] }),
            &["Thing::Integer(i64)"],
            json!(["x", 1, null, true]),
        ),
        Case::new(
            "union",
            root("oneOf", json!([config, { "type": "string" }])),
            &["Thing::String(String)"],
            json!([{ "name": "x" }, "y"]),
        ),
        Case::new("boolean", json!(true), &["Boolean::Boolean(bool)"], json!([true, { "a": [1] }, [1], "x", 1.5]))
            .root("Boolean"),
        Case::new(
            "all_of",
            root("allOf", json!([config, object(&json!({ "b": { "type": "boolean" } }))])),
            &["Thing.b: Option<bool>"],
            json!([{ "name": "x", "b": true }]),
        ),
    ]
}

#[allow(clippy::too_many_lines, reason = "a table")]
fn unions() -> Vec<Case> {
    let (string, number) = (json!({ "type": "string" }), json!({ "type": "number" }));
    let kind = |values: Value, key: &str| json!({ "type": "object", "properties": { "kind": { "enum": values }, key: number }, "required": ["kind"] });
    let first = json!({ "type": "object", "properties": { "a": string }, "required": ["a"] });
    let second = json!({ "type": "object", "properties": { "b": string, "c": number }, "required": ["b"] });
    let map = json!({ "type": "object", "additionalProperties": number });
    vec![
        Case::property(
            "anonymous",
            &json!({ "oneOf": [object(&json!({ "allow": string })), object(&json!({ "deny": string }))] }),
            &["ThingP::Object(ThingPObject)", "ThingP::Deny(ThingPDeny)"],
            &json!([{ "allow": "x" }, { "deny": "x" }, {}, { "other": 1, "deny": null }]),
        ),
        Case::property(
            "required_keys",
            &json!({ "anyOf": [first, second, map] }),
            &["ThingP::A(ThingPa)", "ThingP::B(ThingPb)", "ThingP::Object(BTreeMap<String, f64>)"],
            &json!([{ "a": "x" }, { "b": "x", "c": 1.5 }, { "x": 1.5, "y": 2 }]),
        ),
        Case::property(
            "tags",
            &json!({ "oneOf": [kind(json!(["circle", "disc"]), "r"), kind(json!(["square"]), "a")] }),
            &["ThingP::Circle(ThingPCircle)", "ThingP::Square(ThingPSquare)"],
            &json!([{ "kind": "disc", "r": 1.5 }, { "kind": "square", "a": 2.5 }, { "kind": "cube" }]),
        ),
        Case::property(
            "numbers_as_tags",
            &json!({ "oneOf": [kind(json!([1]), "r"), kind(json!([2]), "a")] }),
            &["ThingP::Kind(ThingPKind)"],
            &json!([{ "kind": 1, "r": 1.5 }, { "kind": 2, "a": 2.5 }]),
        ),
        Case::property(
            "open_enum",
            &json!({ "anyOf": [{ "enum": ["auto", "off"] }, string] }),
            &["Thing.p: Option<ThingP>", "ThingP::Auto"],
            &json!(["auto", "x"]),
        ),
        Case::property(
            "one_number",
            &json!({ "anyOf": [{ "type": "integer" }, number] }),
            &["Thing.p: Option<f64>"],
            &json!([1, 1.5]),
        ),
        Case::property(
            "booleans",
            &json!({ "anyOf": [{ "const": true }, { "type": "boolean" }, string] }),
            &["ThingP::Boolean(bool)"],
            &json!([true, false, "x"]),
        ),
        Case::property(
            "arrays",
            &json!({ "anyOf": [{ "type": "array", "items": string }, { "type": "array", "items": number }] }),
            &["Thing.p: Vec<ThingPItem>"],
            &json!([["x"], [1.5], ["x", 1.5]]),
        ),
        Case::property(
            "mixed_enum",
            &json!({ "enum": ["auto", 1, true, null] }),
            &["ThingP::Boolean(bool)", "ThingP::Integer(i64)", "ThingP::String(ThingPString)"],
            &json!(["auto", 1, true, "x"]),
        ),
        Case::property(
            "beside_properties",
            &json!({ "type": "object", "properties": { "id": string }, "oneOf": [first, second] }),
            &["ThingP::A(ThingPa)", "ThingPa.id: Option<String>", "ThingPb.id: Option<String>"],
            &json!([{ "id": "1", "a": "x" }, { "id": "1", "b": "x" }]),
        ),
        Case::property(
            "among_parts",
            &json!({ "allOf": [{ "oneOf": [first, second] }, object(&json!({ "id": string }))] }),
            &["ThingP::A(ThingPa)", "ThingPa.id: Option<String>", "ThingPb.id: Option<String>"],
            &json!([{ "id": "1", "a": "x" }, { "id": "1", "b": "x" }]),
        ),
        Case::property(
            "null",
            &json!({ "oneOf": [first, second, { "type": "null" }] }),
            &["Thing.p: Option<ThingP>"],
            &json!([{ "a": "x" }, { "b": "x" }]),
        ),
    ]
}

fn references_and_drafts() -> Vec<Case> {
    let leaf = object(&json!({ "v": { "type": "string" } }));
    let draft = |uri: &str, body: Value| {
        let mut schema = json!({ "$schema": uri, "title": "Thing", "type": "object" });
        schema.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        schema
    };
    let to = |reference: &str| json!({ "$ref": reference });
    vec![
        Case::new("draft_04", draft("http://json-schema.org/draft-04/schema#", json!({ "properties": { "n": { "type": "integer", "minimum": 0, "exclusiveMinimum": true }, "l": to("#leaf") }, "definitions": { "leaf": { "id": "#leaf", "type": "object", "properties": { "v": { "type": "string" } } } } })), &["Thing.n: Option<i64>", "Thing.l: Option<Box<Leaf>>"], json!([{ "n": 1, "l": { "v": "x" } }])),
        Case::new("draft_04_const", draft("http://json-schema.org/draft-04/schema#", json!({ "properties": { "c": { "type": "string", "const": "x" } } })), &["Thing.c: Option<String>"], json!([{ "c": "y" }])).warns(&["#/properties/c/const"]),
        Case::new("draft_2019_09", draft("https://json-schema.org/draft/2019-09/schema", json!({ "properties": { "leaf": { "$ref": "#/$defs/Leaf", "properties": { "w": { "type": "boolean" } } }, "self": { "$recursiveRef": "#" } }, "$defs": { "Leaf": leaf }, "dependentRequired": { "leaf": ["self"] }, "unevaluatedProperties": false })), &["ThingLeaf.v: Option<String>", "ThingLeaf.w: Option<bool>", "Thing.self_: Option<Box<Thing>>"], json!([{ "leaf": { "v": "x", "w": true }, "self": {} }])),
        Case::new("draft_2020_12", draft("https://json-schema.org/draft/2020-12/schema", json!({ "properties": { "pair": { "type": "array", "prefixItems": [{ "type": "string" }, { "type": "integer" }] }, "leaf": to("#leaf"), "other": to("https://example.com/leaf") }, "$defs": { "Leaf": { "$anchor": "leaf", "type": "object", "properties": { "v": { "type": "string" } } }, "Other": { "$id": "https://example.com/leaf", "type": "object" } } })), &["Thing.leaf: Option<Box<Leaf>>", "Thing.other: Option<Box<Other>>", "Thing.pair: Vec<Json>"], json!([{ "pair": ["x", 1], "leaf": { "v": "x" }, "other": {} }])).warns(&["#/properties/pair"]),
        Case::new("unevaluated", draft("https://json-schema.org/draft/2020-12/schema", json!({ "properties": { "a": { "type": "string" } }, "unevaluatedProperties": { "type": "integer" } })), &["Thing.a: Option<String>"], json!([{ "a": "x", "b": 1 }])).warns(&["#/unevaluatedProperties"]),
        Case::new("openapi_nullable", draft(DRAFT_07, json!({ "properties": { "n": { "type": "string", "nullable": true } } })), &["Thing.n: Option<String>"], json!([{ "n": "x" }])),
        Case::new("any_pointer", draft(DRAFT_07, json!({ "properties": { "a": leaf, "b": to("#/properties/a"), "c": to("#/shared/leaf"), "d": to("elsewhere.json#/x") }, "shared": { "leaf": leaf } })), &["Thing.b: Option<Box<ThingA>>", "Thing.c: Option<Box<ThingSharedLeaf>>", "Thing.d: Option<Json>"], json!([{ "a": { "v": "x" }, "b": { "v": "x" }, "c": { "v": "x" }, "d": 1 }])).warns(&["#/properties/d/$ref"]),
        Case::property("unsigned", &json!({ "type": "integer", "format": "uint64", "minimum": 0 }), &["Thing.p: Option<u64>"], &json!([0, 18_446_744_073_709_551_615_u64])),
        Case::property("signed", &json!({ "type": "integer", "format": "uint64", "minimum": -1 }), &["Thing.p: Option<i64>"], &json!([-1])),
        Case::property("large", &json!({ "type": "integer", "minimum": 0, "maximum": 18_446_744_073_709_551_615_u64 }), &["Thing.p: Option<u64>"], &json!([9_223_372_036_854_775_808_u64])),
    ]
}

fn other_keywords() -> Vec<Case> {
    let part = |key: &str, kind: &str| object(&json!({ key: { "type": kind } }));
    vec![
        Case::property("all_of_parts", &json!({ "allOf": [part("a", "string"), part("b", "string")] }), &["ThingP.a: Option<String>", "ThingP.b: Option<String>"], &json!([{ "a": "x", "b": "y" }])),
        Case::property("all_of_refines", &json!({ "allOf": [part("a", "number"), object(&json!({ "a": { "type": "integer", "minimum": 1 } }))] }), &["ThingP.a: Option<i64>"], &json!([{ "a": 1 }])),
        Case::property("all_of_conflicts", &json!({ "allOf": [part("a", "string"), part("a", "boolean"), part("b", "string")] }), &["ThingP.b: Option<String>"], &json!([{ "a": true, "b": "x" }])).warns(&["#/properties/p/allOf/1/properties/a"]),
        Case::property("pattern", &json!({ "type": "string", "pattern": "[^\r]" }), &["Thing.p: Option<String>"], &json!(["x"])),
        Case::property("closed", &json!({ "type": "object", "additionalProperties": false }), &["Thing.p: Option<Json>"], &json!([{}])),
        Case::property("format", &json!({ "type": "string", "format": "x\n\n```\npanic!(\"ran\");\n```\n" }), &["Thing.p: Option<String>"], &json!(["x"])),
        Case::property("by_pattern", &json!({ "type": "object", "properties": { "a": { "type": "string" } }, "patternProperties": { "^x-": { "type": "string" } } }), &["ThingP.a: Option<String>"], &json!([{ "a": "x", "x-b": "y" }])).warns(&["#/properties/p/patternProperties"]),
        Case::property("map_by_pattern", &json!({ "type": "object", "patternProperties": { "^x-": { "type": "string" } }, "additionalProperties": false }), &["Thing.p: Option<BTreeMap<String, String>>"], &json!([{ "x-b": "y" }])),
        Case::property("more_properties", &json!({ "type": "object", "properties": { "a": { "type": "string" } }, "additionalProperties": { "type": "integer" } }), &["ThingP.a: Option<String>"], &json!([{ "a": "x", "b": 1 }])).warns(&["#/properties/p/additionalProperties"]),
        Case::property("condition", &json!({ "type": "object", "properties": { "a": { "type": "string" } }, "allOf": [{ "if": { "required": ["a"] }, "then": { "properties": { "a": { "minLength": 1, "type": "string" }, "b": { "type": "boolean" } } } }] }), &["ThingP.a: Option<String>"], &json!([{ "a": "x", "b": true }])).warns(&["#/properties/p/allOf/0/then"]),
        Case::property("dependency", &json!({ "type": "object", "properties": { "a": { "type": "string" } }, "dependencies": { "a": { "properties": { "b": { "type": "boolean" } } } } }), &["ThingP.a: Option<String>"], &json!([{ "a": "x", "b": true }])).warns(&["#/properties/p/dependencies/a"]),
        Case::property("malformed", &json!({ "type": "strin", "required": true }), &["Thing.p: Option<Json>"], &json!(["x"])).warns(&["#/properties/p/required", "#/properties/p/type"]),
    ]
}

fn cases() -> Vec<Case> {
    [names(), roots(), unions(), references_and_drafts(), other_keywords()].into_iter().flatten().collect()
}

fn command(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nexconn-schema"));
    command.current_dir(folder).args(arguments).args(["--overlay", "none", "--color", "never"]).output().unwrap()
}

/// Returns the pointers of the warnings.
fn warnings(output: &Output) -> Vec<String> {
    let text = text(&output.stderr);
    let places = text.lines().filter_map(|line| line.strip_prefix("warning: ")?.split_once(": "));
    let pointers = places.map(|(place, _)| place.split_once('#').unwrap_or_default().1);
    pointers.map(|pointer| format!("#{pointer}")).collect()
}

#[test]
fn other_schemas_generate_compile_and_are_lossless() {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| fs::write(folder.path().join(file), text).unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    let (mut modules, mut arms, mut input) = (String::new(), String::new(), String::new());
    let mut codecs = Vec::new();
    let (cases, mut missing) = (cases(), String::new());
    for Case { name, schema, root, listing, warnings: expected, values } in &cases {
        let file = format!("{name}.json");
        write(&file, &schema.to_string());
        let printed = command(folder.path(), &["generate", &file]);
        assert!(printed.status.success(), "{name}: {}", text(&printed.stderr));
        assert_eq!(warnings(&printed), *expected, "{name}");
        // Each form of the codec is compiled once.
        let printed = text(&printed.stdout);
        let (types, codec) = printed.split_once("\nmod codec {\n").unwrap();
        let form = codecs.iter().position(|known| known == codec).unwrap_or(codecs.len());
        if form == codecs.len() {
            let body = codec.strip_suffix("}\n").unwrap();
            write(&format!("src/codec{form}.rs"), &format!("#![allow(unused_imports, unused_macros)]\n{body}"));
            modules += &format!("mod codec{form};\n");
            codecs.push(codec.to_owned());
        }
        write(&format!("src/{name}.rs"), &format!("{types}\nuse super::codec{form} as codec;\n"));
        let api = text(&command(folder.path(), &["api", &file]).stdout);
        for line in *listing {
            if !api.lines().any(|item| item == format!("types::{line}")) {
                missing += &format!("{name} lacks {line}:\n{api}");
            }
        }
        let strict = command(folder.path(), &["generate", &file, "--strict"]);
        assert_eq!(strict.status.success(), expected.is_empty(), "{name}");
        modules += &format!("mod {name};\n");
        let root = format!("{name}::{root}");
        let root = if values.contains(&Value::Null) { format!("Option<{root}>") } else { root };
        arms += &format!("\"{name}\" => again::<{root}>(value),\n");
        for value in values {
            input += &format!("{name} {value}\n");
        }
    }
    assert!(missing.is_empty(), "{missing}");
    let program = format!(
        "#![allow(dead_code)]\n{modules}\n\
         fn again<T: serde::de::DeserializeOwned + serde::Serialize>(value: &str) -> String {{\n\
         serde_json::to_string(&serde_json::from_str::<T>(value).unwrap()).unwrap()\n}}\n\n\
         fn main() {{\nfor line in std::io::stdin().lines() {{\nlet line = line.unwrap();\n\
         let (name, value) = line.split_once(' ').unwrap();\n\
         let value = match name {{\n{arms}_ => unreachable!(),\n}};\nprintln!(\"{{name}} {{value}}\");\n}}\n}}\n"
    );
    write("src/main.rs", &program);
    write("Cargo.toml", &manifest(""));
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    let output = run(folder.path(), &input);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let lines = |text: &str| -> Vec<(String, Value)> {
        let parts = text.lines().map(|line| line.split_once(' ').unwrap());
        parts.map(|(name, value)| (name.to_owned(), serde_json::from_str(value).unwrap())).collect()
    };
    assert_eq!(lines(&text(&output.stdout)), lines(&input));
}

#[test]
fn the_root_is_named_by_the_option_and_files_are_bundled() {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, schema: &Value| fs::write(folder.path().join(file), schema.to_string()).unwrap();
    write("main.json", &thing(&json!({ "p": { "$ref": "parts/leaf.json#/definitions/Leaf" } })));
    fs::create_dir(folder.path().join("parts")).unwrap();
    let inner = object(&json!({ "v": { "$ref": "other.json" } }));
    write("parts/leaf.json", &json!({ "definitions": { "Leaf": inner } }));
    write("parts/other.json", &json!({ "title": "Other", "enum": ["a", "b"] }));
    assert_eq!(command(folder.path(), &["api", "main.json", "--name", "!"]).status.code(), Some(2));
    let api = |arguments: &[&str]| {
        let output = command(folder.path(), &[&["api", "main.json", "--name", "my root"], arguments].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    assert!(api(&[]).contains("types::MyRoot.p: Option<Json>\n"));
    let bundled = api(&["--bundle"]);
    for line in ["MyRoot.p: Option<Box<Leaf>>", "Leaf.v: Option<Other>", "Other::A"] {
        assert!(bundled.contains(&format!("types::{line}\n")), "{bundled}");
    }
    let generated = text(&command(folder.path(), &["generate", "main.json", "--bundle"]).stdout);
    assert!(generated.contains("other.json#`."), "the place of a type is in its own file");
}

#[test]
fn a_draft_without_a_translation_is_refused_with_its_pointer() {
    let folder = tempfile::tempdir().unwrap();
    let mut schema = thing(&json!({}));
    schema["$schema"] = "http://json-schema.org/draft-03/schema#".into();
    fs::write(folder.path().join("old.json"), schema.to_string()).unwrap();
    let output = command(folder.path(), &["generate", "old.json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("old.json#/$schema: "), "{}", text(&output.stderr));
}

#[test]
fn definitions_that_refer_to_each_other_many_times_are_read_once() {
    let folder = tempfile::tempdir().unwrap();
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let reference = |number: u32| json!({ "$ref": format!("#/definitions/D{number}") });
        let twice = |number: u32| (format!("D{number}"), json!({ keyword: vec![reference(number + 1); 2] }));
        let last = ("D40".to_owned(), object(&json!({ "a": { "type": "string" } })));
        let mut schema = thing(&json!({ "p": { "anyOf": [reference(0), { "type": "boolean" }] } }));
        schema["definitions"] = (0..40).map(twice).chain([last]).collect();
        fs::write(folder.path().join("thing.json"), schema.to_string()).unwrap();
        let api = text(&command(folder.path(), &["api", "thing.json"]).stdout);
        assert!(api.contains(".a: Option<String>\n"), "{keyword}: {api}");
    }
}

#[test]
fn keywords_that_the_draft_lacks_break_no_documents() {
    let folder = tempfile::tempdir().unwrap();
    for (draft, breaks) in [("draft-04", 0), ("draft-07", 1)] {
        for keyword in ["contains", "if", "propertyNames"] {
            let write = |file: &str, minimum: u8| {
                let rule = json!({ "minLength": minimum, "minimum": minimum });
                let p = json!({ "type": ["string", "array", "object"], keyword: rule, "then": false });
                let schema = json!({ "$schema": format!("http://json-schema.org/{draft}/schema#"), "title": "Thing",
                    "type": "object", "properties": { "if": { "type": "string" }, "p": p } });
                fs::write(folder.path().join(file), schema.to_string()).unwrap();
            };
            write("old.json", 1);
            write("new.json", 2);
            let diff = ["diff", "--format", "json", "old.json", "new.json"];
            let report: Value = serde_json::from_slice(&command(folder.path(), &diff).stdout).unwrap();
            let summary = &report["summary"];
            let found = summary["breaks_old_to_new"].as_u64().max(summary["breaks_new_to_old"].as_u64());
            assert_eq!(found, Some(breaks), "{draft}, {keyword}: {report:#}");
            assert!(summary["schema_only"].as_u64() >= Some(1), "{draft}, {keyword}: {report:#}");
        }
    }
}

#[test]
fn keywords_beside_a_reference_break_no_documents_up_to_draft_07() {
    let folder = tempfile::tempdir().unwrap();
    let string = json!({ "type": "string" });
    let beside = [
        [json!({ "properties": { "a": string } }), json!({ "oneOf": [{ "type": "null" }, { "required": ["a"] }] })],
        [json!({ "properties": { "a": string } }), json!({ "properties": { "a": { "type": "integer" } } })],
    ];
    for (draft, is_broken) in
        [("http://json-schema.org/draft-07/schema#", false), ("https://json-schema.org/draft/2019-09/schema", true)]
    {
        for sides in &beside {
            for (file, side) in ["old.json", "new.json"].iter().zip(sides) {
                let mut schema = thing(&json!({ "p": side }));
                schema["$schema"] = draft.into();
                schema["properties"]["p"]["$ref"] = "#/definitions/D".into();
                schema["definitions"] = json!({ "D": { "type": "object" } });
                fs::write(folder.path().join(file), schema.to_string()).unwrap();
            }
            let diff = ["diff", "--format", "json", "old.json", "new.json"];
            let report: Value = serde_json::from_slice(&command(folder.path(), &diff).stdout).unwrap();
            assert_eq!(report["summary"]["breaks_old_to_new"] != 0, is_broken, "{draft}: {report:#}");
        }
    }
}

#[test]
fn definitions_moved_to_a_later_draft_break_no_documents() {
    let folder = tempfile::tempdir().unwrap();
    let of_draft = |draft: &str, list: &str, kind: &str| {
        let reference = json!({ "$ref": format!("#/{list}/D") });
        let mut schema = thing(&json!({ "p": reference, "q": { "type": "array", "items": reference } }));
        schema["$schema"] = draft.into();
        schema[list] = json!({ "D": { "type": "object", "properties": { "a": { "type": kind }, "d": reference } } });
        schema.to_string()
    };
    fs::write(
        folder.path().join("old.json"),
        of_draft("http://json-schema.org/draft-07/schema#", "definitions", "string"),
    )
    .unwrap();
    for (kind, is_broken) in [("string", false), ("integer", true)] {
        let new = of_draft("https://json-schema.org/draft/2020-12/schema", "$defs", kind);
        fs::write(folder.path().join("new.json"), new).unwrap();
        for sides in [["old.json", "new.json"], ["new.json", "old.json"]] {
            let arguments = [&["diff", "--format", "json"][..], &sides].concat();
            let report: Value = serde_json::from_slice(&command(folder.path(), &arguments).stdout).unwrap();
            assert_eq!(report["summary"]["breaks_old_to_new"] != 0, is_broken, "{sides:?}: {report:#}");
        }
    }
}

#[test]
fn a_value_removed_from_an_enum_beside_strings_breaks_no_documents() {
    let folder = tempfile::tempdir().unwrap();
    let kind = |values: &[&str]| thing(&json!({ "p": { "anyOf": [{ "enum": values }, { "type": "string" }] } }));
    fs::write(folder.path().join("old.json"), kind(&["a", "b", "c"]).to_string()).unwrap();
    fs::write(folder.path().join("fewer.json"), kind(&["a", "b"]).to_string()).unwrap();
    fs::write(folder.path().join("one.json"), kind(&["a"]).to_string()).unwrap();
    for new in ["fewer.json", "one.json"] {
        let diff = ["diff", "--format", "json", "old.json", new];
        let report: Value = serde_json::from_slice(&command(folder.path(), &diff).stdout).unwrap();
        assert_eq!(report["summary"]["breaks_old_to_new"], 0, "{new}: {report:#}");
        assert_eq!(report["summary"]["major"], 1, "{new}: {report:#}");
    }
    // Strings beside one value are no constant: programs can set them.
    let listing = text(&command(folder.path(), &["generate", "one.json"]).stdout);
    assert!(listing.contains("pub p: Option<String>"), "{listing}");
}

#[test]
fn an_enum_behind_a_reference_beside_strings_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let schema = |values: &[&str]| {
        let reference = json!({ "$ref": "#/definitions/Color" });
        let mut schema = thing(&json!({ "p": { "anyOf": [reference, { "type": "string" }] } }));
        schema["definitions"] = json!({ "Color": { "enum": values } });
        schema.to_string()
    };
    fs::write(folder.path().join("old.json"), schema(&["red", "green", "blue"])).unwrap();
    fs::write(folder.path().join("new.json"), schema(&["red", "green"])).unwrap();
    let diff = ["diff", "--format", "json", "old.json", "new.json"];
    let report: Value = serde_json::from_slice(&command(folder.path(), &diff).stdout).unwrap();
    assert_eq!(report["summary"]["breaks_old_to_new"], 0, "{report:#}");
}

#[test]
fn a_change_of_a_part_without_a_type_breaks_documents() {
    let folder = tempfile::tempdir().unwrap();
    // No value is a string and a number.
    let part = |name: &str| json!({ "allOf": [{ "type": "string" }, { "type": name }], "minLength": 1 });
    let schema = |part: &Value| thing(&json!({ "p": part })).to_string();
    fs::write(folder.path().join("old.json"), schema(&part("boolean"))).unwrap();
    fs::write(folder.path().join("new.json"), schema(&part("object"))).unwrap();
    fs::write(folder.path().join("same.json"), schema(&part("boolean"))).unwrap();
    let findings = |new: &str| -> Value {
        let output = command(folder.path(), &["diff", "--format", "json", "old.json", new]);
        assert!(text(&output.stderr).contains("old.json: 1 part has no exact Rust type"), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    assert_eq!(findings("same.json")["summary"]["schema_only"], 0);
    assert_eq!(findings("new.json")["summary"]["schema_only"], 1);
}

#[test]
fn null_behind_a_reference_makes_a_union_nullable() {
    let folder = tempfile::tempdir().unwrap();
    let mut schema = thing(&json!({ "p": { "$ref": "#/definitions/One" }, "q": { "oneOf": [
        { "$ref": "#/definitions/One" }, { "type": "array", "items": { "$ref": "#/definitions/Link" } },
    ] } }));
    schema["definitions"] = json!({
        "Empty": { "type": "null" },
        "Link": object(&json!({ "id": { "type": "string" } })),
        "One": { "anyOf": [{ "$ref": "#/definitions/Empty" }, { "$ref": "#/definitions/Link" }] },
    });
    fs::write(folder.path().join("thing.json"), schema.to_string()).unwrap();
    let api = text(&command(folder.path(), &["api", "thing.json"]).stdout);
    assert!(api.contains("types::Thing.p: Option<Box<Link>>\n"), "{api}");
}

#[test]
fn files_of_a_revision_are_bundled_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
        let output = Command::new("git").current_dir(folder.path()).args(identity).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
    };
    let part = |name: &str| fs::write(folder.path().join("parts.json"), json!({ "type": name }).to_string()).unwrap();
    fs::create_dir(folder.path().join("schemas")).unwrap();
    let main = thing(&json!({ "p": { "$ref": "../parts.json" } }));
    fs::write(folder.path().join("schemas/main.json"), main.to_string()).unwrap();
    part("string");
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "first"]);
    part("boolean");
    for (side, ty) in [("HEAD:schemas/main.json", "String"), ("schemas/main.json", "bool")] {
        let api = command(folder.path(), &["api", side, "--bundle"]);
        let listing = text(&api.stdout);
        assert!(listing.contains(&format!("types::Thing.p: Option<{ty}>\n")), "{listing}{}", text(&api.stderr));
    }
}

#[test]
fn options_for_documents_without_overlay_are_refused_with_one() {
    for option in [&["--strict"][..], &["--bundle"], &["--name", "Root"], &["--format-type", "date=a::B"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nexconn-schema"));
        let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("generate").args(option).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{option:?}");
        assert!(text(&output.stderr).contains("--overlay none"), "{}", text(&output.stderr));
    }
}

#[test]
fn changed_types_of_integers_and_renamed_variants_have_a_cause() {
    let folder = tempfile::tempdir().unwrap();
    let integer = |keyword: &str, value: Value| json!({ "type": "integer", "minimum": 0, keyword: value });
    let union = |map: &str, list: &str, item: &str| {
        let list = json!({ "title": list, "type": "array", "items": object(&json!({ item: { "type": "string" } })) });
        json!({ "anyOf": [{ "title": map, "type": "object" }, list] })
    };
    let schema = |count: Value, list: Value| thing(&json!({ "count": count, "list": list })).to_string();
    let old = schema(integer("maximum", i64::MAX.into()), union("A map", "A list", "a"));
    let new = schema(integer("maximum", u64::MAX.into()), union("Map", "List", "b"));
    fs::write(folder.path().join("old.json"), old).unwrap();
    fs::write(folder.path().join("new.json"), new).unwrap();
    let listings = ["old.json", "new.json"].map(|file| text(&command(folder.path(), &["api", file]).stdout));
    assert!(listings[0].contains("types::Thing.count: Option<i64>\n"), "{}", listings[0]);
    assert!(listings[1].contains("types::Thing.count: Option<u64>\n"), "{}", listings[1]);
    let diff = ["diff", "--format", "json", "old.json", "new.json"];
    let report: Value = serde_json::from_slice(&command(folder.path(), &diff).stdout).unwrap();
    assert_eq!(report["unclassified"], json!([]), "{report:#}");
}

#[test]
fn a_changed_definition_of_a_root_union_is_reported_once() {
    let folder = tempfile::tempdir().unwrap();
    let schema = |values: &[&str]| {
        let branches = json!([{ "type": "object", "properties": { "c": { "$ref": "#/definitions/Color" } } }, { "type": "string" }]);
        json!({ "title": "Thing", "anyOf": branches, "definitions": { "Color": { "enum": values } } }).to_string()
    };
    fs::write(folder.path().join("old.json"), schema(&["red", "green"])).unwrap();
    fs::write(folder.path().join("new.json"), schema(&["red", "green", "blue"])).unwrap();
    let output = command(folder.path(), &["diff", "--format", "json", "old.json", "new.json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = ["findings", "schema_only"].into_iter().flat_map(|list| report[list].as_array().unwrap());
    let rules: Vec<_> = found.map(|finding| finding["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["enum-value-added"], "{report:#}");
}

#[test]
fn keywords_of_other_drafts_are_reported_once_with_their_effect() {
    const DRAFT_04: &str = "http://json-schema.org/draft-04/schema#";
    const DRAFT_2020: &str = "https://json-schema.org/draft/2020-12/schema";
    let folder = tempfile::tempdir().unwrap();
    let merged = json!({ "allOf": [{ "type": "object", "properties": { "x": { "type": "string" } } }] });
    let list = json!({ "type": "array", "contains": { "type": "string" } });
    let pair = object(&json!({ "a": { "type": "string" }, "b": { "type": "string" } }));
    let tuple = |items: Value| json!({ "type": "array", "prefixItems": items, "items": false });
    let (text, number) = (json!({ "type": "string" }), json!({ "type": "integer", "minimum": 1 }));
    let with = |schema: &Value, keyword: &str, value: Value| {
        let mut schema = schema.clone();
        schema[keyword] = value;
        schema
    };
    // The new schema, the pointers of the findings, and whether old and new documents break.
    let cases = [
        (
            DRAFT_2020,
            &merged,
            with(&merged, "unevaluatedProperties", false.into()),
            &["/unevaluatedProperties"][..],
            [true, false],
        ),
        (DRAFT_2020, &list, with(&list, "minContains", 2.into()), &["/minContains"], [true, false]),
        (
            DRAFT_2020,
            &pair,
            with(&pair, "dependentRequired", json!({ "a": ["b"] })),
            &["/dependentRequired"],
            [true, false],
        ),
        (DRAFT_2020, &tuple(json!([text])), tuple(json!([text, text])), &["/prefixItems"], [false, true]),
        (DRAFT_04, &number, with(&number, "exclusiveMinimum", true.into()), &["/exclusiveMinimum", ""], [true, false]),
        (DRAFT_07, &text, with(&text, "nullable", true.into()), &[""], [false, false]),
    ];
    for (draft, old, new, pointers, breaks) in cases {
        for (file, property) in [("old.json", old), ("new.json", &new)] {
            let mut schema = thing(&json!({ "p": property }));
            schema["$schema"] = draft.into();
            fs::write(folder.path().join(file), schema.to_string()).unwrap();
        }
        let output = command(folder.path(), &["diff", "--format", "json", "old.json", "new.json"]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let found = ["findings", "schema_only"].into_iter().flat_map(|list| report[list].as_array().unwrap());
        let places: Vec<_> = found.map(|finding| finding["new"]["pointer"].as_str().unwrap()).collect();
        let expected: Vec<_> = pointers.iter().map(|pointer| format!("/properties/p{pointer}")).collect();
        assert_eq!(places, expected, "{new}: {report:#}");
        let broken = ["breaks_old_to_new", "breaks_new_to_old"].map(|count| report["summary"][count] != 0);
        assert_eq!(broken, breaks, "{new}: {report:#}");
    }
}

/// Decodes each line, and prints the fields, the mismatches and the JSON of the value.
const FORMATS: &str = r##"
mod types;

use std::net::{Ipv4Addr, Ipv6Addr};
use types::{JsonText, Thing};

fn main() {
    let one = Ipv6Addr::LOCALHOST;
    let thing = Thing::new(one).peers([Ipv4Addr::LOCALHOST]).routes([("a", one)]);
    assert_eq!(thing.to_json(), r#"{"id":"::1","peers":["127.0.0.1"],"routes":{"a":"::1"}}"#);
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let thing = Thing::from_json(&line).unwrap();
        let fields = (thing.id, thing.only, &thing.peers, &thing.routes);
        let mismatches = thing.mismatches();
        let pointers: Vec<_> = mismatches.iter().map(|mismatch| mismatch.pointer.as_str()).collect();
        println!("{fields:?} {pointers:?}");
        println!("{}", thing.to_json());
    }
}
"##;

#[test]
fn strings_of_a_mapped_format_have_its_type_and_are_lossless() {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| fs::write(folder.path().join(file), text).unwrap();
    let of = |format: &str| json!({ "type": "string", "format": format });
    let mut schema = thing(&json!({
        "id": { "$ref": "#/definitions/Address" },
        "peers": { "type": "array", "items": of("ipv4") },
        "routes": { "type": "object", "additionalProperties": of("ipv6") },
        "only": { "anyOf": [of("ipv4"), { "type": "null" }] },
        "other": of("date"),
        "either": { "anyOf": [of("ipv4"), { "type": "integer" }] },
    }));
    schema["required"] = json!(["id"]);
    schema["definitions"] = json!({ "Address": of("ipv6") });
    write("thing.json", &schema.to_string());
    let mappings = ["--format-type", "ipv4=std::net::Ipv4Addr", "--format-type", "ipv6=std::net::Ipv6Addr"];
    let listing = text(&command(folder.path(), &[&["api", "thing.json"], &mappings[..]].concat()).stdout);
    for line in [
        "Thing.id: Option<std::net::Ipv6Addr>",
        "Thing.peers: Vec<std::net::Ipv4Addr>",
        "Thing.routes: Option<BTreeMap<String, std::net::Ipv6Addr>>",
        "Thing.only: Option<std::net::Ipv4Addr>",
        "Thing.other: Option<String>",
        "ThingEither::String(String)",
    ] {
        assert!(listing.contains(&format!("types::{line}\n")), "{line}: {listing}");
    }
    let printed = command(folder.path(), &[&["generate", "thing.json"], &mappings[..]].concat());
    assert_eq!(warnings(&printed), ["#/properties/either/anyOf/0"]);
    let misspelled = command(folder.path(), &["generate", "thing.json", "--format-type", "ipv5=std::net::Ipv4Addr"]);
    assert!(text(&misspelled.stderr).contains("`ipv5`"), "{}", text(&misspelled.stderr));
    fs::create_dir(folder.path().join("src")).unwrap();
    write("src/types.rs", &text(&printed.stdout));
    write("src/main.rs", FORMATS);
    write("Cargo.toml", &manifest(""));
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    // The text, and what's read of it: some parse, some are written differently, and some don't parse.
    let cases = [
        (
            r#"{"id":"::1","only":"5.6.7.8","peers":["1.2.3.4"],"routes":{"a":"::2"}}"#,
            r#"(Some(::1), Some(5.6.7.8), [1.2.3.4], Some({"a": ::2})) []"#,
        ),
        (
            r#"{"id":"0:0:0:0:0:0:0:1","peers":[],"routes":{"a":"0::2"}}"#,
            r#"(Some(::1), None, [], Some({"a": ::2})) []"#,
        ),
        (
            r#"{"id":"here","only":null,"peers":["1.2.3.4","there"],"routes":{"a":"::2","b":"?"}}"#,
            r#"(None, None, [1.2.3.4], Some({"a": ::2})) ["/id", "/peers/1", "/routes/b"]"#,
        ),
        (r#"{"only":7,"peers":[null,1]}"#, r#"(None, None, [], None) ["/id", "/only", "/peers/0", "/peers/1"]"#),
        (r#"{"id":null,"peers":"1.2.3.4","routes":[]}"#, r#"(None, None, [], None) ["/id", "/peers", "/routes"]"#),
    ];
    let output = run(folder.path(), &cases.map(|(value, _)| format!("{value}\n")).concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), cases.map(|(value, read)| format!("{read}\n{value}\n")).concat());
}

#[test]
fn a_changed_format_with_a_type_needs_a_major_version() {
    let folder = tempfile::tempdir().unwrap();
    let schema =
        |property: Value| thing(&json!({ "p": property, "q": { "type": "array", "items": property } })).to_string();
    let of = |format: &str| json!({ "type": "string", "format": format });
    let write = |file: &str, schema: String| fs::write(folder.path().join(file), schema).unwrap();
    write("plain.json", schema(json!({ "type": "string" })));
    write("date.json", schema(of("date")));
    write("ipv4.json", schema(of("ipv4")));
    write("ipv6.json", schema(of("ipv6")));
    let mappings = ["--format-type", "ipv4=std::net::Ipv4Addr", "--format-type", "ipv6=std::net::Ipv6Addr"];
    let rules = |old: &str, new: &str, mappings: &[&str]| {
        let diff = ["diff", "--format", "json", old, new];
        let report: Value =
            serde_json::from_slice(&command(folder.path(), &[&diff, mappings].concat()).stdout).unwrap();
        assert_eq!(report["unclassified"], json!([]), "{report:#}");
        let found = ["findings", "schema_only"].into_iter().flat_map(|list| report[list].as_array().unwrap().clone());
        let rules: Vec<_> = found.map(|finding| format!("{} {}", finding["rule"], finding["semver"])).collect();
        rules.join(" ").replace('"', "")
    };
    for (old, new, rule, level) in [
        ("ipv4.json", "ipv6.json", "format-changed", "major"),
        ("plain.json", "ipv4.json", "format-added", "major"),
        ("ipv6.json", "plain.json", "format-removed", "major"),
        ("plain.json", "date.json", "format-added", "patch"),
    ] {
        assert_eq!(rules(old, new, &mappings), format!("{rule} {level} {rule} {level}"), "{old} {new}");
        assert_eq!(rules(old, new, &[]), format!("{rule} patch {rule} patch"), "{old} {new}");
    }
}

#[test]
fn a_malformed_type_of_a_format_is_a_usage_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("thing.json"), thing(&json!({})).to_string()).unwrap();
    for mappings in [
        &["date"][..],
        &["=jiff::Timestamp"],
        &["date="],
        &["date=jiff::"],
        &["date=Date"],
        &["date=&'static str"],
        &["int64=std::primitive::i64"],
        &["date=a::B", "date=a::C"],
    ] {
        let options = mappings.iter().flat_map(|mapping| ["--format-type", mapping]);
        let arguments: Vec<_> = ["generate", "thing.json"].into_iter().chain(options).collect();
        let output = command(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(2), "{mappings:?}: {}", text(&output.stderr));
    }
}

#[test]
fn keywords_beside_a_reference_are_reported_once_with_their_effect() {
    const DRAFT_2020: &str = "https://json-schema.org/draft/2020-12/schema";
    let folder = tempfile::tempdir().unwrap();
    let (string, union) =
        (json!({ "type": "string" }), json!({ "oneOf": [{ "type": "string" }, { "type": "integer" }] }));
    let short = json!({ "type": "string", "minLength": 1 });
    let parts = object(&json!({ "a": { "type": "string" } }));
    let required = |name: &str| json!([{ "required": [name] }]);
    // The schema behind the reference, the keyword beside it with its values, and whether old and new documents break.
    let cases = [
        (&string, "minLength", json!(2), json!(3), [true, false]),
        (&short, "minLength", json!(2), json!(3), [true, false]),
        (&union, "minLength", json!(2), json!(3), [true, false]),
        (&string, "maxLength", json!(null), json!(3), [true, false]),
        (&string, "pattern", json!("^a"), json!("^b"), [true, true]),
        (&union, "not", json!({ "const": "x" }), json!({ "const": "y" }), [true, true]),
        (&parts, "anyOf", required("a"), required("b"), [true, true]),
        (&parts, "unevaluatedProperties", json!(null), json!(false), [true, false]),
        (&string, "default", json!("a"), json!("b"), [false, false]),
    ];
    for (target, keyword, old, new, breaks) in cases {
        for (file, value) in [("old.json", &old), ("new.json", &new)] {
            let mut property = json!({ "$ref": "#/$defs/T" });
            if !value.is_null() {
                property[keyword] = value.clone();
            }
            let mut schema = thing(&json!({ "p": property }));
            schema["$schema"] = DRAFT_2020.into();
            schema["$defs"] = json!({ "T": target });
            fs::write(folder.path().join(file), schema.to_string()).unwrap();
        }
        let output = command(folder.path(), &["diff", "--format", "json", "old.json", "new.json"]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let found = ["findings", "schema_only"].into_iter().flat_map(|list| report[list].as_array().unwrap());
        let places: Vec<_> = found.map(|finding| finding["new"]["pointer"].as_str().unwrap()).collect();
        assert_eq!(places, [format!("/properties/p/{keyword}")], "{keyword}: {report:#}");
        let broken = ["breaks_old_to_new", "breaks_new_to_old"].map(|count| report["summary"][count] != 0);
        assert_eq!(broken, breaks, "{keyword}: {report:#}");
    }
}

#[test]
fn a_part_of_all_of_that_conflicts_is_not_in_the_type() {
    let folder = tempfile::tempdir().unwrap();
    let (string, integer) = (json!({ "type": "string" }), json!({ "type": "integer" }));
    for (property, ty, pointer) in [
        (json!({ "allOf": [string, integer] }), "String", "#/properties/p/allOf/1"),
        (json!({ "type": "string", "allOf": [integer] }), "String", "#/properties/p/allOf/0"),
    ] {
        fs::write(folder.path().join("thing.json"), thing(&json!({ "p": property })).to_string()).unwrap();
        let output = command(folder.path(), &["generate", "thing.json"]);
        assert!(text(&output.stdout).contains(&format!("pub p: Option<{ty}>")), "{}", text(&output.stdout));
        assert_eq!(warnings(&output), [pointer]);
        assert!(!text(&output.stderr).contains("becomes `Json`"), "{}", text(&output.stderr));
    }
    // Null isn't valid for both.
    let nullable = json!({ "type": "string", "allOf": [{ "type": ["string", "null"] }] });
    fs::write(folder.path().join("thing.json"), thing(&json!({ "p": nullable })).to_string()).unwrap();
    let merged = command(folder.path(), &["generate", "thing.json", "--merged"]);
    let merged: Value = serde_json::from_slice(&merged.stdout).unwrap();
    assert_eq!(merged["properties"]["p"]["type"], "string");
}

#[test]
fn a_name_that_means_another_property_or_value_needs_a_major_version() {
    let folder = tempfile::tempdir().unwrap();
    let string = json!({ "type": "string" });
    let values = |values: &[&str]| thing(&json!({ "e": { "enum": values } }));
    for (old, new, rule) in [
        (thing(&json!({ "a-b": string })), thing(&json!({ "a-b": string, "a_b": string })), "field-renamed"),
        (values(&["a_b", "x"]), values(&["a-b", "a_b", "x"]), "variants-renamed"),
    ] {
        fs::write(folder.path().join("old.json"), old.to_string()).unwrap();
        fs::write(folder.path().join("new.json"), new.to_string()).unwrap();
        let output = command(folder.path(), &["diff", "--format", "json", "old.json", "new.json"]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let mut findings = report["findings"].as_array().unwrap().iter();
        assert!(findings.any(|finding| finding["rule"] == rule && finding["semver"] == "major"), "{report:#}");
        assert_eq!(report["unclassified"], json!([]), "{report:#}");
    }
}

#[test]
fn keywords_for_validators_count_from_their_draft_on() {
    let folder = tempfile::tempdir().unwrap();
    let keys = json!({ "pattern": "^a" });
    let condition = json!({ "const": {} });
    let property = json!({ "type": "object", "propertyNames": keys, "if": condition, "then": { "minProperties": 1 } });
    for (draft, names, conditions) in [("04", false, false), ("06", true, false), ("07", true, true)] {
        let mut schema = thing(&json!({ "p": property }));
        schema["$schema"] = format!("http://json-schema.org/draft-{draft}/schema#").into();
        fs::write(folder.path().join("thing.json"), schema.to_string()).unwrap();
        let merged = command(folder.path(), &["generate", "thing.json", "--merged"]);
        let merged: Value = serde_json::from_slice(&merged.stdout).unwrap();
        let found = &merged["properties"]["p"];
        assert_eq!((found.get("propertyNames").is_some(), found.get("if").is_some()), (names, conditions), "{draft}");
    }
}
