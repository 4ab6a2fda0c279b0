//! The items of the generated API and how they differ.
//!
//! The SemVer level follows from the items alone: removed or changed items break a consumer; added ones
//! don't, because the generated types are `#[non_exhaustive]`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::diff::finding::{Item, Level};
use crate::diff::schema::names::{Names, is_word, words};

/// The public items of one side: path → type, signature or payload.
pub(crate) type Items<'a> = BTreeMap<&'a str, &'a str>;

/// The constant with the digest, which differs whenever the text does.
const DIGEST: &str = "types::SCHEMA_SHA256";

/// The text between a type and the trait it implements.
const IMPL: &str = "impl ";

/// Reads a listing. An item without type, signature or payload has its name as the value. The path of an
/// `impl` is the whole line.
pub(crate) fn read(listing: &str) -> Items<'_> {
    listing.lines().filter(|line| !line.starts_with('#')).map(item).filter(|(path, _)| *path != DIGEST).collect()
}

/// `types::T.id: String` → `types::T.id`, `String`.
fn item(line: &str) -> (&str, &str) {
    let end = line.find(|c| !is_word(c) && c != ':' && c != '.').unwrap_or(line.len());
    let (path, rest) = (line[..end].trim_end_matches(':'), line[end..].trim_start());
    let name = path.rsplit(':').next().unwrap_or_default();
    match rest {
        implemented if implemented.starts_with(IMPL) => (line, implemented),
        "" => (path, name),
        value => (path, value),
    }
}

/// A changed item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference<'a> {
    /// The path with the names of the new side.
    pub(crate) path: Cow<'a, str>,
    /// The path on the old side.
    old_path: Option<&'a str>,
    pub(crate) before: Option<&'a str>,
    /// `before` with the names of the new side.
    translated: Option<Cow<'a, str>>,
    pub(crate) after: Option<&'a str>,
}

impl Difference<'_> {
    /// The effect on users of the item.
    pub(crate) fn level(&self) -> Level {
        match (&self.translated, &self.after) {
            (None, _) => Level::Minor,
            (Some(before), Some(after)) if harmless(before, after) => Level::Patch,
            (Some(_), _) => Level::Major,
        }
    }

    /// The difference for a report.
    pub(crate) fn item(&self) -> Item {
        Item { path: self.shown_path().into(), before: self.before.map(Into::into), after: self.after.map(Into::into) }
    }

    /// The value on both sides, with the names of the new side.
    pub(crate) fn payloads(&self) -> impl Iterator<Item = &str> {
        [self.translated.as_deref(), self.after].into_iter().flatten()
    }

    /// The path on the new side, or on the old side if the item was removed.
    pub(crate) fn shown_path(&self) -> &str {
        self.old_path.filter(|_| self.after.is_none()).unwrap_or(&self.path)
    }

    /// The boxed type, if only a box differs.
    pub(crate) fn boxed(&self) -> Option<&str> {
        let (before, after) = (self.translated.as_deref()?, self.after?);
        let (_, boxed) = before.split_once("Box<").or_else(|| after.split_once("Box<"))?;
        let found = words(boxed).next()?;
        let bare = |text: &str| text.replace(&format!("Box<{found}>"), found);
        (bare(before) == bare(after)).then_some(found)
    }

    /// Whether the item has a type of another crate: one for a format.
    pub(crate) fn has_foreign_type(&self) -> bool {
        [&self.before, &self.after].into_iter().flatten().any(|value| value.contains("::"))
    }

    /// The type the item belongs to: `T` of `types::T.id`.
    pub(crate) fn owner(&self) -> &str {
        owner(&self.path)
    }
}

/// The type an item belongs to. A conversion into a string belongs to the converted type.
pub(crate) fn owner(path: &str) -> &str {
    let rest = path.strip_prefix("types::").unwrap_or(path);
    let rest = rest.strip_prefix("String impl From<").unwrap_or(rest);
    rest.split(|c| !is_word(c)).next().unwrap_or_default()
}

/// Returns the differences, sorted by path. Renamed types count as the same.
pub(crate) fn differences<'a>(old: &Items<'a>, new: &Items<'a>, names: &Names) -> Vec<Difference<'a>> {
    let mut left: Vec<_> = old.iter().map(|(path, value)| (names.translate_path(path), *path, *value)).collect();
    left.sort_by(|(left, ..), (right, ..)| left.cmp(right));
    let mut left = left.into_iter().peekable();
    let removed = |(path, old_path, value)| Difference {
        path,
        old_path: Some(old_path),
        before: Some(value),
        translated: Some(names.translate(value)),
        after: None,
    };
    let mut found = Vec::new();
    for (path, after) in new {
        while let Some(gone) = left.next_if(|(old, ..)| **old < **path) {
            found.push(removed(gone));
        }
        let old = left.next_if(|(old, ..)| old == path);
        let translated = old.as_ref().map(|(.., value)| names.translate(value));
        if translated.as_deref() != Some(*after) {
            found.push(Difference {
                path: Cow::Borrowed(*path),
                old_path: old.as_ref().map(|(_, path, _)| *path),
                before: old.as_ref().map(|(.., value)| *value),
                translated,
                after: Some(*after),
            });
        }
    }
    found.extend(left.map(removed));
    found.shrink_to_fit();
    found
}

