//! Overlay entries a refresh makes stale: each error names the entry to change or to delete.

use serde_json::json;

use super::super::place::Place;
use super::super::{Failure, Failures, Step, steps};
use super::{Schema, generate, generate_leniently, remove};

pub(super) const MESSAGE: &str = "/properties/input/anyOf/1/items";

#[test]
fn the_real_folder_is_accepted() {
    Schema::frozen().generate();
}

// ---- the published schema catches up ------------------------------------------------------------------------------

#[test]
fn a_published_property_names_the_addition_to_delete() {
    let schema =
        Schema::frozen().published("/properties", |properties| properties["stream"] = json!({ "type": "boolean" }));
    schema.refused("schema/additions/request.json#/properties/stream");
}

#[test]
fn a_pointer_that_matches_nothing_names_its_entry() {
    let schema = Schema::frozen().published("/properties", |properties| remove(properties, "context_management"));
    for at in
        ["/properties/context_management/items", "/properties/context_management/items/properties/compact_threshold"]
    {
        let entry = schema.entry(&format!("at = \"{at}"));
        let entry = if at.ends_with("items") { schema.entry(&format!("at = \"{at}\"")) } else { entry };
        schema.refused(&entry);
    }
}

#[test]
fn a_missing_constructor_argument_names_its_entry() {
    let item = "/properties/input/anyOf/1/items";
    let schema = Schema::frozen().published(item, |item| item["required"] = json!(["phase"]));
    schema.refused(&schema.entry(&format!("at = \"{item}\"\nask_for")));
}

#[test]
fn every_kind_of_entry_must_match() {
    for (kind, rest) in [
        ("repair", "expect = \"a\"\nvalue = \"b\""),
        ("repair", "value = \"b\""),
        ("add", "value = { type = \"string\" }"),
        ("replace", "published = \"a\"\nwith = \"InputContent\""),
        ("arguments", "ask_for = [\"a\"]"),
        ("name", "is = \"Lost\""),
    ] {
        for at in ["/properties/lost/items", "/lost/items", "properties/input", "#/properties/input"] {
            let entry = format!("\n[[{kind}]]\nat = \"{at}\"\nwhy = \"It is asked.\"\n{rest}\n");
            let schema = Schema::frozen().more_overlay(&entry);
            schema.refused(&schema.entry(&entry[1..]));
        }
    }
}

#[test]
fn an_entry_below_what_has_no_keywords_is_refused() {
    let entries = [
        ("repair", "/properties/input/anyOf/0", "value = { type = \"string\" }"),
        ("repair", "/properties/include/items/enum/0", "value = \"b\""),
        ("add", "/properties/input/anyOf/2", "value = { type = \"integer\" }"),
        ("add", "/title/id", "value = { type = \"integer\" }"),
        ("arguments", "/properties/input/anyOf", "ask_for = [\"a\"]"),
    ];
    let accepted = entries.into_iter().filter(|(kind, at, rest)| {
        let entry = format!("\n[[{kind}]]\nat = \"{at}\"\nwhy = \"It is asked.\"\n{rest}\n");
        let schema = Schema::frozen().more_overlay(&entry);
        let place = format!("{}: ", schema.entry(&entry[1..]));
        !generate(&schema.0).is_err_and(|failures| failures.to_string().contains(&place))
    });
    assert_eq!(
        accepted.map(|(kind, at, _)| (kind, at)).collect::<Vec<_>>(),
        [],
        "entries without effect that aren't reported"
    );
}

#[test]
fn a_pointer_reaches_keys_with_a_slash() {
    let entry = "\n[[repair]]\nat = \"/properties/a~1b\"\nexpect = { type = \"number\" }\nvalue = { type = \"integer\" }\nwhy = \"It is asked.\"\n";
    let schema =
        Schema::frozen().published("/properties", |properties| properties["a/b"] = json!({ "type": "number" }));
    let generated = schema.more_overlay(entry).generate();
    assert_eq!(generated.document.root.pointer("/properties/a~1b/type"), Some(&json!("integer")));
}

#[test]
fn a_repair_that_is_published_is_to_be_deleted() {
    let schema = Schema::frozen().published("/properties/max_output_tokens/type", |node| *node = json!("integer"));
    let entry = schema.entry("at = \"/properties/max_output_tokens/type\"");
    schema.refused(&entry);
}

