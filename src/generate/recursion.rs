//! Structs in need of a value of themselves, however empty.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::document::Document;
use super::model::{Shape, Type};
use super::node;

/// Makes a required property optional if each value of it would hold another one of its own struct: an empty one would
/// never end.
pub(super) fn make_optional(document: &Document, types: &mut BTreeMap<String, Type>) {
    let mut needs: BTreeMap<String, Vec<(usize, String)>> =
        types.iter().map(|(name, ty)| (name.clone(), needs(document, name, &ty.shape))).collect();
    drop_ending(&mut needs);
    for (name, ty) in types {
        let Shape::Struct(object) = &mut ty.shape else { continue };
        for (index, target) in needs.get(name).into_iter().flatten() {
            if let Some(property) = object.properties.get_mut(*index).filter(|_| leads_to(&needs, target, name)) {
                property.required = false;
            }
        }
    }
}

/// Returns the types an empty value of a type holds, with the numbers of the properties.
fn needs(document: &Document, name: &str, shape: &Shape) -> Vec<(usize, String)> {
    let node = document.definition(name);
    let target = |node| document.target(node::without_null(node)).map(Cow::into_owned);
    match shape {
        Shape::Struct(object) => {
            let properties = object.properties.iter().enumerate().filter(|(_, property)| property.required);
            properties.filter_map(|(index, it)| Some((index, target(&node["properties"][&it.key])?))).collect()
        }
        // An empty one is its first branch; with a tag, it's unknown.
        Shape::Union(union) if union.tag.is_none() => {
            let first = node::branches(node).and_then(|(_, branches)| target(branches.first()?));
            first.into_iter().map(|name| (0, name)).collect()
        }
        Shape::Union(_) | Shape::Enumeration(_) => Vec::new(),
    }
}

/// Drops the types of which an empty value ends: a search from each would cost the square of a chain.
fn drop_ending(needs: &mut BTreeMap<String, Vec<(usize, String)>>) {
    let mut users: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, held) in needs.iter() {
        for (_, target) in held {
            users.entry(target.clone()).or_default().push(name.clone());
        }
    }
    let mut ending: Vec<_> = needs.iter().filter(|(_, held)| held.is_empty()).map(|(name, _)| name.clone()).collect();
    while let Some(name) = ending.pop() {
        needs.remove(&name);
        for user in users.remove(&name).unwrap_or_default() {
            if let Some(held) = needs.get_mut(&user) {
                held.retain(|(_, target)| *target != name);
                ending.extend(held.is_empty().then_some(user));
            }
        }
    }
}

fn leads_to(needs: &BTreeMap<String, Vec<(usize, String)>>, from: &str, to: &str) -> bool {
    let (mut seen, mut left) = (BTreeSet::new(), vec![from]);
    while let Some(name) = left.pop() {
        if name == to {
            return true;
        }
        if seen.insert(name) {
            left.extend(needs.get(name).into_iter().flatten().map(|(_, name)| name.as_str()));
        }
    }
    false
}
