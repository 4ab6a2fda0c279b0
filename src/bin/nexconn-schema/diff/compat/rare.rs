//! Values for rare keywords: conditions, patterns of keys, and items by position.

use serde_json::{Map, Value};

use super::patterns;
use super::sample::{Sample, Sampler, plain};
use super::schemas::list;

/// Maximum number of values of one part.
const MAX_PER_PART: usize = 40;
/// Maximum number of items after those with a schema of their own.
const MAX_MORE: usize = 16;

impl<'a> Sampler<'_, 'a> {
    /// Values for the conditions of either side, on top of the simplest value.
    pub(super) fn conditional(&mut self, node: &'a Value, beside: &[&'a Value]) -> Vec<Sample> {
        let mut conditions = Vec::new();
        for other in std::iter::once(node).chain(beside.iter().copied()) {
            conditions.extend(["not", "if", "then", "else"].into_iter().filter_map(|keyword| other.get(keyword)));
            let dependencies = other.get("dependencies").and_then(Value::as_object).into_iter().flat_map(Map::values);
            conditions.extend(dependencies.filter(|dependency| dependency.is_object()));
            conditions.extend(other.get("not").map(|not| list(not, "anyOf")).into_iter().flatten());
        }
        let base = if conditions.is_empty() { None } else { self.simple(node) };
        let mut samples = Vec::new();
        for condition in conditions {
            let Some(value) = self.simple(condition) else { continue };
            samples.push(plain(match (&base, value) {
                (Some(Value::Object(base)), Value::Object(fields)) => {
                    self.on_top(node, condition, base.clone(), fields)
                }
                (_, value) => value,
            }));
        }
        samples
    }

    /// An object with the properties of a condition; those it only requires keep the object's own schema.
    fn on_top(
        &mut self,
        node: &'a Value,
        condition: &'a Value,
        mut base: Map<String, Value>,
        fields: Map<String, Value>,
    ) -> Value {
        let described = condition["properties"].as_object().into_iter().flatten();
        let described: Vec<_> =
            described.filter_map(|(name, property)| Some((name.clone(), self.simple(property)?))).collect();
        for (name, value) in described.into_iter().chain(fields) {
            let is_described = condition["properties"].get(&name).is_some();
            let own = node.get("properties").and_then(|properties| properties.get(&name));
            let own = own.filter(|_| !is_described).and_then(|own| self.simple(own));
            base.insert(name, own.unwrap_or(value));
        }
        base.into()
    }

    /// The simplest object with the dependencies of a property.
    pub(super) fn depended(&mut self, node: &'a Value, name: &str, base: &Map<String, Value>) -> Map<String, Value> {
        let mut base = base.clone();
        let names = node.get("dependencies").map(|dependencies| list(dependencies, name));
        for name in names.into_iter().flatten().filter_map(Value::as_str) {
            let property = node.get("properties").and_then(|properties| properties.get(name));
            let value = property.and_then(|property| self.simple(property));
            base.entry(name).or_insert(value.unwrap_or_default());
        }
        base
    }

    /// Objects with a key for each pattern of keys.
    pub(super) fn by_key(&mut self, node: &'a Value, beside: &[&'a Value], base: &Map<String, Value>) -> Vec<Sample> {
        let mut samples = Vec::new();
        for (pattern, schema) in node.get("patternProperties").and_then(Value::as_object).into_iter().flatten() {
            let receivers = beside.iter().filter_map(|other| other.get("patternProperties")?.get(pattern));
            let receivers: Vec<&'a Value> = receivers.flat_map(|receiver| self.schemas.beside(receiver)).collect();
            let values = if receivers.is_empty() { self.one(schema) } else { self.node(schema, &receivers) };
            for key in patterns::matching(pattern, &[]).0.into_iter().take(3) {
                for value in values.iter().take(MAX_PER_PART) {
                    let mut object = base.clone();
                    object.insert(key.clone(), value.value.clone());
                    samples.push(Sample { value: object.into(), focused: value.focused });
                }
            }
        }
        samples
    }

    /// Adds the required item of `contains` to arrays.
    pub(super) fn contained(&mut self, node: &'a Value, samples: &mut [Sample]) {
        let Some(item) = node.get("contains").and_then(|contained| self.simple(contained)) else { return };
        for sample in samples {
            if let Value::Array(items) = &mut sample.value {
                items.push(item.clone());
            }
        }
    }

    /// Arrays with items by position: the simplest, shorter ones, and ones with one item varied.
    pub(super) fn by_position(&mut self, node: &'a Value, items: &'a [Value], beside: &[&'a Value]) -> Vec<Sample> {
        let more = node.get("additionalItems").unwrap_or(&Value::Bool(true));
        let longest = beside.iter().filter_map(|other| other.get("items")?.as_array()).map(Vec::len).max();
        let longest = longest.unwrap_or_default().clamp(items.len(), items.len() + MAX_MORE);
        let longest = if *more == Value::Bool(false) { items.len() } else { longest };
        let by_index = items.iter().chain(std::iter::repeat(more)).take(longest);
        let simple: Option<Vec<Value>> = items.iter().map(|item| self.simple(item)).collect();
        let Some(simple) = simple else { return Vec::new() };
        let mut samples: Vec<_> = (0..=simple.len()).rev().map(|length| plain(simple[..length].into())).collect();
        samples.push(plain(simple.iter().cloned().chain([Value::Null]).collect()));
        for (index, item) in by_index.enumerate() {
            let receivers = beside.iter().filter_map(|other| match other.get("items")? {
                Value::Array(items) => items.get(index).or(other.get("additionalItems")),
                one => Some(one),
            });
            let receivers: Vec<&'a Value> = receivers.flat_map(|receiver| self.schemas.beside(receiver)).collect();
            for value in self.node(item, &receivers).into_iter().take(MAX_PER_PART) {
                let mut array = simple.clone();
                array.resize(array.len().max(index + 1), Value::Null);
                array[index] = value.value;
                samples.push(Sample { value: array.into(), focused: value.focused });
            }
        }
        samples
    }
}
