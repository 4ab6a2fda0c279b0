//! Parses base URLs.

use reqwest::Url;

use crate::error::Error;
use crate::transport::settings::DEFAULT_BASE_URL;
use crate::transport::tls;

/// Returns the base URL without trailing slashes.
pub(crate) fn parse(base: Option<&str>, allow_plain_http: bool) -> Result<Url, Error> {
    let base = base.unwrap_or(DEFAULT_BASE_URL).trim();
    let has_host = base.split_once("://").is_some_and(|(_, rest)| !rest.is_empty() && !rest.starts_with(['/', '\\']));
    if !has_host {
        return Err(Error::configuration("invalid base URL: it isn't of the form https://host/path"));
    }
    let mut url = Url::parse(base).map_err(|error| Error::configuration("invalid base URL").with_source(error))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::configuration("invalid base URL: it has a user name or password; use the API key"));
    }
    if url.query().is_some() {
        return Err(Error::configuration(
            "invalid base URL: it has a query; add it to each request with the option `query`",
        ));
    }
    if url.fragment().is_some() {
        return Err(Error::configuration("invalid base URL: it has a fragment; remove it"));
    }
    match url.scheme() {
        "https" => {}
        "http" if allow_plain_http || tls::is_loopback(&url) => {}
        "http" => {
            return Err(Error::configuration(
                "invalid base URL: plain http exposes the API key to the network; use https, or set \
                     danger_allow_plain_http",
            ));
        }
        _ => return Err(Error::configuration("invalid base URL: the scheme isn't https")),
    }
    // People paste the URL of the endpoint, too.
    let path = url.path().trim_end_matches('/');
    let path = path.strip_suffix("/responses").unwrap_or(path).trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}
