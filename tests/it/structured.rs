//! Function tools and text formats from Rust types.

use std::collections::{BTreeMap, HashMap, HashSet};

use nexconn_responses::types::{CreateResponseRequest, FunctionTool, Response, TextFormatJsonSchema};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

// ---- supported -----------------------------------------------------------------------------------------------------

/// A trip.
///
/// In full.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Trip {
    /// Where it begins.
    from: Place,
    to: Place,
    stops: Vec<Place>,
    budget: Option<f64>,
    /// The one who leads it.
    guide: Option<Person>,
    class: Class,
    transport: Transport,
    #[serde(default = "one")]
    travellers: u8,
    payment: Payment,
    grid: [i32; 2],
    name_or_number: Either,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Place {
    city: String,
    country: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Person {
    name: String,
    friends: Vec<Person>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Class {
    First,
    Second,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind")]
enum Transport {
    /// On rails.
    Train {
        night: bool,
    },
    Bicycle(Bicycle),
    Feet,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Bicycle {
    gears: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
enum Payment {
    Card { number: String },
    Invoice(String),
    Cash,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Either {
    Name(String),
    Number(i64),
}

fn one() -> u8 {
    1
}

fn place(city: &str, country: Option<&str>) -> Place {
    Place { city: city.to_owned(), country: country.map(str::to_owned) }
}

fn trip() -> Trip {
    let friend = Person { name: "Kari".to_owned(), friends: Vec::new() };
    Trip {
        from: place("Oslo", Some("NO")),
        to: place("Rome", None),
        stops: vec![place("Bern", None)],
        budget: Some(1200.5),
        guide: Some(Person { name: "Ola".to_owned(), friends: vec![friend] }),
        class: Class::Second,
        transport: Transport::Train { night: true },
        travellers: 2,
        payment: Payment::Card { number: "0000".to_owned() },
        grid: [1, -2],
        name_or_number: Either::Number(7),
    }
}

fn schema<T: JsonSchema>() -> Value {
    let tool = FunctionTool::from_type::<T>("f").unwrap();
    let format = TextFormatJsonSchema::from_type::<T>().unwrap();
    assert_eq!(tool.parameters.as_ref(), Some(&format.schema));
    assert_eq!((tool.strict, format.strict), (Some(true), Some(true)));
    format.schema.to_value().unwrap()
}

/// Validates with a crate of the feature `cli`.
#[cfg(feature = "cli")]
fn fits(schema: &Value, value: &Value) -> bool {
    jsonschema::draft202012::new(schema).unwrap().is_valid(value)
}

/// Collects all schemas within a schema, with their pointers.
fn within(schema: &Value, pointer: &str, found: &mut Vec<(String, Value)>) {
    found.push((pointer.to_owned(), schema.clone()));
    for (keyword, value) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "properties" | "$defs" => value
                .as_object()
                .unwrap()
                .iter()
                .for_each(|(name, inner)| within(inner, &format!("{pointer}/{keyword}/{name}"), found)),
            "anyOf" => value
                .as_array()
                .unwrap()
                .iter()
                .enumerate()
                .for_each(|(index, inner)| within(inner, &format!("{pointer}/anyOf/{index}"), found)),
            "items" => within(value, &format!("{pointer}/items"), found),
            _ => {}
        }
    }
}

/// Checks the rules of strict mode as the API does.
fn assert_strict(schema: &Value) {
    assert_eq!(schema["type"], "object");
    assert_eq!(schema.get("anyOf"), None);
    let mut all = Vec::new();
    within(schema, "", &mut all);
    for (pointer, schema) in all {
        let map = schema.as_object().unwrap();
        let forbidden = ["oneOf", "allOf", "not", "default", "$schema", "prefixItems", "unevaluatedProperties"];
        assert!(forbidden.iter().all(|keyword| !map.contains_key(*keyword)), "{pointer}: {schema}");
        assert!(!map.contains_key("$ref") || map.len() == 1, "{pointer}: {schema}");
        if map.get("type").is_some_and(|kind| kind.to_string().contains("object")) {
            let names: HashSet<_> = map["properties"].as_object().unwrap().keys().map(String::as_str).collect();
            let required: Vec<_> = map["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            assert_eq!(required.len(), names.len(), "{pointer}");
            assert_eq!(required.into_iter().collect::<HashSet<_>>(), names, "{pointer}");
            assert_eq!(map["additionalProperties"], false, "{pointer}");
        }
    }
}

#[test]
fn a_schema_with_all_supported_features_is_strict() {
    let schema = schema::<Trip>();
    assert_strict(&schema);
    let properties = &schema["properties"];
    assert_eq!(properties["budget"], json!({"type": ["number", "null"]}));
    assert_eq!(properties["travellers"], json!({"type": "integer", "minimum": 0, "maximum": 255}));
    assert_eq!(properties["to"], json!({"$ref": "#/$defs/Place"}));
    assert_eq!(properties["from"], json!({"description": "Where it begins.", "anyOf": [{"$ref": "#/$defs/Place"}]}));
    assert_eq!(schema["$defs"]["Class"], json!({"type": "string", "enum": ["first", "second"]}));
    assert_eq!(schema["$defs"]["Person"]["properties"]["friends"]["items"], json!({"$ref": "#/$defs/Person"}));
    // The content of a tagged variant is inlined, and unused definitions are dropped.
    assert_eq!(schema["$defs"]["Transport"]["anyOf"][1]["required"], json!(["kind", "gears"]));
    assert_eq!(schema["$defs"].get("Bicycle"), None);
}

#[cfg(feature = "cli")]
#[test]
fn values_of_the_type_are_valid_and_others_are_not() {
    let schema = schema::<Trip>();
    let mut trips = vec![trip()];
    trips.push(Trip { budget: None, guide: None, transport: Transport::Feet, payment: Payment::Cash, ..trip() });
    let (transport, payment) =
        (Transport::Bicycle(Bicycle { gears: None }), Payment::Invoice("Oslo kommune".to_owned()));
    trips.push(Trip { transport, payment, name_or_number: Either::Name("Tour".to_owned()), ..trip() });
    for trip in trips {
        let value = serde_json::to_value(&trip).unwrap();
        assert!(fits(&schema, &value), "{value}");
        assert_eq!(serde_json::from_value::<Trip>(value).unwrap(), trip);
    }
    let value = serde_json::to_value(trip()).unwrap();
    for name in value.as_object().unwrap().keys() {
        let mut without = value.clone();
        without.as_object_mut().unwrap().remove(name);
        assert!(!fits(&schema, &without), "without {name}");
    }
    let mut more = value.clone();
    more["to"]["planet"] = json!("Earth");
    assert!(!fits(&schema, &more));
    let mut other = value;
    other["transport"] = json!({"kind": "Train"});
    assert!(!fits(&schema, &other), "a variant has its fields");
}

#[derive(JsonSchema)]
#[schemars(rename = "Ærlig svar: {T}")]
struct Named<T> {
    value: T,
}

#[test]
fn the_description_is_the_documentation_and_the_format_name_is_the_type_name() {
    let tool = FunctionTool::from_type::<Trip>("book").unwrap();
    assert_eq!((tool.name.as_str(), tool.description.as_deref()), ("book", Some("A trip.\n\nIn full.")));
    let format = TextFormatJsonSchema::from_type::<Trip>().unwrap();
    assert_eq!((format.name.as_deref(), format.description.as_deref()), (Some("Trip"), Some("A trip.\n\nIn full.")));
    assert_eq!(format.schema.to_value().unwrap().get("description"), None);
    let format = TextFormatJsonSchema::from_type::<Named<bool>>().unwrap();
    let name = format.name.clone().unwrap();
    assert!(name.starts_with("_rlig_svar__") && name.is_ascii(), "{name}");
    assert_eq!(format.name("answer").name.as_deref(), Some("answer"));
}

/// No arguments.
#[derive(JsonSchema)]
struct Nothing {}

#[derive(JsonSchema)]
struct Newtype(Bicycle);

#[derive(JsonSchema)]
struct List {
    next: Option<Box<List>>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct WithPlace {
    #[serde(flatten)]
    place: Place,
    #[schemars(extend("x-note" = "of ours", "examples" = [1]))]
    days: std::num::NonZeroU16,
}

#[cfg(feature = "cli")]
#[test]
fn the_root_may_be_any_kind_of_struct() {
    let closed = json!({"type": "object", "properties": {}, "required": [], "additionalProperties": false});
    assert_eq!(schema::<Nothing>(), closed);
    assert_strict(&schema::<Newtype>());
    assert_eq!(schema::<Newtype>(), schema::<Bicycle>());
    assert_strict(&schema::<List>());
    assert!(fits(&schema::<List>(), &json!({"next": {"next": null}})));
    assert!(!fits(&schema::<List>(), &json!({"next": {}})));
    assert_strict(&schema::<WithPlace>());
    assert_eq!(schema::<WithPlace>()["required"], json!(["city", "country", "days"]));
    assert_eq!(schema::<WithPlace>()["properties"]["days"], json!({"type": "integer", "minimum": 1, "maximum": 65535}));
}

/// A struct whose only field has the schema.
macro_rules! given {
    ($name:ident, $($schema:tt)+) => {
        struct $name;
        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "object", "properties": {"field": $($schema)+}})
            }
        }
    };
}

#[test]
fn unsupported_formats_move_into_the_description() {
    given!(Formats, {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "uri"}]});
    let expected =
        json!([{"type": "string", "format": "date-time"}, {"type": "string", "description": "Format: uri."}]);
    assert_eq!(schema::<Formats>()["properties"]["field"]["anyOf"], expected);
}

