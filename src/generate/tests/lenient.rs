//! Folders with unsuitable parts in overlay or additions: `generate_leniently` skips and reports them.

use serde_json::{Value, json};

use super::{Generated, Schema, generate_leniently, remove, text};

fn lenient(schema: &Schema) -> (Generated, Vec<String>) {
    let (generated, failures) = generate_leniently(&schema.0).unwrap_or_else(|failures| panic!("{failures}"));
    (generated, failures.iter().map(ToString::to_string).collect())
}

/// Returns the differing lines of two listings.
fn difference(left: &Generated, right: &Generated) -> Vec<String> {
    let (left, right) = (left.listing().unwrap(), right.listing().unwrap());
    let has = |listing: &str, line: &str| listing.lines().any(|other| other == line);
    let lost = left.lines().filter(|line| !has(&right, line)).map(|line| format!("-{line}"));
    lost.chain(right.lines().filter(|line| !has(&left, line)).map(|line| format!("+{line}"))).collect()
}

#[test]
fn the_real_folder_gives_the_same_and_nothing_to_say() {
    let strict = Schema::frozen().generate();
    let (generated, failures) = lenient(&Schema::frozen());
    assert_eq!(failures, Vec::<String>::new());
    assert_eq!(generated.listing().unwrap(), strict.listing().unwrap());
    let (left, right) =
        (prettyplease::unparse(&generated.file().unwrap()), prettyplease::unparse(&strict.file().unwrap()));
    let different = left.lines().zip(right.lines()).find(|(left, right)| left != right);
    assert_eq!(different, None);
}

#[test]
fn an_overlay_entry_that_does_not_fit_is_left_out() {
    let schema = Schema::frozen().more_overlay(
        "\n[[repair]]\nat = \"/properties/gone/type\"\nexpect = \"number\"\nvalue = \"integer\"\nwhy = \"w\"\n",
    );
    let (generated, failures) = lenient(&schema);
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert!(failures[0].contains("`/properties/gone/type`") || failures[0].contains("gone"), "{failures:?}");
    assert_eq!(generated.listing().unwrap(), Schema::frozen().generate().listing().unwrap());
}

#[test]
fn a_named_union_that_has_changed_keeps_its_name_and_names_its_variants_itself() {
    let schema = Schema::frozen().published("/properties/conversation/anyOf", |branches| {
        branches.as_array_mut().unwrap().push(json!({ "type": "boolean" }));
    });
    let (generated, failures) = lenient(&schema);
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert!(failures[0].contains("`/properties/conversation`"), "{failures:?}");
    let listing = generated.listing().unwrap();
    let lines = listing.lines();
    let variants: Vec<_> = lines.filter(|line| line.starts_with("types::Conversation::")).collect();
    assert_eq!(
        variants,
        [
            "types::Conversation::Boolean(bool)",
            "types::Conversation::ConversationReference(ConversationReference)",
            "types::Conversation::String(String)",
        ]
    );
}

#[test]
fn a_reference_to_a_part_that_is_gone_admits_any_value() {
    let schema = Schema::frozen().published("/properties", |properties| remove(properties, "conversation"));
    let (generated, failures) = lenient(&schema);
    assert!(failures.iter().any(|failure| failure.contains("`/properties/conversation`")), "{failures:?}");
    let place = "schema/additions/endpoints.json#/definitions/InputTokensRequest/properties/conversation/anyOf/0/$ref";
    assert!(
        failures.iter().any(|failure| failure.starts_with(&format!("{place}: unknown definition `Conversation`"))),
        "{failures:?}"
    );
    assert!(generated.listing().unwrap().contains("types::InputTokensRequest.conversation: Option<Json>"));
}

#[test]
fn an_addition_that_is_published_now_keeps_its_type() {
    let schema = Schema::frozen().published("/properties", |properties| {
        properties["stream"] = json!({ "type": "string", "description": "Published now." });
    });
    let (generated, failures) = lenient(&schema);
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert!(
        failures[0]
            .starts_with("schema/additions/request.json#/properties/stream: the property `stream` is published now"),
        "{failures:?}"
    );
    assert!(generated.listing().unwrap().contains("types::CreateResponseRequest.stream: Option<bool>"));
}

