//! Structured output and arguments while they arrive.

use std::collections::HashMap;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, ErrorKind};
use crate::stream::accumulator::Accumulator;
use crate::stream::event_stream::EventStream;
use crate::structured::partial_json::PartialJson;
use crate::types::{FunctionCall, MessagePhase, OutputItem, Response, StreamEvent};

impl EventStream {
    /// Parses the output text as JSON while it arrives, for requests with a JSON schema as their text format.
    ///
    /// See [`PartialStream`] for an example. Messages of the phase `commentary` are left out.
    pub fn partial<T: DeserializeOwned>(self) -> PartialStream<T> {
        PartialStream::new(self, Source::Text)
    }

    /// Parses the arguments of calls to the function `name` while they arrive.
    ///
    /// Each call has its own value; [`Partial::call_id`] is the call's id.
    pub fn partial_arguments<T: DeserializeOwned>(self, name: impl Into<String>) -> PartialStream<T> {
        PartialStream::new(self, Source::Arguments { name: name.into() })
    }
}

/// Structured output, or the arguments of calls, while they arrive.
///
/// Created by [`EventStream::partial`] and [`EventStream::partial_arguments`]. Each [`next`](Self::next) waits
/// for the next change and returns the value so far, as a [`Value`] at no extra cost or as a `T`. Each delta is parsed
/// once.
///
/// ```no_run
/// use nexconn_responses::{Client, types::CreateResponseRequest};
///
/// #[derive(serde::Deserialize)]
/// struct Recipe {
///     title: Option<String>,
///     #[serde(default)]
///     steps: Vec<String>,
/// }
///
/// # async fn run(client: Client, request: CreateResponseRequest) -> Result<(), nexconn_responses::Error> {
/// let mut recipes = client.stream(&request).await?.partial::<Recipe>();
/// while let Some(partial) = recipes.next().await {
///     if let Ok(recipe) = partial?.get() {
///         println!(
///             "{}: {} steps",
///             recipe.title.unwrap_or_default(),
///             recipe.steps.len()
///         );
///     }
/// }
/// let recipe: Recipe = recipes.into_response().await?.parse()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a stream does nothing unless it is polled"]
pub struct PartialStream<T> {
    events: EventStream,
    source: Source,
    accumulator: Accumulator,
    is_complete: bool,
    texts: Vec<Text>,
    /// Positions in `texts` by the id and by the index of their items.
    ids: HashMap<String, usize>,
    indexes: HashMap<Option<i64>, usize>,
    marker: PhantomData<fn() -> T>,
}

/// The texts to parse.
#[derive(Debug)]
enum Source {
    Text,
    Arguments { name: String },
}

/// A text that's being parsed.
#[derive(Debug)]
struct Text {
    call_id: Option<String>,
    /// False for a commentary, or for a call to another function.
    is_wanted: bool,
    is_empty: bool,
    json: PartialJson,
}

/// A value that's still arriving, returned by [`PartialStream::next`].
#[derive(Debug)]
pub struct Partial<'a, T> {
    text: &'a Text,
    marker: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> PartialStream<T> {
    /// Waits for the next change and returns the value so far, or `None` after the last one.
    ///
    /// # Errors
    ///
    /// Returns the error the stream ends with, as its last item.
    pub async fn next(&mut self) -> Option<Result<Partial<'_, T>, Error>> {
        let position = loop {
            match self.events.next().await? {
                Ok(event) => {
                    if let Some(position) = self.apply(event) {
                        break position;
                    }
                }
                Err(error) => return Some(Err(error)),
            }
        };
        Some(Ok(Partial { text: self.texts.get(position)?, marker: PhantomData }))
    }
}

impl<T> PartialStream<T> {
    fn new(events: EventStream, source: Source) -> Self {
        Self {
            events,
            source,
            accumulator: Accumulator::new(),
            is_complete: false,
            texts: Vec::new(),
            ids: HashMap::new(),
            indexes: HashMap::new(),
            marker: PhantomData,
        }
    }

    /// Reads the stream to its end and returns the response.
    ///
    /// # Errors
    ///
    /// Returns the error the stream ends with. If [`next`](Self::next) has returned it already, returns
    /// [`ErrorKind::StreamTruncated`].
    pub async fn into_response(mut self) -> Result<Response, Error> {
        while let Some(event) = self.events.next().await {
            self.apply(event?);
        }
        let response = self.accumulator.into_response().filter(|_| self.is_complete);
        response.ok_or_else(|| Error::new(ErrorKind::StreamTruncated, "the stream ended with an error before"))
    }

    /// Applies an event. Returns the position of the text that it changes.
    fn apply(&mut self, event: StreamEvent) -> Option<usize> {
        let changed = match self.source {
            Source::Text => self.apply_text(&event),
            Source::Arguments { .. } => self.apply_arguments(&event),
        };
        self.is_complete |= event.terminal_response().is_some();
        self.accumulator.push_owned(event);
        changed
    }

