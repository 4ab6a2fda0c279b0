//! The two schemas: their references, and where they differ.
//!
//! `sample.rs` and `coverage.rs` traverse both at once: a schema of `from` beside those of `to` for the
//! same value.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use serde_json::{Map, Value};

use crate::generate::pointer::unescape;

/// Maximum number of schemas of `to` for one schema of `from`.
const MAX_BESIDE: usize = 64;

pub(super) struct Schemas<'a> {
    pub(super) from: &'a Value,
    pub(super) to: &'a Value,
    /// The nearest node of `from` at or above the focus.
    pub(super) focus: &'a Value,
    /// The references behind which the two differ, through further references too.
    changed: BTreeSet<String>,
    /// The results of `unlike` and of `same`, by the addresses of the nodes: unions compare their branches again and again.
    unlike: Pairs,
    same: Pairs,
    /// The schemas behind a node and its branches, by its address.
    gathered: RefCell<HashMap<usize, Rc<[&'a Value]>>>,
}

/// Results for pairs of nodes, by address.
#[derive(Default)]
pub(super) struct Pairs(RefCell<HashMap<(usize, usize), bool>>);

impl Pairs {
    /// Returns the result for a pair, which is computed once.
    pub(super) fn get(&self, one: &Value, other: &Value, compute: impl FnOnce() -> bool) -> bool {
        let key = (std::ptr::from_ref(one).addr(), std::ptr::from_ref(other).addr());
        if let Some(known) = self.0.borrow().get(&key) {
            return *known;
        }
        let result = compute();
        self.0.borrow_mut().insert(key, result);
        result
    }
}

impl<'a> Schemas<'a> {
    pub(super) fn new(from: &'a Value, to: &'a Value, focus: &str) -> Self {
        let focus = nearest(from, focus);
        let focus = resolve(from, focus).unwrap_or(focus);
        let (unlike, same, gathered) = Default::default();
        Self { from, to, focus, changed: changed(from, to), unlike, same, gathered }
    }

    /// The node of `from` behind any `$ref`s; `None` if they lead nowhere.
    pub(super) fn sent(&self, node: &'a Value) -> Option<&'a Value> {
        self.gathered(self.from, node).first().copied()
    }

    /// The node without `$ref`, and its branches.
    fn gathered(&self, root: &'a Value, node: &'a Value) -> Rc<[&'a Value]> {
        let key = std::ptr::from_ref(node).addr();
        if let Some(known) = self.gathered.borrow().get(&key) {
            return Rc::clone(known);
        }
        let mut all = Vec::new();
        gather(root, node, &mut all);
        let all: Rc<[&'a Value]> = all.into();
        self.gathered.borrow_mut().insert(key, Rc::clone(&all));
        all
    }

    /// The schemas of `to` for the same value: itself without `$ref`, and its branches.
    pub(super) fn beside(&self, node: &'a Value) -> Vec<&'a Value> {
        self.gathered(self.to, node).to_vec()
    }

    /// Whether these nodes of `to` are others than the node of `from` and its branches.
    pub(super) fn differ(&self, node: &'a Value, beside: &[&'a Value]) -> bool {
        let own = self.gathered(self.from, node);
        let Some(first) = own.first() else { return true };
        let same = |one: &Value, other: &Value| self.same.get(one, other, || same(one, other));
        !beside.iter().any(|other| same(first, other))
            || !beside.iter().enumerate().all(|(index, other)| {
                // Most are in the same order.
                own.get(index).is_some_and(|node| same(node, other)) || own.iter().any(|node| same(node, other))
            })
            || self.leads_to_change(first)
    }

    /// Whether the two schemas differ, references included.
    pub(super) fn unlike(&self, node: &'a Value, other: &'a Value) -> bool {
        self.unlike.get(node, other, || match (self.sent(node), resolve(self.to, other)) {
            (Some(node), Some(other)) => !same(node, other) || self.leads_to_change(node),
            _ => true,
        })
    }

    /// Whether a reference in the node leads to a difference.
    pub(super) fn leads_to_change(&self, node: &Value) -> bool {
        !self.changed.is_empty() && references(node).iter().any(|reference| self.changed.contains(*reference))
    }
}

/// A node without `$ref`, and its branches.
fn gather<'a>(root: &'a Value, node: &'a Value, all: &mut Vec<&'a Value>) {
    let Some(node) = resolve(root, node) else { return };
    if all.len() >= MAX_BESIDE || all.iter().any(|known| std::ptr::eq(*known, node)) {
        return;
    }
    all.push(node);
    for branch in ["anyOf", "oneOf", "allOf"].into_iter().flat_map(|keyword| list(node, keyword)) {
        gather(root, branch, all);
    }
}

/// Equal but for definitions, which `changed` knows about.
fn same(one: &Value, other: &Value) -> bool {
    match (one.as_object(), other.as_object()) {
        (Some(one), Some(other)) => {
            let fields = |node: &Map<String, Value>| node.keys().filter(|key| *key != "definitions").count();
            fields(one) == fields(other)
                && one.iter().filter(|(key, _)| *key != "definitions").all(|(key, value)| other.get(key) == Some(value))
        }
        _ => one == other,
    }
}

/// The schemas in a list keyword.
pub(super) fn list<'a>(node: &'a Value, keyword: &str) -> &'a [Value] {
    node.get(keyword).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The only values a node admits, if it lists them.
