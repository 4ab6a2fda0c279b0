//! Turns a failed attempt without a response into an error.

use std::error::Error as StdError;
use std::io;

use reqwest::Url;

use crate::error::text::one_line;
use crate::error::{Error, ErrorKind};

/// Returns the error of an attempt without a response. The message has the host and the innermost cause, such as an
/// unknown certificate or a refused connection.
pub(crate) fn connect_error(error: reqwest::Error, url: &Url) -> Error {
    let causes = causes(&error);
    let is_invalid_http = causes.iter().any(|cause| is_a(*cause, hyper::Error::is_parse));
    let is_tls = causes.iter().any(|cause| is_a(*cause, |_: &rustls::Error| true));
    let is_io = causes.last().is_some_and(|cause| is_a(*cause, |_: &io::Error| true));
    let cause = innermost(&error);
    let host = host(url);
    let (kind, message) = if is_invalid_http {
        let limits = "limits: 100 headers, 400 KiB, a content length below 2^64 - 2";
        (ErrorKind::Protocol, format!("invalid HTTP/1.1 response from {host}: {cause} ({limits})"))
    } else if error.is_builder() || error.is_redirect() {
        (ErrorKind::Configuration, format!("the request to {host} can't be sent: {cause}"))
    } else if error.is_timeout() {
        (ErrorKind::Timeout, format!("no connection to {host} in time"))
    } else {
        (ErrorKind::Connection, format!("no response from {host}: {cause}"))
    };
    // Certificates and proxy credentials don't become valid by trying again.
    let is_permanent = is_tls || (error.is_connect() && !is_io);
    let retryable = match kind {
        ErrorKind::Timeout => true,
        ErrorKind::Connection => !is_permanent,
        _ => false,
    };
    Error::new(kind, message).retryable(retryable).with_source(error.without_url())
}

/// Returns the message of the innermost cause of an error.
pub(crate) fn innermost(error: &(dyn StdError + 'static)) -> String {
    causes(error).last().map(|cause| one_line(&cause.to_string())).unwrap_or_default()
}

/// Returns the host and port of a URL.
pub(crate) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or("unknown host");
    url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Returns an error and its causes, the innermost last. An `io::Error` hides the error inside it.
pub(crate) fn causes<'a>(error: &'a (dyn StdError + 'static)) -> Vec<&'a (dyn StdError + 'static)> {
    let mut causes = vec![error];
    let mut error = error;
    while let Some(cause) = inner(error).or_else(|| error.source()) {
        causes.push(cause);
        error = cause;
    }
    causes
}

fn inner<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    let inner = error.downcast_ref::<io::Error>()?.get_ref()?;
    Some(inner)
}

fn is_a<E: StdError + 'static>(error: &(dyn StdError + 'static), is: impl Fn(&E) -> bool) -> bool {
    error.downcast_ref::<E>().is_some_and(is)
}
