//! Distinguishes different parts that would have the same name.

use std::collections::BTreeSet;

use super::super::document::parent_and_key;
use super::super::names;
use super::super::pointer::unescape;
use super::stage::Stage;

impl Stage<'_> {
    /// Distinguishes definitions of the same name. The root comes first, then those spelled like their types, then the
    /// others in the order of the document. Their names spell the signs of their keys, so another definition doesn't
    /// rename them.
    pub(super) fn distinguish_names(&mut self) {
        if self.document.has_overlay {
            return;
        }
        let mut pointers: Vec<_> = self.names.keys().cloned().collect();
        let is_spelled = |pointer: &str| parent_and_key(pointer).1 == self.names[pointer];
        pointers.sort_by_cached_key(|pointer| {
            (!pointer.is_empty(), !is_spelled(pointer), self.document.rank(pointer), pointer.clone())
        });
        let mut taken = BTreeSet::new();
        for pointer in pointers {
            let Some(name) = self.names.get_mut(&pointer) else { continue };
            let (list, key) = parent_and_key(&pointer);
            let is_part = list.rfind('/').is_some_and(|at| at > 0);
            *name = names::distinct(name, if is_part { name } else { &key }, |name| !taken.contains(name));
            taken.insert(name.clone());
        }
    }

    /// Returns the name of a part. If it's the name of another one, it spells the signs of the property.
    pub(super) fn free_name(&self, name: &str, pointer: &str) -> String {
        let is_free = |name: &str| self.types.get(name).is_none_or(|other| other == pointer);
        let usual = names::of_type(name);
        if self.document.has_overlay || is_free(&usual) {
            return usual;
        }
        let property = pointer.rsplit_once("/properties/").map(|(_, rest)| rest.split('/').next().unwrap_or(rest));
        let told = property.map(unescape).and_then(|key| {
            let part = names::of_part(&key);
            let (before, after) = name.rsplit_once(&part)?;
            Some(format!("{before}{}{after}", names::told(&key)))
        });
        let told = told.map(|told| names::of_type(&told)).filter(|told| is_free(told));
        names::numbered(&told.unwrap_or(usual), is_free)
    }
}
