//! Recorded sessions: a proxy that records, and a gateway that replays.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use reqwest::{Method, Url};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use super::gateway::MockGateway;
use super::http::RecordedRequest;
use super::reply::Reply;
use crate::transport::settings::DEFAULT_BASE_URL;
use crate::transport::tls;

/// Replaces redacted values.
const REDACTED: &str = "[redacted]";

/// The headers of responses that are recorded.
const HEADERS: [&str; 4] = ["content-type", "retry-after", "retry-after-ms", "x-request-id"];

/// Settings of a proxy that records the requests and responses that pass through it.
///
/// The recording is a JSON Lines file: one line for each request, with its response. It never contains headers of
/// requests, and the API key is removed from everything else. Replay it with [`MockGateway::replay`].
///
/// ```no_run
/// use nexconn_responses::Client;
/// use nexconn_responses::testing::Recorder;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let recorder = Recorder::new()
///     .redact("encrypted_content")
///     .start("tests/sessions/weather.jsonl")?;
/// let client = Client::builder()
///     .api_key(std::env::var("NEXCONN_API_KEY")?)
///     .base_url(recorder.base_url())
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Recorder {
    base_url: String,
    redacted: Vec<String>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self { base_url: DEFAULT_BASE_URL.to_owned(), redacted: Vec::new() }
    }
}

impl Recorder {
    /// Creates a recorder of the default gateway.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the base URL that requests are forwarded to.
    #[must_use]
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Replaces the values of all properties with this name, in requests, responses and events.
    ///
    /// On replay, a redacted value matches any value.
    #[must_use]
    pub fn redact(mut self, name: impl Into<String>) -> Self {
        self.redacted.push(name.into());
        self
    }

    /// Starts the proxy. Replaces the file at `path`.
    ///
    /// Responses are passed on when they're complete.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be created or the base URL is invalid.
    pub fn start(self, path: impl AsRef<Path>) -> io::Result<MockGateway> {
        let mut file = File::create(path)?;
        let runtime = OwnedRuntime(Some(Builder::new_current_thread().enable_all().build()?));
        let url = Url::parse(&self.base_url).map_err(io::Error::other)?;
        let tls = if url.scheme() == "https" {
            tls::platform_config(&tls::TlsOptions::default())
        } else {
            tls::empty_config(&tls::TlsOptions::default())
        };
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .tls_backend_preconfigured(tls.map_err(io::Error::other)?);
        let http = if tls::is_loopback(&url) { http.no_proxy() } else { http };
        let http = http.build().map_err(io::Error::other)?;
        let gateway = MockGateway::start()?;
        gateway.validate(false);
        gateway.respond(move |request| {
            let exchange = runtime.block_on(self.forward(&http, request)).and_then(|exchange| {
                file.write_all(format!("{}\n", self.line(request, &exchange)).as_bytes())?;
                Ok(exchange)
            });
            Some(exchange.map_or_else(
                |error| Reply::error(502, format!("can't record: {error}")),
                |Exchange { status, headers, body }| reply(status, headers, body),
            ))
        });
        Ok(gateway)
    }

    async fn forward(&self, http: &reqwest::Client, request: &RecordedRequest) -> io::Result<Exchange> {
        let url = format!("{}{}", self.base_url.trim_end_matches('/'), request.endpoint());
        let method = Method::from_bytes(request.method().as_bytes()).map_err(io::Error::other)?;
        let mut forwarded = http.request(method, url).body(request.body().to_vec());
        for (name, value) in request.headers() {
            if !matches!(name, "host" | "content-length" | "transfer-encoding" | "connection" | "accept-encoding") {
                forwarded = forwarded.header(name, value);
            }
        }
        let response = forwarded.send().await.map_err(io::Error::other)?;
        let status = response.status().as_u16();
        let header = |name: &str| Some((name.to_owned(), response.headers().get(name)?.to_str().ok()?.to_owned()));
        let headers = HEADERS.into_iter().filter_map(header).collect();
        let body = response.text().await.map_err(io::Error::other)?;
        Ok(Exchange { status, headers, body })
    }

    fn line(&self, request: &RecordedRequest, exchange: &Exchange) -> Value {
        let clean = |text: &str| {
            let text = self.redact_text(text);
            match request.api_key() {
                Some(key) => text.replace(key, REDACTED),
                None => text,
            }
        };
        let json = |text: String| serde_json::from_str(&text).unwrap_or(Value::String(text));
        let headers = exchange.headers.iter().map(|(name, value)| (name.clone(), Value::String(clean(value))));
        let headers: Value = headers.collect();
        json!({
            "request": {
                "method": request.method(),
                "path": clean(request.endpoint()),
                "body": json(clean(&String::from_utf8_lossy(request.body()))),
            },
            "response": {"status": exchange.status, "headers": headers, "body": json(clean(&exchange.body))},
        })
    }

