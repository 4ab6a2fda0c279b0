//! YAML as JSON, as far as OpenAPI documents use it, with limits on depth and size.
//!
//! The parser yields events, so depth, aliases and duplicate keys are checked before they take memory.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};
use serde_json::{Map, Number, Value};

use crate::generate::json::MAX_DEPTH;

/// Maximum memory of the values, in bytes, roughly counted. A few aliases could make billions of values.
const MAX_BYTES: usize = 256 * 1024 * 1024;
/// The memory of a value besides its text, roughly: in a map with its key.
const VALUE_BYTES: usize = 128;

/// An OpenAPI document in YAML.
pub(super) struct Document<'a> {
    pub(super) text: &'a str,
    /// Whether it's the whole source, instead of a code block of a page.
    pub(super) is_whole: bool,
}

/// Finds an OpenAPI document in a text; `None` if no line starts with its version.
pub(super) fn document(text: &str) -> Option<Document<'_>> {
    let marks = ["openapi:", "\"openapi\":", "'openapi':", "swagger:"];
    let mut at = 0;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with("```") {
            start = at + line.len();
        }
        if marks.iter().any(|mark| line.starts_with(mark)) {
            let text = &text[start..];
            let end = text.find("\n```").unwrap_or(text.len());
            let is_whole = start == 0 && is_map(text);
            return Some(Document { text: &text[..end], is_whole });
        }
        at += line.len();
    }
    None
}

/// Whether all lines without indentation are keys, lists or comments.
fn is_map(text: &str) -> bool {
    let is_key = |line: &str| {
        let end = line.find(": ").or_else(|| line.strip_suffix(':').map(str::len));
        end.is_some_and(|end| !line[..end].contains(' ') || line.starts_with(['"', '\'']))
    };
    text.lines()
        .map(str::trim_end)
        .all(|line| line.is_empty() || line.starts_with([' ', '\t', '#', '%', '-', '.', '}', ']']) || is_key(line))
}

/// Parses a text with one document.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    let mut builder = Builder { open: Vec::new(), anchors: HashMap::new(), left: MAX_BYTES, root: None };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| at(error.marker(), error.info()))?;
        builder.event(event).map_err(|problem| at(&span.start, &problem))?;
    }
    builder.root.ok_or_else(|| "the YAML is empty".to_owned())
}

fn at(marker: &Marker, problem: &str) -> String {
    format!("invalid YAML in line {}, column {}: {problem}", marker.line(), marker.col() + 1)
}

/// A value with its size and depth.
#[derive(Clone)]
struct Built {
    value: Value,
    cost: usize,
    height: usize,
}

/// An open list or map.
struct Open {
    items: Items,
    anchor: usize,
    cost: usize,
    height: usize,
}

enum Items {
    List(Vec<Value>),
    /// With the key of the next value.
    Map(Map<String, Value>, Option<String>),
}

struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, Built>,
    left: usize,
    root: Option<Value>,
}

impl Builder {
    fn event(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                if let Some(Open { items: Items::Map(map, key @ None), cost, .. }) = self.open.last_mut() {
                    if map.contains_key(&*text) {
                        return Err(format!("duplicate key {text:?}"));
                    }
                    *cost += text.len();
                    *key = Some(text.into_owned());
                    return Ok(());
                }
                let cost = VALUE_BYTES + text.len();
                self.put(Built { value: scalar(&text, style, tag.as_deref()), cost, height: 0 }, anchor)
            }
            Event::Alias(anchor) => {
                let built = self.anchors.get(&anchor).ok_or("the alias is inside its own anchor")?;
                self.left = self.left.checked_sub(built.cost).ok_or("the aliases make the document too large")?;
                let built = built.clone();
                self.put(built, 0)
            }
            Event::SequenceStart(anchor, _) => self.start(Items::List(Vec::new()), anchor),
            Event::MappingStart(anchor, _) => self.start(Items::Map(Map::new(), None), anchor),
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::DocumentStart(_) if self.root.is_some() => Err("a second document starts".to_owned()),
            Event::DocumentStart(_) | Event::DocumentEnd | Event::StreamStart | Event::StreamEnd | Event::Nothing => {
                Ok(())
            }
        }
    }

    fn start(&mut self, items: Items, anchor: usize) -> Result<(), String> {
        if self.open.len() >= MAX_DEPTH {
            return Err(format!("nested deeper than {MAX_DEPTH} levels"));
        }
        self.open.push(Open { items, anchor, cost: VALUE_BYTES, height: 1 });
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        let Some(Open { items, anchor, cost, height }) = self.open.pop() else { return Ok(()) };
        let value = match items {
            Items::List(values) => Value::Array(values),
            Items::Map(values, _) => Value::Object(merged(values)?),
        };
        self.put(Built { value, cost, height }, anchor)
    }

    /// Adds a complete value to the open list or map.
    fn put(&mut self, built: Built, anchor: usize) -> Result<(), String> {
        if self.open.len() + built.height > MAX_DEPTH {
            return Err(format!("aliases nested deeper than {MAX_DEPTH} levels"));
        }
        if anchor != 0 {
            self.left = self.left.checked_sub(built.cost).ok_or("the anchors make the document too large")?;
            self.anchors.insert(anchor, built.clone());
        }
        if built.height == 0 {
            self.left = self.left.checked_sub(built.cost).ok_or("the document is too large")?;
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(built.value);
            return Ok(());
        };
        open.cost += built.cost;
        open.height = open.height.max(built.height + 1);
        match &mut open.items {
            Items::List(values) => values.push(built.value),
            Items::Map(values, key) => {
                let key = key.take().ok_or("a key isn't a string")?;
                values.insert(key, built.value);
            }
        }
        Ok(())
    }
}

