//! Recorded sessions: a proxy to record, and a gateway to replay.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use reqwest::{Method, Response, Url};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use super::gateway::MockGateway;
use super::http::RecordedRequest;
use super::reply::Reply;
use crate::transport::settings::DEFAULT_BASE_URL;
use crate::transport::tls;
use crate::types::Json;

/// Replaces redacted values.
const REDACTED: &str = "[redacted]";

/// The recorded headers of responses.
const HEADERS: [&str; 4] = ["content-type", "retry-after", "retry-after-ms", "x-request-id"];

/// Settings of a proxy that records the requests and responses you send through it.
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

    /// Sets the base URL to forward requests to.
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
    /// Each part of a response is passed on when it arrives, and each response is recorded when it's complete.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be created or the base URL is invalid.
    pub fn start(self, path: impl AsRef<Path>) -> io::Result<MockGateway> {
        let file = Mutex::new(File::create(path)?);
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
        let recording = Arc::new(Recording { recorder: self, http, runtime, file });
        let gateway = MockGateway::start()?;
        gateway.validate(false);
        gateway.respond(move |request| {
            let exchange = Exchange { recording: Arc::clone(&recording), request: request.clone(), state: State::New };
            let exchange = Arc::new(Mutex::new(exchange));
            Some(Reply::raw_pieces(std::iter::from_fn(move || {
                exchange.lock().unwrap_or_else(PoisonError::into_inner).next_piece()
            })))
        });
        Ok(gateway)
    }

    /// Returns the line of a request and its response.
    fn line(&self, request: &RecordedRequest, response: &Recorded) -> String {
        let clean = |text: &str| {
            let text = self.redact_text(text);
            match request.api_key() {
                Some(key) => text.replace(key, REDACTED),
                None => text,
            }
        };
        // JSON stays as it is, unless it has lines.
        let body = |bytes: &[u8]| {
            let text = clean(&String::from_utf8_lossy(bytes));
            let is_line = text.starts_with(['{', '[']) && !text.contains(['\r', '\n']);
            let is_json = is_line && text.parse::<Json>().is_ok();
            if is_json { text } else { Value::String(text).to_string() }
        };
        let Recorded { status, headers, bytes } = response;
        let headers: Value =
            headers.iter().map(|(name, value)| ((*name).to_owned(), Value::String(clean(value)))).collect();
        let (method, path) = (json!(request.method()), json!(clean(request.endpoint())));
        let (sent, received) = (body(request.body()), body(bytes));
        format!(
            r#"{{"request":{{"method":{method},"path":{path},"body":{sent}}},"response":{{"status":{status},"headers":{headers},"body":{received}}}}}"#
        )
    }

    /// Redacts JSON, or the JSON of each event of a stream. Everything else stays as it is.
    fn redact_text(&self, text: &str) -> String {
        if let Ok(mut value) = serde_json::from_str(text) {
            return if self.redact_value(&mut value) { value.to_string() } else { text.to_owned() };
        }
        let redact_line = |line: &str| match line.strip_prefix("data:").map(str::trim) {
            Some(data) if data.starts_with('{') => line.replace(data, &self.redact_text(data)),
            _ => line.to_owned(),
        };
        if text.contains("data:") { text.split_inclusive('\n').map(redact_line).collect() } else { text.to_owned() }
    }

    /// Returns true if the value had something to redact.
    fn redact_value(&self, value: &mut Value) -> bool {
        let mut found = false;
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| found |= self.redact_value(item)),
            Value::Object(members) => {
                for (name, value) in members {
                    if self.redacted.contains(name) {
                        *value = REDACTED.into();
                        found = true;
                    } else {
                        found |= self.redact_value(value);
                    }
                }
            }
            _ => {}
        }
        found
    }
}

/// A running recorder.
struct Recording {
    recorder: Recorder,
    http: reqwest::Client,
    runtime: OwnedRuntime,
    file: Mutex<File>,
}

/// A response as it's recorded.
struct Recorded {
    status: u16,
    headers: Vec<(&'static str, String)>,
    bytes: Vec<u8>,
}

/// A request on its way, and the state of its response.
struct Exchange {
    recording: Arc<Recording>,
    request: RecordedRequest,
    state: State,
}

enum State {
    New,
    Body(Response, Recorded),
    Ended,
}

impl Recording {
    async fn forward(&self, request: &RecordedRequest) -> io::Result<Response> {
        let url = format!("{}{}", self.recorder.base_url.trim_end_matches('/'), request.endpoint());
        let method = Method::from_bytes(request.method().as_bytes()).map_err(io::Error::other)?;
        let mut forwarded = self.http.request(method, url).body(request.body().to_vec());
        for (name, value) in request.headers() {
            if !matches!(name, "host" | "content-length" | "transfer-encoding" | "connection" | "accept-encoding") {
                forwarded = forwarded.header(name, value);
            }
        }
        forwarded.send().await.map_err(io::Error::other)
    }

