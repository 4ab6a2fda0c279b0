//! The unknown properties of a struct, and its record of the received JSON: [`Extra`].

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Index;
use std::sync::LazyLock;

use serde::ser::{Serialize, Serializer};

use super::json::Json;
use super::traits::Fit;

/// This is a map of JSON values, sorted by name. It doesn't allocate while it's empty.
///
/// It also remembers how known properties were received: null, absent, or the text of a value of an unexpected type.
/// Encoding restores them, unless you've changed the field. Don't move an `Extra` to a value of another type; use
/// [`into_map`](Self::into_map) to get the unknown properties alone.
#[derive(Clone, Default)]
pub struct Extra {
    /// Two bits for each of the first 32 properties.
    states: u64,
    rest: Option<Box<Rest>>,
}

#[derive(Clone, Default)]
struct Rest {
    unknown: BTreeMap<String, Json>,
    /// Those of the next 32 properties.
    states: u64,
    /// Sorted by index, so equal values are equal in any order of keys.
    raw: Vec<Raw>,
}

/// A property with more than a state: the received text of a value, or any state after the first 64 properties.
#[derive(Clone)]
struct Raw {
    index: usize,
    state: u64,
    text: Json,
    /// The [`fingerprint`](super::traits::fingerprint) of the field after it was read.
    value: u64,
    /// Whether the value isn't of the property's type.
    is_mismatch: bool,
}

/// How a property was received.
pub(crate) enum State<'a> {
    /// Equal to the field's encoding.
    Plain,
    Null,
    /// Empty for optional arrays, an integer for optional floats, absent for required properties.
    Other,
    /// Received as this text. With the fingerprint of the field after it was read: another value replaces the text.
    Raw(&'a str, u64),
}

/// Number of properties with a state outside the list.
pub(crate) const INLINE: usize = 64;

const PLAIN: u64 = 0;
const NULL: u64 = 1;
const OTHER: u64 = 2;
const RAW: u64 = 3;

#[inline]
fn state_of(fit: Fit) -> u64 {
    match fit {
        Fit::Same => PLAIN,
        Fit::Null => NULL,
        Fit::Empty | Fit::Whole => OTHER,
        Fit::Rewritten | Fit::Partial | Fit::Mismatch => RAW,
    }
}

/// The states of the first 64 properties, while they're read.
#[derive(Default)]
pub(crate) struct States([u64; 2]);

impl States {
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.0 == [0; 2]
    }

    /// Adds the state of a property that has none.
    #[inline]
    pub(crate) fn add(&mut self, index: usize, fit: Fit) {
        if let Some(states) = self.0.get_mut(index / 32) {
            *states |= state_of(fit) << (index % 32 * 2);
        }
    }
}

impl Extra {
    /// Creates an empty map.
    #[must_use]
    pub const fn new() -> Self {
        Self { states: 0, rest: None }
    }