/// Applies the merge key `<<`: the values of other maps, unless the map has the key itself.
fn merged(mut map: Map<String, Value>) -> Result<Map<String, Value>, String> {
    let Some(sources) = map.remove("<<") else { return Ok(map) };
    let sources = if let Value::Array(sources) = sources { sources } else { vec![sources] };
    for source in sources {
        let Value::Object(source) = source else { return Err("`<<` needs a map or a list of maps".to_owned()) };
        for (key, value) in source {
            map.entry(key).or_insert(value);
        }
    }
    Ok(map)
}

/// Returns the value of a scalar, by YAML's core schema. Infinities aren't JSON and stay strings.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    if style != ScalarStyle::Plain || tag.is_some_and(|tag| tag.suffix == "str") {
        return text.into();
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(|| text.into(), Value::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    if let Some(digits) = text.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok().map(Number::from);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return u64::from_str_radix(digits, 8).ok().map(Number::from);
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) {
        return None;
    }
    let integer = text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from));
    integer.ok().or_else(|| text.parse().ok().and_then(Number::from_f64))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scalars_have_the_types_of_the_core_schema() {
        let yaml = "[1, -2, +3, 0x1F, 0o17, 1.5, 1e3, .5, 1., 18446744073709551615, ~, null, '', true, False, yes, '1', \
                    !!str 2, .inf, 1.2.3, 2026-04-24]";
        let values = json!([
            1,
            -2,
            3,
            31,
            15,
            1.5,
            1000.0,
            0.5,
            1.0,
            18_446_744_073_709_551_615_u64,
            null,
            null,
            "",
            true,
            false,
            "yes",
            "1",
            "2",
            ".inf",
            "1.2.3",
            "2026-04-24"
        ]);
        assert_eq!(parse(yaml).unwrap(), values);
    }

    #[test]
    fn maps_lists_and_blocks_become_json() {
        let yaml = "# c\na: |\n  x\n  y\n200: >-\n  p\n  q\nb:\n- {c: d}\n-\n";
        assert_eq!(parse(yaml).unwrap(), json!({ "a": "x\ny\n", "200": "p q", "b": [{ "c": "d" }, null] }));
    }

    #[test]
    fn merge_keys_are_applied() {
        let yaml = "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: {<<: *a, y: 0}\nd:\n  <<: [*a, *b]\n";
        let expected = json!({
            "a": { "x": 1, "y": 2 }, "b": { "y": 3, "z": 4 }, "c": { "x": 1, "y": 0 }, "d": { "x": 1, "y": 2, "z": 4 }
        });
        assert_eq!(parse(yaml).unwrap(), expected);
        assert!(parse("a: {<<: 1}").is_err());
    }

    #[test]
    fn aliases_are_copies_within_limits() {
        assert_eq!(parse("a: &x [1]\nb: *x").unwrap(), json!({ "a": [1], "b": [1] }));
        let mut laughs = "a0: &a0 lol\n".to_owned();
        for level in 1..40 {
            laughs += &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", "));
        }
        assert!(parse(&laughs).is_err());
        let nested: String = (1..200).map(|level| format!("a{level}: &a{level} [*a{}]\n", level - 1)).collect();
        assert!(parse(&format!("a0: &a0 []\n{nested}")).is_err());
        assert!(parse("a: &a [*a]").is_err());
    }

    #[test]
    fn invalid_yaml_is_refused_with_line_and_column() {
        for (yaml, place) in [
            ("a: 1\nb: 2\na: 3", "in line 3, column 1: "),
            ("? [a]\n: b", "in line 1, column 5: "),
            ("a\n---\nb", "in line 2, column 1: "),
            ("a: *b", "in line 1, column "),
            ("a: [1", "in line "),
        ] {
            let problem = parse(yaml).unwrap_err();
            assert!(problem.contains(place), "{yaml:?}: {problem}");
        }
        assert!(parse("").is_err());
    }

    #[test]
    fn a_document_may_have_its_keys_in_any_order() {
        for (text, is_whole) in [
            ("openapi: 3.1.0\npaths: {}\n", true),
            ("components:\n  schemas: {}\ninfo:\n  title: T\nopenapi: 3.1.0\n", true),
            ("# comment\n---\ninfo: {}\nopenapi: 3.1.0", true),
            ("# Page\n\nSome text: more\n\n```yaml\ninfo: {}\nopenapi: 3.1.0\n```\nText", false),
            ("Some text here\nopenapi: 3.1.0", false),
        ] {
            let document = document(text).unwrap();
            assert_eq!(document.is_whole, is_whole, "{text:?}");
        }
        let fenced = "# Page\n```yaml\ninfo: {}\nopenapi: 3.1.0\n```\nText";
        assert_eq!(document(fenced).unwrap().text, "info: {}\nopenapi: 3.1.0");
    }

    #[test]
    fn damaged_yaml_never_panics() {
        let yaml = "a: &x [1, 'b', \"\\x41\"]\n? k\n: - *x\n  - !!str {c: |-\n    d\n}\n%T\n--- >\n e\n...\n";
        for end in 0..yaml.len() {
            let _ = parse(&yaml[..end]);
            for mark in ["\t", "\u{0}", "{", "]", ":", "- ", "*", "&", "\u{feff}", "'", "<<"] {
                let _ = parse(&format!("{}{mark}{}", &yaml[..end], &yaml[end..]));
            }
        }
    }
}