/// All differences, sorted by path and indexed.
pub(crate) struct Differences<'a> {
    pub(crate) all: Vec<Difference<'a>>,
    by_owner: HashMap<String, Vec<usize>>,
    /// Those with the same type in a box.
    boxes: Vec<usize>,
}

impl<'a> Differences<'a> {
    pub(crate) fn new(all: Vec<Difference<'a>>) -> Self {
        let mut by_owner: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, difference) in all.iter().enumerate() {
            by_owner.entry(difference.owner().to_owned()).or_default().push(index);
        }
        let boxes = all.iter().enumerate().filter(|(_, difference)| difference.boxed().is_some());
        let boxes = boxes.map(|(index, _)| index).collect();
        Self { all, by_owner, boxes }
    }

    pub(crate) fn at(&self, path: &str) -> Option<usize> {
        self.all.binary_search_by(|difference| (*difference.path).cmp(path)).ok()
    }

    pub(crate) fn of_type(&self, name: &str) -> &[usize] {
        self.by_owner.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Those with a box on one side only.
    pub(crate) fn boxes_of(&self, name: &str) -> impl Iterator<Item = usize> {
        self.boxes.iter().copied().filter(move |index| self.all[*index].boxed() == Some(name))
    }
}

/// Whether the compiler accepts the difference: other names of parameters, values of constants, added traits.
fn harmless(before: &str, after: &str) -> bool {
    if before.starts_with('(') && after.starts_with('(') {
        let (before, after) = (parameters(before), parameters(after));
        let types = |parameters: &[(String, String)]| parameters.iter().map(|(_, ty)| ty.clone()).collect::<Vec<_>>();
        return types(&before) == types(&after) && same_order(&before, &after);
    }
    if let (Some(before), Some(after)) = (before.strip_prefix("&str = "), after.strip_prefix("&str = ")) {
        return before != after;
    }
    let derives = |text: &str| -> Option<(String, Vec<String>)> {
        let (kind, rest) = text.split_once(" (")?;
        let (derived, _) = rest.split_once(')')?;
        Some((kind.to_owned(), derived.split(", ").map(str::to_owned).collect()))
    };
    match (derives(before), derives(after)) {
        (Some((before_kind, before)), Some((after_kind, after))) => {
            before_kind == after_kind && before.iter().all(|name| after.contains(name))
        }
        _ => false,
    }
}

/// The parameters of `(self, id: impl Into<String>) -> Self`: name and type, and the result as the last.
fn parameters(signature: &str) -> Vec<(String, String)> {
    let mut depth = 0_usize;
    let mut parts = vec![String::new()];
    for c in signature.chars() {
        match c {
            '(' | '<' => depth += 1,
            ')' | '>' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if c == ',' && depth == 1 {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    let split = |part: &String| match part.split_once(": ") {
        Some((name, ty)) if name.trim_start_matches('(').trim().chars().all(is_word) => {
            (name.trim_start_matches('(').trim().to_owned(), ty.to_owned())
        }
        _ => (String::new(), part.trim().to_owned()),
    };
    parts.iter().map(split).collect()
}

/// Whether the common parameters are in the same order: calls would pass values in the wrong places.
fn same_order(before: &[(String, String)], after: &[(String, String)]) -> bool {
    let common = |own: &[(String, String)], other: &[(String, String)]| -> Vec<String> {
        let known: BTreeSet<_> = other.iter().map(|(name, _)| name).collect();
        own.iter().map(|(name, _)| name).filter(|name| known.contains(name)).cloned().collect()
    };
    common(before, after) == common(after, before)
}

/// The fields and variants of each type.
pub(crate) struct Users<'a>(HashMap<&'a str, Vec<&'a str>>);

impl<'a> Users<'a> {
    pub(crate) fn new(items: &Items<'a>) -> Self {
        let mut users: HashMap<&str, Vec<&str>> = HashMap::new();
        // The value of a variant without payload is its name.
        let is_name = |path: &str, value: &str| path.strip_suffix(value).is_some_and(|start| start.ends_with("::"));
        let is_held = |value: &str| !value.starts_with(IMPL) && !value.contains("->");
        for (path, value) in items.iter().filter(|(path, value)| is_held(value) && !is_name(path, value)) {
            let held: BTreeSet<_> = words(value).filter(|word| *word != owner(path)).collect();
            for word in held {
                users.entry(word).or_default().push(path);
            }
        }
        Self(users)
    }

    /// Those of the type `name`, except for its own.
    pub(crate) fn of(&self, name: &str) -> &[&'a str] {
        self.0.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}
