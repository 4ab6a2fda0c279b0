//! Requests to any path below the base URL.

use http::Method;
use reqwest::Url;
use serde::Serialize;

use crate::client::Client;
use crate::client::request_builder::{RequestBuilder, call};
use crate::error::{Error, ErrorKind};
use crate::transport::body::ResponseBody;
use crate::transport::request::Request;
use crate::types::Json;

impl Client {
    /// Sends a request to any path below the base URL, such as an endpoint this crate doesn't know yet.
    ///
    /// The path may have a query. The output is the JSON of the response, or null if the body is empty. Retries,
    /// limits, errors and redaction are the same as for [`create`](Self::create).
    ///
    /// # Errors
    ///
    /// See [`create`](Self::create). Returns [`ErrorKind::Configuration`] if the path leads out of the base URL.
    ///
    /// ```no_run
    /// use http::Method;
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
}

/// Appends a path with a query to a URL.
fn join(base: &Url, path: &str) -> Result<Url, Error> {
    let invalid =
        || Error::new(ErrorKind::Configuration, format!("invalid path {path:?}: it isn't below the base URL"));
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
