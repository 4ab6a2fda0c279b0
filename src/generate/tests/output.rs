//! The generated Rust types and their listing.

use quote::ToTokens;
use serde_json::{Value, json};
use syn::{Attribute, Expr, ImplItem, Item, Lit, Meta, Visibility};

use super::super::Generated;
use super::super::document::DRAFT_07;
use super::super::listing::TYPIFY_VERSION;
use super::{Schema, generate};

// ---- small documents -----------------------------------------------------------------------------------------------

/// Returns the struct of this name.
fn record(generated: &Generated, name: &str) -> syn::ItemStruct {
    let mut items = generated.file().unwrap().items.into_iter();
    items
        .find_map(|item| match item {
            Item::Struct(item) if item.ident == name => Some(item),
            _ => None,
        })
        .unwrap_or_else(|| panic!("there is a struct {name}"))
}

/// Returns the type and the doc text of the field `p` of `Root`.
fn property(schema: &Value) -> (String, String) {
    field(&Schema::with_property(schema).generate())
}

fn field(generated: &Generated) -> (String, String) {
    let root = record(generated, "Root");
    let field = root.fields.iter().find(|field| field.ident.as_ref().is_some_and(|ident| ident == "p"));
    let field = field.unwrap();
    (field.ty.to_token_stream().to_string().replace(' ', ""), docs(&field.attrs))
}

#[test]
fn bounds_and_defaults_change_no_type_and_are_in_the_docs() {
    for (schema, ty, doc) in [
        (json!({ "type": "integer", "default": 3 }), "Option<i64>", "Defaults to `3`."),
        (json!({ "type": "boolean", "default": true }), "Option<bool>", "Defaults to `true`."),
        (json!({ "type": "string", "default": "auto" }), "Option<String>", "Defaults to `\"auto\"`."),
        (json!({ "type": "array", "default": [] }), "Vec<Json>", "Defaults to `[]`."),
        (json!({ "type": "integer", "minimum": 1 }), "Option<i64>", "At least 1."),
        (json!({ "type": "integer", "minimum": 0, "maximum": 255 }), "Option<i64>", "At least 0, at most 255."),
        (json!({ "type": "number", "exclusiveMinimum": 0 }), "Option<f64>", "More than 0."),
        (json!({ "type": "string", "minLength": 1 }), "Option<String>", "At least 1 character."),
        (json!({ "type": "string", "maxLength": 64 }), "Option<String>", "At most 64 characters."),
        (json!({ "type": "string", "pattern": "^[a-z]+$" }), "Option<String>", "Matches `^[a-z]+$`."),
        (json!({ "type": "string", "format": "uuid" }), "Option<String>", "Format `uuid`."),
        (json!({ "type": "string", "format": "date-time" }), "Option<String>", "Format `date-time`."),
        (json!({ "type": "integer", "format": "uint8" }), "Option<i64>", "Format `uint8`."),
        (json!({ "type": "array", "maxItems": 1 }), "Vec<Json>", "At most 1 item."),
        (json!({ "type": "array", "uniqueItems": true }), "Vec<Json>", "The `p` property."),
        (json!({ "type": "object", "maxProperties": 16 }), "Option<Json>", "At most 16 entries."),
    ] {
        let (found, docs) = property(&schema);
        assert_eq!(found, ty, "{schema}");
        assert!(docs.contains(doc), "{schema}: {docs}");
    }
}

#[test]
fn numbers_are_f64_and_integers_are_i64() {
    assert_eq!(property(&json!({ "type": "number" })).0, "Option<f64>");
    assert_eq!(property(&json!({ "type": "integer" })).0, "Option<i64>");
    assert_eq!(property(&json!({ "type": "array", "items": { "type": "integer" } })).0, "Vec<i64>");
    let map = json!({ "type": "object", "additionalProperties": { "type": "number" } });
    assert_eq!(property(&map).0, "Option<BTreeMap<String,f64>>");
}

#[test]
fn any_value_is_a_value() {
    for schema in [json!(true), json!({}), json!({ "description": "Whatever." })] {
        assert_eq!(property(&schema).0, "Option<Json>", "{schema}");
    }
}

#[test]
fn nullable_is_optional() {
    let spellings = [
        json!({ "type": "integer" }),
        json!({ "type": ["integer", "null"] }),
        json!({ "anyOf": [{ "type": "integer" }, { "type": "null" }] }),
        json!({ "oneOf": [{ "type": "null" }, { "type": "integer" }] }),
    ];
    let texts =
        spellings.map(|schema| prettyplease::unparse(&Schema::with_property(&schema).generate().file().unwrap()));
    assert!(texts[0].contains("pub p: Option<i64>"), "{}", texts[0]);
    assert!(texts.iter().all(|text| *text == texts[0]));
}

