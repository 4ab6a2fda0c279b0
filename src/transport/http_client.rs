//! Builds the HTTP client: TLS, proxies, pool.

use std::time::Duration;

use reqwest::{Client, Proxy, Url};

use crate::error::Error;
use crate::transport::connect_error::innermost;
use crate::transport::settings::{DEFAULT_CONNECT_TIMEOUT, DEFAULT_MAX_IDLE_CONNECTIONS, DEFAULT_POOL_IDLE_TIMEOUT};
use crate::transport::tls::{self, TlsOptions};

/// How to connect to the server.
#[derive(Clone, Default)]
pub(crate) struct HttpOptions {
    /// Replaces all other options.
    pub(crate) client: Option<Client>,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) proxy: ProxyOption,
    pub(crate) tls: TlsOptions,
    pub(crate) user_agent: Option<String>,
    pub(crate) max_idle_connections: Option<usize>,
    pub(crate) pool_idle_timeout: Option<Duration>,
}

#[derive(Clone, Default)]
pub(crate) enum ProxyOption {
    /// The proxy of the environment, except for this machine.
    #[default]
    Environment,
    None,
    /// A URL, possibly with a password.
    Url(String),
}

impl HttpOptions {
    pub(crate) fn build(self, base_url: &Url) -> Result<Client, Error> {
        if let Some(client) = self.client {
            return Ok(client);
        }
        let user_agent =
            self.user_agent.unwrap_or_else(|| concat!("nexconn-responses/", env!("CARGO_PKG_VERSION")).to_owned());
        let proxy = match &self.proxy {
            ProxyOption::Url(url) => Some(parse_proxy(url)?),
            ProxyOption::Environment | ProxyOption::None => None,
        };
        let needs_tls = base_url.scheme() == "https" || proxy.as_ref().is_some_and(|(_, url)| url.scheme() == "https");
        // A client for plain http loads no certificates, so it works on machines without any.
        let tls = if needs_tls { tls::platform_config(&self.tls) } else { tls::empty_config(&self.tls) };
        let tls = tls.map_err(|error| {
            let message = format!("TLS can't be set up: {error}; install CA certificates, or set SSL_CERT_FILE");
            Error::configuration(message).with_source(error)
        })?;
        let mut builder = Client::builder()
            .user_agent(user_agent)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.connect_timeout.unwrap_or(DEFAULT_CONNECT_TIMEOUT))
            .pool_max_idle_per_host(self.max_idle_connections.unwrap_or(DEFAULT_MAX_IDLE_CONNECTIONS))
            .pool_idle_timeout(self.pool_idle_timeout.unwrap_or(DEFAULT_POOL_IDLE_TIMEOUT))
            .tls_backend_preconfigured(tls)
            // Another crate may have turned on reqwest's features for these.
            .no_brotli()
            .no_deflate()
            .no_zstd();
        if cfg!(not(feature = "gzip")) {
            builder = builder.no_gzip();
        }
        if let Some((proxy, _)) = proxy {
            builder = builder.proxy(proxy);
        } else if matches!(self.proxy, ProxyOption::None) || tls::is_loopback(base_url) {
            builder = builder.no_proxy();
        }
        builder
            .build()
            .map_err(|error| Error::configuration(format!("the HTTP client can't be built: {}", innermost(&error))))
    }
}

/// Parses the URL of a proxy. Errors don't repeat it, because it may have a password.
fn parse_proxy(text: &str) -> Result<(Proxy, Url), Error> {
    let url = Url::parse(text.trim()).ok().filter(Url::has_host);
    let url = url.ok_or_else(|| Error::configuration("invalid proxy URL: it isn't of the form http://host:port"))?;
    let is_socks = matches!(url.scheme(), "socks4" | "socks4a" | "socks5" | "socks5h");
    if is_socks && !cfg!(feature = "socks") {
        return Err(Error::configuration("invalid proxy URL: SOCKS proxies need the feature `socks`"));
    }
    if !is_socks && !matches!(url.scheme(), "http" | "https") {
        return Err(Error::configuration("invalid proxy URL: the scheme isn't http, https, or SOCKS"));
    }
    let proxy = Proxy::all(url.clone()).map_err(|_| Error::configuration("invalid proxy URL"))?;
    Ok((proxy, url))
}
