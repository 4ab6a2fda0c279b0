//! Documents of one schema to tell another schema apart.
//!
//! The traversal goes down both schemas at once: equal parts get their simplest value, differing parts all
//! values to tell them apart. The order is fixed, and a validator checks every document.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::limits::MAX_LENGTH;
use super::schemas::{Pairs, Schemas, kinds, list, listed};
use super::shapes::{distinct, excludes};
use super::{numbers, strings};
use crate::diff::vocabulary::is_annotation;

/// Maximum number of values per schema, and of schemas to visit per verdict.
const MAX_PER_NODE: usize = 400;
const MAX_VISITS: usize = 2_000;
/// Maximum number of schemas of the other side to look at per verdict.
const MAX_WORK: usize = 400_000;
/// Maximum number of nodes between the root and a value.
const MAX_DEPTH: usize = 24;
/// Maximum number of values to remember.
const MAX_KNOWN: usize = 50_000;

/// A value, and whether the schema at the focus contributed to it.
#[derive(Clone)]
pub(super) struct Sample {
    pub(super) value: Value,
    pub(super) focused: bool,
}

/// An enclosing schema.
pub(super) struct Above<'a> {
    pub(super) node: &'a Value,
    /// The schemas to check its values; `None` for the simplest value.
    pub(super) beside: Option<Vec<*const Value>>,
}

impl<'a> Above<'a> {
    pub(super) fn new(node: &'a Value, beside: Option<&[&'a Value]>) -> Self {
        Self { node, beside: beside.map(addresses) }
    }

    /// Whether this is the same schema, checked by the same ones: its parts have been visited.
    fn is(&self, node: &Value, beside: &[&Value]) -> bool {
        std::ptr::eq(self.node, node) && self.beside.as_ref().is_some_and(|own| *own == addresses(beside))
    }
}

pub(super) fn addresses(nodes: &[&Value]) -> Vec<*const Value> {
    nodes.iter().map(|node| std::ptr::from_ref(*node)).collect()
}

pub(super) struct Sampler<'s, 'a> {
    pub(super) schemas: &'s Schemas<'a>,
    /// A limit excluded a possibly relevant value.
    pub(super) incomplete: bool,
    visits: usize,
    /// The number of schemas of the other side so far.
    pub(super) work: Cell<usize>,
    /// The nodes between the root and here.
    pub(super) above: Vec<Above<'a>>,
    /// The simplest values, by the address of their node.
    pub(super) simplest: HashMap<usize, Value>,
    /// The values of visited schemas, by the addresses of these and of those beside them. The same part may be visited
    /// from many others.
    known: HashMap<(*const Value, Vec<*const Value>), Rc<[Sample]>>,
    /// The number of these values.
    remembered: usize,
    /// Whether a schema of `from` rejects every value of one of `to`.
    excluded: Pairs,
}

impl<'s, 'a> Sampler<'s, 'a> {
    pub(super) fn new(schemas: &'s Schemas<'a>) -> Self {
        Self {
            schemas,
            incomplete: false,
            visits: 0,
            work: Cell::new(0),
            above: Vec::new(),
            simplest: HashMap::new(),
            known: HashMap::new(),
            remembered: 0,
            excluded: Pairs::default(),
        }
    }

    pub(super) fn documents(&mut self, most: usize) -> Vec<Sample> {
        let beside = self.schemas.beside(self.schemas.to);
        let mut samples = self.node(self.schemas.from, &beside);
        self.incomplete |= samples.len() > most;
        samples.truncate(most);
        samples
    }

