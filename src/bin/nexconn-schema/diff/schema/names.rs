//! Which type of the old side is which type of the new side.
//!
//! Types match by name, else by location, content or use. A renamed type is then one finding, not one
//! for each of its items.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use serde_json::Value;

use super::view::View;
use crate::generate::document::escape;
use crate::generate::model::Shape;

/// The pairs of types.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Old name → new name, the unchanged ones too.
    to_new: BTreeMap<String, String>,
    /// New name → old name.
    to_old: BTreeMap<String, String>,
    /// Whether a name differs.
    is_renaming: bool,
}

impl Names {
    /// Finds the pairs.
    pub(crate) fn align(old: &View<'_>, new: &View<'_>) -> Self {
        let mut search = Search { old, new, names: Self::default() };
        search.pair(&old.document.root_name(), &new.document.root_name());
        search.by(|_, name| Some(name.to_owned()));
        search.by(|side, name| Some(side.view.place_of(name)));
        search.by_content();
        search.by_use();
        search.by_enclosing();
        search.names
    }

    pub(crate) fn new_name(&self, old: &str) -> Option<&str> {
        self.to_new.get(old).map(String::as_str)
    }

    pub(crate) fn old_name(&self, new: &str) -> Option<&str> {
        self.to_old.get(new).map(String::as_str)
    }

    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.to_new.iter().map(|(old, new)| (old.as_str(), new.as_str()))
    }

    /// A type of the old side with the new names.
    pub(crate) fn translate<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if !self.is_renaming {
            return text.into();
        }
        let mut translated = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let (word, after) = rest.split_at(rest.find(|c| !is_word(c)).unwrap_or(rest.len()));
            let (gap, after) = after.split_at(after.find(is_word).unwrap_or(after.len()));
            translated.push_str(self.new_name(word).unwrap_or(word));
            translated.push_str(gap);
            rest = after;
        }
        translated.into()
    }

    /// A path of the old side with the new name of its type; fields, methods and variants keep theirs.
    pub(crate) fn translate_path<'a>(&self, path: &'a str) -> Cow<'a, str> {
        if !self.is_renaming {
            return path.into();
        }
        let (ty, member) = path.split_at(path.find(['.', ' ']).or_else(|| path.rfind("::")).unwrap_or(path.len()));
        match member.starts_with(' ') {
            true => self.translate(path),
            false if ty == "types" => format!("{ty}{}", self.translate(member)).into(),
            false => format!("{}{member}", self.translate(ty)).into(),
        }
    }
}

/// Whether the character can be part of a Rust name.
pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The names in a Rust type.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !is_word(c)).filter(|word| !word.is_empty())
}

/// One side, and the new names of its paired types by their location.
struct Known<'a> {
    view: &'a View<'a>,
    paired: HashMap<String, &'a str>,
}

struct Search<'a> {
    old: &'a View<'a>,
    new: &'a View<'a>,
    names: Names,
}

