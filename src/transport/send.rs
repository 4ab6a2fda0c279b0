//! Sends a request until an attempt succeeds or isn't worth retrying.

use std::time::Duration;

use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use reqwest::{Body, Response};

use crate::error::metadata::ResponseMetadata;
use crate::error::{Error, ErrorKind};
use crate::transport::attempt::FinishedAttempt;
use crate::transport::body::{self, PendingBody, ResponseBody};
use crate::transport::clock::{Sleep, timeout};
use crate::transport::connect_error::{connect_error, host};
use crate::transport::context::Context;
use crate::transport::request::Request;
use crate::transport::retry::{self, Attempt};
use crate::transport::timer::Timer;
use crate::transport::tracing::Trace;
use crate::transport::{error_response, upload};

/// The encoding to request. Without this header, a server may choose any.
const ENCODING: &str = if cfg!(feature = "gzip") { "gzip" } else { "identity" };

/// Sends a request and reads the body of the response.
pub(crate) async fn fetch(context: &Context, request: &Request, trace: &Trace) -> Result<ResponseBody, Error> {
    let response = async { send(context, request, trace).await?.read().await };
    trace.in_span(response).await
}

/// Sends a request, with retries, and returns when the headers of a successful response have arrived, or those of any
/// response to a raw request.
pub(crate) async fn send(context: &Context, request: &Request, trace: &Trace) -> Result<PendingBody, Error> {
    let headers = headers(context, request)?;
    let timer = Timer::start(context);
    let (mut attempts, mut refresh, mut has_refreshed) = (1, false, false);
    loop {
        let (limit, started) = (timer.limit()?, timer.elapsed());
        let mut deadline = context.clock.sleep(limit);
        let report = |outcome, delay| {
            let elapsed = timer.elapsed().saturating_sub(started);
            let operation = request.operation;
            context.on_attempt.call(&FinishedAttempt { operation, number: attempts, elapsed, outcome, delay });
        };
        // A provider may have a newer key than the rejected one.
        let may_refresh = context.credentials.can_refresh() && !has_refreshed;
        let error = match attempt(context, request, &headers, refresh, &mut deadline).await {
            Ok(response) => {
                let metadata = metadata(&response, context, request).with_timing(attempts, timer.elapsed());
                let is_rejected = metadata.status() == 401 && may_refresh;
                if response.status().is_success() || (request.is_raw && !is_rejected) {
                    report(Ok(&metadata), None);
                    trace.sent(attempts, Some(metadata.status()), metadata.request_id());
                    return PendingBody::new(response, metadata, deadline, context, request);
                }
                read_error(response, &metadata, &mut deadline, context).await
            }
            Err(error) => error,
        };
        refresh = error.status() == Some(401) && may_refresh;
        has_refreshed |= refresh;
        let delay = if refresh { Some(Duration::ZERO) } else { retry_delay(context, attempts, &error, &timer) };
        report(Err(&error), delay);
        let Some(delay) = delay else {
            trace.sent(attempts, error.status(), error.request_id());
            return Err(error);
        };
        trace.attempt_failed(&error, delay);
        if !refresh {
            context.clock.sleep(delay).await;
        }
        attempts += 1;
    }
}

/// Returns the delay before the next attempt, or `None` if there's none.
fn retry_delay(context: &Context, attempts: u32, error: &Error, timer: &Timer) -> Option<Duration> {
    let attempt = Attempt::new(attempts, context.settings.max_retries, error);
    context.retry_policy.delay(&attempt).filter(|delay| timer.allows(*delay))
}

async fn attempt(
    context: &Context,
    request: &Request,
    headers: &HeaderMap,
    refresh: bool,
    deadline: &mut Sleep,
) -> Result<Response, Error> {
    let mut url = request.url.clone();
    if !context.settings.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&context.settings.query);
    }
    let response = async {
        let authorization = context.credentials.authorization(refresh, &context.redactor).await?;
        let builder = context.http.request(request.method.clone(), url).headers(headers.clone());
        let mut builder = builder.header(AUTHORIZATION, authorization);
        if let Some(body) = &request.body {
            builder = builder.body(upload::body(body.clone()));
        }
        let response = builder.send().await.map_err(|error| connect_error(error, &request.url))?;
        check_origin(&response, request)?;
        Ok(response)
    };
    timeout(response, deadline).await.unwrap_or_else(|| {
        let message = format!("no response from {} in time; raise timeout", host(&request.url));
        Err(Error::new(ErrorKind::Timeout, message).retryable(true))
    })
}

/// Refuses a response from another origin: a user's `reqwest::Client` may follow redirects, without the API key.
fn check_origin(response: &Response, request: &Request) -> Result<(), Error> {
    if response.url().origin() == request.url.origin() {
        return Ok(());
    }
    let message = format!("the HTTP client followed a redirect to {}", host(response.url()));
    Err(Error::new(ErrorKind::Redirect, message))
}

/// Returns the headers of a request, the same for all its attempts.
fn headers(context: &Context, request: &Request) -> Result<HeaderMap, Error> {
    let mut headers = context.settings.headers(&request.method)?;
    headers.entry(ACCEPT).or_insert(HeaderValue::from_static(request.accept));
    headers.entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static(ENCODING));
    if request.body.is_some() {
        headers.insert(CONTENT_TYPE, request.content_type.clone());
    }
    Ok(headers)
}

/// Reads an error response. Of a body that's too large, late or broken, it uses the part that arrived.
async fn read_error(response: Response, metadata: &ResponseMetadata, deadline: &mut Sleep, context: &Context) -> Error {
    let (status, headers) = (response.status(), response.headers().clone());
    let (mut body, mut bytes) = (Body::from(response), Vec::new());
    let limit = context.redactor.excerpt_limit();
    let _ = body::collect(&mut body, &mut bytes, limit, deadline, |_| false).await;
    let error = error_response::error(status, &headers, &bytes, &context.redactor);
    error.with_metadata(metadata).with_retry_after(retry::retry_after(&headers, context.clock.now()))
}

fn metadata(response: &Response, context: &Context, request: &Request) -> ResponseMetadata {
    let Context { redactor, .. } = context;
    let request_id = error_response::request_id(response.headers(), redactor);
    let headers = redactor.redact_headers(response.headers());
    // A query may have secrets.
    let mut url = request.url.clone();
    url.set_query(None);
    let url = redactor.redact(url.as_str().as_bytes());
    ResponseMetadata::new(response.status().as_u16(), headers, request_id, url)
}
