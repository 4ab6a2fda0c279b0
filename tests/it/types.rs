//! Building, matching and round-tripping the types.

use nexconn_responses::types::{
    CompactedResponse, CreateResponseRequest, CustomTool, ErrorBody, ErrorObject, Extra, FunctionCallOutput,
    FunctionTool, FunctionToolChoice, ImageModel, Include, Input, InputContent, InputImage, InputItem, InputText,
    ItemReference, Json, JsonText, Message, MessageContent, MisalignmentType, NamespaceTool, OutputItem,
    PromptCacheBreakpoint, PromptCacheBreakpointTtl, Reasoning, ReasoningEffort, Response, ResponseError, Role,
    ServiceTier, StreamEvent, Tool, ToolChoice, ToolChoiceMode, WebSearchTool, WebSearchToolType, models,
};
use serde_json::{Value, json};

/// Decodes and encodes a value.
fn again<T: serde::de::DeserializeOwned + serde::Serialize>(value: &Value) -> Result<Value, serde_json::Error> {
    // Text and values have different deserializers.
    let typed: T = serde_json::from_str(&value.to_string())?;
    let from_value: T = serde_json::from_value(value.clone())?;
    let encoded = serde_json::to_value(&typed)?;
    assert_eq!(encoded, serde_json::to_value(&from_value)?);
    Ok(encoded)
}

// ---- lossless -------------------------------------------------------------------------------------------------------

/// Returns all documents with one change: a value of another type, or a property left out.
fn neighbours(value: &Value) -> Vec<Value> {
    let others = [
        json!(null),
        json!(true),
        json!(7),
        json!(-1.5),
        json!(12.0),
        json!(u64::MAX),
        json!("x"),
        json!([]),
        json!({}),
        json!([null]),
        json!(["x", 1]),
        json!({"type": "x"}),
        json!({"type": 1, "id": "x"}),
        json!({"id": "x"}),
    ];
    let mut found = Vec::from(others);
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let mut without = map.clone();
                without.remove(key);
                found.push(Value::Object(without));
                for neighbour in neighbours(inner) {
                    let mut with = map.clone();
                    with.insert(key.clone(), neighbour);
                    found.push(Value::Object(with));
                }
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                for neighbour in neighbours(inner) {
                    let mut with = items.clone();
                    with[index] = neighbour;
                    found.push(Value::Array(with));
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    found
}

fn events() -> Vec<Value> {
    let text = include_str!("../../examples/loopback/answer.sse");
    text.lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).unwrap())
        .collect()
}

#[test]
fn an_event_of_any_form_is_lossless() {
    for event in events().iter().filter(|event| event.to_string().len() < 1_000) {
        for neighbour in neighbours(event).iter().chain([event]).filter(|neighbour| !neighbour.is_null()) {
            let encoded = again::<StreamEvent>(neighbour).unwrap_or_else(|error| panic!("{neighbour}: {error}"));
            assert_eq!(encoded, *neighbour);
        }
    }
}

#[test]
fn a_response_of_any_form_is_lossless() {
    let response = &events().pop().unwrap()["response"];
    for neighbour in neighbours(response).iter().chain([response]).filter(|neighbour| neighbour.is_object()) {
        let encoded = again::<Response>(neighbour).unwrap_or_else(|error| panic!("{neighbour}: {error}"));
        assert_eq!(encoded, *neighbour);
    }
}

#[test]
fn a_request_of_any_form_is_lossless() {
    let request = json!({
        "model": "openai/gpt-5.2",
        "input": [
            {"role": "user", "content": [{"type": "input_image", "image_url": "data:,", "detail": "low"}]},
            {"id": "msg_1"},
            {"type": "function_call_output", "call_id": "c", "output": [{"type": "input_text", "text": "rain"}]},
        ],
        "tools": [{"type": "web_search_2025_08_26"}, {"type": "mcp", "server_label": "s", "allowed_tools": ["a"]}],
        "tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function"}]},
        "metadata": {"a": "b"},
        "text": {"format": {"type": "json_schema", "name": "n", "schema": {}}},
    });
    for neighbour in neighbours(&request).iter().chain([&request]).filter(|neighbour| neighbour.is_object()) {
        let encoded = again::<CreateResponseRequest>(neighbour).unwrap_or_else(|error| panic!("{neighbour}: {error}"));
        assert_eq!(encoded, *neighbour);
    }
}

