//! Options of single requests.

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue};

use crate::error::Error;

/// The option methods of a type whose settings are in `self.context.settings`.
macro_rules! request_options {
    () => {
        /// Overrides [`ClientBuilder::timeout`](crate::ClientBuilder::timeout): the timeout of each attempt.
        pub fn timeout(mut self, timeout: std::time::Duration) -> Self {
            self.context.settings.timeout = timeout;
            self
        }

        /// Overrides [`ClientBuilder::deadline`](crate::ClientBuilder::deadline): the time limit for all attempts and
        /// delays together.
        pub fn deadline(mut self, deadline: std::time::Duration) -> Self {
            self.context.settings.deadline = Some(deadline);
            self
        }

        /// Overrides [`ClientBuilder::idle_timeout`](crate::ClientBuilder::idle_timeout): the maximum time between
        /// two reads of a stream.
        pub fn idle_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.context.settings.idle_timeout = Some(timeout);
            self
        }

        /// Overrides [`ClientBuilder::max_retries`](crate::ClientBuilder::max_retries).
        pub fn max_retries(mut self, max_retries: u32) -> Self {
            self.context.settings.max_retries = max_retries;
            self
        }

        /// Overrides [`ClientBuilder::max_event_size`](crate::ClientBuilder::max_event_size), in bytes.
        pub fn max_event_size(mut self, bytes: usize) -> Self {
            self.context.settings.max_event_size = bytes;
            self
        }

        /// Overrides [`ClientBuilder::max_body_size`](crate::ClientBuilder::max_body_size), in bytes.
        pub fn max_body_size(mut self, bytes: usize) -> Self {
            self.context.settings.max_body_size = bytes;
            self
        }

        /// Sets a header. It replaces one of the same name that's set on the client.
        ///
        /// # Errors
        ///
        /// Returns [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the name or the value is invalid,
        /// or if it's `Authorization` or `Content-Type`, which the client sets.
        pub fn header(
            mut self,
            name: impl TryInto<http::HeaderName>,
            value: impl TryInto<http::HeaderValue>,
        ) -> Result<Self, crate::Error> {
            let (name, value) = crate::client::options::header(name.try_into().ok(), value.try_into().ok())?;
            self.context.settings.headers.insert(name, value);
            Ok(self)
        }

        /// Adds a query parameter, percent-encoded.
        pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
            self.context.settings.query.push((name.into(), value.into()));
            self
        }
    };
}
pub(crate) use request_options;

/// Checks a header. The error doesn't repeat the value, which may be a secret.
pub(crate) fn header(name: Option<HeaderName>, value: Option<HeaderValue>) -> Result<(HeaderName, HeaderValue), Error> {
    let name = name.ok_or_else(|| Error::configuration("invalid header name"))?;
    if name == AUTHORIZATION || name == CONTENT_TYPE {
        return Err(Error::configuration(format!("the client sets the header {name} itself")));
    }
    let mut value = value.ok_or_else(|| Error::configuration(format!("invalid value of the header {name}")))?;
    value.set_sensitive(true);
    Ok((name, value))
}
