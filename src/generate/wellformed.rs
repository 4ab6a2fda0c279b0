//! Checks that the values of keywords have the form draft-07 requires.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::failure::Failure;
use super::invisible::show;
use super::kind::Kind;
use super::place::Place;
use super::pointer::escape;
use super::vocabulary::{self, Form};

/// Returns a failure for each malformed keyword of a file, which may be one of `schema/`.
pub(crate) fn check(file: &str, root: &Value, is_ours: bool) -> Vec<Failure> {
    let mut check = Check { file, is_ours, failures: Vec::new() };
    check.schema("", root);
    check.failures
}

struct Check<'a> {
    file: &'a str,
    is_ours: bool,
    failures: Vec<Failure>,
}

impl Check<'_> {
    fn schema(&mut self, pointer: &str, node: &Value) {
        let Value::Object(node) = node else {
            if !node.is_boolean() {
                self.fail(pointer, &format!("{} isn't a schema", excerpt(node)), "write a schema object, or true");
            }
            return;
        };
        for (name, value) in node {
            let Some(keyword) = vocabulary::find(name) else { continue };
            self.keyword(&format!("{pointer}/{}", escape(name)), name, keyword.form, value);
        }
    }

    fn keyword(&mut self, at: &str, name: &str, form: Form, value: &Value) {
        match (form, value) {
            (Form::SchemaMap, Value::Object(map)) => {
                for pattern in map.keys().filter(|key| name == "patternProperties" && !is_pattern(key)) {
                    let problem = format!("{} isn't a regular expression", excerpt(&pattern.as_str().into()));
                    self.fail(&format!("{at}/{}", escape(pattern)), &problem, "correct the name");
                }
                self.map(at, map);
            }
            (Form::Any, Value::Object(map)) if name == "dependencies" => self.dependencies(at, map),
            (Form::Schemas, Value::Array(list)) if !list.is_empty() => self.list(at, list),
            (Form::SchemaOrList, Value::Array(list)) => self.list(at, list),
            (Form::SchemaOrBoolean | Form::SchemaOrList, Value::Object(_) | Value::Bool(_)) => {
                self.schema(at, value);
            }
            _ if is_scalar_of(form, value) && name != "dependencies" => {}
            _ => {
                let (problem, help) = malformed(name, form, value);
                self.fail(at, &problem, &help);
            }
        }
    }

    fn map(&mut self, at: &str, map: &Map<String, Value>) {
        for (name, schema) in map {
            self.schema(&format!("{at}/{}", escape(name)), schema);
        }
    }

    fn dependencies(&mut self, at: &str, map: &Map<String, Value>) {
        for (name, value) in map {
            let at = format!("{at}/{}", escape(name));
            if !value.is_array() {
                self.schema(&at, value);
            } else if !is_scalar_of(Form::Texts, value) {
                let problem = format!("{} isn't a list of unique strings", excerpt(value));
                self.fail(&at, &problem, "list each property once");
            }
        }
    }

    fn list(&mut self, at: &str, list: &[Value]) {
        for (index, schema) in list.iter().enumerate() {
            self.schema(&format!("{at}/{index}"), schema);
        }
    }

    fn fail(&mut self, pointer: &str, problem: &str, help: &str) {
        let more =
            if self.is_ours { "; for a published schema, correct a copy of it and refresh from that" } else { "" };
        let help = format!("{help}{more}");
        self.failures.push(Failure::new(Place::pointer(self.file, pointer), problem, help));
    }
}

/// Returns problem and help if the value of a keyword doesn't have this form. Doesn't check the schemas in it.
#[allow(dead_code, reason = "the command translates keywords; build.rs doesn't")]
pub(crate) fn problem(name: &str, form: Form, value: &Value) -> Option<(String, String)> {
    let is_schema = |value: &Value| value.is_object() || value.is_boolean();
    let has_form = match form {
        Form::SchemaOrBoolean => is_schema(value),
        Form::SchemaOrList => !matches!(value, Value::Null | Value::Number(_) | Value::String(_)),
        Form::Schemas => value.as_array().is_some_and(|schemas| !schemas.is_empty()),
        Form::SchemaMap => value.as_object().is_some_and(|schemas| schemas.values().all(is_schema)),
        form => is_scalar_of(form, value),
    };
    (!has_form).then(|| malformed(name, form, value))
}

fn malformed(name: &str, form: Form, value: &Value) -> (String, String) {
    let expected = expected(form);
    (format!("`{name}` is {}, not {expected}", excerpt(value)), format!("write {expected}, or delete the keyword"))
}

/// Returns true if a value has this form. Forms with schemas are checked elsewhere.
fn is_scalar_of(form: Form, value: &Value) -> bool {
    let is_count = |value: &Value| value.as_f64().is_some_and(|number| number >= 0.0 && number.fract() == 0.0);
    match form {
        Form::Any => true,
        Form::Boolean => value.is_boolean(),
        Form::Count => is_count(value),
        Form::List => value.is_array(),
        Form::Number => value.is_number(),
        Form::Object => value.is_object(),
        Form::Positive => value.as_f64().is_some_and(|number| number > 0.0),
        Form::Text => value.is_string(),
        Form::Pattern => value.as_str().is_some_and(is_pattern),
        Form::Texts => value.as_array().is_some_and(|texts| texts.iter().all(Value::is_string) && are_distinct(texts)),
        Form::TextLists => {
            value.as_object().is_some_and(|lists| lists.values().all(|list| is_scalar_of(Form::Texts, list)))
        }
        Form::Types => match value {
            Value::Array(names) => !names.is_empty() && names.iter().all(is_type) && are_distinct(names),
            name => is_type(name),
        },
        Form::Values => value.as_array().is_some_and(|values| !values.is_empty() && are_distinct(values)),
        Form::SchemaOrBoolean | Form::SchemaOrList | Form::Schemas | Form::SchemaMap => false,
    }
}

