//! Objects: structs with the properties a schema names, and maps with any.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use serde_json::{Map, Value};

use super::patterns;
use super::sample::{Sample, Sampler, addresses, interleaved, plain};
use super::schemas::list;
use super::shapes::{fields, is_record, requires};

impl<'a> Sampler<'_, 'a> {
    /// The required properties only.
    pub(super) fn simple_object(&mut self, node: &'a Value) -> Option<Value> {
        let mut object = Map::new();
        for name in list(node, "required").iter().filter_map(Value::as_str) {
            let property = property(node, name).unwrap_or(&Value::Bool(true));
            object.insert(name.to_owned(), self.simple(property)?);
        }
        let least = node.get("minProperties").and_then(Value::as_u64).and_then(|least| usize::try_from(least).ok());
        for (name, property) in fields(node) {
            if least.is_some_and(|least| object.len() < least) && !object.contains_key(name) {
                object.extend(self.simple(property).map(|value| (name.clone(), value)));
            }
        }
        if !is_record(node) {
            let value = least.and_then(|_| self.simple(additional(node)?)).unwrap_or_default();
            let short = least.map_or(0, |least| least.saturating_sub(object.len()).min(super::limits::MAX_LENGTH));
            object.extend((0..short).map(|index| (format!("key{index}"), value.clone())));
        }
        Some(Value::Object(object))
    }

    pub(super) fn objects(&mut self, node: &'a Value, beside: &[&'a Value]) -> Vec<Sample> {
        let Some(Value::Object(base)) = self.simple_object(node) else { return Vec::new() };
        let mut samples = vec![plain(Value::Object(base.clone()))];
        let mut lists: Vec<Box<dyn Iterator<Item = Sample> + '_>> = Vec::new();
        let mut full = base.clone();
        for (name, property) in fields(node) {
            let required = requires(node, name);
            let mut values = self.values(name, property, beside);
            values.retain(|sample| required || !sample.value.is_null());
            full.extend(
                values.first().filter(|_| !full.contains_key(name)).map(|first| (name.clone(), first.value.clone())),
            );
            let around = self.depended(node, name, &base);
            lists.push(Box::new(values.into_iter().map(move |sample| with(&around, name, sample))));
        }
        if !is_record(node)
            && let Some(value) = additional(node)
        {
            lists.push(Box::new(self.maps(node, value, beside, &base).into_iter()));
        }
        lists.push(Box::new(self.by_key(node, beside, &base).into_iter()));
        samples.extend(interleaved(lists.into_iter()));
        for count in self.counts(node, beside, ["minProperties", "maxProperties"]) {
            let optional = full.iter().filter(|(name, _)| !base.contains_key(*name));
            let more = optional.take(count.saturating_sub(base.len()));
            let fields: Map<String, Value> =
                base.iter().chain(more).map(|(name, value)| (name.clone(), value.clone())).collect();
            samples.extend((fields.len() == count && count > 1).then(|| plain(Value::Object(fields))));
        }
        samples.push(plain(Value::Object(full)));
        samples
    }

    /// Values of a property, checked by the schema of that name in `to`.
    fn values(&mut self, name: &str, node: &'a Value, beside: &[&'a Value]) -> Vec<Sample> {
        let receivers = self.receivers(name, beside);
        if receivers.is_empty() { self.one(node) } else { self.node(node, &receivers) }
    }

    fn receivers(&self, name: &str, beside: &[&'a Value]) -> Vec<&'a Value> {
        self.work.update(|work| work + beside.len());
        let receivers = beside.iter().filter_map(|other| receiver(other, name));
        receivers.flat_map(|receiver| self.schemas.beside(receiver)).collect()
    }

    /// Objects with keys of neither schema, and with those of `to` alone.
    fn maps(
        &mut self,
        node: &'a Value,
        value: &'a Value,
        beside: &[&'a Value],
        base: &Map<String, Value>,
    ) -> Vec<Sample> {
        let mut lists = Vec::new();
        let mut keys: Vec<String> = vec!["key".to_owned()];
        for other in beside {
            keys.extend(fields(other).map(|(name, _)| name.clone()));
            keys.extend(list(other, "required").iter().filter_map(Value::as_str).map(str::to_owned));
        }
        keys.extend(["", "é"].map(str::to_owned));
        for other in std::iter::once(&node).chain(beside) {
            let named = other.get("patternProperties").and_then(Value::as_object).into_iter().flat_map(Map::keys);
            let pattern = other.get("propertyNames").and_then(|names| names.get("pattern")).and_then(Value::as_str);
            keys.extend(
                named.map(String::as_str).chain(pattern).flat_map(|pattern| patterns::matching(pattern, &[]).0),
            );
        }
        let mut seen = BTreeSet::new();
        // Most keys have the same schemas on the other side.
        let mut known: HashMap<_, Rc<[Sample]>> = HashMap::new();
        for key in keys.iter().filter(|key| property(node, key).is_none() && seen.insert(key.as_str())) {
            let values = known.entry(addresses(&self.receivers(key, beside)));
            let values = Rc::clone(values.or_insert_with(|| self.values(key, value, beside).into()));
            lists.push((0..values.len()).map(move |index| with(base, key, values[index].clone())));
        }
        let mut samples = interleaved(lists.into_iter());
        let Some(value) = self.simple(value) else { return samples };
        for count in self.counts(node, beside, ["minProperties", "maxProperties"]) {
            let mut object = base.clone();
            object.extend((0..count.saturating_sub(base.len())).map(|index| (format!("key{index}"), value.clone())));
            samples.push(plain(Value::Object(object)));
        }
        samples
    }
}

fn with(base: &Map<String, Value>, name: &str, sample: Sample) -> Sample {
    let mut object = base.clone();
    object.insert(name.to_owned(), sample.value);
    Sample { value: Value::Object(object), focused: sample.focused }
}

/// The schema of unnamed properties; `None` if they aren't allowed.
fn additional(node: &Value) -> Option<&Value> {
    let additional = node.get("additionalProperties").unwrap_or(&Value::Bool(true));
    (additional != &Value::Bool(false)).then_some(additional)
}

fn property<'a>(node: &'a Value, name: &str) -> Option<&'a Value> {
    node.get("properties")?.get(name)
}

/// The schema of a property of that name.
fn receiver<'a>(node: &'a Value, name: &str) -> Option<&'a Value> {
    property(node, name).or_else(|| node.get("additionalProperties"))
}