/// The formats of chrono's `NaiveDateTime` and `NaiveTime` in schemars.
#[test]
fn formats_of_local_times_are_described_by_an_example() {
    given!(Local, {"anyOf": [{"type": "string", "format": "partial-date-time"}, {"type": "string", "format": "partial-time"}]});
    let branches = &schema::<Local>()["properties"]["field"]["anyOf"];
    for (branch, example) in [(&branches[0], "2026-01-31T09:30:00"), (&branches[1], "09:30:00")] {
        assert_eq!((&branch["type"], branch.get("format")), (&json!("string"), None));
        assert!(branch["description"].as_str().unwrap().contains(example), "{branch}");
    }
}

#[test]
fn all_of_with_one_element_is_replaced() {
    given!(One, {"description": "Outer.", "allOf": [{"type": "string", "description": "Inner."}]});
    assert_eq!(schema::<One>()["properties"]["field"], json!({"type": "string", "description": "Outer."}));
}

#[derive(JsonSchema)]
struct Integers {
    int: i32,
    unsigned: u32,
    #[schemars(range(min = 10))]
    at_least: u32,
    long: i64,
}

#[test]
fn integer_types_keep_their_bounds() {
    let schema = schema::<Integers>();
    let properties = &schema["properties"];
    assert_eq!(properties["int"], json!({"type": "integer", "minimum": i32::MIN, "maximum": i32::MAX}));
    assert_eq!(properties["unsigned"], json!({"type": "integer", "minimum": 0, "maximum": u32::MAX}));
    assert_eq!(properties["at_least"], json!({"type": "integer", "minimum": 10, "maximum": u32::MAX}));
    assert_eq!(properties["long"], json!({"type": "integer"}));
}

