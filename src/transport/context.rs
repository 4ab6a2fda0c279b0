//! The parts of the client for sending a request and reading its response.

use std::sync::Arc;

use reqwest::Url;

use crate::error::redact::Redactor;
use crate::transport::attempt::AttemptHook;
use crate::transport::clock::Clock;
use crate::transport::credentials::Credentials;
use crate::transport::retry::RetryPolicy;
use crate::transport::settings::Settings;

/// The connections, credentials and clock of a client, with the settings of a request.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) http: reqwest::Client,
    pub(crate) credentials: Credentials,
    pub(crate) redactor: Redactor,
    /// Without a trailing slash.
    pub(crate) base_url: Arc<Url>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) retry_policy: Arc<dyn RetryPolicy>,
    pub(crate) on_attempt: AttemptHook,
    pub(crate) settings: Settings,
}