    fn record(&self, request: &RecordedRequest, response: &Recorded) -> io::Result<()> {
        let line = format!("{}\n", self.recorder.line(request, response));
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes())
    }
}

impl Exchange {
    /// Returns the next bytes for the client: the head, then each part of the body as a chunk.
    fn next_piece(&mut self) -> Option<Bytes> {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::New => Some(self.begin().unwrap_or_else(|error| unavailable(&error))),
            State::Body(mut response, mut recorded) => {
                let part = self.recording.runtime.block_on(async { response.chunk().await.map_err(io::Error::other) });
                let Ok(Some(part)) = part else {
                    // A truncated body stays truncated for the client.
                    self.recording.record(&self.request, &recorded).ok()?;
                    return part.is_ok().then(|| Bytes::from_static(b"0\r\n\r\n"));
                };
                recorded.bytes.extend_from_slice(&part);
                self.state = State::Body(response, recorded);
                Some([format!("{:x}\r\n", part.len()).as_bytes(), &part, b"\r\n"].concat().into())
            }
            State::Ended => None,
        }
    }

    /// Forwards the request. Returns the head of the response.
    fn begin(&mut self) -> io::Result<Bytes> {
        let response = self.recording.runtime.block_on(self.recording.forward(&self.request))?;
        let status = response.status().as_u16();
        let header = |name: &'static str| Some((name, response.headers().get(name)?.to_str().ok()?.to_owned()));
        let headers: Vec<_> = HEADERS.into_iter().filter_map(header).collect();
        let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        self.state = State::Body(response, Recorded { status, headers, bytes: Vec::new() });
        let ending = "transfer-encoding: chunked\r\nconnection: close\r\n\r\n";
        Ok(format!("HTTP/1.1 {status} Recorded\r\n{lines}{ending}").into())
    }
}

/// Records a response the client has cancelled.
impl Drop for Exchange {
    fn drop(&mut self) {
        if let State::Body(_, recorded) = &self.state {
            // There's no receiver for an error.
            let _ = self.recording.record(&self.request, recorded);
        }
    }
}

/// Returns the response if a request can't be forwarded.
fn unavailable(error: &io::Error) -> Bytes {
    let body = json!({"error": {"message": format!("can't record: {error}"), "type": "server_error"}}).to_string();
    let head = format!("HTTP/1.1 502 Recorded\r\ncontent-type: application/json\r\ncontent-length: {}", body.len());
    format!("{head}\r\nconnection: close\r\n\r\n{body}").into()
}

impl MockGateway {
    /// Starts a gateway to replay a recording of a [`Recorder`].
    ///
    /// Each recorded request is expected once. Their order doesn't matter, because concurrent requests have none.
    /// Another request gets status 400, and its first difference from the next recorded one as the error's message.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be read or isn't a recording.
    pub fn replay(path: impl AsRef<Path>) -> io::Result<Self> {
        let text = fs::read_to_string(path)?;
        let lines = text.lines().map(serde_json::from_str).collect::<Result<Vec<Json>, _>>();
        let mut lines = lines.map_err(io::Error::other)?;
        let gateway = Self::start()?;
        gateway.validate(false);
        gateway.respond(move |request| {
            let differences = lines.iter().map(|line| difference(line, request)).collect::<Vec<_>>();
            let Some(position) = differences.iter().position(Option::is_none) else {
                let difference = differences.into_iter().next().flatten();
                let difference = difference.unwrap_or_else(|| "the recording has ended".to_owned());
                return Some(Reply::error(400, format!("differs from the recorded request: {difference}")));
            };
            let response = lines.remove(position).property("response")?;
            let headers: BTreeMap<String, String> = response.property("headers")?.parse().ok()?;
            let body = response.property("body")?;
            let body = body.string().map_or_else(|| body.get().to_owned(), Cow::into_owned);
            let status = response.property("status").and_then(|status| status.as_i64()?.try_into().ok());
            Some(reply(status.unwrap_or(200), headers, body))
        });
        Ok(gateway)
    }
}

/// A runtime you can drop in asynchronous code.
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

fn reply(status: u16, mut headers: BTreeMap<String, String>, body: String) -> Reply {
    let media_type = headers.remove("content-type").unwrap_or_else(|| "application/json".to_owned());
    headers
        .into_iter()
        .fold(Reply::body(media_type, body).status(status), |reply, (name, value)| reply.header(name, value))
}

/// Returns the first difference between the request of a line and another, for people.
fn difference(line: &Json, request: &RecordedRequest) -> Option<String> {
    let recorded = line.property("request").and_then(|recorded| recorded.to_value().ok()).unwrap_or_default();
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
