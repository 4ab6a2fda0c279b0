//! The response so far, put together from the events of a stream.
//!
//! Place in the flow: beside it. Whoever reads a stream of `stream.rs` may hand each event to an
//! [`Accumulator`]; the stream itself keeps nothing. This file keeps the items in their places,
//! `accumulate/events.rs` knows what each event does to them, `accumulate/items.rs` the kinds of items.

mod events;
mod items;

use std::collections::HashMap;

use crate::types::{
    OutputContent, OutputItem, OutputMessage, ReasoningItem, ReasoningText, Response, StreamEvent, SummaryText,
};
use items::{Parts, Variant};

/// Builds the [`Response`] so far from the events of a stream, also of one that is cut.
///
/// ```
/// use nexconn_responses::{Accumulator, types::StreamEvent};
///
/// // What arrived before the connection broke.
/// let events = [
///     r#"{"type": "response.created", "response": {"id": "resp_1", "status": "in_progress", "output": []}}"#,
///     r#"{"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0, "delta": "Hel"}"#,
///     r#"{"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0, "delta": "lo"}"#,
/// ];
/// let mut so_far = Accumulator::new();
/// for event in events {
///     so_far.push(&serde_json::from_str::<StreamEvent>(event)?);
/// }
/// let response = so_far.into_response().expect("there were events");
/// assert_eq!((response.id.as_str(), response.output_text().as_str()), ("resp_1", "Hello"));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// What the events do:
///
/// - `created`, `queued` and `in_progress` give the response as it stands. Output that is there
///   already stays, unless the event has another response's id: then everything begins anew.
/// - Events of items, parts, texts, refusals, annotations, reasoning, arguments, inputs, code, shell
///   commands and the status of calls fill in `output`. What is *done* replaces what the deltas have
///   built, unless it is empty and would erase it.
/// - `completed`, `incomplete` and `failed` replace everything with their response, as it is. Events
///   after them change nothing. A few servers leave `output` empty there; who needs the items of such
///   a server reads [`response`](Self::response) before.
/// - All others change nothing: partial images, audio, output of shell calls (it comes with its item),
///   `error`, [`StreamEvent::Unknown`].
///
/// The terminal response says more than the events before it: `status`, `usage`, `completed_at` and
/// `error` of the response come only with it, and servers encrypt `encrypted_content` and
/// `fingerprint` anew. All else of the items is the same, once they are done.
///
/// An item is found by its index together with its id, else by its id, else by its index; if it has
/// never been added, or is done already at another index, it is made, and what is not known of it,
/// such as a `call_id`, is empty. Indexes order the items and parts and are not their positions: gaps
/// take no room, and no index is too large. If the first event of an item comes before any response, as when a stream is resumed, the
/// response has an empty `id` until an event tells it.
///
/// Each event counts once: for a stream that is read again from its start, take a new accumulator.
#[derive(Clone, Debug, Default)]
pub struct Accumulator {
    response: Option<Box<Response>>,
    /// One for each item of the output, in the same order.
    places: Vec<Place>,
    /// Where the latest item with an id is.
    keys: HashMap<String, Key>,
    /// How many items there have been.
    arrivals: usize,
    ended: bool,
}

/// The `output_index`, and the number of the arrival, which tells items apart whose indexes are wrong.
type Key = (i64, usize);

#[derive(Clone, Debug)]
struct Place {
    key: Key,
    /// Empty if the item has none.
    id: String,
    parts: Parts,
    done: bool,
}

impl Accumulator {
    /// Has seen no event yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies an event. An event that does not fit what came before is applied as far as it makes
    /// sense; none is an error.
    pub fn push(&mut self, event: &StreamEvent) {
        if self.ended {
            return;
        }
        match event {
            StreamEvent::Created(event) => self.begin(&event.response),
            StreamEvent::Queued(event) => self.begin(&event.response),
            StreamEvent::InProgress(event) => self.begin(&event.response),
            StreamEvent::Completed(event) => self.end(&event.response),
            StreamEvent::Incomplete(event) => self.end(&event.response),
            StreamEvent::Failed(event) => self.end(&event.response),
            StreamEvent::OutputItemAdded(event) => self.put(event.output_index, &event.item, false),
            StreamEvent::OutputItemDone(event) => self.put(event.output_index, &event.item, true),
            other => self.push_text(other).or_else(|| self.push_call(other)).unwrap_or_default(),
        }
    }

    /// The response so far; `None` before the first event that tells something of it.
    #[must_use]
    pub fn response(&self) -> Option<&Response> {
        self.response.as_deref()
    }

    /// The response as far as it got; `None` if no event told anything of it.
    #[must_use]
    pub fn into_response(self) -> Option<Response> {
        self.response.map(|response| *response)
    }

    /// Takes a response as it stands in the middle of the stream.
    fn begin(&mut self, response: &Response) {
        let known = self.response.take().filter(|known| known.id.is_empty() || known.id == response.id);
        let mut response = Box::new(response.clone());
        match known {
            Some(known) if !self.places.is_empty() => response.output = known.output,
            _ => self.enter(response.output.as_deref().unwrap_or_default()),
        }
        self.response = Some(response);
    }

    /// Forgets the items and makes places for these.
    fn enter(&mut self, items: &[OutputItem]) {
        *self = Self { arrivals: items.len(), ..Self::default() };
        for (arrival, (index, item)) in (0..).zip(items).enumerate() {
            let place = Place { key: (index, arrival), id: items::id(item), parts: Parts::of(item), done: false };
            self.keys.insert(place.id.clone(), place.key);
            self.places.push(place);
        }
    }

