//! Numbers on both sides of every bound of either schema.

use std::collections::BTreeSet;

use serde_json::{Number, Value};

/// Maximum number of bounds to consider.
const MAX_BOUNDS: usize = 40;

/// Numbers of the kind, whether or not the node admits them, the simplest first.
pub(super) fn samples(node: &Value, beside: &[&Value], integer: bool) -> Vec<Value> {
    let nodes: Vec<&Value> = std::iter::once(node).chain(beside.iter().copied()).collect();
    let bounds = bounds(&nodes);
    let steps: BTreeSet<Exact> = nodes
        .iter()
        .filter_map(|node| Exact::read(node.get("multipleOf")?))
        .filter(|step| step.0 > 0.0)
        .take(8)
        .collect();
    let mut values: Vec<f64> =
        vec![0.0, 1.0, -1.0, 2.0, 3.0, 0.5, 1.5, -0.5, 0.1, 0.01, 1e6, -1e6, 1e15, -1e15, 1e300, -1e300];
    let sorted: Vec<f64> = bounds.iter().map(|bound| bound.0).collect();
    for (index, bound) in sorted.iter().enumerate() {
        values.extend([*bound, bound + 1.0, bound - 1.0, bound + 0.5, bound - 0.5, bound + 1e-3, bound - 1e-3]);
        values.extend(sorted.get(index + 1).map(|next| f64::midpoint(*bound, *next)));
    }
    for Exact(step) in &steps {
        let multiples = [0.0].into_iter().chain(sorted.iter().copied()).flat_map(|bound| {
            let nearest = (bound / step).floor();
            (-2..=3).map(move |offset| multiple(nearest + f64::from(offset), *step))
        });
        let multiples: Vec<f64> = (1..=12).map(|factor| multiple(f64::from(factor), *step)).chain(multiples).collect();
        values.extend(multiples.iter().flat_map(|multiple| [*multiple, multiple + 1.0, multiple + step / 2.0]));
    }
    let mut seen = BTreeSet::new();
    let whole = whole(&nodes).into_iter().map(Value::from);
    let values = values.into_iter().filter_map(|value| json_number(value, integer)).chain(whole);
    values.filter(|value| seen.insert(value.to_string())).collect()
}

/// A number with an order: never NaN.
#[derive(Clone, Copy, PartialEq)]
struct Exact(f64);

impl Exact {
    fn read(value: &Value) -> Option<Self> {
        value.as_f64().filter(|value| value.is_finite()).map(Self)
    }
}

impl Eq for Exact {}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

fn keywords(node: &Value) -> impl Iterator<Item = &Value> {
    let single = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "const"];
    let listed = node.get("enum").and_then(Value::as_array).into_iter().flatten();
    single.into_iter().filter_map(|keyword| node.get(keyword)).chain(listed)
}

fn bounds(nodes: &[&Value]) -> BTreeSet<Exact> {
    nodes.iter().flat_map(|node| keywords(node)).filter_map(Exact::read).take(MAX_BOUNDS).collect()
}

/// Integers around bounds without an exact float.
fn whole(nodes: &[&Value]) -> Vec<Number> {
    let bounds = nodes.iter().flat_map(|node| keywords(node)).filter_map(|value| value.as_number()?.as_i128());
    bounds.take(MAX_BOUNDS).flat_map(|bound| [bound - 1, bound, bound + 1]).filter_map(Number::from_i128).collect()
}

/// A multiple of a decimal fraction, without the error of binary ones: 3 × 0.1 is 0.3.
fn multiple(factor: f64, step: f64) -> f64 {
    let product = factor * step;
    let rounded = (product * 1e9).round() / 1e9;
    if step >= 1e-6 && product.abs() < 1e6 { rounded } else { product }
}

fn json_number(value: f64, integer: bool) -> Option<Value> {
    if value.fract() == 0.0 && value.abs() < 9e15 {
        #[allow(clippy::cast_possible_truncation, reason = "whole, and within 53 bits")]
        return Some(Value::from(value as i64));
    }
    if integer { None } else { Number::from_f64(value).map(Value::from) }
}