#[derive(JsonSchema)]
struct Address {
    /// Where the server is.
    address: std::net::IpAddr,
}

#[test]
fn an_unsupported_format_becomes_a_description() {
    let schema = schema::<Address>();
    let description = schema["properties"]["address"]["description"].as_str().unwrap();
    assert!(description.starts_with("Where the server is.\n\nFormat: "), "{description}");
    assert!(description.contains("192.0.2.1") && description.contains("2001:db8::1"), "{description}");
    assert_eq!(schema["properties"]["address"].get("format"), None);
}

#[derive(JsonSchema)]
struct Verdict {
    reasons: Vec<String>,
    alternatives: Option<Vec<Reason>>,
    confidence: f64,
    #[serde(default)]
    approved: bool,
}

#[derive(JsonSchema)]
struct Reason {
    z: String,
    a: String,
}

/// The names of the properties in the order of the text.
fn property_order(text: &str, names: &[&str]) -> Vec<String> {
    let mut found: Vec<_> = names.iter().map(|name| (text.find(&format!("\"{name}\":{{")).unwrap(), *name)).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, name)| name.to_owned()).collect()
}

#[test]
fn properties_are_in_the_order_of_the_fields() {
    let schema = TextFormatJsonSchema::from_type::<Verdict>().unwrap().schema;
    let text = serde_json::to_string(&schema).unwrap();
    let names = ["approved", "confidence", "alternatives", "reasons"];
    assert_eq!(property_order(&text, &names), ["reasons", "alternatives", "confidence", "approved"], "{text}");
    assert_eq!(property_order(&text, &["a", "z"]), ["z", "a"], "{text}");
    assert_eq!(schema.to_value().unwrap()["required"], json!(["reasons", "alternatives", "confidence", "approved"]));
}

