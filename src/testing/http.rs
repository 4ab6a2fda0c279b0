//! Just enough HTTP/1.1 to read requests and to send well-formed and broken responses.

use std::fmt;
use std::io::{self, BufRead, ErrorKind, Read as _};

use serde_json::Value;

/// The maximum size of a request, in bytes.
const MAX_BODY: u64 = 1 << 30;

/// A request a [`MockGateway`](super::MockGateway) received.
///
/// ```
/// # use nexconn_responses::{testing::{MockGateway, Reply}, types::CreateResponseRequest};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// # let gateway = MockGateway::start()?;
/// # gateway.reply(Reply::text("Hello."));
/// # let client = gateway.client()?;
/// # let request = CreateResponseRequest::new("openai/gpt-5.2", "Hi");
/// client.create(&request).header("x-tenant", "blue")?.await?;
///
/// let received = &gateway.requests()[0];
/// assert_eq!((received.method(), received.path()), ("POST", "/responses"));
/// assert_eq!(received.header("X-Tenant"), Some("blue"));
/// assert_eq!(received.json()["input"], "Hi");
/// # Ok(())
/// # })
/// # }
/// ```
#[derive(Clone)]
pub struct RecordedRequest {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl RecordedRequest {
    /// Returns the method in upper case.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Returns path and query as they were sent, such as `/v1/responses/resp_1?stream=true`.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Returns the path below the base URL, such as `/responses/resp_1/cancel`, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.endpoint().split('?').next().unwrap_or_default()
    }

    /// Returns the value of a query parameter, as it was sent.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }

    /// Returns the value of a header. The name's case doesn't matter.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Returns all headers, in order, with names in lower case.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns the body as it was sent.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Returns the body as JSON, or null if it isn't JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Returns path and query below the base URL.
    pub(super) fn endpoint(&self) -> &str {
        let start = ["/responses", "/conversations"].iter().filter_map(|path| self.target.find(path)).min();
        start.map_or(&self.target, |start| &self.target[start..])
    }

    pub(super) fn creates_response(&self) -> bool {
        self.method == "POST" && self.path() == "/responses"
    }

    /// Returns the name of the definition of the body in the schema, if it has one.
    pub(super) fn definition(&self) -> Option<&'static str> {
        let path: Vec<_> = self.path().split('/').skip(1).collect();
        match (self.method(), &path[..]) {
            ("POST", ["responses", "compact"]) => Some("CompactRequest"),
            ("POST", ["responses", "input_tokens"]) => Some("InputTokensRequest"),
            ("POST", ["conversations"]) => Some("CreateConversationRequest"),
            ("POST", ["conversations", _]) => Some("UpdateConversationRequest"),
            ("POST", ["conversations", _, "items"]) => Some("CreateConversationItemsRequest"),
            _ => None,
        }
    }

    /// Returns the key of the `authorization` header.
    pub(super) fn api_key(&self) -> Option<&str> {
        let value = self.header("authorization")?;
        Some(value.strip_prefix("Bearer ").unwrap_or(value)).filter(|key| !key.is_empty())
    }

    /// Reads the next request of a connection. Returns `None` if the client has closed it.
    pub(super) fn read(reader: &mut impl BufRead) -> io::Result<Option<Self>> {
        let line = read_line(reader)?;
        let mut words = line.split(' ');
        let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(None) };
        let (method, target) = (method.to_ascii_uppercase(), target.to_owned());
        let mut headers = Vec::new();
        loop {
            let line = read_line(reader)?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut this = Self { method, target, headers, body: Vec::new() };
        if this.header("transfer-encoding").is_some() {
            this.body = read_chunks(reader)?;
        } else if let Some(length) = this.header("content-length") {
            let length = length.parse::<u64>().map_err(io::Error::other)?;
            this.body = read_exactly(reader, length)?;
        }
        Ok(Some(this))
    }
}

/// Doesn't show headers, because they contain the API key.
impl fmt::Debug for RecordedRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} {}", self.method, self.target, String::from_utf8_lossy(&self.body))
    }
}

/// Reads a line without its end.
fn read_line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    reader.take(1 << 20).read_line(&mut line)?;
    line.truncate(line.trim_end().len());
    Ok(line)
}

fn read_exactly(reader: &mut impl BufRead, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(length.min(MAX_BODY)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

fn read_chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = read_line(reader)?;
        let length = line.split(';').next().unwrap_or_default();
        let length = u64::from_str_radix(length, 16).map_err(io::Error::other)?;
        body.extend(read_exactly(reader, length)?);
        read_line(reader)?;
        if length == 0 {
            return Ok(body);
        }
    }
}