#[test]
fn required_is_not_optional_unless_it_is_nullable() {
    let root = |property: Value| {
        let properties = json!({ "p": property });
        let root = json!({ "$schema": DRAFT_07, "title": "Root", "type": "object", "properties": properties, "required": ["p"] });
        field(&Schema::of(&root).generate()).0
    };
    assert_eq!(root(json!({ "type": "integer", "default": 3 })), "i64");
    assert_eq!(root(json!({ "type": ["integer", "null"] })), "Option<i64>");
    assert_eq!(root(json!({ "anyOf": [{ "type": "null" }, { "type": "integer" }] })), "Option<i64>");
}

#[test]
fn required_properties_without_a_default_make_a_constructor_with_arguments() {
    let root = json!({
        "$schema": DRAFT_07, "title": "Root", "type": "object",
        "properties": { "p": { "type": "string" }, "q": { "type": "array", "items": { "type": "string" } } },
        "required": ["p", "q"],
    });
    let listing = Schema::of(&root).generate().listing().unwrap();
    let new = "types::Root::new(p: impl Into<String>, q: impl IntoIterator<Item = impl Into<String>>) -> Self\n";
    assert!(listing.contains(new), "{listing}");
    assert!(!listing.contains("types::Root impl Default"), "{listing}");
    let empty = Schema::with_property(&json!({ "type": "string" })).generate().listing().unwrap();
    assert!(empty.contains("types::Root impl Default\n"), "{empty}");
}

#[test]
fn an_enum_keeps_a_value_that_is_not_listed() {
    let schema = Schema::with_definitions(&json!({ "Size": { "type": "string", "enum": ["small", "very_large"] } }));
    let listing = schema.generate().listing().unwrap();
    for line in [
        "types::Size enum (Debug, Eq) non_exhaustive",
        "types::Size::Small",
        "types::Size::VeryLarge",
        "types::Size::Unknown(UnknownValue)",
        "types::Size impl From<&str>",
        "types::Size::as_str(&self) -> &str",
    ] {
        assert!(listing.lines().any(|found| found == line), "{line} in\n{listing}");
    }
}

#[test]
fn a_tagged_union_keeps_an_object_that_it_does_not_know() {
    let object = |tag: &str| {
        let properties = json!({ "type": { "type": "string", "enum": [tag] } });
        json!({ "type": "object", "properties": properties, "required": ["type"] })
    };
    let union = json!({ "x-tag": "type", "oneOf": [{ "$ref": "#/definitions/Cat" }, { "$ref": "#/definitions/Dog" }] });
    let schema = Schema::with_definitions(&json!({ "Cat": object("cat"), "Dog": object("big_dog"), "Animal": union }));
    let listing = schema.generate().listing().unwrap();
    for line in [
        "types::Animal enum (Debug, PartialEq) non_exhaustive",
        "types::Animal::Cat(Cat)",
        "types::Animal::BigDog(Dog)",
        "types::Animal::Unknown(Json)",
        "types::Animal impl From<Cat>",
        "types::Animal::type_(&self) -> Option<&str>",
    ] {
        assert!(listing.lines().any(|found| found == line), "{line} in\n{listing}");
    }
}

#[test]
fn models_with_one_name_after_the_slash_keep_apart_or_are_refused() {
    let mut schema = Schema::with_property(&json!({ "type": "string" }));
    schema.0.source.text = schema.0.source.text.replace("models = []", "models = [\"a/gpt-5.2\", \"b/gpt-5-2\"]");
    let Ok(generated) = generate(&schema.0) else { return };
    let listing = generated.listing().unwrap();
    let constants = listing.lines().filter(|line| line.starts_with("types::models::"));
    let names: std::collections::BTreeSet<_> = constants.filter_map(|line| line.split(": ").next()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

// ---- determinism ---------------------------------------------------------------------------------------------------

#[test]
fn generating_twice_gives_the_same_text() {
    let (first, second) = (Schema::frozen().generate(), Schema::frozen().generate());
    assert_eq!(prettyplease::unparse(&first.file().unwrap()), prettyplease::unparse(&second.file().unwrap()));
    assert_eq!(first.listing().unwrap(), second.listing().unwrap());
    assert_eq!(first.document.root.to_string(), second.document.root.to_string());
}

/// Returns the listing without constructors, whose arguments follow the order of the properties.
fn without_constructors(generated: &Generated) -> Vec<String> {
    let listing = generated.listing().unwrap();
    listing.lines().filter(|line| !line.contains("::new(")).map(str::to_owned).collect()
}

#[test]
fn the_order_of_keys_changes_only_the_order_of_arguments() {
    let plain = Schema::frozen().generate();
    let mut schema = Schema::frozen();
    for text in schema.0.additions.iter_mut().chain([&mut schema.0.published]) {
        let reversed = reversed(&serde_json::from_str(&text.text).unwrap());
        assert_ne!(reversed, text.text);
        text.text = reversed;
    }
    let other = schema.generate();
    assert_eq!(without_constructors(&other), without_constructors(&plain));
    assert_eq!(other.document.root, plain.document.root);
}

#[test]
fn the_order_of_required_changes_nothing() {
    let text = |required: &str| {
        format!(
            r#"{{"$schema": "{DRAFT_07}", "title": "Root", "type": "object", "required": {required}, "properties": {{
                "size": {{"type": "string"}}, "name": {{"type": "string"}}, "more": {{"type": "string"}}}}}}"#
        )
    };
    for required in [r#"["size", "name"]"#, r#"["name", "size"]"#] {
        let mut schema = Schema::of(&json!({}));
        schema.0.published.text = text(required);
        let generated = schema.generate();
        let new = "types::Root::new(size: impl Into<String>, name: impl Into<String>) -> Self\n";
        assert!(generated.listing().unwrap().contains(new), "{}", generated.listing().unwrap());
        let root = record(&generated, "Root");
        let fields: Vec<_> = root.fields.iter().map(|field| field.ident.as_ref().unwrap().to_string()).collect();
        assert_eq!(fields, ["size", "name", "more", "extra"]);
    }
}

