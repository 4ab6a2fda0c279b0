//! The client. `constructors` and `builder` set it up, `request_builder` and `options` send requests, and each other
//! file has one family of endpoints.

mod base_url;
pub(crate) mod builder;
mod compact;
mod constructors;
mod conversations;
pub(crate) mod create;
pub(crate) mod input_items;
mod input_tokens;
pub(crate) mod options;
mod raw_request;
pub(crate) mod request_builder;
mod stored;
mod wait;

use std::fmt;
use std::sync::Arc;

use http::Method;

use crate::error::Error;
use crate::transport::context::Context;
use crate::transport::request::{Request, Segment, join_path};

/// A client of the Responses endpoint.
///
/// Cloning is cheap, and clones share their connections. The client needs a tokio runtime, as reqwest does.
/// Dropping a future or a stream cancels the request and closes its connection.
///
/// ```no_run
/// use nexconn_responses::{
///     Client,
///     types::{CreateResponseRequest, models},
/// };
///
/// # async fn run() -> Result<(), nexconn_responses::Error> {
/// let client = Client::from_env()?;
/// let response = client
///     .create(&CreateResponseRequest::new(models::GPT_5_2, "Hello"))
///     .await?;
/// println!("{}", response.output_text());
/// # Ok(())
/// # }
/// ```
///
/// # Runtimes, processes, and your own reqwest
///
/// - Create a client for each tokio runtime. A client shared by two runtimes may wait for a connection that the other
///   runtime drives, until the timeout.
/// - Create a client in each process. A client from before a `fork` hangs in the child.
/// - If your program has its own reqwest without a TLS provider, `reqwest::Client::new()` panics, because this crate
///   turns on reqwest's feature `rustls-no-provider`. Call
///   `rustls::crypto::ring::default_provider().install_default()` before it.
///
/// # Tracing
///
/// With the feature `tracing`, each request is a span of level `INFO` with the name and the target
/// `nexconn_responses`. Its fields are those of OpenTelemetry's [conventions for generative AI clients][conventions],
/// as of November 2026. It ends with the call or, for a stream, when the stream is dropped. Fields are recorded as soon
/// as they're known:
///
/// - `operation`, `gen_ai.operation.name`: the method, such as `create`, and its name in the conventions. Each page of
///   [`input_items`](Self::input_items) and each poll of [`wait`](Self::wait) (a `retrieve`) is a request of its own.
/// - `attempts`, `http.response.status_code`, `request_id`: the number of attempts, and the status and the server's
///   request id of the last response.
/// - `server.address`, `server.port`, `gen_ai.provider.name`.
/// - `gen_ai.request.model`, and `gen_ai.request.stream` if the request is for a stream.
/// - `gen_ai.response.id`, `gen_ai.response.model`, `gen_ai.conversation.id`, `gen_ai.response.finish_reasons` (the
///   reason for an incomplete response, else the status). The conventions require an array of strings, and `tracing` has
///   no arrays, so the last one is the JSON text of an array: `["completed"]`.
/// - `gen_ai.response.time_to_first_chunk`: the seconds from the call to the first event of a stream.
/// - `gen_ai.usage.input_tokens`, `gen_ai.usage.cache_read.input_tokens`, `gen_ai.usage.cache_write.input_tokens`,
///   `gen_ai.usage.output_tokens`, `gen_ai.usage.reasoning.output_tokens`.
/// - `error.type`: the [`ErrorKind`](crate::ErrorKind), if the request failed. A dropped stream has none.
///
/// Events in the span have the level `DEBUG`. Each retry is one, with `error.type`, `http.response.status_code` and
/// `delay_ms`. Each [`Mismatch`](crate::types::Mismatch) is one, with `pointer`, `expected` and `found`, up to 20 per
/// response or stream event. Texts of requests, responses and errors, and the API key, are never recorded. Without the
/// feature, none of this is compiled.
///
/// [conventions]: https://github.com/open-telemetry/semantic-conventions-genai
#[derive(Clone)]
pub struct Client {
    pub(crate) context: Arc<Context>,
}

impl Client {
    /// Creates a request to a path below the base URL.
    fn request_to(&self, operation: &'static str, method: Method, path: &[Segment<'_>]) -> Result<Request, Error> {
        Ok(Request::new(operation, method, join_path(&self.context.base_url, path)?))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Context { base_url, settings, .. } = &*self.context;
        f.debug_struct("Client")
            .field("base_url", &base_url.as_str())
            .field("timeout", &settings.timeout)
            .field("idle_timeout", &settings.idle_timeout())
            .field("max_retries", &settings.max_retries)
            .finish_non_exhaustive()
    }
}
