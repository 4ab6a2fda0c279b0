//! Creates clients with default settings, or from the environment.

use crate::client::Client;
use crate::client::builder::ClientBuilder;
use crate::error::Error;

impl Client {
    /// Creates a client of the gateway with default settings.
    ///
    /// ```
    /// let client = nexconn_responses::Client::new("sk-0123456789")?;
    /// # Ok::<(), nexconn_responses::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the key is invalid, or the certificates
    /// of the operating system can't be loaded.
    pub fn new(api_key: impl Into<String>) -> Result<Self, Error> {
        Self::builder().api_key(api_key).build()
    }

    /// Creates a client with the API key in `NEXCONN_API_KEY`, and the base URL in `NEXCONN_BASE_URL` if that's set
    /// and not empty.
    ///
    /// # Errors
    ///
    /// See [`new`](Self::new). Also returns [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if
    /// `NEXCONN_API_KEY` isn't set.
    pub fn from_env() -> Result<Self, Error> {
        let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let Some(key) = set("NEXCONN_API_KEY") else {
            return Err(Error::configuration("the environment variable NEXCONN_API_KEY isn't set"));
        };
        let builder = Self::builder().api_key(key);
        match set("NEXCONN_BASE_URL") {
            Some(url) => builder.base_url(url).build(),
            None => builder.build(),
        }
    }

    /// Returns a builder for a client with other settings.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }
}