#[test]
fn the_help_for_an_addition_that_is_published_now_works() {
    let published = |properties: &mut Value| {
        properties["stream"] = json!({ "type": "string", "description": "Published now." });
    };
    let schema = Schema::frozen().published("/properties", published);
    let (_, failures) = generate_leniently(&schema.0).unwrap_or_else(|failures| panic!("{failures}"));
    let (_, pasted) = failures[0].help.split_once("\n\n").unwrap();
    let schema = schema.more_overlay(&format!("\n{pasted}"));
    let generated = crate::generate::generate(&schema.0).unwrap_or_else(|failures| panic!("{failures}"));
    assert!(generated.listing().unwrap().contains("types::CreateResponseRequest.stream: Option<bool>"));
    // The entry matches the published schema.
    let changed = schema.published("/properties/stream", |stream| *stream = json!({ "type": "boolean" }));
    let (_, failures) = lenient(&changed);
    assert!(failures[0].contains("`/properties/stream`"), "{failures:?}");
}

#[test]
fn a_definition_that_is_published_now_is_the_one_that_counts() {
    let schema = Schema::frozen().published("", |root| {
        root["definitions"] =
            json!({ "Reasoning": { "type": "object", "properties": { "depth": { "type": "integer" } } } });
    });
    let (generated, failures) = lenient(&schema);
    assert!(failures.iter().any(|failure| failure.contains("`Reasoning`")), "{failures:?}");
    assert!(generated.listing().unwrap().contains("types::Reasoning.depth: Option<i64>"));
}

#[test]
fn another_title_is_a_failure_and_renames_the_root() {
    let schema = Schema::frozen().published("/title", |title| *title = json!("Create Answer Request"));
    let (generated, failures) = lenient(&schema);
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert!(failures[0].contains("\"Create Answer Request\""), "{failures:?}");
    assert!(generated.listing().unwrap().contains("types::CreateAnswerRequest struct"));
}

#[test]
fn an_anonymous_part_that_is_new_gets_a_name_and_changes_nothing_else() {
    let before = Schema::frozen().generate();
    let schema = Schema::frozen().published("/properties", |properties| {
        properties["audio"] = json!({ "type": "object", "properties": { "voice": { "enum": ["a", "b"] } } });
    });
    let (generated, failures) = lenient(&schema);
    let named = ["CreateResponseRequestAudio", "CreateResponseRequestAudioVoice"];
    assert_eq!(failures.len(), named.len(), "{failures:?}");
    for (failure, name) in failures.iter().zip(named) {
        assert!(failure.contains(&format!("`{name}`")), "{failure}");
    }
    let difference = difference(&before, &generated);
    assert!(
        difference.iter().all(|line| line.starts_with('+') && line.to_lowercase().contains("audio")),
        "{difference:?}"
    );
}

#[test]
fn a_keyword_for_validators_is_a_failure() {
    let schema = Schema::frozen().published("/properties/instructions", |node| node["not"] = json!({ "const": "" }));
    let (_, failures) = lenient(&schema);
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert!(failures[0].starts_with("schema/published.json#/properties/instructions/not: "), "{failures:?}");
}

#[test]
fn a_constructor_with_arguments_that_are_easily_swapped_is_reported_and_generated() {
    let schema = Schema::frozen()
        .overlay("ask_for = [\"model\", \"input\"]", "ask_for = [\"model\", \"user\", \"store\", \"top_p\"]");
    let (generated, failures) = lenient(&schema);
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert!(failures[0].starts_with("schema/overlay.toml:"), "{failures:?}");
    assert!(
        generated.listing().unwrap().contains("types::CreateResponseRequest::new(model: impl Into<String>, user: ")
    );
}

#[test]
fn what_cannot_be_generated_at_all_is_an_error() {
    let broken = |change: fn(&mut Schema)| {
        let mut schema = Schema::frozen();
        change(&mut schema);
        match generate_leniently(&schema.0) {
            Ok(_) => panic!("the generator accepts it"),
            Err(failures) => failures.to_string(),
        }
    };
    assert!(broken(|schema| schema.0.overlay = text("schema/overlay.toml", "[root")).contains("schema/overlay.toml:1"));
    assert!(broken(|schema| schema.0.published.text.push('}')).starts_with("schema/published.json:"));
    let untitled = broken(|schema| {
        let mut root: Value = serde_json::from_str(&schema.0.published.text).unwrap();
        remove(&mut root, "title");
        schema.0.published.text = root.to_string();
    });
    assert!(untitled.contains("schema/published.json#: "), "{untitled}");
}