    /// Redacts JSON, or the JSON of each event of a stream.
    fn redact_text(&self, text: &str) -> String {
        if let Ok(mut value) = serde_json::from_str(text) {
            self.redact_value(&mut value);
            return value.to_string();
        }
        let redact_line = |line: &str| match line.strip_prefix("data:").map(str::trim) {
            Some(data) if data.starts_with('{') => format!("data: {}\n", self.redact_text(data)),
            _ => format!("{line}\n"),
        };
        if text.contains("data:") { text.lines().map(redact_line).collect() } else { text.to_owned() }
    }

    fn redact_value(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.redact_value(item)),
            Value::Object(members) => {
                for (name, value) in members {
                    if self.redacted.contains(name) {
                        *value = REDACTED.into();
                    } else {
                        self.redact_value(value);
                    }
                }
            }
            _ => {}
        }
    }
}

impl MockGateway {
    /// Starts a gateway that replays a recording of a [`Recorder`].
    ///
    /// The requests must be the recorded ones, in their order. Another request gets status 400, and the first
    /// difference as the error's message.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be read or isn't a recording.
    pub fn replay(path: impl AsRef<Path>) -> io::Result<Self> {
        let text = fs::read_to_string(path)?;
        let lines = text.lines().map(serde_json::from_str).collect::<Result<VecDeque<Value>, _>>();
        let mut lines = lines.map_err(io::Error::other)?;
        let gateway = Self::start()?;
        gateway.validate(false);
        gateway.respond(move |request| {
            let Some(line) = lines.front() else { return Some(Reply::error(400, "the recording has ended")) };
            if let Some(difference) = difference(&line["request"], request) {
                return Some(Reply::error(400, format!("differs from the recorded request: {difference}")));
            }
            let response = lines.pop_front()?["response"].take();
            let headers = response["headers"].as_object().into_iter().flatten();
            let headers = headers.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()));
            let body = response["body"].as_str().map_or_else(|| response["body"].to_string(), str::to_owned);
            let status = response["status"].as_u64().and_then(|status| status.try_into().ok());
            Some(reply(status.unwrap_or(200), headers.collect(), body))
        });
        Ok(gateway)
    }
}

/// A runtime that can be dropped in asynchronous code.
struct OwnedRuntime(Option<Runtime>);

impl OwnedRuntime {
    fn block_on<T>(&self, future: impl Future<Output = io::Result<T>>) -> io::Result<T> {
        // It's absent only while it's dropped.
        self.0.as_ref().map_or_else(|| Err(io::Error::other("shut down")), |runtime| runtime.block_on(future))
    }
}

impl Drop for OwnedRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// The response to a forwarded request.
struct Exchange {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

fn reply(status: u16, headers: Vec<(String, String)>, body: String) -> Reply {
    let (types, headers): (Vec<_>, Vec<_>) = headers.into_iter().partition(|(name, _)| name == "content-type");
    let media_type = types.into_iter().next().map_or("application/json".to_owned(), |(_, value)| value);
    headers
        .into_iter()
        .fold(Reply::body(media_type, body).status(status), |reply, (name, value)| reply.header(name, value))
}

/// Returns the first difference between a recorded request and another, for people.
fn difference(recorded: &Value, request: &RecordedRequest) -> Option<String> {
    let (method, path) = (&recorded["method"], &recorded["path"]);
    if method != request.method() || path != request.endpoint() {
        return Some(format!("{} {} instead of {method} {path}", request.method(), request.endpoint()));
    }
    let body = if request.body().is_empty() { "".into() } else { request.json() };
    difference_at(&recorded["body"], &body, "")
}

fn difference_at(recorded: &Value, value: &Value, at: &str) -> Option<String> {
    let null = Value::Null;
    match (recorded, value) {
        (Value::String(text), _) if text == REDACTED => None,
        (Value::Object(recorded), Value::Object(members)) => {
            let mut names: Vec<_> = recorded.keys().chain(members.keys()).collect();
            names.dedup();
            names.into_iter().find_map(|name| {
                let (recorded, value) = (recorded.get(name).unwrap_or(&null), members.get(name).unwrap_or(&null));
                difference_at(recorded, value, &format!("{at}/{name}"))
            })
        }
        (Value::Array(recorded), Value::Array(items)) if recorded.len() == items.len() => (recorded.iter().zip(items))
            .enumerate()
            .find_map(|(index, (recorded, item))| difference_at(recorded, item, &format!("{at}/{index}"))),
        _ => (recorded != value).then(|| format!("{at} is {value} instead of {recorded}")),
    }
}
