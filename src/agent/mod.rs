//! Agents: tools from functions, and the loop that runs them. Needs the feature `agent`.
//!
//! Add functions to a [`Toolbox`], and pass it to [`Client::run`](crate::Client::run) with a request.

mod dispatch;
mod error;
mod event;
mod output;
mod progress;
mod run;
mod running;
mod stream;
mod toolbox;

pub use error::{RunError, RunErrorKind};
pub use event::RunEvent;
pub use output::{IntoToolOutput, ToolError};
pub use progress::{RunOutput, Turn};
pub use run::{DEFAULT_MAX_PARALLEL_CALLS, DEFAULT_MAX_TURNS, DEFAULT_TIME_LIMIT, RunBuilder};
pub use stream::RunStream;
pub use toolbox::Toolbox;
