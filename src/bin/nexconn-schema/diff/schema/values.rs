//! Compares the values of properties and branches.

use std::borrow::Cow;

use serde_json::Value;

use super::keywords::{inner_step, keywords};
use super::same;
use super::view::View;
use super::walk::{Pair, Walk};
use crate::diff::change::Facet;
use crate::diff::rules::Rule;
use crate::generate::model::Shape;
use crate::generate::node::{self, Kind};

/// The kind of Rust type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Form<'a> {
    Any,
    Scalar(Kind),
    Constant(&'a str),
    Array,
    Map,
    Enum(Cow<'a, str>),
    Named(Cow<'a, str>),
}

impl<'a> Form<'a> {
    fn of(node: &'a Value, view: &View<'_>) -> Self {
        if let Some(name) = view.document.target(node) {
            let is_enum = view.ty(&name).is_some_and(|ty| matches!(ty.shape, Shape::Enumeration(_)));
            return if is_enum { Self::Enum(name) } else { Self::Named(name) };
        }
        if let Some(value) = node::only_value(node) {
            return Self::Constant(value);
        }
        match node::kind(node) {
            Some(Kind::Array) => Self::Array,
            Some(Kind::Object) if node["additionalProperties"].as_object().is_some_and(|map| !map.is_empty()) => {
                Self::Map
            }
            Some(Kind::Object) | None => Self::Any,
            Some(kind) => Self::Scalar(kind),
        }
    }
}

/// The rule for a value of a different kind.
fn rule(old: &Form<'_>, new: &Form<'_>) -> Rule {
    match (old, new) {
        (Form::Scalar(Kind::Integer), Form::Scalar(Kind::Number)) => Rule::IntegerToNumber,
        (Form::Scalar(Kind::Number), Form::Scalar(Kind::Integer)) => Rule::NumberToInteger,
        (Form::Scalar(Kind::String), Form::Constant(_)) => Rule::StringToConstant,
        (Form::Constant(_), Form::Scalar(Kind::String)) => Rule::ConstantToString,
        (Form::Constant(_), Form::Enum(_)) => Rule::ConstantToEnum,
        (Form::Enum(_), Form::Constant(_)) => Rule::EnumToConstant,
        (Form::Scalar(Kind::String), Form::Enum(_)) => Rule::StringRestrictedToEnum,
        (Form::Enum(_), Form::Scalar(Kind::String)) => Rule::EnumRelaxedToString,
        _ => Rule::TypeChanged,
    }
}

impl<'a> Walk<'a> {
    /// Compares the schemas of a property, a branch or items.
    pub(crate) fn value(&mut self, pair: &Pair<'a>) {
        let (old, new) = (node::without_null(pair.old), node::without_null(pair.new));
        let (before, after) = (Form::of(old, self.old), Form::of(new, self.new));
        match (&before, &after) {
            // A constant of another type is a field of another type.
            (Form::Constant(before), Form::Constant(after)) if node::kind(old) == node::kind(new) => {
                if before != after {
                    self.push(pair.change(
                        Rule::ConstantChanged,
                        Facet::Keyword("enum".to_owned()),
                        "/enum/0",
                        "/enum/0",
                    ));
                }
                keywords(self, pair, &["type", "enum"]);
            }
            (Form::Array, Form::Array) => {
                self.nested(pair, old, new, "items");
                keywords(self, pair, &["type", "items"]);
            }
            (Form::Map, Form::Map) => {
                self.nested(pair, old, new, "additionalProperties");
                keywords(self, pair, &["type", "additionalProperties"]);
            }
            (Form::Enum(before) | Form::Named(before), Form::Enum(after) | Form::Named(after))
                if self.names.new_name(before) == Some(&**after) =>
            {
                keywords(self, pair, &["$ref"]);
            }
            (Form::Any, Form::Any) if node::types(old) == node::types(new) => {
                keywords(self, pair, &["type"]);
                if old.get("additionalProperties") != new.get("additionalProperties") {
                    self.additional_properties(pair);
                }
            }
            (Form::Scalar(before), Form::Scalar(after)) if before == after => keywords(self, pair, &["type"]),
            _ => {
                self.push(pair.change(rule(&before, &after), Facet::Node, "", ""));
                return;
            }
        }
        let (was, is) = (node::nullable(pair.old), node::nullable(pair.new));
        if was != is {
            let rule = if is { Rule::NullableAdded } else { Rule::NullableRemoved };
            let plain = |node: &Value| node.get("type").is_some();
            let facet =
                if plain(pair.old) && plain(pair.new) { Facet::Keyword("type".to_owned()) } else { Facet::Node };
            self.push(pair.change(rule, facet, "", ""));
        }
    }

    /// Compares the items of an array or the values of a map.
    fn nested(&mut self, pair: &Pair<'a>, old: &'a Value, new: &'a Value, keyword: &str) {
        const ANY: &Value = &Value::Bool(true);
        let (before, after) = (old.get(keyword).unwrap_or(ANY), new.get(keyword).unwrap_or(ANY));
        let step = |outer: &Value, inner: &Value| format!("{}/{keyword}", inner_step(outer, inner));
        match (old.get(keyword), new.get(keyword)) {
            (before, after) if before == after => {}
            // Items by position are any values to Rust, as without `items`.
            (before, after) if [before, after].into_iter().flatten().all(Value::is_array) => {
                let spot = |found: Option<&Value>| found.map_or("", |_| "/items");
                let facet = Facet::Keyword(keyword.to_owned());
                if before.map(|before| same::renamed(before, self.names)).as_ref() != after {
                    self.push(pair.change(Rule::ValidationChanged, facet, spot(before), spot(after)));
                }
            }
            (before, after) if [before, after].into_iter().flatten().any(Value::is_array) => {
                self.push(pair.change(Rule::TypeChanged, Facet::Node, "", ""));
            }
            (Some(_), Some(_)) => self.value(&pair.step(before, &step(pair.old, old), after, &step(pair.new, new))),
            _ => self.push(pair.change(Rule::TypeChanged, Facet::Node, "", "")),
        }
    }
}