pub(super) fn listed(node: &Value) -> Option<Vec<Value>> {
    let only = node.get("const").map(|value| vec![value.clone()]);
    only.or_else(|| node.get("enum")?.as_array().cloned())
}

/// The kinds of values a client's type for the node can hold, the most usual first.
pub(super) fn kinds(node: &Value) -> Vec<&str> {
    match node.get("type") {
        Some(Value::String(kind)) => return vec![kind],
        Some(Value::Array(kinds)) => return kinds.iter().filter_map(Value::as_str).collect(),
        _ => {}
    }
    if node == &Value::Bool(false) {
        return Vec::new();
    }
    let has = |keywords: &[&str]| keywords.iter().any(|keyword| node.get(keyword).is_some());
    if has(&["properties", "required", "additionalProperties", "minProperties", "maxProperties"]) {
        vec!["object"]
    } else if has(&["items", "minItems", "maxItems", "uniqueItems"]) {
        vec!["array"]
    } else {
        vec!["string", "number", "boolean", "object", "array", "null"]
    }
}

/// The node behind any `$ref`s.
pub(super) fn resolve<'a>(root: &'a Value, node: &'a Value) -> Option<&'a Value> {
    let mut node = node;
    for _ in 0..32 {
        let Some(reference) = node.get("$ref").and_then(Value::as_str) else { return Some(node) };
        node = target(root, reference)?;
    }
    None
}

fn target<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    root.pointer(reference.strip_prefix('#')?)
}

/// The schema with only the definitions its root needs.
pub(super) fn restricted(schema: &Value) -> Value {
    let Some(fields) = schema.as_object() else { return schema.clone() };
    let root = fields.iter().filter(|(key, _)| *key != "definitions");
    with_definitions(root.map(|(key, value)| (key.clone(), value.clone())).collect(), schema)
}

/// A definition as the root, with only the definitions it needs.
pub(super) fn entry(root: &Value, pointer: &str) -> Value {
    with_definitions(Map::from_iter([("$ref".to_owned(), format!("#{pointer}").into())]), root)
}

/// Adds the definitions of a schema's references.
fn with_definitions(mut kept: Map<String, Value>, root: &Value) -> Value {
    let mut definitions = Map::new();
    let mut open = references_of(kept.iter());
    let mut names: Vec<String> = Vec::new();
    loop {
        names.extend(open.iter().filter_map(|reference| definition(reference)));
        let Some(name) = names.pop() else { break };
        open.clear();
        if definitions.contains_key(&name) {
            continue;
        }
        if let Some(node) = root["definitions"].get(&name) {
            open = references(node);
            definitions.insert(name, node.clone());
        }
    }
    if !definitions.is_empty() {
        kept.insert("definitions".to_owned(), definitions.into());
    }
    Value::Object(kept)
}

/// The name of the definition a reference leads to, or into.
pub(super) fn definition(reference: &str) -> Option<String> {
    let name = reference.strip_prefix("#/definitions/")?.split('/').next()?;
    Some(unescape(name))
}

/// All `$ref`s in a node.
pub(super) fn references(node: &Value) -> Vec<&str> {
    match node {
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::Object(fields) => references_of(fields.iter()),
        _ => Vec::new(),
    }
}

fn references_of<'a>(fields: impl Iterator<Item = (&'a String, &'a Value)>) -> Vec<&'a str> {
    fields
        .flat_map(|(key, value)| match value.as_str() {
            Some(reference) if key == "$ref" => vec![reference],
            _ => references(value),
        })
        .collect()
}

/// The references behind which the two schemas differ.
fn changed(from: &Value, to: &Value) -> BTreeSet<String> {
    let all: Vec<(&str, &Value)> = references(from)
        .into_iter()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .filter_map(|name| Some((name, target(from, name)?)))
        .collect();
    let mut changed: BTreeSet<String> = all
        .iter()
        .filter(|(name, node)| target(to, name).is_none_or(|other| !same(node, other)))
        .map(|(name, _)| (*name).to_owned())
        .collect();
    if changed.is_empty() {
        return changed;
    }
    let uses: Vec<(&str, Vec<&str>)> = all.iter().map(|(name, node)| (*name, references(node))).collect();
    loop {
        let before = changed.len();
        for (name, used) in &uses {
            if !changed.contains(*name) && used.iter().any(|reference| changed.contains(*reference)) {
                changed.insert((*name).to_owned());
            }
        }
        if changed.len() == before {
            return changed;
        }
    }
}

/// The last existing schema along a pointer.
fn nearest<'a>(root: &'a Value, pointer: &str) -> &'a Value {
    let mut schema = root;
    let mut node = root;
    let mut holds_schemas = false;
    for token in pointer.split('/').skip(1) {
        let token = unescape(token);
        let next = match node {
            Value::Array(items) => token.parse().ok().and_then(|index: usize| items.get(index)),
            _ => node.get(&token),
        };
        let Some(next) = next else { break };
        let is_schema = holds_schemas
            || (next.is_object() && matches!(token.as_str(), "items" | "additionalProperties"))
            || node.is_array();
        holds_schemas =
            !is_schema && matches!(token.as_str(), "properties" | "definitions" | "anyOf" | "oneOf" | "allOf");
        if !is_schema && !holds_schemas {
            break;
        }
        node = next;
        if is_schema {
            schema = next;
        }
    }
    schema
}
