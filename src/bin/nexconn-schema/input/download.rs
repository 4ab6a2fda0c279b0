//! Downloads the source from a URL: over https, bounded in size and time.
//!
//! Place in the flow: `input.rs` calls it for URLs. Plain http is for servers on this machine only:
//! tests and local mirrors. What the server says is only quoted, never obeyed, but for redirects to
//! where the user could have pointed as well.

use std::io::Write;
use std::time::{Duration, Instant};

use http::header::{ACCEPT, CONTENT_TYPE};
use reqwest::redirect::Policy;
use reqwest::{Client, Error, Response, Url};

use crate::input::tls::{self, is_loopback};
use crate::input::{Limits, shown, too_large};
use crate::refresh::form::quoted;

/// How many redirects are followed.
const REDIRECTS: usize = 10;
/// How much is read of an answer that is no page.
const REFUSAL_BYTES: usize = 8 * 1024;
/// How often progress is shown, and after which time first.
const PROGRESS: Duration = Duration::from_secs(1);

/// What the server sent.
pub(crate) struct Answer {
    pub(crate) body: Vec<u8>,
    pub(crate) media_type: String,
}

/// Downloads what is at the URL.
pub(crate) fn get(url: Url, limits: &Limits, progress: &mut dyn Write) -> Result<Answer, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("the download cannot begin: {error}"))?;
    runtime.block_on(receive(url, limits, progress))
}

/// Why nothing is read from there; `None` if it may be.
pub(crate) fn refusal(url: &Url, loopback: bool) -> Option<String> {
    match url.scheme() {
        "https" => None,
        "http" if loopback && is_loopback(url) => None,
        "http" => Some("plain http is only understood for this machine; use https".to_owned()),
        scheme => Some(format!("`{scheme}` is not understood: name a file, `-`, or an https URL")),
    }
}

async fn receive(url: Url, limits: &Limits, progress: &mut dyn Write) -> Result<Answer, String> {
    let started = Instant::now();
    let failed = |error: Error| explain(error, limits, started);
    let accept = "application/json, application/yaml, text/markdown, text/html;q=0.9, */*;q=0.8";
    let request = client(&url, limits)?.get(url).header(ACCEPT, accept);
    let mut response = request.send().await.map_err(failed)?;
    let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or("no media type").to_ascii_lowercase();
    if !response.status().is_success() {
        return Err(refused(&mut response, &media_type).await);
    }
    let expected = response.content_length();
    if expected.is_some_and(|expected| usize::try_from(expected).is_ok_and(|expected| expected > limits.bytes)) {
        return Err(too_large(limits));
    }
    let (mut body, mut shown) = (Vec::new(), started);
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > limits.bytes {
            return Err(too_large(limits));
        }
        body.extend_from_slice(&chunk);
        if shown.elapsed() >= PROGRESS {
            shown = Instant::now();
            let of = expected.map(|expected| format!(" of {expected}")).unwrap_or_default();
            // The download goes on where nobody can be told of it.
            let _ = writeln!(progress, "{}{of} bytes", body.len());
        }
    }
    Ok(Answer { body, media_type })
}

/// What an answer says that is no page.
async fn refused(response: &mut Response, media_type: &str) -> String {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > REFUSAL_BYTES {
            break;
        }
    }
    let said = String::from_utf8_lossy(&body);
    format!("the server answers {} ({media_type}): {}", response.status(), quoted(&said))
}

fn client(url: &Url, limits: &Limits) -> Result<Client, String> {
    let from_loopback = is_loopback(url);
    let builder = Client::builder()
        .user_agent(concat!("nexconn-schema/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::custom(|attempt| {
            let loopback = attempt.previous().iter().all(is_loopback);
            match refusal(attempt.url(), loopback) {
                _ if attempt.previous().len() > REDIRECTS => attempt.error("there are too many redirects"),
                Some(problem) => {
                    let to = shown(attempt.url().as_str());
                    attempt.error(format!("it redirects to {to}: {problem}"))
                }
                None => attempt.follow(),
            }
        }))
        .connect_timeout(limits.connect)
        .read_timeout(limits.idle)
        .timeout(limits.total)
        .tls_backend_preconfigured(tls_config(url)?);
    let builder = if from_loopback { builder.no_proxy() } else { builder };
    builder.build().map_err(|error| format!("the download cannot begin: {}", innermost(&error)))
}

/// A download over plain http works without certificates.
fn tls_config(url: &Url) -> Result<rustls::ClientConfig, String> {
    let config = match tls::platform_config() {
        Err(_) if url.scheme() != "https" => tls::empty_config(),
        config => config,
    };
    config.map_err(|error| format!("TLS can't be set up: {error}"))
}

fn explain(error: Error, limits: &Limits, started: Instant) -> String {
    let error = error.without_url();
    if !error.is_timeout() {
        let what = if error.is_connect() { "no connection: " } else { "" };
        return format!("{what}{}", innermost(&error));
    }
    if started.elapsed() >= limits.total {
        format!("the download takes longer than {:?}", limits.total)
    } else if error.is_connect() {
        format!("there is no connection after {:?}", limits.connect)
    } else {
        format!("nothing has come for {:?}", limits.idle)
    }
}

/// What an error comes from in the end.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