#[test]
fn a_repair_of_what_has_changed_is_to_be_read_again() {
    let at = "/properties/max_output_tokens/type";
    let schema = Schema::frozen().published(at, |node| *node = json!("string"));
    schema.refused(&schema.entry(&format!("at = \"{at}\"")));
    let gone = Schema::frozen().published("/properties/max_output_tokens", |node| remove(node, "type"));
    gone.refused(&gone.entry(&format!("at = \"{at}\"")));
    let at = format!("{MESSAGE}/properties/type/enum");
    let new = Schema::frozen()
        .published(&format!("{MESSAGE}/properties/type"), |node| node["enum"] = json!(["message", "call"]));
    new.refused(&new.entry(&format!("at = \"{at}\"")));
}

#[test]
fn an_added_property_that_is_published_is_to_be_deleted() {
    let schema =
        Schema::frozen().published(&format!("{MESSAGE}/properties"), |node| node["id"] = json!({ "type": "string" }));
    let at = format!("{MESSAGE}/properties/id");
    schema.refused(&schema.entry(&format!("at = \"{at}\"")));
}

#[test]
fn a_replaced_part_must_be_what_it_was() {
    type Edit = fn(&mut serde_json::Value);
    let at = format!("{MESSAGE}/properties/content/anyOf/1/items");
    let edits: [Edit; 5] = [
        |part| part["properties"]["detail"] = json!({ "type": "string" }),
        |part| part["properties"]["image_url"] = json!({ "type": "object" }),
        |part| part["properties"]["text"]["type"] = json!("array"),
        |part| part["properties"]["type"]["type"] = json!("integer"),
        |part| part["required"] = json!(["file_id"]),
    ];
    for edit in edits {
        let schema = Schema::frozen().published(&at, edit);
        schema.refused(&schema.entry(&format!("at = \"{at}\"\npublished")));
    }
    // A description isn't part of it.
    let described =
        Schema::frozen().published(&at, |part| part["properties"]["text"]["description"] = json!("The text."));
    assert!(crate::generate::generate(&described.0).is_ok());
}

/// Replaces the entry that starts like this by the one the first failure prints.
fn paste(schema: &mut Schema, start: &str) {
    let failures = generate(&schema.0).err().unwrap().0;
    let (_, pasted) = failures[0].help.split_once("\n\n").unwrap_or_else(|| panic!("{}", failures[0]));
    let overlay = &schema.0.overlay.text;
    let start = overlay.find(start).unwrap_or_else(|| panic!("{start:?} is in the overlay"));
    let end = overlay[start + 1..].find("\n[[").map_or(overlay.len(), |end| start + 1 + end);
    schema.0.overlay.text = format!("{}{pasted}{}", &overlay[..start], &overlay[end..]);
}

#[test]
fn a_repair_that_no_longer_fits_shows_the_entry_to_paste() {
    let at = "/properties/max_output_tokens/type";
    let mut schema = Schema::frozen().published(at, |node| *node = json!("string"));
    paste(&mut schema, &format!("[[repair]]\nat = \"{at}\""));
    schema.generate();
}

#[test]
fn an_added_property_that_is_published_shows_the_repair_to_paste() {
    let at = format!("{MESSAGE}/properties");
    let mut schema = Schema::frozen().published(&at, |node| node["id"] = json!({ "type": "integer" }));
    paste(&mut schema, &format!("[[add]]\nat = \"{at}/id\""));
    assert!(schema.generate().listing().unwrap().contains("types::Message.id: Option<String>"));
}

#[test]
fn a_replaced_part_that_has_changed_shows_the_entry_to_paste() {
    let at = format!("{MESSAGE}/properties/content/anyOf/1/items");
    let mut schema = Schema::frozen().published(&at, |part| part["required"] = json!(["file_id", "type"]));
    paste(&mut schema, "[[replace]]\n");
    schema.generate();
    // The order of `required` has no meaning.
    schema.published(&format!("{at}/required"), |names| *names = json!(["type", "file_id"])).generate();
}

#[test]
fn an_entry_that_lists_properties_instead_of_a_digest_shows_the_one_to_paste() {
    let overlay = Schema::frozen().0.overlay.text;
    let (_, rest) = overlay.split_once("\n[[replace]]\n").unwrap();
    let digest = rest.lines().find(|line| line.starts_with("published = ")).unwrap();
    let mut schema = Schema::frozen().overlay(digest, "properties = [\"type\", \"text\"]");
    let (_, failures) = generate_leniently(&schema.0).unwrap();
    assert_eq!(failures.len(), 1, "{failures:#?}");
    paste(&mut schema, "[[replace]]\n");
    schema.generate();
}

