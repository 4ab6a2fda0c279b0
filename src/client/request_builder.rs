//! Requests that haven't been sent.

use std::fmt;
use std::pin::Pin;

use crate::client::options::request_options;
use crate::error::Error;
use crate::error::metadata::ResponseMetadata;
use crate::stream::event_stream::EventStream;
use crate::transport::body::ResponseBody;
use crate::transport::context::Context;
use crate::transport::request::Request;
use crate::transport::resume_policy::ResumePolicy;
use crate::transport::send::fetch;
use crate::transport::tracing::Trace;
use crate::types::{Include, JsonText};

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

/// Sends a request. A function pointer, so the code is compiled once, in this crate.
pub(crate) type Run<T> = fn(Context, Request) -> BoxFuture<(T, ResponseMetadata)>;

/// A request that hasn't been sent. Set its options and `.await` it.
///
/// ```no_run
/// use std::time::Duration;
/// use nexconn_responses::{Client, Error, types::CreateResponseRequest};
///
/// async fn ask(client: &Client) -> Result<(), Error> {
///     let request = CreateResponseRequest::new("openai/gpt-5.2", "Hello");
///     let response = client
///         .create(&request)
///         .timeout(Duration::from_secs(30))
///         .header("x-tenant", "blue")?
///         .query("api-version", "2026-04-01")
///         .idempotency_key("question-17")?
///         .await?;
///     println!("{}", response.output_text());
///
///     let (_, metadata) = client.create(&request).with_metadata().await?;
///     println!("{:?} tokens left", metadata.token_limit().remaining);
///     Ok(())
/// }
/// ```
///
/// It implements [`IntoFuture`]. Where a function needs a [`Future`], as `tokio::spawn` does, call
/// [`into_future`](IntoFuture::into_future). The future borrows neither the client nor the request.
#[must_use = "a request does nothing unless it's awaited"]
pub struct RequestBuilder<T> {
    pub(crate) context: Context,
    pub(crate) request: Result<Request, Error>,
    run: Run<T>,
}

impl<T> RequestBuilder<T> {
    request_options!();

    pub(crate) fn new(context: &Context, request: Result<Request, Error>, run: Run<T>) -> Self {
        // A path or an id may have the key.
        let request = request.map_err(|error| error.redacted(&context.redactor));
        Self { context: context.clone(), request, run }
    }

    pub(crate) fn map_request(self, map: impl FnOnce(Request) -> Result<Request, Error>) -> Self {
        Self { request: self.request.and_then(map), ..self }
    }

    /// Asks for more data of a stored response or of items, such as the sources of a web search. Sent as `include[]`.
    /// Defaults to none.
    ///
    /// For [`create`](crate::Client::create) and [`stream`](crate::Client::stream), set
    /// [`include`](crate::types::CreateResponseRequest::include) on the request instead: with this option, they return
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration).
    ///
    /// ```no_run
    /// use nexconn_responses::types::Include;
    ///
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), nexconn_responses::Error> {
    /// let response = client
    ///     .retrieve("resp_1")
    ///     .include([Include::WebSearchCallActionSources])
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn include(self, include: impl IntoIterator<Item = Include>) -> Self {
        let include: Vec<_> = include.into_iter().collect();
        self.map_request(|request| Ok(request.not_for_create("include")?.include(&include)))
    }

    /// Sets the `Idempotency-Key` of a POST, the same for all attempts. Neither the gateway nor OpenAI's reference
    /// documents an effect.
    ///
    /// # Errors
    ///
    /// See [`header`](Self::header).
    pub fn idempotency_key(self, key: impl TryInto<http::HeaderValue>) -> Result<Self, crate::Error> {
        self.header(crate::transport::settings::IDEMPOTENCY_KEY, key)
    }

    /// Also returns the metadata of the response: status, headers, attempts and rate limits.
    ///
    /// ```no_run
    /// use nexconn_responses::types::CreateResponseRequest;
    /// use nexconn_responses::{Client, Error};
    ///
    /// # async fn run(client: Client, request: CreateResponseRequest) -> Result<(), Error> {
    /// let (response, metadata) = client.create(&request).with_metadata().await?;
    /// println!("{} after {} attempts", response.id, metadata.attempts());
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_metadata(self) -> WithMetadata<T> {
        WithMetadata(self)
    }
}

