//! The response so far, built from the events of a stream.
//!
//! This file finds items and parts; `events` applies each event to them, and `items` knows their kinds.

mod events;
mod items;
mod order;

use std::borrow::Cow;
use std::collections::HashMap;

use crate::types::{
    OutputContent, OutputItem, OutputMessage, ReasoningItem, ReasoningText, Response, StreamEvent, SummaryText,
};
use items::{Parts, Variant};
use order::{Order, permute};

/// Builds the [`Response`] so far from the events of a stream, complete or not.
///
/// ```
/// use nexconn_responses::{Accumulator, types::StreamEvent};
///
/// // Events received before the connection broke.
/// let events = [
///     r#"{"type": "response.created", "response": {"id": "resp_1"}}"#,
///     r#"{"type": "response.output_text.delta", "item_id": "msg_1",
///         "output_index": 0, "content_index": 0, "delta": "Hel"}"#,
///     r#"{"type": "response.output_text.delta", "item_id": "msg_1",
///         "output_index": 0, "content_index": 0, "delta": "lo"}"#,
/// ];
/// let mut accumulator = Accumulator::new();
/// for event in events {
///     accumulator.push(&serde_json::from_str::<StreamEvent>(event)?);
/// }
/// let response = accumulator.into_response().expect("there were events");
/// assert_eq!(
///     (response.id.as_str(), response.output_text().as_str()),
///     ("resp_1", "Hello")
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// The events have these effects:
///
/// - `created`, `queued` and `in_progress` set the response. Its output so far is kept, unless the event has
///   another response id: then the accumulator starts over.
/// - Events about items, parts, texts, refusals, annotations, reasoning, arguments, inputs, code, shell
///   commands and the status of calls fill `output`. A `done` event replaces the result of the deltas, unless
///   its own content is empty.
/// - `completed`, `incomplete` and `failed` replace the response. If its `output` is missing or empty, as some
///   servers send it, the items so far are kept. Later events are ignored.
/// - All other events are ignored: partial images, audio, output of shell calls (their items contain it),
///   `error` and [`StreamEvent::Unknown`].
///
/// Only the terminal event has the final `status`, `usage`, `completed_at` and `error`. Servers also encrypt
/// `encrypted_content` and `fingerprint` anew for it. Everything else in finished items is the same.
///
/// Items are found by index and id, then by id, then by index. If an item was never added, or was finished at
/// another index, it's created with empty values for everything unknown, such as its `call_id`. Indexes order
/// items and parts without being positions, so gaps take no memory and no index is too large. If an item's
/// first event arrives before any response, as in a resumed stream, the response has an empty `id` until an
/// event sets it.
///
/// Push each event once. To read a stream again from the start, create a new accumulator.
#[derive(Clone, Debug, Default)]
pub struct Accumulator {
    response: Option<Box<Response>>,
    /// One for each item of the output, in the same order.
    slots: Vec<Slot>,
    order: Order,
    /// Position of the latest item with an id or a call id.
    ids: HashMap<String, usize>,
    ended: bool,
}

/// State of one output item.
#[derive(Clone, Debug)]
struct Slot {
    /// Empty if the item has none.
    id: String,
    parts: Parts,
    done: bool,
}

/// The item an event is about.
struct Target<'a> {
    index: Option<i64>,
    /// Empty if the event has none.
    id: Cow<'a, str>,
    /// Whether `id` is the id of a call and not that of its item.
    is_call_id: bool,
}

impl Accumulator {
    /// Creates an accumulator without a response.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies an event.
    ///
    /// Events that don't fit the earlier ones are applied as far as possible and never fail.
    pub fn push(&mut self, event: &StreamEvent) {
        use StreamEvent as E;
        match event {
            _ if self.ended => {}
            E::Created(_)
            | E::Queued(_)
            | E::InProgress(_)
            | E::Completed(_)
            | E::Incomplete(_)
            | E::Failed(_)
            | E::OutputItemAdded(_)
            | E::OutputItemDone(_) => self.push_owned(event.clone()),
            other => self.push_text(other).or_else(|| self.push_call(other)).unwrap_or_default(),
        }
    }

