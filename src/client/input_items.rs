//! The input items of a stored response: pages from the server, items out.
//!
//! Place in the flow: made by `endpoints.rs`; each page is one call through `send.rs`. There is no task
//! and no channel: a page is asked for when the stream is polled and the last one is used up.

use std::collections::HashSet;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_core::Stream;
use http::Method;

use crate::client::Client;
use crate::client::stored::Segment;
use crate::error::{Error, ErrorKind};
use crate::transport::body::Whole;
use crate::types::{InputItem, InputItemList};

/// The items that a stored response was made from, asked for page by page. From
/// [`Client::input_items`].
///
/// The newest comes first, unless [`oldest_first`](Self::oldest_first) is asked for. It ends after a
/// page without `has_more`, or without items. Each page is one request, tried again like any other,
/// and is sent only when the stream is polled and no item is left. What is set after the first poll
/// holds from the next page on.
///
/// The last item is an error when
///
/// - a request fails, as [`Client::retrieve`] does; [`after`](Self::after) makes a stream that carries
///   on behind an item,
/// - the server says that there is more and not where, or names the end of an earlier page as
///   that of this one ([`ErrorKind::Decode`]): a server that does not know `after` would send its first
///   page for ever. The items of the repeated page are left out.
#[must_use = "a stream does nothing unless it is polled"]
pub struct InputItems {
    client: Client,
    id: String,
    page_size: Option<u32>,
    is_oldest_first: bool,
    after: Option<String>,
    /// Where pages have begun or ended.
    ends: HashSet<String>,
    page: vec::IntoIter<InputItem>,
    source: Source,
}

/// A request for a page. Boxed, so that the stream can be moved between polls.
type Fetch = Pin<Box<dyn Future<Output = Result<InputItemList, Error>> + Send>>;

/// Where the items after those of the page come from.
enum Source {
    /// The next page, which begins behind `after`.
    Next,
    /// A page that has been asked for.
    Page(Fetch),
    /// The error that follows the last item.
    Failed(Error),
    /// Nowhere.
    Ended,
}

impl InputItems {
    pub(crate) fn new(client: Client, id: String) -> Self {
        Self {
            client,
            id,
            page_size: None,
            is_oldest_first: false,
            after: None,
            ends: HashSet::new(),
            page: Vec::new().into_iter(),
            source: Source::Next,
        }
    }

    /// How many items one page has, the server's `limit`: 1 to 100, by OpenAI's reference, and 20
    /// unless set. How many items there are in all does not depend on it.
    pub fn page_size(mut self, items: u32) -> Self {
        self.page_size = Some(items);
        self
    }

    /// Oldest first, `order=asc`. Unless set, the newest comes first, `order=desc`.
    pub fn oldest_first(mut self) -> Self {
        self.is_oldest_first = true;
        self
    }

    /// Begins behind the item with this id, in the order of the stream.
    pub fn after(mut self, item_id: impl Into<String>) -> Self {
        self.after = Some(item_id.into());
        self
    }

    /// The next item, without the need for a `StreamExt`; `None` after the last one.
    pub async fn next(&mut self) -> Option<Result<InputItem, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    fn fetch(&self) -> Fetch {
        let call = self.client.call("input_items", Method::GET, &[Segment::Id(&self.id), Segment::Name("input_items")]);
        let order = if self.is_oldest_first { "asc" } else { "desc" };
        let call = call.map(|mut call| {
            call = call.query("order", order);
            if let Some(items) = self.page_size {
                call = call.query("limit", &items.to_string());
            }
            match &self.after {
                Some(item) => call.query("after", item),
                None => call,
            }
        });
        let client = self.client.clone();
        Box::pin(async move {
            let call = call?;
            let outcome = client.whole(&call).await.and_then(Whole::into_input_items);
            call.trace.outcome(outcome, |_| None)
        })
    }

    /// Takes over a page, and what it says of the next one.
    fn turn(&mut self, page: InputItemList) {
        let InputItemList { mut data, last_id, has_more, .. } = page;
        self.ends.extend(self.after.take());
        self.source = match last_id {
            _ if data.is_empty() || has_more != Some(true) => Source::Ended,
            None => Source::Failed(lost("the server has more items and does not say after which")),
            Some(last) if self.ends.contains(&last) => {
                data.clear();
                Source::Failed(lost("the server repeats a page instead of sending the next one"))
            }
            Some(last) => {
                self.after = Some(last);
                Source::Next
            }
        };
        self.page = data.into_iter();
    }
}

fn lost(message: &'static str) -> Error {
    Error::new(ErrorKind::Decode, message)
}

impl Stream for InputItems {
    type Item = Result<InputItem, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(item) = this.page.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match &mut this.source {
                Source::Next => this.source = Source::Page(this.fetch()),
                Source::Page(fetch) => match ready!(fetch.as_mut().poll(context)) {
                    Ok(list) => this.turn(list),
                    Err(error) => this.source = Source::Failed(error),
                },
                Source::Failed(_) | Source::Ended => {
                    return Poll::Ready(match std::mem::replace(&mut this.source, Source::Ended) {
                        Source::Failed(error) => Some(Err(error)),
                        Source::Next | Source::Page(_) | Source::Ended => None,
                    });
                }
            }
        }
    }
}

impl fmt::Debug for InputItems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, page_size, is_oldest_first, after, .. } = self;
        f.debug_struct("InputItems")
            .field("id", id)
            .field("page_size", page_size)
            .field("is_oldest_first", is_oldest_first)
            .field("after", after)
            .finish_non_exhaustive()
    }
}