#[test]
fn three_required_strings_or_numbers_are_left_to_setters() {
    let properties = json!({
        "a": { "type": "string" }, "b": { "type": "integer" }, "c": { "type": "number" },
        "list": { "type": "array", "items": { "type": "integer" } },
    });
    let root = json!({
        "$schema": DRAFT_07, "title": "Root", "type": "object", "properties": properties,
        "required": ["a", "b", "c", "list"],
    });
    let listing = Schema::of(&root).generate().listing().unwrap();
    for line in [
        "types::Root::new(list: impl IntoIterator<Item = impl TryInto<i64>>) -> Self",
        "types::Root::a(self, a: impl Into<String>) -> Self",
        "types::Root::b(self, b: impl TryInto<i64>) -> Self",
        "types::Root.a: String",
    ] {
        assert!(listing.lines().any(|found| found == line), "{line} in\n{listing}");
    }
}

/// Returns JSON with all keys in descending order.
fn reversed(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<_> =
                map.iter().map(|(key, value)| format!("{}:{}", json!(key), reversed(value))).collect();
            keys.sort();
            keys.reverse();
            format!("{{{}}}", keys.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(reversed).collect::<Vec<_>>().join(",")),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

#[test]
fn the_listing_is_sorted_and_says_what_it_comes_from() {
    let listing = Schema::frozen().generate().listing().unwrap();
    let lines: Vec<_> = listing.lines().collect();
    assert!(lines[1].starts_with("# schema sha256 "));
    assert_eq!(lines[2], format!("# typify {TYPIFY_VERSION}"));
    assert!(lines[3..].is_sorted());
    assert!(listing.ends_with('\n'));
}

#[test]
fn the_version_of_typify_is_the_pinned_one() {
    let manifest: toml::Table = include_str!("../../../Cargo.toml").parse().unwrap();
    for table in ["dependencies", "build-dependencies"] {
        assert_eq!(manifest[table]["typify"]["version"].as_str(), Some(&*format!("={TYPIFY_VERSION}")), "{table}");
    }
}

#[test]
fn the_merged_schema_is_complete() {
    let Generated { document, .. } = Schema::frozen().generate();
    assert_eq!(document.root["properties"]["input"]["$ref"], "#/definitions/Input");
    assert!(document.root["properties"]["tools"].is_object() && document.root["definitions"]["Response"].is_object());
}

// ---- public items --------------------------------------------------------------------------------------------------

/// A public item: its path, its name, its documentation, and whether it comes from a node of the schema.
struct Public {
    path: String,
    name: String,
    docs: String,
    from_node: bool,
}

fn docs(attributes: &[Attribute]) -> String {
    let lines =
        attributes.iter().filter(|attribute| attribute.path().is_ident("doc")).filter_map(|attribute| match &attribute
            .meta
        {
            Meta::NameValue(meta) => match &meta.value {
                Expr::Lit(literal) => match &literal.lit {
                    Lit::Str(text) => Some(text.value()),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        });
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns all public items.
fn public(items: &[Item], module: &str) -> Vec<Public> {
    let mut found = Vec::new();
    for item in items {
        match item {
            Item::Const(item) if is_public(&item.vis) => found.push(one(module, &item.ident, &item.attrs, false)),
            Item::Mod(item) if is_public(&item.vis) => {
                found.push(one(module, &item.ident, &item.attrs, false));
                let items = item.content.as_ref().map(|(_, items)| items.as_slice()).unwrap_or_default();
                found.extend(public(items, &format!("{module}::{}", item.ident)));
            }
            Item::Struct(item) if is_public(&item.vis) => {
                found.push(one(module, &item.ident, &item.attrs, true));
                let path = format!("{module}::{}", item.ident);
                let fields = item.fields.iter().filter(|field| is_public(&field.vis));
                found.extend(fields.map(|field| {
                    let ident = field.ident.as_ref().unwrap();
                    one(&path, ident, &field.attrs, ident != "extra")
                }));
            }
            Item::Enum(item) if is_public(&item.vis) => {
                found.push(one(module, &item.ident, &item.attrs, true));
                let path = format!("{module}::{}", item.ident);
                // Values of a string enum aren't nodes, and `Unknown` is ours.
                let from_node = |variant: &syn::Variant| !variant.fields.is_empty() && variant.ident != "Unknown";
                found.extend(
                    item.variants.iter().map(|variant| one(&path, &variant.ident, &variant.attrs, from_node(variant))),
                );
            }
            Item::Impl(item) if item.trait_.is_none() => {
                let path = format!("{module}::{}", item.self_ty.to_token_stream());
                found.extend(item.items.iter().filter_map(|item| match item {
                    ImplItem::Fn(method) if is_public(&method.vis) => {
                        Some(one(&path, &method.sig.ident, &method.attrs, false))
                    }
                    _ => None,
                }));
            }
            Item::Use(item) => assert!(!is_public(&item.vis), "nothing is re-exported"),
            Item::Impl(_) | Item::Macro(_) => {}
            other => panic!("an item of another kind: {}", other.to_token_stream()),
        }
    }
    found
}

fn one(path: &str, ident: &syn::Ident, attributes: &[Attribute], from_node: bool) -> Public {
    Public { path: format!("{path}::{ident}"), name: ident.to_string(), docs: docs(attributes), from_node }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn everything() -> Vec<Public> {
    let found = public(&Schema::frozen().generate().file().unwrap().items, "types");
    assert!(found.len() > 1_000, "only {} items", found.len());
    found
}

#[test]
fn every_public_item_is_documented() {
    let bare = everything().into_iter().filter(|item| {
        let first = item.docs.lines().next().unwrap_or_default().trim();
        first.is_empty() || !first.ends_with(['.', '!', '?', ':', '`'])
    });
    assert_eq!(bare.map(|item| item.path).collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn parts_of_the_schema_name_their_origin() {
    let origins = ["Published by the gateway.", "From the sample ", "Seen in recorded ", "From OpenAI's reference, "];
    let silent = everything().into_iter().filter(|item| item.from_node);
    let silent = silent.filter(|item| !origins.iter().any(|origin| item.docs.contains(origin)));
    assert_eq!(silent.map(|item| format!("{}: {}", item.path, item.docs)).collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn types_name_a_place_that_is_in_the_files() {
    let sources = Schema::frozen().0;
    let files: std::collections::BTreeMap<_, Value> = sources
        .additions
        .iter()
        .chain([&sources.published])
        .map(|text| (text.name.clone(), serde_json::from_str(&text.text).unwrap()))
        .collect();
    let types = everything().into_iter().filter(|item| item.from_node && item.path.matches("::").count() == 1);
    let lost = types.filter(|item| {
        let place = item.docs.rsplit_once("Schema: `").and_then(|(_, rest)| rest.split('`').next()).unwrap_or_default();
        let Some((file, pointer)) = place.split_once('#') else { return !place.starts_with("schema/overlay.toml:") };
        files.get(file).and_then(|schema| schema.pointer(pointer)).is_none()
    });
    assert_eq!(lost.map(|item| format!("{}: {}", item.path, item.docs)).collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn names_are_those_that_a_person_would_choose() {
    let machine = ["Variant0", "Variant1", "Subtype", "subtype_", "ArrayItem"];
    let strange = everything().into_iter().filter(|item| {
        machine.iter().any(|part| item.name.contains(part)) || item.name.len() > 40 || item.name.ends_with("__")
    });
    assert_eq!(strange.map(|item| item.path).collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn every_type_is_open() {
    let closed = Schema::frozen().generate().file().unwrap().items.into_iter().filter_map(|item| match item {
        Item::Struct(item) if is_public(&item.vis) => Some((item.ident, item.attrs)),
        Item::Enum(item) if is_public(&item.vis) => Some((item.ident, item.attrs)),
        _ => None,
    });
    let closed = closed
        .filter(|(_, attributes)| !attributes.iter().any(|attribute| attribute.path().is_ident("non_exhaustive")));
    assert_eq!(closed.map(|(ident, _)| ident.to_string()).collect::<Vec<_>>(), Vec::<String>::new());
}