#[test]
fn the_tag_may_stand_anywhere_in_its_object() {
    let texts = [
        r#"{"type":"function_call","id":"i","name":"n","arguments":"{}","call_id":"c"}"#,
        r#"{"id":"i","type":"function_call","name":"n","arguments":"{}","call_id":"c"}"#,
        r#"{"id":"i","name":"n","arguments":"{}","call_id":"c","type":"function_call"}"#,
        r#"{"\u0074ype":"function\u005fcall","id":"i","name":"n","arguments":"{}","call_id":"c"}"#,
    ];
    for text in texts {
        let item: OutputItem = serde_json::from_str(text).unwrap();
        let OutputItem::FunctionCall(call) = &item else { panic!("{text} became {item:?}") };
        assert_eq!((call.id.as_deref(), &*call.name, &*call.call_id), (Some("i"), "n", "c"));
    }
}

#[test]
fn an_input_item_without_a_type_is_a_message_or_a_reference() {
    let message = json!({"role": "user", "content": "Hello"});
    let typed: InputItem = serde_json::from_value(message.clone()).unwrap();
    assert!(matches!(&typed, InputItem::Message(message) if message.role == Some(Role::User)));
    assert_eq!(serde_json::to_value(&typed).unwrap(), message);

    let reference = json!({"id": "msg_1"});
    let typed: InputItem = serde_json::from_value(reference.clone()).unwrap();
    assert!(matches!(&typed, InputItem::ItemReference(reference) if reference.id == "msg_1"));
    assert_eq!(serde_json::to_value(&typed).unwrap(), reference);
}

