//! Downloads a source over https, within limits of size and time.
//!
//! Plain http is allowed on loopback only, for tests and local mirrors. Redirects follow the same rule.

use std::time::Instant;

use http::header::{ACCEPT, CONTENT_TYPE};
use reqwest::redirect::Policy;
use reqwest::{Client, Error, Response, Url};

use super::limits::{Limits, too_large};
use super::tls::{self, is_loopback};
use super::url::shown;
use crate::progress;
use crate::terminal::quoted;

const MAX_REDIRECTS: usize = 10;
/// Maximum length of an error response, in bytes. The rest isn't read.
const MAX_ERROR_BYTES: usize = 8 * 1024;

/// A downloaded body.
pub(crate) struct Download {
    pub(crate) body: Vec<u8>,
    pub(crate) media_type: String,
}

/// Downloads a URL.
pub(crate) fn get(url: Url, limits: &Limits) -> Result<Download, String> {
    check_scheme(&url, true)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start the download: {error}"))?;
    runtime.block_on(receive(url, limits))
}

/// Allows https, and plain http to loopback if `loopback` is true.
fn check_scheme(url: &Url, loopback: bool) -> Result<(), String> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if loopback && is_loopback(url) => Ok(()),
        "http" => Err("plain http is allowed on loopback only; use https".to_owned()),
        scheme => Err(format!("unsupported URL scheme `{scheme}`; use a file, `-`, or an https URL")),
    }
}

async fn receive(url: Url, limits: &Limits) -> Result<Download, String> {
    let started = Instant::now();
    let failed = |error: Error| explain(error, limits, started);
    let accept = "application/json, application/yaml, text/markdown, text/html;q=0.9, */*;q=0.8";
    let request = client(&url, limits)?.get(url).header(ACCEPT, accept);
    let mut response = request.send().await.map_err(failed)?;
    let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or("no media type").to_ascii_lowercase();
    if !response.status().is_success() {
        return Err(error_response(&mut response, &media_type).await);
    }
    let expected = response.content_length();
    if expected.is_some_and(|expected| usize::try_from(expected).is_ok_and(|expected| expected > limits.bytes)) {
        return Err(too_large(limits));
    }
    let bar = progress::of_bytes(expected);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > limits.bytes {
            return Err(too_large(limits));
        }
        body.extend_from_slice(&chunk);
        bar.inc(u64::try_from(chunk.len()).unwrap_or_default());
    }
    bar.finish_and_clear();
    Ok(Download { body, media_type })
}

/// Describes an error response.
async fn error_response(response: &mut Response, media_type: &str) -> String {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ERROR_BYTES {
            break;
        }
    }
    let body = String::from_utf8_lossy(&body);
    format!("the server returned {} ({media_type}): {}", response.status(), quoted(&body))
}

fn client(url: &Url, limits: &Limits) -> Result<Client, String> {
    let tls = match tls::platform_config(&tls::TlsOptions::default()) {
        // Plain http needs no certificates.
        Err(_) if url.scheme() == "http" => tls::empty_config(&tls::TlsOptions::default()),
        config => config,
    };
    let builder = Client::builder()
        .user_agent(concat!("nexconn-schema/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::custom(|attempt| {
            let loopback = attempt.previous().iter().all(is_loopback);
            match check_scheme(attempt.url(), loopback) {
                _ if attempt.previous().len() > MAX_REDIRECTS => attempt.error("too many redirects"),
                Err(problem) => {
                    let to = shown(attempt.url().as_str());
                    attempt.error(format!("redirect to {to}: {problem}"))
                }
                Ok(()) => attempt.follow(),
            }
        }))
        .connect_timeout(limits.connect)
        .read_timeout(limits.idle)
        .timeout(limits.total)
        .tls_backend_preconfigured(tls.map_err(|error| format!("cannot set up TLS: {error}"))?);
    let builder = if is_loopback(url) { builder.no_proxy() } else { builder };
    builder.build().map_err(|error| format!("cannot start the download: {}", innermost(&error)))
}

fn explain(error: Error, limits: &Limits, started: Instant) -> String {
    let error = error.without_url();
    if !error.is_timeout() {
        let context = if error.is_connect() { "cannot connect: " } else { "" };
        return format!("{context}{}", innermost(&error));
    }
    if started.elapsed() >= limits.total {
        format!("the download timed out after {:?}", limits.total)
    } else if error.is_connect() {
        format!("connecting timed out after {:?}", limits.connect)
    } else {
        format!("the server sent nothing for {:?}", limits.idle)
    }
}

/// Returns the message of the last error in the chain of sources.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
