//! Every property of every event and item, with values the schema doesn't allow.
//!
//! The properties come from the merged schema written by build.rs.

use std::collections::BTreeSet;

use nexconn_responses::types::{Json, JsonText, OutputItem, Response, StreamEvent};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// The depth to which samples have optional properties.
const DEPTH: usize = 3;

struct Schema(Value);

impl Schema {
    fn read() -> Self {
        let text = include_str!(concat!(env!("OUT_DIR"), "/schema.json"));
        Self(serde_json::from_str(text).unwrap())
    }

    fn definition<'a>(&'a self, node: &'a Value) -> &'a Value {
        let name = node["$ref"].as_str().and_then(|name| name.strip_prefix("#/definitions/"));
        name.map_or(node, |name| &self.0["definitions"][name])
    }

    /// Returns the branches of a union without null, or the node itself.
    fn branches<'a>(&'a self, node: &'a Value) -> Vec<&'a Value> {
        let node = self.definition(node);
        match node["oneOf"].as_array().or(node["anyOf"].as_array()) {
            Some(branches) => branches.iter().flat_map(|branch| self.branches(branch)).collect(),
            None if node["type"] == "null" => Vec::new(),
            None => vec![node],
        }
    }

    fn is_nullable(node: &Value) -> bool {
        let branches = node["oneOf"].as_array().or(node["anyOf"].as_array());
        let is_null = |node: &Value| {
            node["type"] == "null" || node["type"].as_array().is_some_and(|types| types.contains(&json!("null")))
        };
        is_null(node) || branches.into_iter().flatten().any(is_null)
    }

    /// Returns the JSON types a property may have; empty for any.
    fn types(&self, node: &Value) -> BTreeSet<String> {
        let types = self.branches(node).into_iter().flat_map(|branch| match &branch["type"] {
            Value::String(name) => vec![name.clone()],
            Value::Array(names) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ if branch.get("properties").is_some() => vec!["object".to_owned()],
            _ if branch.get("enum").is_some() => vec!["string".to_owned()],
            _ => vec!["any".to_owned()],
        });
        types.collect()
    }

    /// Returns a valid value, with all properties of the first levels.
    fn sample(&self, node: &Value, depth: usize) -> Value {
        let Some(node) = self.branches(node).first().copied() else { return Value::Null };
        if let Some(first) = node["enum"].as_array().and_then(|values| values.first()) {
            return first.clone();
        }
        let name = node["type"].as_array().and_then(|names| names.first()).unwrap_or(&node["type"]);
        match name.as_str() {
            Some("string") => json!("x"),
            Some("boolean") => json!(true),
            Some("integer") => json!(1),
            Some("number") => json!(1.5),
            Some("array") if depth < DEPTH => json!([self.sample(&node["items"], depth + 1)]),
            Some("array") => json!([]),
            _ => {
                let properties = node["properties"].as_object().into_iter().flatten();
                let chosen = properties.filter(|(key, _)| depth < DEPTH || required(node).contains(key.as_str()));
                chosen.map(|(key, node)| (key.clone(), self.sample(node, depth + 1))).collect::<Map<_, _>>().into()
            }
        }
    }
}

