//! Numbers the names of different parts that would have the same one.

use std::collections::BTreeSet;

use super::super::document::parent_and_key;
use super::super::names;
use super::stage::Stage;

impl Stage<'_> {
    /// Numbers definitions of the same name. The root comes first, then those spelled like their types, then the
    /// others in the order of the document.
    pub(super) fn number_names(&mut self) {
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
            *name = names::numbered(name, |name| !taken.contains(name));
            taken.insert(name.clone());
        }
    }

    /// Returns the name, with a number if it's the name of another part.
    pub(super) fn free_name(&self, name: &str, pointer: &str) -> String {
        let is_free = |name: &str| self.types.get(name).is_none_or(|other| other == pointer);
        if self.document.has_overlay { name.to_owned() } else { names::numbered(name, is_free) }
    }
}