impl RequestBuilder<EventStream> {
    /// Sets whether [`resume`](crate::Client::resume) requests random padding in the events, which hides the length of
    /// texts on the network. Defaults to the server's choice, which is padding in OpenAI's reference.
    ///
    /// For [`stream`](crate::Client::stream), set
    /// [`stream_options`](crate::types::CreateResponseRequest::stream_options) on the request instead: with this option,
    /// it returns [`ErrorKind::Configuration`](crate::ErrorKind::Configuration).
    pub fn include_obfuscation(self, include: bool) -> Self {
        let value = if include { "true" } else { "false" };
        self.map_request(|request| Ok(request.not_for_create("stream_options")?.query("include_obfuscation", value)))
    }

    /// Resumes the stream of a background response if its connection breaks or idles.
    ///
    /// The stream continues after the last event, without a duplicate or a gap: see
    /// [`Client::resume`](crate::Client::resume). The request must have set `background`, the server must store the
    /// response, and number its events. If the server doesn't support that, the stream ends with an error.
    ///
    /// ```no_run
    /// use nexconn_responses::{Client, Error, ResumePolicy};
    /// use nexconn_responses::types::CreateResponseRequest;
    ///
    /// async fn write_story(client: &Client) -> Result<String, Error> {
    ///     let request = CreateResponseRequest::new("openai/gpt-5.2", "A story")
    ///         .background(true);
    ///     let stream = client
    ///         .stream(&request)
    ///         .resume_on_disconnect(ResumePolicy::new())
    ///         .await?;
    ///     Ok(stream.into_response().await?.output_text())
    /// }
    /// ```
    pub fn resume_on_disconnect(self, policy: ResumePolicy) -> Self {
        self.map_request(|request| Ok(Request { resume: Some(policy), ..request }))
    }
}

impl Request {
    /// Returns an error for a request whose body has this property.
    fn not_for_create(self, property: &str) -> Result<Self, Error> {
        match self.operation {
            "create" | "stream" => {
                let message = format!("set `{property}` on the request; it isn't a query parameter of this call");
                Err(Error::configuration(message))
            }
            _ => Ok(self),
        }
    }
}

impl<T: 'static> IntoFuture for RequestBuilder<T> {
    type Output = Result<T, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let future = self.with_metadata().into_future();
        Box::pin(async move { future.await.map(|(value, _)| value) })
    }
}

/// The values of headers and query parameters aren't shown, because some are secrets.
impl<T> fmt::Debug for RequestBuilder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let request = self.request.as_ref();
        f.debug_struct("RequestBuilder")
            .field("operation", &request.map(|request| request.operation))
            .field("settings", &self.context.settings)
            .finish_non_exhaustive()
    }
}

/// A request whose output is a pair of the value and the [`ResponseMetadata`].
///
/// Created by [`RequestBuilder::with_metadata`].
#[derive(Debug)]
#[must_use = "a request does nothing unless it's awaited"]
pub struct WithMetadata<T>(RequestBuilder<T>);

impl<T: 'static> IntoFuture for WithMetadata<T> {
    type Output = Result<(T, ResponseMetadata), Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<(T, ResponseMetadata), Error>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let RequestBuilder { context, request, run } = self.0;
        match request {
            Ok(request) => run(context, request),
            Err(error) => Box::pin(async move { Err(error) }),
        }
    }
}

/// Sends a request and decodes the body of the response.
pub(crate) async fn call<T: JsonText>(
    context: Context,
    request: Request,
    decode: impl FnOnce(ResponseBody) -> Result<T, Error>,
    record: fn(&Trace, &T),
) -> Result<(T, ResponseMetadata), Error> {
    let trace = Trace::new(&context, &request);
    let outcome = fetch(&context, &request, &trace).await.and_then(|body| {
        let metadata = body.head().metadata.clone();
        Ok((decode(body)?, metadata))
    });
    trace.outcome(outcome, |trace, (value, _)| {
        trace.mismatches(value);
        record(trace, value);
    })
}
