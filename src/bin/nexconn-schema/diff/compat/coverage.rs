//! Whether a search without a result is a proof of compatibility.
//!
//! The two schemas are traversed side by side, and each differing keyword is decided by rule.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use super::schemas::{Schemas, list, resolve};
use super::shapes::{distinct, fields, is_record, requires};
use super::string_sets::{self, Inclusion};
use crate::diff::vocabulary::{is_annotation, is_opaque, is_sampled};

/// The weight of a search without a result; the worst of all differences counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Coverage {
    /// `to` accepts more, by the keywords alone.
    Relaxed,
    /// The samples include a violator if there is one.
    Sampled,
    /// The samples don't cover the difference.
    Open,
}

/// The formats the validator checks in draft 07 and that `strings.rs` has samples of.
pub(super) const FORMATS: [&str; 12] = [
    "date",
    "date-time",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "json-pointer",
    "regex",
    "time",
    "uri",
    "uri-reference",
    "uuid",
];

/// The formats the validator checks and that there are no samples of.
const UNSAMPLED: [&str; 6] =
    ["idn-email", "idn-hostname", "iri", "iri-reference", "relative-json-pointer", "uri-template"];

/// The surroundings of a pair of schemas.
#[derive(Clone, Copy, Default)]
struct Context {
    /// An opaque keyword above restricts what the samples can reach.
    opaque: bool,
    /// Below a `oneOf`, where admitting more in one branch can refuse a document.
    exclusive: bool,
    /// The value of an optional property, never `null`.
    never_null: bool,
}

pub(super) fn of(schemas: &Schemas<'_>) -> Coverage {
    let mut walk = Walk { schemas, seen: BTreeSet::new() };
    walk.pair(schemas.from, schemas.to, Context::default())
}

struct Walk<'s, 'a> {
    schemas: &'s Schemas<'a>,
    /// Pairs already seen, by address.
    seen: BTreeSet<(usize, usize, bool, bool, bool)>,
}

