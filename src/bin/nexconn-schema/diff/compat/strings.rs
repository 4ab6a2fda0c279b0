//! Strings on both sides of the lengths, formats, patterns and lists of either schema.

use std::collections::BTreeSet;

use serde_json::Value;

use super::limits::MAX_LENGTH;
use super::patterns;
use super::string_sets::{self, Inclusion};

/// Strings, valid or not, the simplest first, and whether these are all.
pub(super) fn samples(node: &Value, beside: &[&Value]) -> (Vec<String>, bool) {
    let nodes: Vec<&Value> = std::iter::once(node).chain(beside.iter().copied()).collect();
    let (lengths, mut complete) = lengths(&nodes);
    let mut strings: Vec<String> = Vec::new();
    let text = |node: &Value, keyword: &str| node.get(keyword).and_then(Value::as_str).map(str::to_owned);
    if let Some(pattern) = text(node, "pattern") {
        let (matching, all) = patterns::matching(&pattern, &lengths);
        strings.extend(matching);
        complete &= all;
    }
    if let Some(format) = text(node, "format") {
        strings.extend(examples(&format).0.iter().map(|example| (*example).to_owned()));
        strings.extend(lengths.iter().filter_map(|length| of_length(&format, *length)));
    }
    strings.extend(["a", ""].map(str::to_owned));
    strings.extend(lengths.iter().flat_map(|length| ["a", "é", "0"].map(|letter| letter.repeat(*length))));
    for other in beside {
        let has_pattern = node.get("pattern").is_some() || other.get("pattern").is_some();
        if let (true, Inclusion::Breaks(text)) = (has_pattern, string_sets::compare(node, other)) {
            strings.push(text);
        }
        if let Some(pattern) = text(other, "pattern") {
            strings.extend(patterns::matching(&pattern, &lengths).0);
        }
        let (valid, invalid) = text(other, "format").map_or((&[][..], &[][..]), |format| examples(&format));
        strings.extend(invalid.iter().chain(valid).map(|example| (*example).to_owned()));
        let listed = other.get("enum").and_then(Value::as_array).into_iter().flatten().chain(other.get("const"));
        strings.extend(
            listed.filter_map(Value::as_str).take(40).flat_map(|value| [value.to_owned(), format!("{value}x")]),
        );
    }
    strings.extend(
        ["A", "0", " ", "-", "_", ".", "/", "é", "😀", "a b", "aA0", "00", "zz", "\n", "a\n"].map(str::to_owned),
    );
    let mut seen = BTreeSet::new();
    strings.retain(|string| seen.insert(string.clone()));
    (strings, complete)
}

/// The lengths to try, in characters: few, and both sides of each bound.
fn lengths(nodes: &[&Value]) -> (Vec<usize>, bool) {
    let bounds = nodes.iter().flat_map(|node| ["minLength", "maxLength"].map(|keyword| node.get(keyword)));
    let bounds: Vec<f64> = bounds.flatten().filter_map(Value::as_f64).collect();
    let mut lengths = BTreeSet::from([1, 2]);
    let patterns = nodes.iter().filter_map(|node| node.get("pattern").and_then(Value::as_str));
    lengths.extend(patterns.flat_map(patterns::bounds).take(16));
    for bound in &bounds {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the cast saturates, and the bound is checked"
        )]
        let bound = *bound as usize;
        if bound <= MAX_LENGTH {
            lengths.extend([bound.saturating_sub(1), bound, bound + 1]);
        }
    }
    #[allow(clippy::cast_precision_loss, reason = "ten thousand is exact")]
    let complete = bounds.iter().all(|bound| *bound <= MAX_LENGTH as f64);
    (lengths.into_iter().collect(), complete)
}

/// Valid and invalid strings of a format.
fn examples(format: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match format {
        "date" => (&["2024-02-29", "1970-01-01"], &["2023-02-29", "2024-1-1", "x"]),
        "date-time" => (
            &["2024-02-29T12:00:00Z", "1970-01-01T00:00:00.123+01:00"],
            &["2024-02-29T12:00:00", "2024-02-29", "2024-02-30T12:00:00Z"],
        ),
        "email" | "idn-email" => (&["a@example.com", "a@b.c"], &["example.com", "a@"]),
        "hostname" | "idn-hostname" => (&["example.com", "a"], &["-a", "a b", "a..b"]),
        "ipv4" => (&["127.0.0.1", "8.8.8.8", "255.255.255.255"], &["256.0.0.1", "1.2.3", "::1"]),
        "ipv6" => (&["::1", "::", "2001:db8:0:0:1:0:0:1"], &["127.0.0.1", "12345::"]),
        "json-pointer" => (&["/a", "", "/a~1b"], &["a", "/~2"]),
        "regex" => (&["a", "^a+$", ""], &["(", "["]),
        "time" => (&["12:00:00Z", "12:00:00.5+01:00"], &["12:00:00", "25:00:00Z"]),
        "uri" | "iri" => (&["https://a.example/", "urn:a", "a:b"], &["a", "/a", "https://a b"]),
        "uri-reference" | "iri-reference" => (&["/a", "a", "https://a.example/"], &["a b", "\\"]),
        "uuid" => (
            &["00000000-0000-4000-8000-000000000000", "ffffffff-ffff-4fff-bfff-ffffffffffff"],
            &["00000000-0000-4000-8000-00000000000", "x"],
        ),
        _ => (&[], &[]),
    }
}

/// A valid string of a format with many lengths.
fn of_length(format: &str, length: usize) -> Option<String> {
    let (before, after) = match format {
        "email" => ("", "@b.c"),
        "uri" | "iri" => ("a:", ""),
        "uri-reference" | "iri-reference" | "regex" | "hostname" => ("", ""),
        "json-pointer" => ("/", ""),
        "time" => ("12:00:00.", "Z"),
        "date-time" => ("1970-01-01T00:00:00.", "Z"),
        _ => return None,
    };
    let fill = length.checked_sub(before.len() + after.len()).filter(|fill| *fill > 0)?;
    let filler = if format.contains("time") { "0" } else { "a" };
    let middle: String = match format {
        "hostname" => (1..=fill).map(|index| if index % 50 == 0 && index < fill { '.' } else { 'a' }).collect(),
        _ => filler.repeat(fill),
    };
    Some(format!("{before}{middle}{after}"))
}