fn are_distinct(values: &[Value]) -> bool {
    let texts: BTreeSet<_> = values.iter().map(Value::to_string).collect();
    texts.len() == values.len()
}

fn is_type(name: &Value) -> bool {
    name.as_str().is_some_and(|name| name == "null" || Kind::from_name(name).is_some())
}

/// Returns true if the groups and classes of a regular expression are closed and every quantifier has an operand.
///
/// Dialects differ in the rest, and the generator doesn't use patterns.
fn is_pattern(pattern: &str) -> bool {
    let (mut groups, mut in_class, mut repeatable) = (0_usize, false, false);
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                if chars.next().is_none() {
                    return false;
                }
                repeatable = true;
            }
            ']' if in_class => (in_class, repeatable) = (false, true),
            _ if in_class => {}
            '[' => in_class = true,
            '(' => {
                groups += 1;
                if chars.as_str().starts_with('?') {
                    chars.next();
                }
                repeatable = false;
            }
            ')' if groups == 0 => return false,
            ')' => (groups, repeatable) = (groups - 1, true),
            '*' | '+' if !repeatable => return false,
            '|' => repeatable = false,
            _ => repeatable = true,
        }
    }
    groups == 0 && !in_class
}

fn expected(form: Form) -> &'static str {
    match form {
        // `dependencies`.
        Form::Any => "an object of schemas and lists of properties",
        Form::Boolean => "true or false",
        Form::Count => "a non-negative integer",
        Form::List => "a list",
        Form::Number => "a number",
        Form::Object => "an object",
        Form::Positive => "a positive number",
        Form::Text => "a string",
        Form::Pattern => "a regular expression",
        Form::Texts => "a list of unique strings",
        Form::TextLists => "an object of lists of unique strings",
        Form::Types => "one of boolean, integer, number, string, array, object, null, or a list of unique ones",
        Form::Values => "a list of unique values",
        Form::SchemaOrBoolean => "a schema",
        Form::SchemaOrList => "a schema or a list of schemas",
        Form::Schemas => "a list of schemas",
        Form::SchemaMap => "an object of schemas",
    }
}

/// Returns the start of a value's JSON.
fn excerpt(value: &Value) -> String {
    const MAX_CHARS: usize = 60;
    let text = show(&value.to_string()).into_owned();
    if text.chars().count() <= MAX_CHARS { text } else { text.chars().take(MAX_CHARS).chain(['…']).collect() }
}

#[cfg(test)]
pub(crate) mod samples {
    //! Malformed keywords, for tests.

    use serde_json::{Value, json};

    use super::Form;

    type IsAllowed = fn(Form) -> bool;

    /// Values of every kind, and whether a form allows them.
    fn values() -> Vec<(Value, IsAllowed)> {
        use Form::{
            Boolean, Count, List, Number, Object, Pattern, Positive, SchemaMap, SchemaOrBoolean, SchemaOrList, Text,
            TextLists, Texts, Types, Values,
        };
        vec![
            (json!(null), |_| false),
            (json!(true), |form| matches!(form, Boolean | SchemaOrBoolean | SchemaOrList)),
            (json!(1), |form| matches!(form, Count | Number | Positive)),
            (json!(-1), |form| form == Number),
            (json!(0), |form| matches!(form, Count | Number)),
            (json!(1.5), |form| matches!(form, Number | Positive)),
            (json!("string"), |form| matches!(form, Text | Pattern | Types)),
            (json!("*("), |form| form == Text),
            (json!([]), |form| matches!(form, List | SchemaOrList | Texts)),
            (json!(["string"]), |form| matches!(form, List | Texts | Types | Values)),
            (json!(["string", "string"]), |form| form == List),
            (json!([1]), |form| matches!(form, List | Values)),
            (json!([{}]), |form| matches!(form, List | SchemaOrList | Form::Schemas | Values)),
            (json!({}), |form| matches!(form, Object | SchemaMap | SchemaOrBoolean | SchemaOrList | TextLists)),
            (json!({ "a": {} }), |form| matches!(form, Object | SchemaMap | SchemaOrBoolean | SchemaOrList)),
            (json!({ "a": 1 }), |form| matches!(form, Object | SchemaOrBoolean | SchemaOrList)),
            (json!({ "a": ["b"] }), |form| matches!(form, Object | SchemaOrBoolean | SchemaOrList | TextLists)),
        ]
    }

    /// All malformed keywords of some keywords.
    pub(crate) fn malformed(keywords: impl Iterator<Item = (&'static str, Form)>) -> Vec<(&'static str, Value)> {
        let of = |(name, form): (&'static str, Form)| {
            let is_wrong = move |allows: fn(Form) -> bool| match name {
                // Has schemas and lists of properties.
                "dependencies" => !allows(Form::SchemaMap) && !allows(Form::TextLists),
                _ => form != Form::Any && !allows(form),
            };
            values().into_iter().filter(move |(_, allows)| is_wrong(*allows)).map(move |(value, _)| (name, value))
        };
        keywords.flat_map(of).collect()
    }
}