#[test]
fn equal_numbers_are_equal_and_their_format_is_kept() {
    let read = |value: Value| serde_json::from_value::<CreateResponseRequest>(value).unwrap();
    assert_eq!(read(json!({"max_output_tokens": 100.0})).max_output_tokens, Some(100));
    assert_eq!(read(json!({"temperature": 1})).temperature, Some(1.0));
    let fraction = read(json!({"max_output_tokens": 0.5}));
    assert_eq!((fraction.max_output_tokens, fraction.mismatches()[0].pointer.as_str()), (None, "/max_output_tokens"));
    assert_eq!(fraction.to_json(), r#"{"max_output_tokens":0.5}"#);
    let written = serde_json::to_string(&CreateResponseRequest::new("m", "i").max_output_tokens(100)).unwrap();
    assert!(written.contains(r#""max_output_tokens":100}"#) || written.contains(r#""max_output_tokens":100,"#));
}

#[test]
fn output_can_be_sent_back_in_full() {
    let items = json!([
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA", "new": 1},
        {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "phase": "final_answer", "new": 2,
         "content": [{"type": "output_text", "text": "Hello", "annotations": [], "new": 3},
                     {"type": "refusal", "refusal": "No"}, {"type": "reasoning_text", "text": "Hm"}, {"type": "new"}]},
        {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "n", "arguments": "{}", "status": "completed"},
        {"type": "new_call", "id": "n_1"},
    ]);
    let output: Vec<OutputItem> = serde_json::from_value(items.clone()).unwrap();
    let input: Input = output.into_iter().map(InputItem::from).collect();
    assert_eq!(serde_json::to_value(&input).unwrap(), items);
}

// ---- building ------------------------------------------------------------------------------------------------------

#[test]
fn a_request_is_built_from_its_parts() {
    let request = CreateResponseRequest::new(
        models::GPT_5_2,
        [
            InputItem::from(Message::user([
                InputContent::from(InputText::new("What is this?")),
                InputImage::new().file_id("file_1").into(),
            ])),
            FunctionCallOutput::new("call_1", "sunny").into(),
            ItemReference::new("msg_1").into(),
        ],
    )
    .tools([
        Tool::from(FunctionTool::new("weather", json!({"type": "object"})).strict(true)),
        WebSearchTool::new().into(),
    ])
    .tool_choice(FunctionToolChoice::new("weather"))
    .reasoning(Reasoning::new().effort("low"))
    .include([Include::ReasoningEncryptedContent])
    .metadata([("a", "b")])
    .conversation("conv_1")
    .temperature(1)
    .extra("new", [1, 2]);
    let expected = json!({
        "model": "openai/gpt-5.2",
        "input": [
            {"type": "message", "role": "user", "content": [
                {"type": "input_text", "text": "What is this?"}, {"type": "input_image", "file_id": "file_1"}]},
            {"type": "function_call_output", "call_id": "call_1", "output": "sunny"},
            {"type": "item_reference", "id": "msg_1"},
        ],
        "tools": [
            {"type": "function", "name": "weather", "parameters": {"type": "object"}, "strict": true},
            {"type": "web_search"},
        ],
        "tool_choice": {"type": "function", "name": "weather"},
        "reasoning": {"effort": "low"},
        "include": ["reasoning.encrypted_content"],
        "metadata": {"a": "b"},
        "conversation": "conv_1",
        "temperature": 1.0,
        "new": [1, 2],
    });
    assert_eq!(serde_json::to_value(&request).unwrap(), expected);
    assert_eq!(serde_json::from_value::<CreateResponseRequest>(expected).unwrap(), request);
}

#[test]
fn input_converts_from_strings_and_items() {
    let text = Input::Text("Hello".to_owned());
    assert_eq!((Input::from("Hello"), Input::from("Hello".to_owned())), (text.clone(), text));
    let items: Vec<InputItem> = vec![Message::user("Hello").into()];
    assert_eq!(Input::from(items.clone()), Input::Items(items));
    assert_eq!(ToolChoice::from(ToolChoiceMode::Required), ToolChoice::Mode("required".into()));
    assert_eq!(Message::developer("x").content, Some(MessageContent::Text("x".to_owned())));
}

#[test]
fn extra_can_send_null_and_replace_a_property() {
    let request =
        CreateResponseRequest::new("m", "i").store(true).extra("store", Value::Null).extra("user", Value::Null);
    assert_eq!(serde_json::to_string(&request).unwrap(), r#"{"model":"m","input":"i","store":null,"user":null}"#);
}

/// Decodes a value, and checks that encoding it gives the same.
fn known<T: JsonText>(value: &Value) -> T {
    let typed = T::from_json(&value.to_string()).unwrap();
    assert_eq!((typed.mismatches(), serde_json::from_str(&typed.to_json()).ok().as_ref()), (Vec::new(), Some(value)));
    typed
}

#[test]
fn properties_of_later_versions_of_the_protocol_have_fields() {
    let function: FunctionTool =
        known(&json!({"type": "function", "name": "f", "parameters": {}, "strict": true, "async": true}));
    let custom: CustomTool = known(&json!({"type": "custom", "name": "c", "async": false}));
    assert_eq!((function.async_, custom.async_), (Some(true), Some(false)));
    let namespace = json!({"type": "namespace", "name": "n", "description": "", "tools": [
        {"type": "function", "name": "f", "async": true}, {"type": "custom", "name": "c", "async": true}]});
    let tools = known::<NamespaceTool>(&namespace).tools;
    assert!(format!("{tools:?}").matches("async_: Some(true)").count() == 2, "{tools:?}");

    let breakpoint = json!({"mode": "explicit", "ttl": "12h"});
    assert_eq!(known::<PromptCacheBreakpoint>(&breakpoint).ttl, Some(PromptCacheBreakpointTtl::Hours12));

    let misalignment = json!({
        "detailed_explanation": null, "review_target": "x", "steer": {"message": "m"},
        "error_type": "potentially_unintended_data_access",
    });
    let error = known::<ErrorObject>(&json!({"message": "m", "type": null, "param": null, "code": null,
        "misalignment": misalignment}));
    let of_response = known::<ResponseError>(&json!({"code": "c", "message": "m", "misalignment": misalignment}));
    assert_eq!(error.misalignment, of_response.misalignment);
    let misalignment = error.misalignment.unwrap();
    assert_eq!(misalignment.error_type, Some(MisalignmentType::DataAccess));
    assert_eq!(misalignment.steer.unwrap().message, "m");

    let compacted = known::<CompactedResponse>(&json!({"id": "c", "object": "response.compaction", "output": [],
        "created_at": 1_790_583_300, "image": {}, "usage": null}));
    assert_eq!((compacted.created_at, compacted.image.is_some()), (Some(1_790_583_300), true));

    for model in ["gpt-image-2.5-sunburst-2026-09-08", "gpt-image-2.6-flare", "chatgpt-image-latest"] {
        assert!(!matches!(ImageModel::from(model), ImageModel::Unknown(_)), "{model}");
    }
    for kind in ["text", "summary_text", "reasoning_text", "computer_screenshot", "input_video"] {
        let part = json!({"type": kind, "text": "t", "image_url": "u", "video_url": "u"});
        let part = InputContent::from_json(&part.to_string()).unwrap();
        assert!(part.type_() == Some(kind) && !matches!(part, InputContent::Unknown(_)), "{part:?}");
    }
    for role in ["critic", "discriminator", "tool", "developer"] {
        assert!(!matches!(Role::from(role), Role::Unknown(_)), "{role}");
    }
}

#[test]
fn an_enum_is_open() {
    for text in ["low", "brand_new", "unknown", ""] {
        let effort = ReasoningEffort::from(text);
        assert_eq!((effort.as_str(), effort.to_string(), text.parse().as_ref()), (text, text.to_owned(), Ok(&effort)));
        assert_eq!(again::<ReasoningEffort>(&json!(text)).unwrap(), json!(text));
    }
    assert_eq!(ReasoningEffort::from("low"), ReasoningEffort::Low);
    assert_eq!(ServiceTier::from("brand_new"), "brand_new");
}

#[test]
fn a_union_has_its_type() {
    let tool = |value: Value| serde_json::from_value::<Tool>(value).unwrap();
    assert_eq!(Tool::from(WebSearchTool::new()).type_(), Some("web_search"));
    assert_eq!(tool(json!({"type": "web_search_2025_08_26"})).type_(), Some("web_search_2025_08_26"));
    assert_eq!(
        WebSearchTool::new().type_(WebSearchToolType::WebSearch2025_08_26).type_.as_str(),
        "web_search_2025_08_26"
    );
    assert_eq!(tool(json!({"type": "new"})).type_(), Some("new"));
    assert_eq!((tool(json!({"kind": "x"})).type_(), tool(json!(1)).type_()), (None, None));
}

#[test]
fn decode_errors_name_the_expected_type() {
    let error = |text: &str| Response::from_json(text).unwrap_err();
    for (text, found) in [("[]", "an array"), ("null", "null"), (" 7", "a number"), (r#""x""#, "a string")] {
        assert!(error(text).to_string().contains(&format!("expected an object, found {found}")), "{text}");
        assert!(!error(text).is_syntax() && serde_json::from_str::<Response>(text).is_err(), "{text}");
    }
    assert_eq!((error("{\"id\": ").is_syntax(), error("{\n]").line(), error("{\n ]").column()), (true, 2, 2));
    assert!(serde_json::from_str::<Response>("{\"id\": ").unwrap_err().is_eof());
    assert!(serde_json::from_str::<ErrorBody>("{}").is_ok());
}

/// Returns nested filters whose type comes last, so it's unknown until all of them are read.
fn nested_filters(depth: usize) -> String {
    let leaf = r#"{"key":"year","type":"eq","value":1}"#;
    let filters = r#"{"filters":["#.repeat(depth) + leaf + &r#"],"type":"and"}"#.repeat(depth);
    format!(r#"{{"tools":[{{"filters":{filters},"type":"file_search","vector_store_ids":[]}}]}}"#)
}

#[test]
fn filters_nest_up_to_the_recursion_limit() {
    let request: CreateResponseRequest = serde_json::from_str(&nested_filters(50)).unwrap();
    assert!(request.extra.is_empty());
    assert_eq!(serde_json::to_string(&request).unwrap().matches("filters").count(), 51);
    for depth in [200, 100_000] {
        assert!(serde_json::from_str::<CreateResponseRequest>(&nested_filters(depth)).is_err(), "{depth}");
    }
}

// ---- values without a schema ---------------------------------------------------------------------------------------

#[test]
fn values_without_a_schema_keep_their_text() {
    let text = r#"{"parameters":{"z":1,"a":[1.50,12345678901234567890123,"\u00e9"]},"type":"function","name":"f"}"#;
    let tool: FunctionTool = serde_json::from_str(text).unwrap();
    let parameters = tool.parameters.as_ref().unwrap();
    assert_eq!(parameters.get(), r#"{"z":1,"a":[1.50,12345678901234567890123,"\u00e9"]}"#);
    assert!(tool.to_json().contains(parameters.get()), "{}", tool.to_json());
    let encoded = serde_json::to_string(&tool).unwrap();
    assert!(encoded.contains(r#"{"z":1,"a":[1.5,12345678901234567890123,"é"]}"#), "{encoded}");
}

#[test]
fn values_without_a_schema_can_be_pretty_printed() {
    let json: Json = "{\"z\": 1,\r\n\"a\":\t[1.50]}".parse().unwrap();
    assert_eq!(serde_json::to_string(&json).unwrap(), r#"{"z":1,"a":[1.5]}"#, "one line stays one");
    let json: Json = r#"{"z": 1, "a": [1.50]}"#.parse().unwrap();
    assert_eq!(serde_json::to_string(&json).unwrap(), r#"{"z":1,"a":[1.5]}"#);
    assert_eq!(serde_json::to_string_pretty(&json).unwrap(), "{\n  \"z\": 1,\n  \"a\": [\n    1.5\n  ]\n}");
    assert_eq!(serde_json::to_value(&json).unwrap(), json!({"z": 1, "a": [1.5]}));
    let mut written = Vec::new();
    serde_json::to_writer(&mut written, &[&json]).unwrap();
    assert_eq!(written, br#"[{"z":1,"a":[1.5]}]"#);
    let mut serializer = serde_json::Serializer::with_formatter(Vec::new(), Plain);
    serde::Serialize::serialize(&json, &mut serializer).unwrap();
    assert_eq!(serializer.into_inner(), br#"{"z":1,"a":[1.5]}"#, "a formatter sees every value");
}

/// Writes like the default formatter, but is another type.
struct Plain;

impl serde_json::ser::Formatter for Plain {}

#[test]
fn json_converts_from_values_and_compares_by_value() {
    let json: Json = r#" {"b": [1, null], "a": "x"} "#.parse().unwrap();
    assert_eq!(json, Json::from(json!({"a": "x", "b": [1, null]})));
    assert_eq!(json, json!({"a": "x", "b": [1, null]}));
    assert_ne!(json, Json::from("x"));
    assert_eq!(Json::from("say \"x\"").string().as_deref(), Some("say \"x\""));
    assert_eq!(json.string(), None);
    assert_eq!(json.parse::<std::collections::BTreeMap<String, Value>>().unwrap()["a"], "x");
    for text in ["", "{", "[1,]", "1 2", "nul"] {
        assert!(text.parse::<Json>().is_err(), "{text}");
    }
}

#[test]
fn json_nests_up_to_the_recursion_limit() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let tool = |depth| format!(r#"{{"name":"f","type":"function","parameters":{}}}"#, nested(depth));
    let read: FunctionTool = serde_json::from_str(&tool(126)).unwrap();
    assert_eq!(read.parameters.as_ref().unwrap().get(), nested(126));
    assert!(serde_json::to_string(&read).unwrap().contains(&nested(126)));
    for depth in [127, 100_000] {
        assert!(serde_json::from_str::<FunctionTool>(&tool(depth)).is_err(), "{depth}");
    }
}

#[test]
fn extra_is_a_map() {
    let mut extra = Extra::new();
    assert!(extra.is_empty() && extra.get("a").is_none());
    extra.insert("a".to_owned(), json!(1));
    assert_eq!((extra.len(), &extra["a"]), (1, &Json::from(1)));
    assert_eq!(extra, Extra::from_iter([("a".to_owned(), json!(1))]));
    extra.remove("a");
    assert_eq!(extra, Extra::new());
    assert_eq!(format!("{extra:?}"), format!("{:?}", serde_json::Map::new()));
}

/// Programs hold many of these, and move them.
#[test]
fn events_and_responses_are_small() {
    assert!(size_of::<StreamEvent>() <= 160, "{}", size_of::<StreamEvent>());
    assert!(size_of::<Response>() <= 640, "{}", size_of::<Response>());
}

/// A boxed property with a value of another type.
#[test]
fn the_position_of_the_tag_does_not_matter_for_boxed_properties() {
    let first = r#"{"type":"function_call","caller":"someone","call_id":"c","name":"f","arguments":"{}"}"#;
    let last = r#"{"caller":"someone","call_id":"c","name":"f","arguments":"{}","type":"function_call"}"#;
    let [first, last]: [OutputItem; 2] = [first, last].map(|text| serde_json::from_str(text).unwrap());
    assert!(matches!(&first, OutputItem::FunctionCall(call) if call.caller.is_some()), "{first:?}");
    assert_eq!(first, last);
}
