//! Sends a request until an attempt succeeds or isn't worth retrying.

use std::error::Error as StdError;

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use reqwest::{Body, Response};

use crate::error::{Error, ErrorKind};
use crate::transport::body::{self, PendingBody, ResponseBody};
use crate::transport::clock::{Sleep, timeout};
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
    let headers = settings.headers(&request.method)?;
    let mut attempts = 1;
    loop {
        request.trace.attempt_started(attempts);
        let mut deadline = clock.sleep(settings.timeout);
        let (error, response_headers) = match attempt(context, request, &headers, &mut deadline).await {
            Ok(response) if response.status().is_success() => {
                request.trace.response_head(response.status(), || error_response::request_id(response.headers(), key));
                return PendingBody::new(response, deadline, context);
            }
            Ok(response) => read_error(response, &mut deadline, context).await,
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
    builder = builder.header(ACCEPT, request.accept);
    if let Some(body) = &request.body {
        builder = builder.header(CONTENT_TYPE, JSON).body(body.clone());
    }
    match timeout(builder.send(), deadline).await {
        Some(response) => response.map_err(connection_error),
        None => Err(Error::new(ErrorKind::Timeout, "no response").retryable(true)),
    }
}

/// Reads an error response. A body that's too large, late or broken is used as far as it came.
async fn read_error(response: Response, deadline: &mut Sleep, context: &Context) -> (Error, HeaderMap) {
    let (status, headers): (StatusCode, _) = (response.status(), response.headers().clone());
    let (mut body, mut bytes) = (Body::from(response), Vec::new());
    let limit = context.key.excerpt_limit();
    let _ = body::collect(&mut body, &mut bytes, limit, deadline, |_| false).await;
    let error = error_response::error(status, &headers, &bytes, &context.key);
    (error, headers)
}

/// The error of an attempt without a response.
fn connection_error(error: reqwest::Error) -> Error {
    let (kind, message) = if is_invalid_http(&error) {
        (ErrorKind::Protocol, "the response isn't valid HTTP, or has more than 100 headers or 400 KiB of them")
    } else if error.is_builder() || error.is_redirect() {
        (ErrorKind::Configuration, "the request can't be sent")
    } else if error.is_timeout() {
        (ErrorKind::Timeout, "no response")
    } else {
        (ErrorKind::Connection, "no response")
    };
    let retryable = matches!(kind, ErrorKind::Connection | ErrorKind::Timeout);
    Error::new(kind, message).retryable(retryable).with_source(error.without_url())
}

/// Whether hyper couldn't parse the response.
fn is_invalid_http(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse) {
            return true;
        }
        cause = error.source();
    }
    false
}
