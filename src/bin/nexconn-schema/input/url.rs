//! URLs of sources, as messages and `source.toml` show them.

use reqwest::Url;

/// Whether the source is a URL instead of a file.
pub(super) fn is_url(source: &str) -> bool {
    let begins = |scheme: &str| source.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    source.contains("://") || begins("http:") || begins("https:")
}

/// Returns the source for messages: without user name and password.
pub(crate) fn shown(source: &str) -> String {
    if !is_url(source) {
        return source.to_owned();
    }
    let scheme = source.find(':').map_or(0, |colon| colon + 1);
    let slashes = source[scheme..].find(|c| !matches!(c, '/' | '\\')).map_or(source.len(), |at| scheme + at);
    let rest = &source[slashes..];
    // In an invalid URL, everything before an `@` may be a password.
    let authority = match Url::parse(source) {
        Ok(_) => rest.find(['/', '\\', '?', '#']).map_or(rest, |end| &rest[..end]),
        Err(_) => rest,
    };
    let host = authority.rfind('@').map_or(0, |at| at + 1);
    format!("{}{}", &source[..slashes], &rest[host..])
}

/// Returns a URL without user name and password; `None` if it isn't an absolute URL.
pub(crate) fn without_password(url: &str) -> Option<String> {
    let parsed = Url::parse(url).ok().filter(Url::has_host)?;
    let has_password = !parsed.username().is_empty() || parsed.password().is_some();
    Some(if has_password { shown(url) } else { url.to_owned() })
}

/// Returns the source as the page to remember: an https URL without user name, password and fragment.
pub(crate) fn page_url(source: &str) -> Option<String> {
    let url = without_password(source).filter(|url| Url::parse(url).is_ok_and(|url| url.scheme() == "https"))?;
    Some(url.split('#').next().unwrap_or_default().to_owned())
}