impl<'a> Walk<'_, 'a> {
    fn pair(&mut self, from: &'a Value, to: &'a Value, context: Context) -> Coverage {
        let (Some(from), Some(to)) = (self.schemas.sent(from), resolve(self.schemas.to, to)) else {
            return Coverage::Open;
        };
        if from == &Value::Bool(false) {
            return Coverage::Relaxed;
        }
        if to == &Value::Bool(false) {
            return if context.opaque { Coverage::Open } else { Coverage::Sampled };
        }
        let key = (address(from), address(to), context.opaque, context.exclusive, context.never_null);
        if !self.schemas.unlike(from, to) || is_anything(to) || !self.seen.insert(key) {
            return Coverage::Relaxed;
        }
        let opaque =
            context.opaque || from.as_object().is_some_and(|from| from.keys().any(|keyword| is_opaque(keyword)));
        let below = Context { opaque: opaque && from.get("enum").is_none(), never_null: false, ..context };
        let mut worst = Coverage::Relaxed;
        for keyword in self.keywords(from, to) {
            let coverage = self.keyword(keyword, from, to, Context { never_null: context.never_null, ..below });
            let exclusive = context.exclusive && coverage == Coverage::Relaxed;
            let demoted = if opaque || is_opaque(keyword) { Coverage::Open } else { Coverage::Sampled };
            worst = worst.max(if exclusive { demoted } else { coverage });
        }
        worst
    }

    fn keyword(&mut self, keyword: &str, from: &'a Value, to: &'a Value, context: Context) -> Coverage {
        let below = Context { never_null: false, ..context };
        let union = matches!(keyword, "anyOf" | "oneOf");
        let context = Context { opaque: context.opaque || (!union && self.chooses_opaquely(from)), ..context };
        match (keyword, from.get(keyword), to.get(keyword)) {
            ("properties" | "additionalProperties", _, _) => self.properties(from, to, below),
            ("items", Some(one), Some(other)) if one.is_object() && other.is_object() => self.pair(one, other, below),
            ("items", Some(Value::Array(one)), Some(Value::Array(other))) => {
                self.by_position(from, to, [one, other], below)
            }
            ("anyOf" | "oneOf", Some(_), Some(_)) => self.branches(keyword, from, to, below),
            ("anyOf" | "oneOf", None, Some(_)) => self.narrowed(from, to, context),
            ("allOf", Some(one), Some(other)) => self.members(one, other, Context { opaque: true, ..below }),
            ("format", _, Some(format)) if known(format) == Coverage::Relaxed => Coverage::Relaxed,
            ("pattern" | "minLength" | "maxLength", _, _) if strings_fit(from, to) => Coverage::Relaxed,
            ("contains" | "patternProperties" | "propertyNames", Some(one), Some(other)) => {
                self.inner(keyword, one, other, Context { opaque: true, ..below })
            }
            (_, Some(_), Some(_)) if is_opaque(keyword) => Coverage::Open,
            (_, one, other) if is_relaxed(one, other, keyword, context.never_null) => Coverage::Relaxed,
            (_, _, Some(bound)) if is_implied(from, keyword, bound) => Coverage::Relaxed,
            _ if context.opaque || !is_sampled(keyword) => Coverage::Open,
            ("format", _, Some(format)) => known(format),
            ("minLength" | "maxLength", _, _)
                if from.get("format").is_some_and(|format| known(format) == Coverage::Open) =>
            {
                Coverage::Open
            }
            ("items", Some(items), _) | ("items", None, Some(items)) if items.is_array() => Coverage::Open,
            ("items", _, Some(items)) => transparent(self.schemas.to, items),
            ("type", _, _) => self.narrowed(from, to, context),
            _ => Coverage::Sampled,
        }
    }

    /// The items of two tuples, each with the one in its position. Items after the last one have one schema.
    fn by_position(&mut self, from: &'a Value, to: &'a Value, items: [&'a [Value]; 2], context: Context) -> Coverage {
        let more = |node: &'a Value| node.get("additionalItems").unwrap_or(&Value::Bool(true));
        let [one, other] = items;
        let count = one.len().max(other.len());
        let one = one.iter().chain(std::iter::repeat(more(from)));
        let pairs = one.zip(other.iter().chain(std::iter::repeat(more(to)))).take(count);
        pairs.map(|(one, other)| self.pair(one, other, context)).max().unwrap_or(Coverage::Relaxed)
    }

    /// The members of an `allOf`, each with the one in its place.
    fn members(&mut self, from: &'a Value, to: &'a Value, context: Context) -> Coverage {
        match (from.as_array(), to.as_array()) {
            (Some(from), Some(to)) if from.len() == to.len() => from
                .iter()
                .zip(to)
                .map(|(one, other)| self.pair(one, other, context))
                .max()
                .unwrap_or(Coverage::Relaxed),
            _ => Coverage::Open,
        }
    }

    /// Schemas to compare by the keywords alone.
    fn inner(&mut self, keyword: &str, from: &'a Value, to: &'a Value, context: Context) -> Coverage {
        let pairs: Vec<_> = match (from.as_object(), to.as_object()) {
            (Some(one), Some(other)) if keyword == "patternProperties" && one.keys().eq(other.keys()) => {
                one.values().zip(other.values()).collect()
            }
            _ if keyword == "patternProperties" => return Coverage::Open,
            _ => vec![(from, to)],
        };
        let is_relaxed = pairs.into_iter().all(|(one, other)| self.pair(one, other, context) == Coverage::Relaxed);
        if is_relaxed { Coverage::Relaxed } else { Coverage::Open }
    }

    /// Whether the node is a union with an opaque keyword in a branch.
    fn chooses_opaquely(&self, from: &'a Value) -> bool {
        let union = ["anyOf", "oneOf"].iter().any(|keyword| from.get(keyword).is_some());
        union && transparent(self.schemas.from, from) == Coverage::Open
    }

    /// Compares the properties a client sends with their schemas on the other side.
    fn properties(&mut self, from: &'a Value, to: &'a Value, context: Context) -> Coverage {
        let mut worst = Coverage::Relaxed;
        let rest = to.get("additionalProperties");
        for (name, node) in fields(from) {
            let context = Context { never_null: !requires(from, name), ..context };
            let receiver = to.get("properties").and_then(|all| all.get(name)).or(rest);
            worst = worst.max(receiver.map_or(Coverage::Relaxed, |receiver| self.pair(node, receiver, context)));
        }
        if is_record(from) || from.get("additionalProperties") == Some(&Value::Bool(false)) {
            return worst;
        }
        let sent = from.get("additionalProperties").unwrap_or(&Value::Bool(true));
        let named = fields(to).filter(|(name, _)| from.get("properties").is_none_or(|all| all.get(name).is_none()));
        let receivers = rest.into_iter().chain(named.map(|(_, node)| node));
        receivers.map(|receiver| self.pair(sent, receiver, context)).fold(worst, Ord::max)
    }

    /// Each branch is compared with its equal, or else with the one in its place.
    fn branches(&mut self, keyword: &str, from: &'a Value, to: &'a Value, context: Context) -> Coverage {
        let others = list(to, keyword);
        let exclusive = keyword == "oneOf" && !distinct(self.schemas.to, others);
        let context = Context { exclusive: context.exclusive || exclusive, ..context };
        let mut worst = if exclusive { self.narrowed(from, to, context) } else { Coverage::Relaxed };
        for (index, branch) in list(from, keyword).iter().enumerate() {
            if others.iter().any(|other| !self.schemas.unlike(branch, other)) {
                continue;
            }
            let coverage = match others.get(index) {
                Some(other) if others.len() == list(from, keyword).len() => self.pair(branch, other, context),
                _ if is_null(branch) && context.never_null => Coverage::Relaxed,
                _ => others.iter().fold(transparent(self.schemas.from, branch), |worst, other| {
                    worst.max(transparent(self.schemas.to, other))
                }),
            };
            worst = worst.max(coverage);
        }
        worst
    }

    /// The different keywords, references included.
    fn keywords(&self, from: &'a Value, to: &'a Value) -> BTreeSet<&'a str> {
        let all = [from, to].into_iter().filter_map(Value::as_object).flat_map(|fields| fields.keys());
        let differs = |keyword: &&str| {
            from.get(keyword) != to.get(keyword)
                || from.get(keyword).is_some_and(|value| self.schemas.leads_to_change(value))
        };
        let mut differing: BTreeSet<&str> =
            all.map(String::as_str).filter(|keyword| !is_annotation(keyword)).filter(differs).collect();
        if !from.is_object() || !to.is_object() {
            differing.insert("type");
        }
        differing
    }

    /// Compares two schemas of different kinds.
    fn narrowed(&self, from: &'a Value, to: &'a Value, context: Context) -> Coverage {
        let transparent = transparent(self.schemas.from, from).max(transparent(self.schemas.to, to));
        if context.opaque { Coverage::Open } else { transparent }
    }
}