    /// Applies an event without copying its response or item.
    pub(crate) fn push_owned(&mut self, event: StreamEvent) {
        if self.ended {
            return;
        }
        match event {
            StreamEvent::Created(event) => self.begin(event.response),
            StreamEvent::Queued(event) => self.begin(event.response),
            StreamEvent::InProgress(event) => self.begin(event.response),
            StreamEvent::Completed(event) => self.end(event.response),
            StreamEvent::Incomplete(event) => self.end(event.response),
            StreamEvent::Failed(event) => self.end(event.response),
            StreamEvent::OutputItemAdded(event) => self.upsert(event.output_index, *event.item, false),
            StreamEvent::OutputItemDone(event) => self.upsert(event.output_index, *event.item, true),
            other => self.push_text(&other).or_else(|| self.push_call(&other)).unwrap_or_default(),
        }
    }

    /// Returns the response so far, or `None` if no event has described it yet.
    ///
    /// Takes `&mut self` because items that arrived out of order are sorted here.
    #[must_use]
    pub fn response(&mut self) -> Option<&Response> {
        self.sort();
        self.response.as_deref()
    }

    /// Returns the response so far, or `None` if no event has described it.
    #[must_use]
    pub fn into_response(mut self) -> Option<Response> {
        self.sort();
        self.response.map(|response| *response)
    }

    /// Sets the response in the middle of a stream.
    fn begin(&mut self, mut response: Box<Response>) {
        let known = self.response.take().filter(|known| known.id.is_empty() || known.id == response.id);
        match known {
            Some(known) if !self.slots.is_empty() => response.output = known.output,
            _ => self.reset_items(&response.output),
        }
        self.response = Some(response);
    }

    /// Replaces the slots by slots for these items.
    fn reset_items(&mut self, items: &[OutputItem]) {
        *self = Self { order: Order::sequential(items.len()), ..Self::default() };
        for (position, item) in items.iter().enumerate() {
            self.slots.push(Slot { id: String::new(), parts: Parts::of(item), done: false });
            self.register(position, item);
        }
    }

    /// Makes an item known by its ids.
    fn register(&mut self, position: usize, item: &OutputItem) {
        let id = item.id().filter(|id| !id.is_empty());
        if let Some((id, slot)) = id.zip(self.slots.get_mut(position))
            && slot.id != id
        {
            id.clone_into(&mut slot.id);
            self.ids.insert(id.to_owned(), position);
        }
        if let Some(call_id) = items::call_id(item).filter(|id| !id.is_empty()) {
            self.ids.insert(call_id.to_owned(), position);
        }
    }

    /// Sets the response of the terminal event. If it has no output, the items so far are kept.
    fn end(&mut self, mut response: Box<Response>) {
        self.sort();
        if let Some(known) = self.response.take().filter(|_| response.output.is_empty()) {
            response.output = known.output;
        }
        *self = Self { response: Some(response), ended: true, ..Self::default() };
    }

    fn output(&self) -> &[OutputItem] {
        self.response.as_ref().map(|response| &*response.output).unwrap_or_default()
    }

    fn output_mut(&mut self) -> &mut Vec<OutputItem> {
        let response = self.response.get_or_insert_with(|| Box::new(Response::new("")));
        &mut response.output
    }

    /// Sorts the items and their parts by index.
    fn sort(&mut self) {
        if self.slots.is_empty() {
            return;
        }
        if let Some(order) = self.order.sort() {
            permute(&mut self.slots, &order);
            permute(self.output_mut(), &order);
            let moved: HashMap<usize, usize> = order.into_iter().zip(0..).collect();
            self.ids.values_mut().for_each(|position| *position = moved.get(position).copied().unwrap_or_default());
        }
        let items = self.response.iter_mut().flat_map(|response| &mut response.output);
        items.zip(&mut self.slots).for_each(|(item, slot)| slot.parts.sort(item));
    }

    /// Returns the positions where an item may be, in order of preference: the latest one of its index if
    /// the id matches, the latest one of its id, the latest one of its index. Without index and id, that's
    /// the last one.
    fn candidates(&self, target: &Target<'_>) -> impl Iterator<Item = usize> + use<> {
        let id = Some(&*target.id).filter(|id| !id.is_empty());
        let latest = match (target.index, id) {
            (Some(index), _) => self.order.latest(index),
            (None, None) => self.slots.len().checked_sub(1),
            (None, Some(_)) => None,
        };
        let named = id.and_then(|id| self.ids.get(id).copied());
        let has_id = |position: &usize| self.slots.get(*position).is_some_and(|slot| Some(&*slot.id) == id);
        [latest.filter(has_id), named, latest].into_iter().flatten()
    }