#[derive(JsonSchema)]
#[schemars(rename = "")]
struct Unnamed {
    value: bool,
}

#[test]
fn a_format_always_has_a_name() {
    assert!(!TextFormatJsonSchema::from_type::<Unnamed>().unwrap().name.unwrap().is_empty());
}

#[test]
fn a_type_without_a_name_inside_is_rejected() {
    assert_refused::<Field<Unnamed>>("Field", "/$defs/");
}

#[test]
fn invalid_function_names_are_rejected() {
    for name in ["", "two words", "über", "a.b", &"x".repeat(129)] {
        assert_eq!(FunctionTool::from_type::<Bicycle>(name).unwrap_err().type_name(), "Bicycle", "{name:?}");
    }
    for name in ["get_weather-2", &"x".repeat(128)] {
        assert!(FunctionTool::from_type::<Bicycle>(name).is_ok(), "{name:?}");
    }
}

// ---- unsupported ---------------------------------------------------------------------------------------------------

#[track_caller]
fn assert_refused<T: JsonSchema>(type_name: &str, pointer: &str) {
    let error = FunctionTool::from_type::<T>("f").unwrap_err();
    assert_eq!(TextFormatJsonSchema::from_type::<T>().unwrap_err(), error);
    assert_eq!((error.type_name(), error.pointer()), (type_name, pointer), "{error}");
}

#[derive(JsonSchema)]
struct Field<T> {
    field: T,
}

/// Uses the type below the root.
#[derive(JsonSchema)]
struct Outer<T> {
    inner: Vec<T>,
}

#[derive(JsonSchema)]
struct Prices {
    #[serde(rename = "a/b~c")]
    prices: HashMap<String, f64>,
}

#[test]
fn maps_tuples_sets_and_untyped_values_are_rejected_with_their_pointer() {
    assert_refused::<Prices>("Prices", "/properties/a~1b~0c/additionalProperties");
    assert_refused::<Outer<Prices>>("Prices", "/$defs/Prices/properties/a~1b~0c/additionalProperties");
    assert_refused::<Field<BTreeMap<u32, bool>>>("Field", "/properties/field/patternProperties");
    assert_refused::<Field<Option<HashMap<String, Value>>>>("Field", "/properties/field/additionalProperties");
    assert_refused::<Field<Value>>("Field", "/properties/field");
    assert_refused::<Field<Vec<Value>>>("Field", "/properties/field/items");
    assert_refused::<Field<(String, i32)>>("Field", "/properties/field/prefixItems");
    assert_refused::<Field<HashSet<String>>>("Field", "/properties/field/uniqueItems");
    assert_refused::<Field<char>>("Field", "/properties/field/maxLength");
}