    /// Values of a schema checked by those of `to` beside it: one if they agree, else many.
    pub(super) fn node(&mut self, node: &'a Value, beside: &[&'a Value]) -> Vec<Sample> {
        let Some(node) = self.schemas.sent(node) else { return Vec::new() };
        self.work.update(|work| work + beside.len());
        let focused = std::ptr::eq(node, self.schemas.focus);
        let again = self.above.iter().any(|above| above.is(node, beside));
        let mut samples = if again || !(focused || self.schemas.differ(node, beside)) {
            self.one(node)
        } else {
            self.varied(node, beside)
        };
        for sample in &mut samples {
            sample.focused |= focused;
        }
        samples
    }

    /// The simplest value of a node, if it has any.
    pub(super) fn one(&mut self, node: &'a Value) -> Vec<Sample> {
        let focused = self.schemas.sent(node).is_some_and(|node| std::ptr::eq(node, self.schemas.focus));
        self.simple(node).into_iter().map(|value| Sample { value, focused }).collect()
    }

    /// All values to tell the schemas apart, the simplest first.
    pub(super) fn varied(&mut self, node: &'a Value, beside: &[&'a Value]) -> Vec<Sample> {
        let Some(node) = self.schemas.sent(node) else { return Vec::new() };
        let key = (std::ptr::from_ref(node), addresses(beside));
        if let Some(known) = self.known.get(&key) {
            return known.to_vec();
        }
        let again = self.above.iter().any(|above| above.is(node, beside));
        if again || !self.visit(Above::new(node, Some(beside))) {
            return Vec::new();
        }
        let mut samples: Vec<Sample> = self.simple(node).map(plain).into_iter().collect();
        let listed = listed(node);
        if let Some(values) = &listed {
            let lists: Vec<_> = beside.iter().filter_map(|other| self::listed(other)).collect();
            let known: HashSet<&Value> = lists.iter().flatten().collect();
            let (first, last): (Vec<&Value>, Vec<&Value>) = values.iter().partition(|value| !known.contains(value));
            samples.extend(first.into_iter().chain(last).take(MAX_PER_NODE + 1).cloned().map(plain));
        } else {
            let mut parts = vec![self.own(node, beside)];
            parts.extend(["anyOf", "oneOf"].into_iter().filter_map(|keyword| self.union(node, keyword, beside)));
            parts.extend(list(node, "allOf").iter().map(|branch| self.node(branch, beside)));
            samples.extend(merged(parts.into_iter().filter(|part| !part.is_empty()).collect()));
            samples.extend(self.conditional(node, beside));
        }
        self.above.pop();
        self.incomplete |= samples.is_empty() || samples.len() > MAX_PER_NODE;
        samples.truncate(MAX_PER_NODE);
        self.remembered += samples.len();
        if self.remembered <= MAX_KNOWN {
            self.known.insert(key, samples.as_slice().into());
        }
        samples
    }

    /// Enters a schema, unless a limit is reached.
    pub(super) fn visit(&mut self, node: Above<'a>) -> bool {
        self.visits += 1;
        let goes = self.above.len() < MAX_DEPTH && self.visits < MAX_VISITS && self.work.get() < MAX_WORK;
        self.incomplete |= !goes;
        if goes {
            self.above.push(node);
        }
        goes
    }

    /// Values by the keywords of the schema itself, without its branches.
    fn own(&mut self, node: &'a Value, beside: &[&'a Value]) -> Vec<Sample> {
        let branches = ["anyOf", "oneOf", "allOf"];
        let has_own = |fields: &Map<String, Value>| {
            fields.keys().any(|key| !is_annotation(key) && !branches.contains(&key.as_str()))
        };
        if branches.iter().any(|keyword| node.get(keyword).is_some()) && !node.as_object().is_some_and(has_own) {
            return Vec::new();
        }
        let mut lists = Vec::new();
        for kind in kinds(node) {
            lists.push(match kind {
                "null" => vec![plain(Value::Null)],
                "boolean" => vec![plain(json!(false)), plain(json!(true))],
                "integer" | "number" => {
                    numbers::samples(node, beside, kind == "integer").into_iter().map(plain).collect()
                }
                "string" => {
                    let (values, complete) = strings::samples(node, beside);
                    self.incomplete |= !complete;
                    values.into_iter().map(Value::from).map(plain).collect()
                }
                "array" => self.arrays(node, beside),
                "object" => self.objects(node, beside),
                _ => Vec::new(),
            });
        }
        interleaved(lists.into_iter().map(Vec::into_iter))
    }

    /// Values of each branch, changed branches first; in full if branches exclude each other.
    fn union(&mut self, node: &'a Value, keyword: &str, beside: &[&'a Value]) -> Option<Vec<Sample>> {
        let branches = node.get(keyword)?.as_array()?;
        let others: Vec<&'a Value> = beside.iter().flat_map(|other| list(other, keyword)).collect();
        let (kept, differing): (Vec<&Value>, Vec<&Value>) =
            branches.iter().partition(|branch| others.iter().any(|other| !self.schemas.unlike(branch, other)));
        // Others tell no values of the branch apart.
        let fitting = |sampler: &Self, branch: &Value| -> Vec<&'a Value> {
            beside.iter().copied().filter(|other| !sampler.excludes(branch, other)).collect()
        };
        let differing = differing.into_iter().map(|branch| {
            let fitting = fitting(self, branch);
            self.node(branch, &fitting)
        });
        let mut lists: Vec<Vec<Sample>> = differing.collect();
        let mut samples = interleaved(std::mem::take(&mut lists).into_iter().map(Vec::into_iter));
        let overlap = beside.iter().any(|other| !distinct(self.schemas.to, list(other, "oneOf")));
        for branch in kept {
            let is_alone =
                others.iter().all(|other| self.excludes(branch, other) || !self.schemas.unlike(branch, other));
            let fitting = fitting(self, branch);
            lists.push(if overlap && !is_alone { self.varied(branch, &fitting) } else { self.one(branch) });
        }
        samples.extend(interleaved(lists.into_iter().map(Vec::into_iter)));
        Some(samples)
    }

    fn excludes(&self, sent: &Value, other: &Value) -> bool {
        self.excluded.get(sent, other, || excludes([self.schemas.from, self.schemas.to], sent, other))
    }

    pub(super) fn arrays(&mut self, node: &'a Value, beside: &[&'a Value]) -> Vec<Sample> {
        if let Some(items) = node.get("items").and_then(Value::as_array) {
            return self.by_position(node, items, beside);
        }
        let item = node.get("items").unwrap_or(&Value::Bool(true));
        let nested: Vec<&'a Value> =
            beside.iter().flat_map(|other| items_of(other)).flat_map(|items| self.schemas.beside(items)).collect();
        let length =
            |keyword: &str| node.get(keyword).and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
        let least = length("minItems").unwrap_or(0);
        let mut samples = Vec::new();
        let same = beside.iter().all(|other| {
            other.get("type").is_some() && !self.schemas.unlike(item, other.get("items").unwrap_or(&Value::Bool(true)))
        });
        let varied = if same || nested.is_empty() { self.one(item) } else { self.node(item, &nested) };
        let fill = self.simple(item).map(plain);
        let distinct = node.get("uniqueItems") == Some(&Value::Bool(true));
        let enough = if distinct { varied.len() } else { least.max(1) };
        let mut fillers: Vec<Sample> = fill.into_iter().chain(varied.iter().take(enough).cloned()).collect();
        if distinct {
            fillers.extend(self.varied(item, &nested));
            fillers = unique(fillers);
        }
        for sample in varied {
            let others = fillers.iter().filter(|other| !distinct || other.value != sample.value).cycle();
            let others: Vec<_> = others.take(least.saturating_sub(1).min(MAX_LENGTH)).cloned().collect();
            samples.push(array([sample].into_iter().chain(others).collect()));
        }
        for count in self.counts(node, beside, ["minItems", "maxItems"]) {
            if count == 0 || (distinct && count > fillers.len()) || fillers.is_empty() {
                self.incomplete |= distinct
                    && count > fillers.len()
                    && count > least
                    && length("maxItems").is_none_or(|most| count <= most);
                samples.extend((count == 0).then(|| plain(json!([]))));
            } else if distinct {
                samples.push(array(fillers.iter().take(count).cloned().collect()));
            } else {
                samples.push(array(fillers.iter().take(1).cycle().take(count).cloned().collect()));
            }
        }
        self.contained(node, &mut samples);
        samples
    }

    /// The numbers of items or properties to try: few, and both sides of each bound.
    pub(super) fn counts(&mut self, node: &Value, beside: &[&Value], bounds: [&str; 2]) -> Vec<usize> {
        let mut counts = vec![0, 1, 2];
        for bound in
            [node].into_iter().chain(beside.iter().copied()).flat_map(|node| bounds.map(|keyword| node.get(keyword)))
        {
            let Some(bound) = bound.and_then(Value::as_f64) else { continue };
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "the cast saturates, and the bound is checked"
            )]
            let bound = bound as usize;
            if bound > MAX_LENGTH {
                self.incomplete = true;
            } else {
                counts.extend([bound.saturating_sub(1), bound, bound + 1]);
            }
        }
        counts.sort_unstable();
        counts.dedup();
        counts
    }
}

