//! A request before it's sent.

use bytes::Bytes;
use http::{HeaderValue, Method};
use reqwest::Url;
use serde::Serialize;

use crate::error::{Error, ErrorKind};
use crate::transport::resume_policy::ResumePolicy;
use crate::types::Include;

pub(crate) const JSON: &str = "application/json";
pub(crate) const EVENT_STREAM: &str = "text/event-stream";

/// The query parameter for the number of the last event the caller has.
pub(crate) const STARTING_AFTER: &str = "starting_after";

/// Method, URL and body of a request. Each attempt sends the same.
#[derive(Clone)]
pub(crate) struct Request {
    /// The name for tracing.
    pub(crate) operation: &'static str,
    pub(crate) model: Option<String>,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) accept: &'static str,
    pub(crate) content_type: HeaderValue,
    pub(crate) body: Option<Bytes>,
    /// Whether the response is returned as it comes, with any status.
    pub(crate) is_raw: bool,
    /// Whether and how to resume the stream the request opens.
    pub(crate) resume: Option<ResumePolicy>,
}

impl Request {
    pub(crate) fn new(operation: &'static str, method: Method, url: Url) -> Self {
        Self {
            operation,
            model: None,
            method,
            url,
            accept: JSON,
            content_type: HeaderValue::from_static(JSON),
            body: None,
            is_raw: false,
            resume: None,
        }
    }

    pub(crate) fn model(mut self, model: Option<&str>) -> Self {
        self.model = model.map(str::to_owned);
        self
    }

    pub(crate) fn accept(self, accept: &'static str) -> Self {
        Self { accept, ..self }
    }

    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    /// Adds a query parameter for each of these.
    pub(crate) fn include(self, include: &[Include]) -> Self {
        include.iter().fold(self, |request, include| request.query("include[]", include.as_str()))
    }

    pub(crate) fn json(self, body: &(impl Serialize + ?Sized)) -> Result<Self, Error> {
        let body = serde_json::to_vec(body).map_err(|error| {
            Error::new(ErrorKind::Encode, "the request can't be written as JSON").with_source(error)
        })?;
        Ok(Self { body: Some(body.into()), ..self })
    }

    /// Sets a body of JSON text.
    pub(crate) fn encoded(self, body: String) -> Self {
        Self { body: Some(body.into()), ..self }
    }
}

/// A segment of a URL path.
#[derive(Clone, Copy)]
pub(crate) enum Segment<'a> {
    /// A fixed name of the protocol.
    Name(&'static str),
    /// An id from the caller.
    Id(&'a str),
}

pub(crate) const RESPONSES: Segment<'_> = Segment::Name("responses");

pub(crate) const CONVERSATIONS: Segment<'_> = Segment::Name("conversations");

/// Appends segments to the path of a URL. An id stays one segment, percent-encoded.
pub(crate) fn join_path(url: &Url, path: &[Segment<'_>]) -> Result<Url, Error> {
    let mut url = url.clone();
    // `Url` keeps the slash of an empty path.
    url.path_segments_mut().map_err(|()| invalid_id(""))?.pop_if_empty();
    for segment in path {
        let segment = match *segment {
            Segment::Name(name) => name,
            // Dots and an empty segment would lead to another path, and `Url` drops tabs and line breaks.
            Segment::Id(id @ ("" | "." | "..")) => return Err(invalid_id(id)),
            Segment::Id(id) if id.contains(char::is_control) => return Err(invalid_id(id)),
            Segment::Id(id) => id,
        };
        url.path_segments_mut().map_err(|()| invalid_id(segment))?.push(segment);
    }
    Ok(url)
}

fn invalid_id(id: &str) -> Error {
    Error::configuration(format!("invalid id {id:?}: use the `id` that the server returned"))
}