/// `Sampled` if no opaque keyword is below the node, references included.
fn transparent<'a>(root: &'a Value, node: &'a Value) -> Coverage {
    let mut seen = BTreeSet::new();
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        let Some(node) = resolve(root, node) else { return Coverage::Open };
        if !seen.insert(address(node)) {
            continue;
        }
        let Some(keywords) = node.as_object() else { continue };
        for (keyword, value) in keywords {
            match keyword.as_str() {
                "properties" => open.extend(value.as_object().into_iter().flat_map(|fields| fields.values())),
                "anyOf" | "oneOf" => open.extend(value.as_array().into_iter().flatten()),
                "items" if value.is_array() => return Coverage::Open,
                "items" | "additionalProperties" => open.push(value),
                "format" if known(value) == Coverage::Open => return Coverage::Open,
                keyword if is_sampled(keyword) || is_annotation(keyword) => {}
                _ => return Coverage::Open,
            }
        }
    }
    Coverage::Sampled
}

/// Whether the second value of a keyword admits all the first admits.
fn is_relaxed<'a>(from: Option<&'a Value>, to: Option<&'a Value>, keyword: &str, never_null: bool) -> bool {
    let (Some(from), Some(to)) = (from, to) else { return to.is_none() && from.is_some() };
    let at_most = |one: &Value, other: &Value| matches!((one.as_f64(), other.as_f64()), (Some(one), Some(other)) if is_at_most(one, other));
    let names = |node: &'a Value| match node {
        Value::Array(items) => items.as_slice(),
        other => std::slice::from_ref(other),
    };
    match keyword {
        "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties" => at_most(from, to),
        "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties" => at_most(to, from),
        "uniqueItems" => *to == Value::Bool(false),
        "required" => {
            let sent: HashSet<_> = names(from).iter().collect();
            names(to).iter().all(|name| sent.contains(name))
        }
        "enum" | "type" => {
            let admitted: HashSet<_> = names(to).iter().collect();
            let number = Value::from("number");
            let integer = |name: &Value| keyword == "type" && name == "integer" && admitted.contains(&number);
            let unsent = |name: &Value| never_null && (name.is_null() || (keyword == "type" && name == "null"));
            names(from).iter().all(|name| admitted.contains(name) || integer(name) || unsent(name))
        }
        "anyOf" | "oneOf" => false,
        _ => from == to,
    }
}

/// Whether one number is at most the other. Large integers of the same `f64` may differ.
fn is_at_most(one: f64, other: f64) -> bool {
    one < other || (one <= other && one.abs() < 9e15)
}

/// Whether a bound follows from another one of the same node.
fn is_implied(node: &Value, keyword: &str, bound: &Value) -> bool {
    let number = |keyword: &str| node.get(keyword).and_then(Value::as_f64);
    let (Some(bound), Some(most), Some(least)) = (
        bound.as_f64(),
        number("maximum").or(number("exclusiveMaximum")).or(Some(f64::INFINITY)),
        number("minimum").or(number("exclusiveMinimum")).or(Some(f64::NEG_INFINITY)),
    ) else {
        return false;
    };
    match keyword {
        "maximum" => is_at_most(most, bound),
        "exclusiveMaximum" => most < bound,
        "minimum" => is_at_most(bound, least),
        "exclusiveMinimum" => least > bound,
        _ => false,
    }
}

/// Whether the samples hold a violator of the format. Formats without a check have none.
fn known(format: &Value) -> Coverage {
    match format.as_str() {
        Some(format) if FORMATS.contains(&format) => Coverage::Sampled,
        Some(format) if UNSAMPLED.contains(&format) => Coverage::Open,
        _ => Coverage::Relaxed,
    }
}

/// Whether patterns and lengths alone prove compatibility.
fn strings_fit(from: &Value, to: &Value) -> bool {
    [from, to].iter().any(|node| node.get("pattern").is_some()) && string_sets::compare(from, to) == Inclusion::Fits
}

fn is_null(node: &Value) -> bool {
    node.get("type").is_some_and(|kind| kind == "null")
}

/// Whether a schema admits every value.
fn is_anything(node: &Value) -> bool {
    node == &Value::Bool(true)
        || node.as_object().is_some_and(|fields| fields.keys().all(|keyword| is_annotation(keyword)))
}

fn address(node: &Value) -> usize {
    std::ptr::from_ref(node).addr()
}
