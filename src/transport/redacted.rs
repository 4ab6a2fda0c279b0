//! Headers and URLs without secrets.

use http::{HeaderMap, HeaderValue};
use reqwest::Url;

use crate::error::redact::ApiKey;

/// Returns headers without the key, which a server may repeat.
pub(crate) fn headers(headers: &HeaderMap, key: &ApiKey) -> HeaderMap {
    let mut headers = headers.clone();
    for value in headers.values_mut() {
        let text = String::from_utf8_lossy(value.as_bytes());
        if key.occurs_in(&text) {
            *value = HeaderValue::from_str(&key.redact(text.as_bytes())).unwrap_or(HeaderValue::from_static(""));
        }
    }
    headers
}

/// Returns a URL without its query, which may have secrets, and without the key.
pub(crate) fn url(url: &Url, key: &ApiKey) -> String {
    let mut url = url.clone();
    url.set_query(None);
    key.redact(url.as_str().as_bytes())
}
