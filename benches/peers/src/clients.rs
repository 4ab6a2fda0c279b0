//! The clients compared over loopback, with their default settings.

use async_openai::config::OpenAIConfig;
use async_openai::types::responses::{CreateResponse, ResponseStreamEvent};
use futures_util::StreamExt as _;
use nexconn_responses::Client;
use nexconn_responses::types::{CreateResponseRequest, StreamEvent};
use serde_json::Value;

use crate::{Outcome, samples};

/// Returns a runtime of one thread, so its CPU time is that of the client.
pub(crate) fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// This crate's client.
pub(crate) struct Ours {
    client: Client,
    pub(crate) request: CreateResponseRequest,
}

impl Ours {
    pub(crate) fn new(base_url: &str) -> Outcome<Self> {
        let request = serde_json::from_value(samples::request(false))?;
        Ok(Self { client: Client::builder().api_key("key").base_url(base_url).build()?, request })
    }

    pub(crate) async fn create(&self) -> Outcome<usize> {
        Ok(self.client.create(&self.request).await?.output_text().len())
    }

    /// Reads a stream to its end and returns the number of text deltas.
    pub(crate) async fn stream(&self, mut each: impl FnMut()) -> Outcome<usize> {
        let mut events = self.client.stream(&self.request).await?;
        let mut deltas = 0;
        while let Some(event) = events.next().await {
            deltas += usize::from(matches!(event?, StreamEvent::OutputTextDelta(_)));
            each();
        }
        Ok(deltas)
    }
}

/// async-openai's client.
pub(crate) struct AsyncOpenai {
    client: async_openai::Client<OpenAIConfig>,
    request: CreateResponse,
}

impl AsyncOpenai {
    pub(crate) fn new(base_url: &str) -> Outcome<Self> {
        let config = OpenAIConfig::new().with_api_key("key").with_api_base(base_url);
        let request = serde_json::from_value(samples::request(true))?;
        Ok(Self { client: async_openai::Client::with_config(config), request })
    }

    /// Reads a stream to its end and returns the number of text deltas.
    pub(crate) async fn stream(&self) -> Outcome<usize> {
        let mut events = self.client.responses().create_stream(self.request.clone()).await?;
        let mut deltas = 0;
        while let Some(event) = events.next().await {
            deltas += usize::from(matches!(event?, ResponseStreamEvent::ResponseOutputTextDelta(_)));
        }
        Ok(deltas)
    }
}

/// Plain reqwest with `serde_json::Value` for request and response.
pub(crate) struct Plain {
    client: reqwest::Client,
    url: String,
    request: Value,
}

impl Plain {
    pub(crate) fn new(base_url: &str) -> Self {
        let url = format!("{base_url}/responses");
        Self { client: reqwest::Client::new(), url, request: samples::request(false) }
    }

    pub(crate) async fn create(&self) -> Outcome<usize> {
        let request = self.client.post(&self.url).bearer_auth("key").json(&self.request);
        let reply: Value = request.send().await?.error_for_status()?.json().await?;
        Ok(reply["output"][0]["content"][0]["text"].as_str().unwrap_or_default().len())
    }
}
