//! How a subcommand ends.

use std::process::ExitCode;

/// Any error with exit code 1.
pub(crate) type BoxError = Box<dyn std::error::Error>;

/// The end of a command without an error. Scripts may rely on the exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// 0: ok.
    Ok,
    /// 4: stale files.
    Stale,
    /// 100: a change at or above `--fail-on`.
    Found,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Ok => Self::SUCCESS,
            Outcome::Stale => Self::from(4),
            Outcome::Found => Self::from(100),
        }
    }
}
