//! The order of items and parts by the indexes the events give them.

use std::collections::BTreeMap;

/// The indexes of a list whose elements stay in order of arrival until they're read.
///
/// Sorting on demand keeps insertion cheap if the indexes don't ascend.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    indexes: Vec<i64>,
    /// Position of the latest element of each index.
    latest: BTreeMap<i64, usize>,
    unsorted: bool,
}

impl Order {
    /// Returns the order of a complete list, in which the indexes are the positions.
    pub(super) fn sequential(length: usize) -> Self {
        let indexes: Vec<i64> = (0..).take(length).collect();
        Self { latest: indexes.iter().copied().zip(0..).collect(), indexes, unsorted: false }
    }

    pub(super) fn index(&self, position: usize) -> Option<i64> {
        self.indexes.get(position).copied()
    }

    /// Returns the position of the latest element with an index.
    pub(super) fn latest(&self, index: i64) -> Option<usize> {
        self.latest.get(&index).copied()
    }

    /// Adds an element at the end and returns its position. Without an index, it's ordered after all others.
    pub(super) fn push(&mut self, index: Option<i64>) -> usize {
        let position = self.indexes.len();
        let next = self.latest.last_key_value().map_or(0, |(last, _)| last.saturating_add(1));
        let index = index.unwrap_or(next);
        self.unsorted |= self.indexes.last().is_some_and(|last| *last > index);
        self.indexes.push(index);
        self.latest.insert(index, position);
        position
    }

    /// Sorts by index, then by arrival. Returns the old positions in their new order, or `None` if the order
    /// hasn't changed.
    pub(super) fn sort(&mut self) -> Option<Vec<usize>> {
        if !self.unsorted {
            return None;
        }
        let mut order: Vec<usize> = (0..self.indexes.len()).collect();
        order.sort_by_key(|position| self.index(*position));
        permute(&mut self.indexes, &order);
        self.latest = self.indexes.iter().copied().zip(0..).collect();
        self.unsorted = false;
        Some(order)
    }
}

/// Moves the elements of a list to the order of these positions.
pub(super) fn permute<T>(list: &mut Vec<T>, order: &[usize]) {
    let mut elements: Vec<Option<T>> = std::mem::take(list).into_iter().map(Some).collect();
    list.extend(order.iter().filter_map(|position| elements.get_mut(*position)?.take()));
}
