//! API keys: one for all requests, or the current one of a provider.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use http::HeaderValue;

use crate::error::redact::Redactor;
use crate::error::{Error, ErrorKind};

/// The future of an [`ApiKeyProvider`].
pub type ApiKeyFuture = Pin<Box<dyn Future<Output = Result<String, Box<dyn StdError + Send + Sync>>> + Send>>;

/// Provides API keys that change. Set it with
/// [`ClientBuilder::api_key_provider`](crate::ClientBuilder::api_key_provider).
///
/// The client calls it before each attempt, so cache the key. If the server rejects a key with status 401, the client
/// calls it once more, with `refresh` set, and repeats the attempt.
///
/// ```
/// use std::sync::Arc;
/// use nexconn_responses::{ApiKeyFuture, ApiKeyProvider, Client};
///
/// /// Reads the key from a file that another process renews.
/// #[derive(Debug)]
/// struct KeyFile;
///
/// impl ApiKeyProvider for KeyFile {
///     fn api_key(&self, _refresh: bool) -> ApiKeyFuture {
///         Box::pin(async {
///             let key = std::fs::read_to_string("/run/secrets/nexconn")?;
///             Ok(key.trim().to_owned())
///         })
///     }
/// }
///
/// let client = Client::builder().api_key_provider(Arc::new(KeyFile));
/// ```
pub trait ApiKeyProvider: fmt::Debug + Send + Sync {
    /// Returns the current key. With `refresh`, the server has rejected the last one.
    fn api_key(&self, refresh: bool) -> ApiKeyFuture;
}

/// The form of the `Authorization` header.
///
/// ```
/// use nexconn_responses::{AuthScheme, Client};
///
/// let client = Client::builder()
///     .api_key("sk-0123456789")
///     .auth_scheme(AuthScheme::Raw)
///     .build()?;
/// # Ok::<(), nexconn_responses::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthScheme {
    /// `Authorization: Bearer KEY`, as in recorded traffic.
    #[default]
    Bearer,
    /// `Authorization: KEY`, as on the gateway's page.
    Raw,
}

/// Where the `Authorization` header comes from.
#[derive(Clone)]
pub(crate) enum Credentials {
    Fixed(HeaderValue),
    Provider(Arc<dyn ApiKeyProvider>, AuthScheme),
}

impl Credentials {
    /// Checks a fixed key, and adds it to the redacted keys.
    pub(crate) fn fixed(key: &str, scheme: AuthScheme, redactor: &Redactor) -> Result<Self, Error> {
        let value = authorization(key, scheme).ok_or_else(|| {
            let message = "invalid API key: it has a space, a line break, or a character that isn't printable ASCII";
            Error::configuration(message)
        })?;
        redactor.add(key);
        Ok(Self::Fixed(value))
    }

    pub(crate) fn can_refresh(&self) -> bool {
        matches!(self, Self::Provider(..))
    }

    /// Returns the header of the next attempt.
    pub(crate) async fn authorization(&self, refresh: bool, redactor: &Redactor) -> Result<HeaderValue, Error> {
        let (provider, scheme) = match self {
            Self::Fixed(value) => return Ok(value.clone()),
            Self::Provider(provider, scheme) => (provider, *scheme),
        };
        let failed = |message: &str| Error::new(ErrorKind::Authentication, message);
        match provider.api_key(refresh).await {
            Ok(key) => {
                redactor.add(&key);
                authorization(&key, scheme).ok_or_else(|| failed("the API key provider returned an invalid key"))
            }
            Err(error) => Err(failed("the API key provider failed").with_source(error).redacted(redactor)),
        }
    }
}

fn authorization(key: &str, scheme: AuthScheme) -> Option<HeaderValue> {
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let text = match scheme {
        AuthScheme::Bearer => format!("Bearer {key}"),
        AuthScheme::Raw => key.to_owned(),
    };
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
