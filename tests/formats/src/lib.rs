//! Strict schemas of chrono's types are the same with all features of serde_json.

#![cfg(test)]

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use nexconn_responses::types::TextFormatJsonSchema;
use serde_json::json;

#[derive(schemars::JsonSchema)]
#[allow(dead_code, reason = "only the schema is read")]
struct Event {
    title: String,
    starts: NaiveDateTime,
    ends: Option<NaiveTime>,
    day: NaiveDate,
    /// When we heard of it.
    announced: DateTime<Utc>,
    accepted: bool,
}

#[test]
fn local_times_have_an_example_and_other_formats_stay() {
    let schema = TextFormatJsonSchema::from_type::<Event>().unwrap().schema.to_value().unwrap();
    for (name, example) in [("starts", "2026-01-31T09:30:00"), ("ends", "09:30:00")] {
        let property = &schema["properties"][name];
        assert_eq!(property.get("format"), None, "{property}");
        assert!(property["description"].as_str().unwrap().contains(example), "{property}");
    }
    assert_eq!(schema["properties"]["day"], json!({"type": "string", "format": "date"}));
    assert_eq!(schema["properties"]["announced"]["format"], "date-time");
}

#[test]
fn properties_keep_the_order_of_the_fields() {
    let names = ["title", "starts", "ends", "day", "announced", "accepted"];
    let schema = TextFormatJsonSchema::from_type::<Event>().unwrap().schema;
    assert_eq!(schema.to_value().unwrap()["required"], json!(names));
    let text = serde_json::to_string(&schema).unwrap();
    let places: Vec<_> = names.iter().map(|name| text.find(&format!("\"{name}\":{{")).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");
}
