//! Sends a request until an attempt succeeds or isn't worth retrying.

use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use reqwest::{Body, Response};

use crate::error::{Error, ErrorKind};
use crate::transport::body::{self, PendingBody, ResponseBody};
use crate::transport::clock::{Sleep, timeout};
use crate::transport::connect_error::{connect_error, host};
use crate::transport::context::Context;
use crate::transport::request::{JSON, Request};
use crate::transport::{error_response, retry};

/// Sends a request and reads the body of the response.
pub(crate) async fn fetch(context: &Context, request: &Request) -> Result<ResponseBody, Error> {
    let response = async { send(context, request).await?.read().await };
    request.trace.in_span(response).await
}

/// Sends a request, with retries, and returns when the headers of a successful response have arrived.
pub(crate) async fn send(context: &Context, request: &Request) -> Result<PendingBody, Error> {
    let Context { key, clock, settings, .. } = context;
    let headers = headers(context, request)?;
    let mut attempts = 1;
    loop {
        request.trace.attempt_started(attempts);
        let mut deadline = clock.sleep(settings.timeout);
        let (error, response_headers) = match attempt(context, request, &headers, &mut deadline).await {
            Ok(response) if response.status().is_success() => {
                request.trace.response_head(response.status(), || error_response::request_id(response.headers(), key));
                return PendingBody::new(response, deadline, context);
            }
            Ok(response) => read_error(response, &mut deadline, context, request).await,
            Err(error) => (error, HeaderMap::new()),
        };
        let should_retry = attempts <= settings.max_retries && error.is_retryable();
        let Some(delay) = retry::delay(attempts, &response_headers, clock.now()).filter(|_| should_retry) else {
            return Err(error);
        };
        request.trace.attempt_failed(&error, delay);
        clock.sleep(delay).await;
        attempts += 1;
    }
}

async fn attempt(
    context: &Context,
    request: &Request,
    headers: &HeaderMap,
    deadline: &mut Sleep,
) -> Result<Response, Error> {
    let mut url = request.url.clone();
    if !context.settings.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&context.settings.query);
    }
    let mut builder = context.http.request(request.method.clone(), url).headers(headers.clone());
    if let Some(body) = &request.body {
        builder = builder.body(body.clone());
    }
    match timeout(builder.send(), deadline).await {
        Some(response) => response.map_err(|error| connect_error(error, &request.url)),
        None => {
            let message = format!("no response of {} in time; raise timeout", host(&request.url));
            Err(Error::new(ErrorKind::Timeout, message).retryable(true))
        }
    }
}

/// Returns the headers of a request, the same for all its attempts.
fn headers(context: &Context, request: &Request) -> Result<HeaderMap, Error> {
    let mut headers = context.settings.headers(&request.method)?;
    headers.entry(ACCEPT).or_insert(HeaderValue::from_static(request.accept));
    // Without this header, a server may choose any encoding.
    headers.entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static("identity"));
    if request.body.is_some() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    }
    Ok(headers)
}

/// Reads an error response. A body that's too large, late or broken is used as far as it came.
async fn read_error(
    response: Response,
    deadline: &mut Sleep,
    context: &Context,
    request: &Request,
) -> (Error, HeaderMap) {
    let (status, headers) = (response.status(), response.headers().clone());
    let (mut body, mut bytes) = (Body::from(response), Vec::new());
    let limit = context.key.excerpt_limit();
    let _ = body::collect(&mut body, &mut bytes, limit, deadline, |_| false).await;
    let error = error_response::error(status, &headers, &bytes, &context.key);
    let error = if error.kind() == ErrorKind::NotFound { error.with_url(shown_url(context, request)) } else { error };
    (error, headers)
}

/// Returns the URL of a request without its query, which may have secrets.
fn shown_url(context: &Context, request: &Request) -> String {
    let mut url = request.url.clone();
    url.set_query(None);
    format!("{} {}", request.method, context.key.redact(url.as_str().as_bytes()))
}