fn required(node: &Value) -> BTreeSet<&str> {
    node["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Whether a value of this type is allowed where these are. A string may be any of an enum.
fn allows(types: &BTreeSet<String>, value: &Value) -> bool {
    let name = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) if types.contains("integer") => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    types.contains("any") || types.contains(name)
}

/// Checks each property of each variant of a union with all values, and without it. Returns the number of checks.
fn check<T: JsonText + DeserializeOwned + PartialEq + std::fmt::Debug>(
    union: &str,
    tag: fn(&T) -> Option<&str>,
) -> usize {
    let schema = Schema::read();
    let union = schema.0["definitions"][union].clone();
    let mut count = 0;
    for variant in schema.branches(&union) {
        let sample = schema.sample(variant, 0);
        let pointers = |value: &T| value.mismatches().into_iter().map(|mismatch| mismatch.pointer).collect::<Vec<_>>();
        assert_eq!(pointers(&T::from_json(&sample.to_string()).unwrap()), [""; 0], "{sample}");
        for (key, node) in variant["properties"].as_object().into_iter().flatten().filter(|(key, _)| *key != "type") {
            let types = schema.types(node);
            let others = [Value::Null, json!(true), json!(7), json!(2.5), json!("y"), json!([]), json!({})];
            for other in others.iter().map(Some).chain([None]) {
                let mut object = sample.as_object().unwrap().clone();
                match other {
                    Some(other) => object.insert(key.clone(), other.clone()),
                    None => object.remove(key),
                };
                let value = Value::from(object);
                let decoded = T::from_json(&value.to_string()).unwrap();
                assert_eq!(tag(&decoded), sample["type"].as_str(), "{value}");
                assert!(!format!("{decoded:?}").starts_with("Unknown("), "{value}");
                assert_eq!(serde_json::from_str::<Value>(&decoded.to_json()).unwrap(), value);
                let is_mismatch = match other {
                    None | Some(Value::Null) => required(variant).contains(key.as_str()) && !Schema::is_nullable(node),
                    Some(Value::Number(number)) if number.is_f64() && !types.contains("number") => {
                        !types.contains("any")
                    }
                    Some(other) => !allows(&types, other),
                };
                let listed = pointers(&decoded).iter().any(|pointer| *pointer == format!("/{key}"));
                assert_eq!(listed, is_mismatch, "/{key} of {value}: {:?}", decoded.mismatches());
                assert_eq!(serde_json::from_value::<T>(value).unwrap(), decoded);
                count += 1;
            }
        }
    }
    count
}

#[test]
fn an_event_with_any_value_in_a_property_is_typed_and_lossless() {
    assert!(check("StreamEvent", StreamEvent::type_) > 1_500);
}

#[test]
fn an_item_with_any_value_in_a_property_is_typed_and_lossless() {
    assert!(check("OutputItem", OutputItem::type_) > 1_000);
}

// ---- responses of compatible servers -------------------------------------------------------------------------------

/// A response with this output, decoded and found to come out the same.
fn response(output: &Value) -> Response {
    let value = json!({"id": "resp_1", "object": "response", "status": "completed", "output": output});
    let response = Response::from_json(&value.to_string()).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&response.to_json()).unwrap(), value);
    assert_eq!(serde_json::to_value(&response).unwrap(), value);
    response
}

fn pointers(response: &Response) -> Vec<String> {
    response.mismatches().into_iter().map(|mismatch| mismatch.pointer).collect()
}

fn message(content: &Value) -> Value {
    json!([{"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": content}])
}

#[test]
fn the_content_of_a_message_may_be_a_string_one_part_or_have_a_null() {
    let part = json!({"type": "output_text", "text": "Hello", "annotations": []});
    for (content, mismatches) in [
        (json!("Hello"), vec!["/output/0/content", "/output/0/content"]),
        (part.clone(), vec!["/output/0/content"]),
        (json!([null, part]), vec!["/output/0/content/0"]),
        (json!([{"type": "text", "text": "Hello", "annotations": []}]), vec!["/output/0/content/0/type"]),
        (json!(["Hello"]), vec!["/output/0/content/0"]),
    ] {
        let response = response(&message(&content));
        assert_eq!(
            (response.output_text().as_str(), pointers(&response)),
            ("Hello", mismatches.iter().map(ToString::to_string).collect()),
            "{content}"
        );
    }
    for content in [json!(null), json!([]), json!(7)] {
        assert_eq!(response(&message(&content)).output_text(), "", "{content}");
    }
}

