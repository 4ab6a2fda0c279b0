//! Progress on standard error, on a terminal only.

use indicatif::{ProgressBar, ProgressStyle};

/// Returns a bar for a number of steps.
pub(crate) fn of_steps(count: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(count).unwrap_or(u64::MAX));
    styled(bar, "{bar:30} {pos} of {len} {msg}")
}

/// Returns a bar for a download, whose size may be unknown.
pub(crate) fn of_bytes(expected: Option<u64>) -> ProgressBar {
    match expected {
        Some(expected) => styled(ProgressBar::new(expected), "{bar:30} {bytes} of {total_bytes}"),
        None => styled(ProgressBar::no_length(), "{spinner} {bytes}"),
    }
}

fn styled(bar: ProgressBar, template: &str) -> ProgressBar {
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