pub(super) fn plain(value: Value) -> Sample {
    Sample { value, focused: false }
}

fn array(items: Vec<Sample>) -> Sample {
    let focused = items.iter().any(|item| item.focused);
    Sample { value: items.into_iter().map(|item| item.value).collect(), focused }
}

fn unique(samples: Vec<Sample>) -> Vec<Sample> {
    let mut kept: Vec<Sample> = Vec::new();
    for sample in samples {
        if !kept.iter().any(|known| known.value == sample.value) {
            kept.push(sample);
        }
    }
    kept
}

fn items_of(node: &Value) -> impl Iterator<Item = &Value> {
    let items = node.get("items");
    items.into_iter().flat_map(|items| items.as_array().map_or(std::slice::from_ref(items), Vec::as_slice))
}

/// One value of each list in turn, until there are too many for a schema.
pub(super) fn interleaved<T: Iterator<Item = Sample>>(lists: impl Iterator<Item = T>) -> Vec<Sample> {
    let mut lists: Vec<_> = lists.collect();
    let mut samples = Vec::new();
    loop {
        let before = samples.len();
        samples.extend(lists.iter_mut().filter_map(Iterator::next));
        if samples.len() == before || samples.len() > MAX_PER_NODE {
            return samples;
        }
    }
}

/// Values for several schemas at once: one part varied, the others with their first value.
fn merged(parts: Vec<Vec<Sample>>) -> Vec<Sample> {
    if parts.len() < 2 {
        return parts.into_iter().flatten().collect();
    }
    let firsts: Vec<Sample> = parts.iter().filter_map(|part| part.first().cloned()).collect();
    let mut samples = Vec::new();
    for (index, part) in parts.into_iter().enumerate() {
        for sample in part.into_iter().take((MAX_PER_NODE + 1).saturating_sub(samples.len())) {
            let others = firsts.iter().enumerate().filter(|(other, _)| *other != index);
            let mut merged = others.fold(Value::Null, |value, (_, first)| overlaid(value, first.value.clone()));
            merged = overlaid(merged, sample.value.clone());
            samples.push(Sample { value: merged, focused: sample.focused });
        }
    }
    samples
}

/// Two objects as one, or else the second value.
pub(super) fn overlaid(one: Value, other: Value) -> Value {
    match (one, other) {
        (Value::Object(mut fields), Value::Object(more)) => {
            fields.extend(more);
            Value::Object(fields)
        }
        (_, other) => other,
    }
}