#[test]
fn roots_that_are_not_structs_are_rejected() {
    assert_refused::<Vec<String>>("Array_of_string", "");
    assert_refused::<Transport>("Transport", "");
    assert_refused::<Option<Place>>("Nullable_Place", "");
    assert_refused::<HashMap<String, bool>>("Map_of_boolean", "/additionalProperties");
}

#[test]
fn a_flattened_enum_is_rejected() {
    #[derive(JsonSchema)]
    struct Flat {
        name: String,
        #[serde(flatten)]
        transport: Transport,
    }
    #[derive(JsonSchema)]
    struct OnlyFlat {
        #[serde(flatten)]
        transport: Transport,
    }
    assert_refused::<Outer<Flat>>("Flat", "/$defs/Flat");
    // The root itself is valid: a struct with named fields.
    let inner = FunctionTool::from_type::<Outer<Flat>>("f").unwrap_err();
    let root = FunctionTool::from_type::<Flat>("f").unwrap_err();
    assert_eq!((root.type_name(), root.pointer(), root.reason()), ("Flat", "", inner.reason()));
    let only = FunctionTool::from_type::<OnlyFlat>("f").unwrap_err();
    assert_eq!((only.type_name(), only.pointer(), only.reason()), ("OnlyFlat", "", inner.reason()));
    let root_enum = FunctionTool::from_type::<Transport>("f").unwrap_err();
    assert_ne!(root_enum.reason(), inner.reason());
}

#[test]
fn unsupported_keywords_are_rejected() {
    given!(Not, {"type": "string", "not": {"const": ""}});
    assert_refused::<Not>("Not", "/properties/field/not");
    given!(All, {"allOf": [{"type": "string"}, {"minLength": 1}]});
    assert_refused::<All>("All", "/properties/field/allOf");
    given!(Never, false);
    assert_refused::<Never>("Never", "/properties/field");
    given!(Elsewhere, {"$ref": "https://example.com/schema"});
    assert_refused::<Elsewhere>("Elsewhere", "/properties/field/$ref");
    given!(Itself, {"type": "object", "required": ["ghost"]});
    assert_refused::<Itself>("Itself", "/properties/field/required");
}

#[test]
fn one_of_becomes_any_of_if_its_branches_are_exclusive() {
    given!(Kinds, {"oneOf": [{"type": "string"}, {"type": ["integer", "null"]}, {"type": "boolean"}]});
    assert_strict(&schema::<Kinds>());
    given!(Numbers, {"oneOf": [{"type": "string"}, {"type": "number"}, {"type": "integer"}]});
    assert_refused::<Numbers>("Numbers", "/properties/field");
    given!(Words, {"oneOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]});
    assert_refused::<Words>("Words", "/properties/field");
    given!(Objects, {"oneOf": [
        {"type": "object", "properties": {"a": {"type": "string"}}},
        {"type": "object", "properties": {"a": {"type": "string", "pattern": "^x"}}},
    ]});
    assert_refused::<Objects>("Objects", "/properties/field");
}

// ---- parsing -------------------------------------------------------------------------------------------------------

#[test]
fn output_in_the_format_of_a_type_parses_as_that_type() {
    let request = CreateResponseRequest::new("m", "x").text(TextFormatJsonSchema::from_type::<Place>().unwrap());
    assert_eq!(serde_json::to_value(&request).unwrap()["text"]["format"]["name"], "Place");
    let response: Response = serde_json::from_value(json!({"id": "r", "output": [{"type": "message", "content": [
        {"type": "output_text", "text": "{\"city\": \"Oslo\", \"country\": null}"}]}]}))
    .unwrap();
    assert_eq!(response.parse::<Place>().unwrap(), place("Oslo", None));
}
