//! Requests to any path below the base URL.

use bytes::Bytes;
use http::{HeaderValue, Method};
use reqwest::Url;
use serde::Serialize;

use crate::client::Client;
use crate::client::request_builder::{RequestBuilder, call};
use crate::error::Error;
use crate::error::metadata::ResponseMetadata;
use crate::stream::raw_response::RawResponse;
use crate::transport::body::ResponseBody;
use crate::transport::context::Context;
use crate::transport::request::Request;
use crate::transport::send::send;
use crate::transport::tracing::Trace;
use crate::types::Json;

impl Client {
    /// Sends a request to any path below the base URL, such as an endpoint without a method of its own.
    ///
    /// The path may have a query. The output is the JSON of the response, or null if the body is empty. Retries,
    /// limits, errors and redaction are the same as for [`create`](Self::create).
    ///
    /// ```no_run
    /// use nexconn_responses::Method;
    /// use serde_json::{Value, json};
    ///
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let models: Value = client.request(Method::GET, "/models").await?.parse()?;
    /// println!("{}", models["data"][0]["id"]);
    ///
    /// let batch = json!({"endpoint": "/v1/responses", "input_file_id": "file_1"});
    /// client.request(Method::POST, "/batches").json(&batch).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`create`](Self::create). Also returns
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the path leads out of the base URL.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder<Json> {
        let request = join(&self.context.base_url, path).map(|url| Request::new("request", method, url));
        RequestBuilder::new(&self.context, request, |context, request| {
            Box::pin(call(context, request, ResponseBody::into_json, |_, _| {}))
        })
    }
}

impl RequestBuilder<Json> {
    /// Sets the body of the request, as JSON.
    ///
    /// If the value can't be written as JSON, sending the request returns
    /// [`ErrorKind::Encode`](crate::ErrorKind::Encode).
    pub fn json(self, body: &(impl Serialize + ?Sized)) -> Self {
        self.map_request(|request| request.json(body))
    }

    /// Sets the body of the request, with its `Content-Type`.
    ///
    /// If the content type isn't a valid header value, sending the request returns
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration).
    pub fn body(self, content_type: impl TryInto<HeaderValue>, body: impl Into<Bytes>) -> Self {
        self.map_request(|request| {
            let invalid = |_| Error::configuration("invalid content type");
            let content_type = content_type.try_into().map_err(invalid)?;
            Ok(Request { content_type, body: Some(body.into()), ..request })
        })
    }

    /// Returns the response as the server sends it: any status, with its headers, and the body as a stream of bytes.
    ///
    /// Use it for a proxy, or for downloads. An error status is returned as `Ok`, and isn't retried.
    ///
    /// ```no_run
    /// use nexconn_responses::Method;
    ///
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), nexconn_responses::Error> {
    /// let mut response = client
    ///     .request(Method::GET, "/files/file_1/content")
    ///     .raw()
    ///     .await?;
    /// println!("{}", response.metadata().status());
    /// while let Some(bytes) = response.next().await {
    ///     println!("{} bytes", bytes?.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn raw(self) -> RequestBuilder<RawResponse> {
        let request = self.request.map(|request| Request { is_raw: true, ..request });
        RequestBuilder::new(&self.context, request, |context, request| Box::pin(receive(context, request)))
    }
}

async fn receive(context: Context, request: Request) -> Result<(RawResponse, ResponseMetadata), Error> {
    let trace = Trace::new(&context, &request);
    let outcome = trace.in_span(send(&context, &request, &trace)).await.map(|body| {
        let metadata = body.head().metadata.clone();
        (RawResponse::new(body, &context), metadata)
    });
    trace.outcome(outcome, |_, _| {})
}

/// Appends a path with a query to a URL.
fn join(base: &Url, path: &str) -> Result<Url, Error> {
    let invalid = || Error::configuration(format!("invalid path {path:?}: it isn't below the base URL"));
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    if path.contains(['#', '\\']) || path.contains("://") || path.contains(char::is_control) {
        return Err(invalid());
    }
    let prefix = format!("{}/", base.path().trim_end_matches('/'));
    let mut url = base.clone();
    url.set_path(&format!("{prefix}{}", path.trim_start_matches('/')));
    url.set_query(query);
    if url.path().starts_with(&prefix) { Ok(url) } else { Err(invalid()) }
}