    fn end(&mut self, response: &Response) {
        *self = Self { response: Some(Box::new(response.clone())), ended: true, ..Self::default() };
    }

    fn output(&self) -> &[OutputItem] {
        self.response.as_ref().and_then(|response| response.output.as_deref()).unwrap_or_default()
    }

    fn output_mut(&mut self) -> &mut Vec<OutputItem> {
        let response = self.response.get_or_insert_with(|| Box::new(Response::new("")));
        response.output.get_or_insert_default()
    }

    /// The positions where an item may be, the likely ones first: the last one of its index if the id
    /// is right, the last one of its id, the last one of its index.
    fn candidates(&self, index: i64, id: &str) -> impl Iterator<Item = usize> + use<> {
        let end = self.places.partition_point(|place| place.key.0 <= index);
        let last = end.checked_sub(1).filter(|last| self.places.get(*last).is_some_and(|place| place.key.0 == index));
        let exact = last.filter(|last| !id.is_empty() && self.places.get(*last).is_some_and(|place| place.id == id));
        let named = self.keys.get(id).filter(|_| !id.is_empty());
        let named = named.and_then(|key| self.places.binary_search_by_key(key, |place| place.key).ok());
        [exact, named, last].into_iter().flatten()
    }

    /// Puts a whole item in its place.
    fn put(&mut self, index: i64, item: &OutputItem, done: bool) {
        let id = items::id(item);
        let is_same = |position: &usize| {
            let Some((known, place)) = self.output().get(*position).zip(self.places.get(*position)) else {
                return false;
            };
            let is_here = place.key.0 == index;
            let is_named = !id.is_empty() && place.id == id && (is_here || !place.done);
            let is_meant = is_here && (id.is_empty() || place.id.is_empty() || (done && !place.done));
            known.type_() == item.type_() && (is_named || is_meant)
        };
        let position = self.candidates(index, &id).find(is_same);
        let position = position.unwrap_or_else(|| self.insert(index, &id, item.clone()));
        let known = self.response.as_mut().and_then(|response| response.output.as_mut()?.get_mut(position));
        let Some((known, place)) = known.zip(self.places.get_mut(position)) else { return };
        if place.done && !done {
            return;
        }
        let old = std::mem::replace(known, item.clone());
        place.parts = items::carry(old, known, std::mem::take(&mut place.parts));
        place.done = done;
        if place.id != id && !id.is_empty() {
            self.keys.insert(id.clone(), place.key);
            place.id = id;
        }
    }

    /// Inserts a new item behind those of the same index.
    fn insert(&mut self, index: i64, id: &str, item: OutputItem) -> usize {
        let key = (index, self.arrivals);
        self.arrivals += 1;
        let position = self.places.partition_point(|place| place.key < key);
        self.places.insert(position, Place { key, id: id.to_owned(), parts: Parts::of(&item), done: false });
        self.keys.insert(id.to_owned(), key);
        self.output_mut().insert(position, item);
        position
    }

    /// The item of this kind that an event is about, made if there is none.
    fn item<T: Variant<OutputItem>>(&mut self, index: i64, id: &str) -> Option<(&mut T, &mut Place)> {
        let fits = |position: &usize| {
            let place = self.places.get(*position);
            let is_meant =
                place.is_some_and(|place| !place.done || (place.key.0 == index && !id.is_empty() && place.id == id));
            is_meant && self.output().get(*position).is_some_and(T::fits)
        };
        let position = self.candidates(index, id).find(fits);
        let position = position.unwrap_or_else(|| self.insert(index, id, T::fresh(id)));
        let item = self.response.as_mut()?.output.as_mut()?.get_mut(position)?;
        T::of(item).zip(self.places.get_mut(position))
    }

    /// The part of this kind of the message that an event is about, made if there is none.
    fn part<T: Variant<OutputContent>>(&mut self, index: i64, id: &str, part: i64) -> Option<&mut T> {
        let (message, place) = self.item::<OutputMessage>(index, id)?;
        T::of(items::part(&mut message.content, &mut place.parts.content, part, T::fits, || T::fresh(""))?)
    }

    fn summary(&mut self, index: i64, id: &str, part: i64) -> Option<&mut String> {
        let (item, place) = self.item::<ReasoningItem>(index, id)?;
        let parts = item.summary.get_or_insert_default();
        let part = items::part(parts, &mut place.parts.summary, part, |_| true, || SummaryText::new(""))?;
        Some(&mut part.text)
    }

    /// The text of a part of a reasoning item, or of a message, where some models reason.
    fn reasoning(&mut self, index: i64, id: &str, part: i64) -> Option<&mut String> {
        let of_message = self.candidates(index, id).next().is_some_and(|position| {
            self.output().get(position).is_some_and(|item| matches!(item, OutputItem::Message(_)))
        });
        if of_message {
            return self.part::<ReasoningText>(index, id, part).map(|part| &mut part.text);
        }
        let (item, place) = self.item::<ReasoningItem>(index, id)?;
        let parts = item.content.get_or_insert_default();
        let part = items::part(parts, &mut place.parts.content, part, |_| true, || ReasoningText::new(""))?;
        Some(&mut part.text)
    }
}
