//! Resolves references: pointers, anchors and URIs, within the document and its bundled files.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Url;
use serde_json::{Map, Value};

use super::walk::each_below;
use crate::generate::document::{Place, escape, parent_and_key};
use crate::generate::pointer::unescape;

/// Keywords that refer to a schema.
const REFERENCES: [&str; 3] = ["$ref", "$recursiveRef", "$dynamicRef"];

/// Keywords that contain named schemas by convention.
const CONTAINERS: [&str; 2] = ["$defs", "definitions"];

/// The resources, anchors and referenced schemas of a document, by pointer.
#[derive(Default)]
pub(super) struct References {
    resources: BTreeMap<String, String>,
    anchors: BTreeMap<(String, String), String>,
    /// The base URIs of files and of the schemas with one of their own.
    bases: BTreeMap<String, String>,
    /// The key of each referenced schema among the definitions of the translated document.
    keys: BTreeMap<String, String>,
    /// References to other documents, with their schemas.
    pub(super) missing: Vec<(String, String)>,
}

/// Returns the target of a schema's reference.
pub(super) fn reference(node: &Map<String, Value>) -> Option<&str> {
    REFERENCES.iter().find_map(|keyword| node.get(*keyword)?.as_str())
}

impl References {
    /// Reads the file at `pointer` of the root, whose URI is `base`.
    pub(super) fn add_file(&mut self, root: &Value, pointer: &str, base: &str) {
        self.resources.insert(base.to_owned(), pointer.to_owned());
        self.bases.insert(pointer.to_owned(), base.to_owned());
        root.pointer(pointer).into_iter().for_each(|node| self.index(node, pointer, base));
    }

    /// Reads the document, whose URI is `base`, and the parts of the files it refers to.
    pub(super) fn add_document(&mut self, root: &Value, base: &str) {
        self.add_file(root, "", base);
        let targets = self.follow(root);
        self.missing.sort();
        self.missing.dedup();
        self.name(root, targets);
    }

    /// Finds identifiers and anchors.
    fn index(&mut self, node: &Value, pointer: &str, base: &str) {
        let Value::Object(node) = node else { return };
        let id = node.get("$id").or_else(|| node.get("id")).and_then(Value::as_str).unwrap_or_default();
        let (uri, fragment) = id.split_once('#').unwrap_or((id, ""));
        let own = if uri.is_empty() { None } else { join(base, uri) };
        let base = own.as_deref().unwrap_or(base);
        if own.is_some() {
            self.bases.insert(pointer.to_owned(), base.to_owned());
            self.resources.entry(base.to_owned()).or_insert_with(|| pointer.to_owned());
        }
        let named = ["$anchor", "$dynamicAnchor"].iter().filter_map(|keyword| node.get(*keyword)?.as_str());
        for name in named.chain(Some(fragment)).filter(|name| !name.is_empty() && !name.starts_with('/')) {
            self.anchors.entry((base.to_owned(), name.to_owned())).or_insert_with(|| pointer.to_owned());
        }
        each_below(node, pointer, |child, at| self.index(child, &at, base));
    }

    /// Follows all references from the root. Returns the targets.
    fn follow(&mut self, root: &Value) -> BTreeSet<String> {
        let mut targets = BTreeSet::new();
        let mut seen = BTreeSet::from([String::new()]);
        let mut left = vec![String::new()];
        while let Some(pointer) = left.pop() {
            let Some(Value::Object(node)) = root.pointer(&pointer) else { continue };
            each_below(node, &pointer, |_, at| {
                if seen.insert(at.clone()) {
                    left.push(at);
                }
            });
            let Some(reference) = reference(node) else { continue };
            match self.resolve(root, &pointer, reference) {
                Ok(target) => {
                    if seen.insert(target.clone()) {
                        // A schema below a keyword that isn't one of JSON Schema.
                        let base = self.base(&target).to_owned();
                        root.pointer(&target).into_iter().for_each(|node| self.index(node, &target, &base));
                        left.push(target.clone());
                    }
                    targets.insert(target);
                }
                Err(Some(uri)) => self.missing.push((uri, pointer)),
                Err(None) => {}
            }
        }
        targets
    }

    /// Returns the base URI of a schema or its nearest ancestor.
    fn base(&self, pointer: &str) -> &str {
        let mut around = pointer;
        loop {
            if let Some(base) = self.bases.get(around) {
                return base;
            }
            let Some((parent, _)) = around.rsplit_once('/') else { return "" };
            around = parent;
        }
    }