#[test]
fn a_named_union_that_has_changed_shows_the_entry_to_paste() {
    let start = "[[name]]\nat = \"/properties/conversation\"\n";
    for (branches, variants) in [
        (json!([{ "type": "integer" }, { "type": "boolean" }]), &["Integer(i64)", "Boolean(bool)"][..]),
        (json!([{ "type": "number" }]), &["Number(f64)"]),
    ] {
        let mut schema = Schema::frozen().published("/properties/conversation/anyOf", |all| {
            all.as_array_mut().unwrap().extend(branches.as_array().unwrap().iter().cloned());
        });
        paste(&mut schema, start);
        let listing = schema.generate().listing().unwrap();
        for variant in variants.iter().chain(&["Id(String)", "Object(ConversationReference)"]) {
            assert!(listing.contains(&format!("types::Conversation::{variant}")), "{listing}");
        }
    }
}

#[test]
fn a_named_enum_without_one_of_its_values_shows_the_entry_to_paste() {
    let at = "/properties/include/items";
    let mut schema =
        Schema::frozen().published(&format!("{at}/enum"), |values| drop(values.as_array_mut().unwrap().remove(0)));
    paste(&mut schema, &format!("[[name]]\nat = \"{at}\"\n"));
    schema.generate();
}

#[test]
fn the_order_of_a_repaired_enum_does_not_count() {
    let at = format!("{MESSAGE}/properties/role/enum");
    let before = Schema::frozen().generate().listing().unwrap();
    let schema = Schema::frozen().published(&at, |values| values.as_array_mut().unwrap().reverse());
    assert_eq!(schema.generate().listing().unwrap(), before);
}

#[test]
fn a_repaired_bound_is_not_called_published() {
    let generated = Schema::frozen().generate();
    let printed = prettyplease::unparse(&generated.file().unwrap());
    let field = &printed[..printed.find("pub max_output_tokens: ").unwrap()];
    let docs: Vec<_> = field.lines().rev().skip(1).take_while(|line| line.trim_start().starts_with("///")).collect();
    let last = "/// Published by the gateway. At least 16, not published by the gateway.";
    assert!(docs.iter().any(|line| line.ends_with(last)), "{docs:#?}");
}

#[test]
fn the_cause_comes_first_and_its_consequences_are_folded() {
    let at = format!("{MESSAGE}/properties/type");
    let schema = Schema::frozen().published(&at, |node| node["enum"] = json!(["message", "function_call"]));
    let failures = match generate_leniently(&schema.0) {
        Ok((_, failures)) | Err(Failures(failures)) => failures,
    };
    let cause = schema.entry(&format!("at = \"{at}/enum\""));
    assert_eq!(failures[0].place.to_string(), cause);
    assert!(failures.len() <= 4, "{failures:#?}");
    // The repaired enum needs no name.
    assert!(failures.iter().all(|failure| !failure.place.spot.ends_with(&at)), "{failures:#?}");
}

#[test]
fn problems_with_the_same_help_are_one_step() {
    let failure =
        |pointer: &str, help: &str| Failure::new(Place::pointer("a.json", pointer), "it is published now", help);
    let failures = vec![
        failure("/a", "paste:\n\n[[name]]\nat = \"/a\"\n"),
        failure("/b", "delete it"),
        failure("/c", "paste:\n\n[[name]]\nat = \"/c\"\n"),
        failure("/d", "delete it"),
    ];
    let [a, b, c, d] = ["/a", "/b", "/c", "/d"].map(|pointer| format!("a.json#{pointer}: it is published now"));
    let pasted = "paste:\n\n[[name]]\nat = \"/a\"\n\n[[name]]\nat = \"/c\"";
    let expected = [
        Step { problems: vec![a.clone(), c.clone()], help: pasted.to_owned() },
        Step { problems: vec![b.clone(), d.clone()], help: "delete it".to_owned() },
    ];
    assert_eq!(steps(&failures), expected);
    let printed = format!("{a}\n{c}\n  help: {pasted}\n{b}\n{d}\n  help: delete it");
    assert_eq!(Failures(failures).to_string(), printed);
}

#[test]
fn a_named_node_that_is_a_reference_now_needs_no_name() {
    let at = "/properties/conversation/anyOf/1";
    let schema = Schema::frozen().published(at, |node| *node = json!({ "$ref": "#/definitions/Conversation" }));
    schema.refused(&schema.entry(&format!("at = \"{at}\"")));
}

#[test]
fn a_union_with_a_new_branch_names_the_entry_that_names_its_branches() {
    let schema = Schema::frozen().published("/properties/conversation/anyOf", |branches| {
        branches.as_array_mut().unwrap().push(json!({ "type": "integer" }));
    });
    schema.refused(&schema.entry("at = \"/properties/conversation\""));
}