#[test]
fn the_arguments_of_a_call_may_be_an_object() {
    let call =
        json!([{"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": {"city": "Oslo"}}]);
    let response = response(&call);
    let call = response.function_calls().next().unwrap();
    assert_eq!((&*call.name, &*call.arguments), ("weather", r#"{"city":"Oslo"}"#));
    assert_eq!(pointers(&response), ["/output/0/arguments"]);
    assert_eq!(response.function_calls().count(), 1);
    let empty = json!([{"type": "function_call"}]);
    let response = self::response(&empty);
    assert_eq!(response.function_calls().map(|call| call.name.len() + call.arguments.len()).sum::<usize>(), 0);
    assert_eq!(
        pointers(&response),
        ["/output/0/name", "/output/0/arguments", "/output/0/call_id"]
            .map(str::to_owned)
            .into_iter()
            .collect::<Vec<_>>()
    );
}

#[test]
fn the_output_may_have_a_null_or_be_one_item() {
    let item = message(&json!([{"type": "output_text", "text": "Hello", "annotations": []}]))[0].clone();
    for (output, mismatch) in [(json!([null, item]), "/output/0"), (item.clone(), "/output")] {
        let response = response(&output);
        assert_eq!((response.output_text().as_str(), response.output.len()), ("Hello", 1));
        assert_eq!(pointers(&response), [mismatch]);
    }
}

#[test]
fn a_response_whose_id_is_a_number_is_typed() {
    let value = json!({"id": 7, "object": "response", "output": message(&json!("Hello"))});
    let response = Response::from_json(&value.to_string()).unwrap();
    assert_eq!((response.id.as_str(), response.output_text().as_str()), ("", "Hello"));
    assert!(pointers(&response).contains(&"/id".to_owned()));
    assert_eq!(serde_json::from_str::<Value>(&response.to_json()).unwrap(), value);
}

#[test]
fn bookkeeping_may_be_null_or_absent_without_a_mismatch_of_the_text() {
    let part = json!({"type": "output_text", "text": "Hello", "annotations": null, "logprobs": null});
    let item = json!({"type": "message", "id": null, "status": null, "role": null, "content": [part]});
    let usage = json!({"input_tokens": 1, "output_tokens": 2, "total_tokens": 3});
    let value =
        json!({"id": "resp_1", "created_at": 1_741_476_542.5, "status": null, "output": [item], "usage": usage});
    let response = Response::from_json(&value.to_string()).unwrap();
    assert_eq!((response.output_text().as_str(), response.created_at), ("Hello", Some(1_741_476_542.5)));
    assert_eq!(response.usage.as_ref().map(|usage| usage.total_tokens), Some(3));
    assert_eq!(serde_json::from_str::<Value>(&response.to_json()).unwrap(), value);
}

#[test]
fn parts_of_another_type_stay_in_the_lists_of_a_reasoning_item() {
    let parts = json!([{"type": "output_text", "text": "Hm", "annotations": []}, {"type": "new", "text": "."}]);
    let response = response(&json!([{"type": "reasoning", "id": "rs_1", "summary": parts, "content": parts}]));
    let [OutputItem::Reasoning(item)] = response.output.as_slice() else { panic!("{response:?}") };
    assert_eq!((item.summary.len(), item.content.len(), item.extra.len()), (2, 2, 0));
}

#[test]
fn a_field_that_is_changed_is_written_in_place_of_what_was_received() {
    let mut response = response(&message(&json!("Hello")));
    response.output.clear();
    response.id = "resp_2".to_owned();
    assert_eq!(response.to_json(), r#"{"id":"resp_2","object":"response","status":"completed"}"#);
    let mut event =
        StreamEvent::from_json(r#"{"type":"response.output_text.delta","delta":{},"item_id":null}"#).unwrap();
    let StreamEvent::OutputTextDelta(delta) = &mut event else { panic!("{event:?}") };
    (delta.delta, delta.output_index) = ("Hi".to_owned(), Some(2));
    let expected = r#"{"type":"response.output_text.delta","delta":"Hi","item_id":null,"output_index":2}"#;
    assert_eq!(event.to_json(), expected);
}

#[test]
fn doubled_keys_have_the_last_value() {
    let event = StreamEvent::from_json(
        r#"{"type":"response.output_text.delta","delta":7,"new":1,"delta":"a","delta":"b","item_id":null,"item_id":"i","new":2}"#,
    );
    let StreamEvent::OutputTextDelta(delta) = event.unwrap() else { panic!("another event") };
    assert_eq!((&*delta.delta, &*delta.item_id, &delta.extra["new"]), ("b", "i", &2.into()));
    assert_eq!(
        StreamEvent::from(delta).to_json(),
        r#"{"type":"response.output_text.delta","delta":"b","item_id":"i","new":2}"#
    );
}

#[test]
fn doubled_tags_have_the_last_value() {
    let delta = r#""delta":"a","item_id":"i""#;
    for (text, expected) in [
        (format!(r#"{{"type":"error",{delta},"type":"response.output_text.delta"}}"#), "response.output_text.delta"),
        (
            format!(r#"{{{delta},"type":"error","new":[],"type":"response.output_text.delta"}}"#),
            "response.output_text.delta",
        ),
        (format!(r#"{{"type":"new",{delta},"type":"response.output_text.delta"}}"#), "response.output_text.delta"),
        (format!(r#"{{"type":"response.output_text.delta",{delta},"type":"new"}}"#), "new"),
    ] {
        let event = StreamEvent::from_json(&text).unwrap();
        assert_eq!(event.type_(), Some(expected), "{text}");
        assert_eq!(serde_json::from_str::<StreamEvent>(&text).unwrap(), event);
        let again = serde_json::from_str::<Value>(&event.to_json()).unwrap();
        assert_eq!(again, serde_json::from_str::<Value>(&text).unwrap());
    }
    // Inner objects, too.
    let item = r#"{"type":"reasoning","id":"i","name":"f","call_id":"c","type":"function_call","arguments":"{}"}"#;
    let response = Response::from_json(&format!(r#"{{"id":"r","output":[{item},{item}]}}"#)).unwrap();
    assert_eq!(response.function_calls().count(), 2);
}

// ---- hostile documents ---------------------------------------------------------------------------------------------

/// Text within text, under a key that some versions of serde_json take for text to parse.
fn nested_text(key: &str, depth: usize) -> String {
    (0..depth).fold("1".to_owned(), |text, _| json!({ key: text }).to_string().chars().take(200_000).collect())
}

#[test]
fn keys_of_serde_json_have_no_meaning() {
    for key in ["$serde_json::private::RawValue", "$serde_json::private::Number"] {
        for text in ["{\"a\":1}", "[", "5", &nested_text(key, 12)] {
            let value =
                json!({"id": "r", "new": {key: text}, "output": [{key: text}], key: text, "metadata": {key: text}});
            let decoded = Response::from_json(&value.to_string()).unwrap();
            let again: Response = serde_json::from_str(&value.to_string()).unwrap();
            assert_eq!(decoded, again);
            assert_eq!(decoded.to_json().parse::<Json>().unwrap().to_value().unwrap(), value);
            assert_eq!(decoded.extra[key], Json::from(text));
            assert_eq!(
                serde_json::to_string(&decoded).unwrap().matches(key).count(),
                value.to_string().matches(key).count()
            );
        }
    }
}

#[test]
fn numbers_of_any_size_and_lone_surrogates_stay() {
    let text = r#"{"id":"r","temperature":1e400,"model":"a\ud83d","output":[{"type":"new","n":[1e400,123456789012345678901234567890,0.12345678901234567890123]}],"new":["\udc00",-1E999]}"#;
    let response = Response::from_json(text).unwrap();
    assert_eq!((response.temperature, response.model.as_deref()), (None, Some("a\u{fffd}")));
    assert_eq!(pointers(&response), ["/model", "/temperature"]);
    for number in [
        "1e400",
        "123456789012345678901234567890",
        "0.12345678901234567890123",
        "-1E999",
        r#""\udc00""#,
        r#""a\ud83d""#,
    ] {
        assert!(response.to_json().contains(number), "{number}");
        assert!(serde_json::to_string(&response).unwrap().contains(number), "{number}");
    }
    let response: Response = serde_json::from_str(text).unwrap();
    assert!(response.to_json().contains("-1E999"));
}

/// What takes little text and much memory is refused before it takes more than a few times its size.
#[test]
fn many_small_values_are_kept_or_refused() {
    let many = |value: &str, count: usize| format!("[{}]", vec![value; count].join(","));
    for value in ["{}", "null", "0", "[]", r#"{"type":"message"}"#, "\"\""] {
        let text = format!(r#"{{"id":"r","output":{}}}"#, many(value, 200_000));
        match Response::from_json(&text) {
            Ok(response) => assert_eq!(response.to_json().len(), text.len()),
            Err(error) => assert!((1..text.len()).contains(&error.column()), "{error}"),
        }
    }
}

#[test]
fn nesting_ends_at_the_limit_of_serde_json() {
    for open in ["[", r#"{"filters":["#, r#"{"output":["#, r#"{"type":"message","content":["#] {
        for text in [open.repeat(100_000), format!(r#"{{"id":"r","output":[{}"#, open.repeat(100_000))] {
            assert!(Response::from_json(&text).is_err() && StreamEvent::from_json(&text).is_err());
        }
    }
}