    /// Returns the pointer of a reference's target. The error is the URI of another document, or `None` if there's no
    /// such schema.
    pub(super) fn resolve(&self, root: &Value, pointer: &str, reference: &str) -> Result<String, Option<String>> {
        let base = self.base(pointer);
        let (uri, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let uri = if uri.is_empty() { base.to_owned() } else { join(base, uri).ok_or(None)? };
        let known = self.resources.get(&uri).or_else(|| self.resources.get(uri.trim_end_matches('/')));
        let resource = known.ok_or_else(|| Some(uri.clone()))?;
        let fragment = decoded(fragment);
        if fragment.is_empty() || fragment == "/" {
            return Ok(resource.clone());
        }
        if !fragment.starts_with('/') {
            let found = self.anchors.get(&(uri, fragment.clone()));
            return found
                .or_else(|| self.anchors.iter().find(|((_, name), _)| *name == fragment).map(|(_, at)| at))
                .cloned()
                .ok_or(None);
        }
        let tokens = fragment.split('/').skip(1).map(|token| format!("/{}", escape(&unescape(token))));
        let path: String = tokens.collect();
        // Identifiers in the wild often don't mean to start a resource.
        let file = file_of(resource);
        let found = [format!("{resource}{path}"), format!("{file}{path}")];
        let is_schema = |at: &String| root.pointer(at).is_some_and(|node| node.is_object() || node.is_boolean());
        found.into_iter().find(is_schema).ok_or(None)
    }

    /// Chooses the keys of definitions and referenced schemas.
    fn name(&mut self, root: &Value, targets: BTreeSet<String>) {
        let mut named: Vec<_> = Vec::new();
        for container in CONTAINERS.iter().rev() {
            let definitions = root.get(*container).and_then(Value::as_object);
            named.extend(definitions.into_iter().flatten().map(|(key, _)| format!("/{container}/{}", escape(key))));
        }
        named.extend(targets.into_iter().filter(|target| !target.is_empty()));
        let mut taken: BTreeSet<String> = self.keys.values().cloned().collect();
        for pointer in named {
            if self.keys.contains_key(&pointer) {
                continue;
            }
            let base = key(root, &pointer);
            let mut key = base.clone();
            for number in 2.. {
                if taken.insert(key.clone()) {
                    break;
                }
                key = format!("{base}{number}");
            }
            self.keys.insert(pointer, key);
        }
    }

    /// Returns the pointers and keys of the definitions of the translated document.
    pub(super) fn definitions(&self) -> impl Iterator<Item = (&String, &String)> {
        self.keys.iter()
    }

    /// Returns the key of the schema at a pointer, if it's referenced.
    pub(super) fn key(&self, pointer: &str) -> Option<&str> {
        self.keys.get(pointer).map(String::as_str)
    }
}

/// The key of bundled files in the root.
pub(super) const FILES: &str = "\u{0}files";

/// Returns the pointer of the file with a schema.
pub(super) fn file_of(pointer: &str) -> &str {
    let Some(rest) = pointer.strip_prefix('/').and_then(|rest| rest.strip_prefix(FILES)) else { return "" };
    let end = rest.get(1..).and_then(|rest| rest.find('/')).map_or(rest.len(), |end| end + 1);
    &pointer[..pointer.len() - rest.len() + end]
}

/// Returns the place of a pointer for messages.
pub(super) fn uri_of_file(place: &Place) -> String {
    let path = std::path::absolute(&place.file).ok();
    let url = path.and_then(|path| Url::from_file_path(path).ok());
    url.map_or_else(|| format!("https://schema.invalid/{}", place.file), Into::into)
}

fn join(base: &str, uri: &str) -> Option<String> {
    let joined = match Url::parse(uri) {
        Ok(url) => url,
        Err(_) => Url::parse(base).ok()?.join(uri).ok()?,
    };
    let text = joined.as_str();
    Some(text.split('#').next().unwrap_or_default().to_owned())
}

/// Decodes the percent-encoded bytes of a fragment.
fn decoded(fragment: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = fragment.as_bytes();
    while let [byte, after @ ..] = rest {
        let code = after.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(code) if *byte == b'%' => {
                bytes.push(code);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Returns the key of a definition: its own, or one made of the path to it.
fn key(root: &Value, pointer: &str) -> String {
    let file = file_of(pointer);
    if pointer == file {
        let title = root.pointer(file).and_then(|node| node["title"].as_str());
        return title.map_or_else(|| stem(&parent_and_key(file).1), str::to_owned);
    }
    let tokens: Vec<_> = pointer[file.len()..].split('/').skip(1).map(unescape).collect();
    if let [.., container, key] = tokens.as_slice()
        && (CONTAINERS.contains(&container.as_str()) || container == "schemas")
    {
        return key.clone();
    }
    let mut name = String::new();
    let mut tokens = tokens.iter().map(String::as_str).peekable();
    match tokens.peek() {
        Some(first) if CONTAINERS.contains(first) => drop(tokens.next()),
        _ => name += root.pointer(file).and_then(|node| node["title"].as_str()).unwrap_or_default(),
    }
    while let Some(token) = tokens.next() {
        let part = match token {
            "properties" => tokens.next().unwrap_or_default(),
            "items" => "item",
            "additionalProperties" => "value",
            other => other,
        };
        name = format!("{name} {part}");
    }
    name.trim().to_owned()
}

/// Returns the name of a file, without folders and extensions.
pub(crate) fn stem(path: &str) -> String {
    let name = path.trim_end_matches('/').rsplit(['/', ':', '\\']).next().unwrap_or_default();
    let name = name.trim_end_matches(".json").trim_end_matches(".schema");
    name.to_owned()
}