    /// Returns true if there are no properties.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rest.as_ref().is_none_or(|rest| rest.unknown.is_empty())
    }

    /// Returns the number of properties.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rest.as_ref().map_or(0, |rest| rest.unknown.len())
    }

    /// Returns the value of a property.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.rest.as_ref()?.unknown.get(name)
    }

    /// Returns a mutable reference to the value of a property.
    #[must_use]
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Json> {
        self.rest.as_mut()?.unknown.get_mut(name)
    }

    /// Returns true if there's a property of this name.
    #[must_use]
    pub fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Sets a property and returns its previous value.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Json>) -> Option<Json> {
        self.rest.get_or_insert_default().unknown.insert(name.into(), value.into())
    }

    /// Removes a property and returns its value.
    pub fn remove(&mut self, name: &str) -> Option<Json> {
        self.rest.as_mut()?.unknown.remove(name)
    }

    /// Removes all properties.
    pub fn clear(&mut self) {
        if let Some(rest) = &mut self.rest {
            rest.unknown.clear();
        }
    }

    /// Returns the names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Json)> {
        self.rest.iter().flat_map(|rest| &rest.unknown)
    }

    /// Returns the names.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.iter().map(|(name, _)| name)
    }

    /// Returns the values.
    pub fn values(&self) -> impl Iterator<Item = &Json> {
        self.iter().map(|(_, value)| value)
    }

    /// Converts it to a map of the unknown properties.
    #[must_use]
    pub fn into_map(self) -> BTreeMap<String, Json> {
        self.rest.map(|rest| rest.unknown).unwrap_or_default()
    }

    /// Makes encoding write the optional array `index` even if it's empty.
    pub(crate) fn set_present(&mut self, index: usize) {
        self.record(index, Fit::Empty, "", 0);
    }

    /// Remembers how properties without a state were received.
    #[inline]
    pub(crate) fn add(&mut self, states: &mut States) {
        let [first, second] = std::mem::take(&mut states.0);
        self.states |= first;
        if second != 0 {
            self.rest.get_or_insert_default().states |= second;
        }
    }

    /// Remembers how a property was received.
    pub(crate) fn record(&mut self, index: usize, fit: Fit, text: &str, value: u64) {
        let state = state_of(fit);
        if let Some(rest) = &mut self.rest {
            rest.raw.retain(|raw| raw.index != index);
        }
        if state == RAW || (index >= INLINE && state != PLAIN) {
            let is_mismatch = matches!(fit, Fit::Partial | Fit::Mismatch);
            let raw = Raw { index, state, text: Json::from_checked(text), value, is_mismatch };
            let all = &mut self.rest.get_or_insert_default().raw;
            all.insert(all.partition_point(|other| other.index < index), raw);
        }
        let states = match index / 32 {
            0 => &mut self.states,
            1 if state != PLAIN || self.rest.is_some() => &mut self.rest.get_or_insert_default().states,
            _ => return,
        };
        let shift = index % 32 * 2;
        *states = *states & !(3 << shift) | state << shift;
    }

    #[inline]
    pub(crate) fn state(&self, index: usize) -> State<'_> {
        if self.states == 0 && self.rest.is_none() {
            return State::Plain;
        }
        let rest = self.rest.as_deref();
        let raw = || rest.and_then(|rest| rest.raw.iter().find(|raw| raw.index == index));
        let state = match (index / 32, rest) {
            (0, _) => self.states >> (index * 2) & 3,
            (1, Some(rest)) => rest.states >> (index % 32 * 2) & 3,
            _ => raw().map_or(PLAIN, |raw| raw.state),
        };
        match state {
            NULL => State::Null,
            OTHER => State::Other,
            RAW => raw().map_or(State::Plain, |raw| State::Raw(raw.text.get(), raw.value)),
            _ => State::Plain,
        }
    }

    fn mismatches(&self) -> impl Iterator<Item = (usize, &Json)> {
        let raw = self.rest.iter().flat_map(|rest| &rest.raw);
        raw.filter(|raw| raw.is_mismatch).map(|raw| (raw.index, &raw.text))
    }
}

/// Returns the value of a property, or `null` if there's none, as indexing a [`Value`](serde_json::Value) does.
impl Index<&str> for Extra {
    type Output = Json;

    fn index(&self, name: &str) -> &Json {
        static NULL: LazyLock<Json> = LazyLock::new(Json::null);
        self.get(name).unwrap_or(&NULL)
    }
}

impl From<BTreeMap<String, Json>> for Extra {
    fn from(unknown: BTreeMap<String, Json>) -> Self {
        let rest = Rest { unknown, ..Rest::default() };
        Self { states: 0, rest: (!rest.unknown.is_empty()).then(|| Box::new(rest)) }
    }
}

impl<K: Into<String>, V: Into<Json>> FromIterator<(K, V)> for Extra {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(properties: I) -> Self {
        properties.into_iter().map(|(name, value)| (name.into(), value.into())).collect::<BTreeMap<_, _>>().into()
    }
}

impl Extend<(String, Json)> for Extra {
    fn extend<I: IntoIterator<Item = (String, Json)>>(&mut self, properties: I) {
        self.rest.get_or_insert_default().unknown.extend(properties);
    }
}

impl IntoIterator for Extra {
    type Item = (String, Json);
    type IntoIter = std::collections::btree_map::IntoIter<String, Json>;

    fn into_iter(self) -> Self::IntoIter {
        self.into_map().into_iter()
    }
}

/// Compares the properties, and the values of named properties that aren't of their type.
impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter()) && self.mismatches().eq(other.mismatches())
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for Extra {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}
