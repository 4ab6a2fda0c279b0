//! YAML as JSON: what OpenAPI documents use of it, within bounds.
//!
//! Place in the flow: `form.rs` hands it documents; `openapi.rs` reads the values that come out. The
//! parser yields events, so that depth, aliases and equal keys are judged here, before they cost.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};
use serde_json::{Map, Number, Value};

use super::scan::DEPTH;

/// The most bytes that the values may take, by a rough count; aliases could make billions of few.
const BUDGET: usize = 256 * 1024 * 1024;
/// What a value takes beside its text, roughly: in a map with its key.
const OVERHEAD: usize = 128;

/// Parses a text of one document.
pub(crate) fn parse(text: &str) -> Result<Value, String> {
    let mut builder = Builder { open: Vec::new(), anchors: HashMap::new(), left: BUDGET, root: None };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| at(error.marker(), error.info()))?;
        builder.event(event).map_err(|problem| at(&span.start, &problem))?;
    }
    builder.root.ok_or_else(|| "as YAML, it is empty".to_owned())
}

fn at(marker: &Marker, problem: &str) -> String {
    format!("as YAML, in line {}, column {}: {problem}", marker.line(), marker.col() + 1)
}

/// A value with what it costs to copy it, and how deep it is nested.
#[derive(Clone)]
struct Built {
    value: Value,
    cost: usize,
    height: usize,
}

/// A list or map whose end is still to come.
struct Open {
    items: Items,
    anchor: usize,
    cost: usize,
    height: usize,
}

enum Items {
    List(Vec<Value>),
    /// With the key whose value comes next.
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
                        return Err(format!("the key {text:?} stands twice in one map"));
                    }
                    *cost += text.len();
                    *key = Some(text.into_owned());
                    return Ok(());
                }
                let cost = OVERHEAD + text.len();
                self.put(Built { value: scalar(&text, style, tag.as_deref()), cost, height: 0 }, anchor)
            }
            Event::Alias(anchor) => {
                let built = self.anchors.get(&anchor).ok_or("the alias stands within what it is an alias of")?;
                self.left = self.left.checked_sub(built.cost).ok_or("its aliases make it too large")?;
                let built = built.clone();
                self.put(built, 0)
            }
            Event::SequenceStart(anchor, _) => self.start(Items::List(Vec::new()), anchor),
            Event::MappingStart(anchor, _) => self.start(Items::Map(Map::new(), None), anchor),
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::DocumentStart(_) if self.root.is_some() => Err("a second document begins".to_owned()),
            Event::DocumentStart(_) | Event::DocumentEnd | Event::StreamStart | Event::StreamEnd | Event::Nothing => {
                Ok(())
            }
        }
    }

    fn start(&mut self, items: Items, anchor: usize) -> Result<(), String> {
        if self.open.len() >= DEPTH {
            return Err(format!("it is nested deeper than {DEPTH} levels"));
        }
        self.open.push(Open { items, anchor, cost: OVERHEAD, height: 1 });
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        let Some(Open { items, anchor, cost, height }) = self.open.pop() else { return Ok(()) };
        let value = match items {
            Items::List(values) => Value::Array(values),
            Items::Map(values, _) => Value::Object(values),
        };
        self.put(Built { value, cost, height }, anchor)
    }

    /// Puts a whole value where it belongs.
    fn put(&mut self, built: Built, anchor: usize) -> Result<(), String> {
        if self.open.len() + built.height > DEPTH {
            return Err(format!("its aliases nest it deeper than {DEPTH} levels"));
        }
        if anchor != 0 {
            self.left = self.left.checked_sub(built.cost).ok_or("its anchors make it too large")?;
            self.anchors.insert(anchor, built.clone());
        }
        if built.height == 0 {
            self.left = self.left.checked_sub(built.cost).ok_or("it has too many values")?;
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
                let key = key.take().ok_or("a key is not a text")?;
                values.insert(key, built.value);
            }
        }
        Ok(())
    }
}

/// What a scalar stands for, by YAML's core schema. Infinities are no JSON and stay texts.
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
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scalars_are_what_the_core_schema_says() {
        let yaml = "[1, -2, +3, 0x1F, 0o17, 1.5, 1e3, .5, 1., 18446744073709551615, ~, null, '', true, False, yes, '1', !!str 2, .inf, 1.2.3, 2026-04-24]";
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
    fn aliases_are_copies_within_bounds() {
        assert_eq!(parse("a: &x [1]\nb: *x").unwrap(), json!({ "a": [1], "b": [1] }));
        let mut laughs = "a0: &a0 lol\n".to_owned();
        for level in 1..40 {
            laughs += &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", "));
        }
        let problem = parse(&laughs).unwrap_err();
        assert!(problem.contains("make it too large"), "{problem}");
        let nested: String = (1..200).map(|level| format!("a{level}: &a{level} [*a{}]\n", level - 1)).collect();
        let problem = parse(&format!("a0: &a0 []\n{nested}")).unwrap_err();
        assert!(problem.contains("its aliases nest it deeper than 127 levels"), "{problem}");
        let problem = parse("a: &a [*a]").unwrap_err();
        assert!(problem.contains("within what it is an alias of"), "{problem}");
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_place() {
        for (yaml, words) in [
            ("a: 1\nb: 2\na: 3", "in line 3, column 1: the key \"a\" stands twice"),
            ("? [a]\n: b", "a key is not a text"),
            ("a\n---\nb", "a second document begins"),
            ("a: *b", "as YAML, in line 1"),
            ("a: [1", "as YAML, in line"),
            ("", "it is empty"),
        ] {
            let problem = parse(yaml).unwrap_err();
            assert!(problem.contains(words), "{yaml:?}: {problem}");
        }
    }

    #[test]
    fn a_document_that_is_cut_or_garbled_is_refused_or_read_and_never_a_panic() {
        let yaml = "a: &x [1, 'b', \"\\x41\"]\n? k\n: - *x\n  - !!str {c: |-\n    d\n}\n%T\n--- >\n e\n...\n";
        for end in 0..yaml.len() {
            let _ = parse(&yaml[..end]);
            for mark in ["\t", "\u{0}", "{", "]", ":", "- ", "*", "&", "\u{feff}", "'"] {
                let _ = parse(&format!("{}{mark}{}", &yaml[..end], &yaml[end..]));
            }
        }
    }
}