#[test]
fn an_enum_value_that_is_gone_is_to_be_deleted_from_the_overlay() {
    let schema =
        Schema::frozen().published(&format!("{MESSAGE}/properties/role/enum/0"), |value| *value = json!("human"));
    let entry = schema.entry(&format!("at = \"{MESSAGE}/properties/role\""));
    schema.refused(&entry);
}

#[test]
fn a_new_anonymous_object_asks_for_a_name() {
    let object = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
    let schema = Schema::frozen().published("/properties", |properties| properties["new_one"] = object);
    schema.refused("schema/published.json#/properties/new_one");
}

#[test]
fn a_place_in_the_additions_is_that_of_the_file() {
    let schema = Schema::frozen().additions("request.json", "/definitions/Reasoning/properties/effort", |node| {
        node["const"] = json!("low");
    });
    let place = "schema/additions/request.json#/definitions/Reasoning/properties/effort/const";
    schema.refused(place);
}

#[test]
fn a_place_below_a_name_of_the_overlay_is_that_of_the_published_file() {
    let at = format!("{MESSAGE}/properties/status");
    let schema = Schema::frozen().published(&at, |node| node["const"] = json!("completed"));
    schema.refused(&format!("schema/published.json#{at}/const"));
}

// ---- the unions of the additions -----------------------------------------------------------------------------------

#[test]
fn the_union_of_an_untagged_entry_must_be_there() {
    let schema = Schema::frozen().overlay("union = \"InputItem\"", "union = \"Message\"");
    schema.refused(&schema.entry("union = \"Message\""));
}

#[test]
fn what_an_untagged_object_means_must_be_a_branch_of_the_union() {
    for wrong in ["Mesage", "Reasoning"] {
        let schema = Schema::frozen().overlay("means = \"Message\"", &format!("means = \"{wrong}\""));
        schema.refused(&schema.entry("means = "));
    }
    for wrong in ["ItemReferense", "Reasoning"] {
        let schema = Schema::frozen().overlay("\"ItemReference\"]", &format!("\"{wrong}\"]"));
        schema.refused(&schema.entry("only = "));
    }
}

#[test]
fn the_named_type_must_be_a_variant_of_the_union_that_takes_its_place() {
    let schema = Schema::frozen().overlay("variant_of = \"InputItem\"", "variant_of = \"Tool\"");
    schema.refused(&schema.entry("variant_of = "));
}

// ---- the form of the overlay ---------------------------------------------------------------------------------------

#[test]
fn every_entry_says_why() {
    let kinds = ["[root]", "[[repair]]", "[[add]]", "[[replace]]", "[[arguments]]", "[[name]]", "[[untagged]]"];
    for kind in kinds {
        let mut schema = Schema::frozen();
        let overlay = &mut schema.0.overlay.text;
        let entry = overlay.find(&format!("\n{kind}\n")).unwrap() + 1;
        let why = entry + overlay[entry..].find("\nwhy = ").unwrap() + 1;
        let end = why + overlay[why..].find('\n').unwrap();
        overlay.replace_range(why..end, "why = \" \"");
        let line = overlay[..entry].matches('\n').count() + 1;
        schema.refused(&format!("schema/overlay.toml:{line}"));
        let without = schema.0.overlay.text.replace("why = \" \"\n", "");
        schema.0.overlay.text = without;
        assert!(schema.refusal().starts_with("schema/overlay.toml:"), "{}", schema.refusal());
    }
}

#[test]
fn an_unknown_key_is_refused_with_its_line() {
    let schema = Schema::frozen().overlay("is = \"MessagePhase\"", "is = \"MessagePhase\"\nvarients = [\"A\"]");
    let line = schema.0.overlay.text.lines().position(|line| line.starts_with("varients")).unwrap() + 1;
    let place = format!("schema/overlay.toml:{line}");
    schema.refused(&place);
}

#[test]
fn an_unknown_kind_of_entry_is_refused_with_its_line() {
    let schema = Schema::frozen().more_overlay("\n[[rename]]\nat = \"\"\n");
    let line = schema.0.overlay.text.lines().count() - 1;
    schema.refused(&format!("schema/overlay.toml:{line}"));
}

#[test]
fn malformed_toml_is_refused_with_its_line() {
    let mut schema = Schema::frozen().more_overlay("\n[[name]\n");
    let line = schema.0.overlay.text.lines().count();
    schema.refused(&format!("schema/overlay.toml:{line}"));
    schema = Schema::frozen();
    schema.0.source.text = schema.0.source.text.replace("sha256 = ", "sha256: ");
    schema.refused("schema/source.toml:5");
}