    fn apply_text(&mut self, event: &StreamEvent) -> Option<usize> {
        match event {
            StreamEvent::OutputItemAdded(event) => {
                let OutputItem::Message(message) = &*event.item else { return None };
                let is_wanted = message.phase != Some(MessagePhase::Commentary);
                self.insert(message.id.as_deref(), event.output_index, None, is_wanted);
                None
            }
            StreamEvent::OutputTextDelta(event) => {
                let position = self.find_or_insert(&event.item_id, event.output_index);
                self.push(position, &event.delta)
            }
            StreamEvent::OutputTextDone(event) => {
                let position = self.find_or_insert(&event.item_id, event.output_index);
                self.complete(position, &event.text)
            }
            _ => None,
        }
    }

    fn apply_arguments(&mut self, event: &StreamEvent) -> Option<usize> {
        match event {
            StreamEvent::OutputItemAdded(event) => {
                let OutputItem::FunctionCall(call) = &*event.item else { return None };
                let position = self.insert_call(call, event.output_index);
                self.push(position, &call.arguments)
            }
            StreamEvent::OutputItemDone(event) => {
                let OutputItem::FunctionCall(call) = &*event.item else { return None };
                let known = self.find(call.id.as_deref().unwrap_or_default(), event.output_index);
                let position = known.unwrap_or_else(|| self.insert_call(call, event.output_index));
                self.complete(position, &call.arguments)
            }
            StreamEvent::FunctionCallArgumentsDelta(event) => {
                let position = self.find(&event.item_id, event.output_index)?;
                self.push(position, &event.delta)
            }
            StreamEvent::FunctionCallArgumentsDone(event) => {
                let position = self.find(&event.item_id, event.output_index)?;
                self.complete(position, &event.arguments)
            }
            _ => None,
        }
    }

    fn insert_call(&mut self, call: &FunctionCall, index: Option<i64>) -> usize {
        let is_wanted = matches!(&self.source, Source::Arguments { name } if *name == call.name);
        let position = self.insert(call.id.as_deref(), index, Some(&call.call_id), is_wanted);
        // Some servers send the call id in place of the item id.
        self.ids.entry(call.call_id.clone()).or_insert(position);
        position
    }

    fn insert(&mut self, id: Option<&str>, index: Option<i64>, call_id: Option<&str>, is_wanted: bool) -> usize {
        let position = self.texts.len();
        let call_id = call_id.map(str::to_owned);
        self.texts.push(Text { call_id, is_wanted, is_empty: true, json: PartialJson::new() });
        if let Some(id) = id.filter(|id| !id.is_empty()) {
            self.ids.insert(id.to_owned(), position);
        }
        self.indexes.insert(index, position);
        position
    }

    fn find(&self, id: &str, index: Option<i64>) -> Option<usize> {
        self.ids.get(id).or_else(|| self.indexes.get(&index)).copied()
    }

    fn find_or_insert(&mut self, id: &str, index: Option<i64>) -> usize {
        self.find(id, index).unwrap_or_else(|| self.insert(Some(id), index, None, true))
    }

    /// Appends a piece of a text.
    fn push(&mut self, position: usize, piece: &str) -> Option<usize> {
        let text = self.texts.get_mut(position).filter(|text| text.is_wanted && !piece.is_empty())?;
        text.is_empty = false;
        text.json.push(piece);
        Some(position)
    }

    /// Sets a text that had no deltas.
    fn complete(&mut self, position: usize, complete: &str) -> Option<usize> {
        self.texts.get(position).filter(|text| text.is_empty)?;
        self.push(position, complete)
    }
}

impl<T: DeserializeOwned> Partial<'_, T> {
    /// Deserializes the value so far.
    ///
    /// The cost is linear in the size of the value. If a long text arrives in many small deltas, call this as
    /// often as you show the value, and not after each delta.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Decode`] if the value so far isn't a `T`. Make the fields of `T` `Option`s, or give
    /// them defaults, so a partial value is valid.
    pub fn get(&self) -> Result<T, Error> {
        self.text.json.get().map_err(|error| {
            Error::new(ErrorKind::Decode, "the value so far doesn't have the expected type").with_source(error)
        })
    }
}

impl<T> Partial<'_, T> {
    /// Returns the value so far. It's null if only whitespace has arrived, or a part of a number or literal.
    #[must_use]
    pub fn value(&self) -> &Value {
        self.text.json.value()
    }

    /// Returns true if the value is complete.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.text.json.is_complete()
    }

    /// Returns the id of the call, for arguments.
    #[must_use]
    pub fn call_id(&self) -> Option<&str> {
        self.text.call_id.as_deref()
    }
}