impl Search<'_> {
    fn pair(&mut self, old: &str, new: &str) {
        self.names.to_new.insert(old.to_owned(), new.to_owned());
        self.names.to_old.insert(new.to_owned(), old.to_owned());
        self.names.is_renaming |= old != new;
    }

    fn left(view: &View<'_>, is_taken: impl Fn(&str) -> bool) -> Vec<String> {
        view.model.types.keys().filter(|name| !is_taken(name)).cloned().collect()
    }

    fn left_old(&self) -> Vec<String> {
        Self::left(self.old, |name| self.names.to_new.contains_key(name))
    }

    fn left_new(&self) -> Vec<String> {
        Self::left(self.new, |name| self.names.to_old.contains_key(name))
    }

    /// Pairs the types of one shape with equal keys.
    fn by(&mut self, key: impl Fn(&Known<'_>, &str) -> Option<String>) {
        let (left_old, left_new) = (self.left_old(), self.left_new());
        if left_old.is_empty() || left_new.is_empty() {
            return;
        }
        let paired = self.names.pairs().map(|(old, new)| (self.old.place_of(old), new)).collect();
        let old = Known { view: self.old, paired };
        let paired = self.names.pairs().map(|(_, new)| (self.new.place_of(new), new)).collect();
        let new = Known { view: self.new, paired };
        let mut candidates: BTreeMap<String, VecDeque<String>> = BTreeMap::new();
        for name in left_new {
            if let Some(key) = key(&new, &name) {
                candidates.entry(key).or_default().push_back(name);
            }
        }
        let keys = left_old.into_iter().filter_map(|name| Some((key(&old, &name)?, name)));
        let mut found: Vec<(String, String)> = Vec::new();
        for (key, name) in keys {
            let free = candidates.get_mut(&key).filter(|names| !names.is_empty());
            let is_same = |other: &str| other == name || same_shape(self.old, &name, self.new, other);
            if let Some(names) = free
                && is_same(&names[0])
            {
                found.extend(names.pop_front().map(|other| (name, other)));
            }
        }
        for (old, new) in found {
            self.pair(&old, &new);
        }
    }

    /// Pairs definitions with the same content.
    fn by_content(&mut self) {
        self.by(|side, name| side.view.is_definition(name).then(|| masked(side.view.node(name)).to_string()));
    }

    /// Pairs types at the same location within a renamed type.
    fn by_enclosing(&mut self) {
        self.by(|side, name| {
            let place = side.view.place_of(name);
            let ends = place.rmatch_indices('/').map(|(end, _)| end);
            let mut outer = ends.filter_map(|end| Some((side.paired.get(&place[..end])?, &place[end..])));
            outer.next().map(|(pair, rest)| format!("{pair} {rest}"))
        });
    }

    /// Definitions to which the same properties of the same types refer, and which resemble one another.
    fn by_use(&mut self) {
        let mut uses: Vec<(String, String)> = Vec::new();
        for (old, new) in self.names.pairs() {
            let (old, new) = (self.old.node(old), self.new.node(new));
            for (key, property) in old["properties"].as_object().into_iter().flatten() {
                let targets = (target(self.old, property), target(self.new, &new["properties"][key]));
                if let (Some(old), Some(new)) = targets {
                    uses.push((old, new));
                }
            }
        }
        for (old, new) in uses {
            let is_left = !self.names.to_new.contains_key(&old) && !self.names.to_old.contains_key(&new);
            let are_definitions = self.old.is_definition(&old) && self.new.is_definition(&new);
            if is_left
                && are_definitions
                && same_shape(self.old, &old, self.new, &new)
                && resemble(self.old.node(&old), self.new.node(&new))
            {
                self.pair(&old, &new);
            }
        }
    }
}

/// The definition a property refers to, itself or by its items.
fn target(view: &View<'_>, node: &Value) -> Option<String> {
    let found = view.document.target(node).or_else(|| view.document.target(node.get("items")?));
    found.map(Cow::into_owned)
}

fn same_shape(old: &View<'_>, old_name: &str, new: &View<'_>, new_name: &str) -> bool {
    let shape = |view: &View<'_>, name: &str| {
        view.model.types.get(name).map(|ty| match ty.shape {
            Shape::Struct(_) => 0,
            Shape::Enumeration(_) => 1,
            Shape::Union(_) => 2,
        })
    };
    shape(old, old_name) == shape(new, new_name)
}

/// A schema without annotations and the names of the types it refers to.
pub(crate) fn masked(node: &Value) -> Value {
    match node {
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, _)| !matches!(key.as_str(), "description" | "title" | "examples"));
            kept.map(|(key, value)| (key.clone(), if key == "$ref" { Value::Null } else { masked(value) })).collect()
        }
        Value::Array(items) => items.iter().map(masked).collect(),
        other => other.clone(),
    }
}

/// Whether at least half of the properties, values and branches are the same.
fn resemble(old: &Value, new: &Value) -> bool {
    let names = |node: &Value| -> BTreeSet<String> {
        let properties = node["properties"].as_object().into_iter().flatten().map(|(key, _)| escape(key).into_owned());
        let values = node["enum"].as_array().into_iter().flatten().map(Value::to_string);
        let branches =
            ["oneOf", "anyOf"].into_iter().flat_map(|keyword| node[keyword].as_array().into_iter().flatten());
        properties.chain(values).chain(branches.map(Value::to_string)).collect()
    };
    let (old, new) = (names(old), names(new));
    let common = old.intersection(&new).count();
    common * 2 >= old.len().max(new.len()) && common > 0
}
