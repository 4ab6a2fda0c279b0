//! The error of a run.

use std::error::Error as StdError;
use std::fmt;

use super::progress::{Progress, Turn};
use crate::error::Error;
use crate::types::{CreateResponseRequest, Usage};

/// The kind of a [`RunError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RunErrorKind {
    /// A request failed, or its response has the status `failed`, `incomplete` or `cancelled`. [`RunError::error`]
    /// returns the error.
    Request,
    /// The model called an unknown tool, after a call had been reported to it as invalid.
    UnknownTool,
    /// The arguments of a call aren't the JSON its tool takes, after a call had been reported to the model as
    /// invalid.
    InvalidArguments,
    /// A call has no name, no `call_id` or no arguments, after a call had been reported to the model as invalid. Or
    /// calls may be missing, because the output doesn't match the schema.
    Mismatch,
    /// An item needs an output that no function returns: an approval request, or a call of a tool that isn't a
    /// function. Set [`RunBuilder::on_item`](super::RunBuilder::on_item).
    Unhandled,
    /// The model calls tools in the last of the [turns](super::RunBuilder::max_turns).
    MaxTurns,
    /// The model calls tools, and the turns have used all [tokens](super::RunBuilder::max_tokens).
    MaxTokens,
    /// The run exceeds its [time limit](super::RunBuilder::time_limit).
    TimeLimit,
}

impl fmt::Display for RunErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request => "request failed",
            Self::UnknownTool => "unknown tool",
            Self::InvalidArguments => "invalid arguments",
            Self::Mismatch => "unexpected output",
            Self::Unhandled => "unhandled item",
            Self::MaxTurns => "too many turns",
            Self::MaxTokens => "too many tokens",
            Self::TimeLimit => "time limit exceeded",
        })
    }
}

/// The error of a run, with all turns up to it.
///
/// ```
/// use nexconn_responses::agent::{RunErrorKind, Toolbox};
/// use nexconn_responses::types::CreateResponseRequest;
/// use nexconn_responses::{Client, Error};
///
/// # async fn ask(client: &Client, request: &CreateResponseRequest, tools: &Toolbox) {
/// match client.run(request, tools).await {
///     Ok(output) => println!("{}", output.output_text()),
///     Err(error) if error.kind() == RunErrorKind::MaxTurns => {
///         println!("gave up after {} turns", error.turns().len());
///     }
///     Err(error) => {
///         let kind = error.error().map(Error::kind);
///         println!("{error} ({kind:?}), used {:?}", error.usage());
///     }
/// }
/// # }
/// ```
pub struct RunError(Box<Inner>);

struct Inner {
    kind: RunErrorKind,
    message: String,
    error: Option<Error>,
    progress: Progress,
}

/// The reason why a run ends early.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) kind: RunErrorKind,
    pub(super) message: String,
    error: Option<Error>,
}

impl Problem {
    pub(super) fn new(kind: RunErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), error: None }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self { kind: RunErrorKind::Request, message: error.to_string(), error: Some(error) }
    }
}

impl RunError {
    pub(super) fn new(problem: Problem, mut progress: Progress) -> Self {
        if let Some(response) = std::mem::take(&mut progress.partial).into_response() {
            progress.begin_turn(response);
        }
        let Problem { kind, message, error } = problem;
        Self(Box::new(Inner { kind, message, error, progress }))
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> RunErrorKind {
        self.0.kind
    }

    /// Returns the details.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns the error of the request, if a request failed.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.0.error.as_ref()
    }

    /// Returns all turns. The last one may be incomplete: a part of a streamed response, or a response without
    /// all outputs of its calls.
    #[must_use]
    pub fn turns(&self) -> &[Turn] {
        &self.0.progress.turns
    }

    /// Returns the tokens of all turns. Responses without `usage` don't count.
    #[must_use]
    pub fn usage(&self) -> &Usage {
        &self.0.progress.usage
    }

    /// Returns the last request. Its input is the conversation, or it continues a stored response.
    #[must_use]
    pub fn request(&self) -> &CreateResponseRequest {
        &self.0.progress.request
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.error {
            Some(error) => fmt::Display::fmt(error, f),
            None => write!(f, "{}: {}", self.0.kind, self.0.message),
        }
    }
}

impl fmt::Debug for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, message, error, progress } = &*self.0;
        f.debug_struct("RunError")
            .field("kind", kind)
            .field("message", message)
            .field("error", error)
            .field("turns", &progress.turns.len())
            .finish_non_exhaustive()
    }
}

impl StdError for RunError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.error.as_ref().and_then(|error| error.source())
    }
}
