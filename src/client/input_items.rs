//! The input items of a stored response, and the items of a conversation, page by page.

use std::collections::HashSet;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{self, Poll, ready};
use std::vec;

use futures_core::Stream;
use http::Method;

use crate::client::options::request_options;
use crate::client::request_builder::call;
use crate::error::{Error, ErrorKind};
use crate::transport::body::ResponseBody;
use crate::transport::context::Context;
use crate::transport::request::{CONVERSATIONS, RESPONSES, Request, Segment, join_path};
use crate::types::{Include, InputItem, InputItemList, Json};

/// The order of [`InputItems`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Order {
    /// The newest item first, `order=desc`.
    #[default]
    NewestFirst,
    /// The oldest item first, `order=asc`.
    OldestFirst,
}

impl Order {
    const fn as_str(self) -> &'static str {
        match self {
            Self::NewestFirst => "desc",
            Self::OldestFirst => "asc",
        }
    }
}

/// A stream of the input items of a stored response, or of the items of a conversation.
///
/// Created by [`Client::input_items`](crate::Client::input_items) and
/// [`Client::conversation_items`](crate::Client::conversation_items).
///
/// Each page is one request with its own retries, sent when the stream is polled and the last page is used up.
/// The stream ends after a page without `has_more`. Options you set after the first poll apply from the
/// next page on.
///
/// The last item is an error if
///
/// - a request fails, as for [`Client::retrieve`](crate::Client::retrieve). Continue with a new stream
///   [`after`](Self::after) the last item.
/// - the server reports more items but none has an id to continue from, or it repeats a page
///   ([`ErrorKind::Decode`]). Items of a repeated page are dropped.
#[must_use = "a stream does nothing unless it is polled"]
pub struct InputItems {
    context: Context,
    operation: &'static str,
    /// The family of endpoints, and the name of the list below the id.
    path: (Segment<'static>, &'static str),
    id: String,
    include: Vec<Include>,
    page_size: Option<u32>,
    order: Order,
    after: Option<String>,
    /// The ids that pages started after or ended with.
    seen: HashSet<String>,
    page: vec::IntoIter<InputItem>,
    source: Source,
}

/// The request of a page. Boxed, so the stream is `Unpin`.
type Fetch = Pin<Box<dyn Future<Output = Result<InputItemList, Error>> + Send>>;

/// Where the items after the current page come from.
enum Source {
    /// The page after `after`.
    Next,
    /// A request for a page.
    Page(Fetch),
    /// An error, as the last item.
    Failed(Error),
    Ended,
}

impl InputItems {
    request_options!();

    pub(crate) fn of_response(context: &Context, id: &str) -> Self {
        Self::new(context, "input_items", (RESPONSES, "input_items"), id)
    }

    pub(crate) fn of_conversation(context: &Context, id: &str) -> Self {
        Self::new(context, "conversation_items", (CONVERSATIONS, "items"), id)
    }

    fn new(context: &Context, operation: &'static str, path: (Segment<'static>, &'static str), id: &str) -> Self {
        Self {
            context: context.clone(),
            operation,
            path,
            id: id.to_owned(),
            include: Vec::new(),
            page_size: None,
            order: Order::default(),
            after: None,
            seen: HashSet::new(),
            page: Vec::new().into_iter(),
            source: Source::Next,
        }
    }

    /// Sets the number of items per request, from 1 to 100. Defaults to the server's, which is 20 in OpenAI's
    /// reference.
    pub fn page_size(mut self, items: u32) -> Self {
        self.page_size = Some(items);
        self
    }

    /// Asks for more data of the items, such as the sources of a web search. Sent as `include[]`. Defaults to none.
    pub fn include(mut self, include: impl IntoIterator<Item = Include>) -> Self {
        self.include.extend(include);
        self
    }

    /// Sets the order. Defaults to [`Order::NewestFirst`].
    pub fn order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// Starts after the item with this id, in the order of the stream.
    pub fn after(mut self, item_id: impl Into<String>) -> Self {
        self.after = Some(item_id.into());
        self
    }

    /// Returns the next item, or `None` at the end. You don't need `StreamExt` for it.
    pub async fn next(&mut self) -> Option<Result<InputItem, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    fn fetch(&self) -> Fetch {
        let (context, request) = (self.context.clone(), self.request());
        Box::pin(async move {
            let (page, _) = call(context, request?, ResponseBody::into_input_items, |_, _| {}).await?;
            Ok(page)
        })
    }

    fn request(&self) -> Result<Request, Error> {
        let (family, list) = self.path;
        let url = join_path(&self.context.base_url, &[family, Segment::Id(&self.id), Segment::Name(list)])
            .map_err(|error| error.redacted(&self.context.redactor))?;
        let request = Request::new(self.operation, Method::GET, url).include(&self.include);
        let mut request = request.query("order", self.order.as_str());
        if let Some(items) = self.page_size {
            request = request.query("limit", &items.to_string());
        }
        Ok(match &self.after {
            Some(item) => request.query("after", item),
            None => request,
        })
    }

    /// Sets the current page, and where the next one comes from.
    fn next_page(&mut self, page: InputItemList) {
        let InputItemList { mut data, last_id, has_more, .. } = page;
        let last_id = last_id.or_else(|| id(data.last()?));
        self.seen.extend(self.after.take());
        self.source = match last_id {
            _ if has_more != Some(true) => Source::Ended,
            None => Source::Failed(pagination_error("the server reports more items, but no id to continue from")),
            Some(last) if self.seen.contains(&last) => {
                data.clear();
                Source::Failed(pagination_error("the server repeats a page instead of returning the next one"))
            }
            Some(last) => {
                self.after = Some(last);
                Source::Next
            }
        };
        self.page = data.into_iter();
    }
}

fn id(item: &InputItem) -> Option<String> {
    Json::encode(item).property("id")?.string().map(Into::into)
}

fn pagination_error(message: &'static str) -> Error {
    Error::new(ErrorKind::Decode, message)
}

impl Stream for InputItems {
    type Item = Result<InputItem, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(item) = this.page.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match &mut this.source {
                Source::Next => this.source = Source::Page(this.fetch()),
                Source::Page(fetch) => match ready!(fetch.as_mut().poll(context)) {
                    Ok(list) => this.next_page(list),
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
        let Self { id, page_size, order, after, .. } = self;
        f.debug_struct("InputItems")
            .field("id", id)
            .field("page_size", page_size)
            .field("order", order)
            .field("after", after)
            .finish_non_exhaustive()
    }
}