    /// Returns the item an event is most likely about, of any kind.
    fn find(&self, target: &Target<'_>) -> Option<&OutputItem> {
        self.output().get(self.candidates(target).next()?)
    }

    fn is_at(&self, position: usize, index: Option<i64>) -> bool {
        index.is_none() || self.order.index(position) == index
    }

    /// Inserts a complete item, or updates it if it's known.
    fn upsert(&mut self, index: Option<i64>, item: OutputItem, done: bool) {
        let id = item.id().unwrap_or_default();
        let is_same = |position: &usize| {
            let Some((known, slot)) = self.output().get(*position).zip(self.slots.get(*position)) else {
                return false;
            };
            let is_here = self.is_at(*position, index);
            let is_named = !id.is_empty() && slot.id == id && (is_here || !slot.done);
            let is_meant = is_here
                && (index.is_some() || !slot.done)
                && (id.is_empty() || slot.id.is_empty() || (done && !slot.done));
            known.type_() == item.type_() && (is_named || is_meant)
        };
        let target = Target { index, id: id.into(), is_call_id: false };
        let position = self.candidates(&target).find(is_same);
        let position = match position {
            Some(position) if self.slots.get(position).is_some_and(|slot| slot.done && !done) => return,
            Some(position) => self.update(position, item),
            None => self.insert(index, item),
        };
        if let Some(slot) = self.slots.get_mut(position) {
            slot.done = done;
        }
    }

    /// Replaces an item, and returns its position.
    fn update(&mut self, position: usize, item: OutputItem) -> usize {
        self.register(position, &item);
        let known = self.response.as_mut().and_then(|response| response.output.get_mut(position));
        if let Some((known, slot)) = known.zip(self.slots.get_mut(position)) {
            let old = std::mem::replace(known, item);
            slot.parts = known.complete_from(old, std::mem::take(&mut slot.parts));
        }
        position
    }

    /// Appends a new item and returns its position.
    fn insert(&mut self, index: Option<i64>, item: OutputItem) -> usize {
        let position = self.order.push(index);
        self.slots.push(Slot { id: String::new(), parts: Parts::of(&item), done: false });
        self.register(position, &item);
        self.output_mut().push(item);
        position
    }

    /// Returns the item of this kind an event is about, or creates it.
    fn item<T: Variant<OutputItem>>(&mut self, target: &Target<'_>) -> Option<(&mut T, &mut Slot)> {
        let fits = |position: &usize| {
            let is_here = self.is_at(*position, target.index);
            let slot = self.slots.get(*position);
            let is_meant = slot.is_some_and(|slot| {
                !slot.done || (is_here && !target.id.is_empty() && (target.is_call_id || slot.id == target.id))
            });
            is_meant && self.output().get(*position).is_some_and(T::fits)
        };
        let position = self.candidates(target).find(fits);
        let position = position.unwrap_or_else(|| {
            let (id, call_id) = if target.is_call_id { ("", &*target.id) } else { (&*target.id, "") };
            self.insert(target.index, T::make(id, call_id))
        });
        let item = self.response.as_mut()?.output.get_mut(position)?;
        T::of(item).zip(self.slots.get_mut(position))
    }

    /// Returns the part of this kind, of the message an event is about, or creates it.
    fn part<T: Variant<OutputContent>>(&mut self, target: &Target<'_>, index: i64) -> Option<&mut T> {
        let (message, slot) = self.item::<OutputMessage>(target)?;
        T::of(items::part(&mut message.content, &mut slot.parts.content, index, T::fits, || T::make("", ""))?)
    }

    fn summary(&mut self, target: &Target<'_>, index: i64) -> Option<&mut String> {
        let (item, slot) = self.item::<ReasoningItem>(target)?;
        let parts = &mut item.summary;
        let part = items::part(parts, &mut slot.parts.summary, index, |_| true, || SummaryText::new(""))?;
        Some(&mut part.text)
    }

    /// Returns the text of a part of a reasoning item, or of a message, where some models reason.
    fn reasoning(&mut self, target: &Target<'_>, index: i64) -> Option<&mut String> {
        if matches!(self.find(target), Some(OutputItem::Message(_))) {
            return self.part::<ReasoningText>(target, index).map(|part| &mut part.text);
        }
        let (item, slot) = self.item::<ReasoningItem>(target)?;
        let parts = &mut item.content;
        let part = items::part(parts, &mut slot.parts.content, index, |_| true, || ReasoningText::new(""))?;
        Some(&mut part.text)
    }
}
