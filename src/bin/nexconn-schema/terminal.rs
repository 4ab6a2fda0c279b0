//! Foreign text on a terminal and in the log of a CI job.

use std::borrow::Cow;
use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use clap::ColorChoice;

use crate::generate::invisible;

/// Maximum length of a quoted text, in characters.
const MAX_QUOTED: usize = 200;
/// Maximum number of listed names.
const MAX_LISTED: usize = 20;

/// Prints a line, possibly with foreign text.
pub(crate) fn print_line(out: &mut dyn Write, line: &str) -> io::Result<()> {
    writeln!(out, "{}", printable(line))
}

/// Prints an error, which may contain foreign text.
pub(crate) fn print_error(out: &mut dyn Write, color: ColorChoice, error: &str) -> io::Result<()> {
    print_labelled(out, color, ("error", AnsiColor::Red), error)
}

/// Prints a warning, which may contain foreign text.
pub(crate) fn print_warning(out: &mut dyn Write, color: ColorChoice, warning: &str) -> io::Result<()> {
    print_labelled(out, color, ("warning", AnsiColor::Yellow), warning)
}

fn print_labelled(
    out: &mut dyn Write,
    color: ColorChoice,
    (label, of_label): (&str, AnsiColor),
    text: &str,
) -> io::Result<()> {
    let is_styled = is_styled(color, io::stderr().is_terminal());
    let style = if is_styled { of_label.on_default().bold() } else { Style::new() };
    writeln!(out, "{style}{label}:{style:#} {}", printable(text))
}

/// Whether to color text for a stream.
pub(crate) fn is_styled(color: ColorChoice, is_terminal: bool) -> bool {
    match color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => is_terminal && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    }
}

/// The value of `--color`, which help and usage errors need before the arguments are read.
pub(crate) fn color_of(arguments: impl Iterator<Item = OsString>) -> ColorChoice {
    let arguments: Vec<_> = arguments.map(|argument| argument.to_string_lossy().into_owned()).collect();
    let mut values =
        arguments.iter().enumerate().filter_map(|(index, argument)| match argument.strip_prefix("--color") {
            Some("") => arguments.get(index + 1).map(String::as_str),
            Some(value) => value.strip_prefix('='),
            None => None,
        });
    match values.next_back() {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ => ColorChoice::Auto,
    }
}

/// Returns the text without control sequences: invisible characters are escaped, and so are the marks by which
/// GitHub recognizes commands in a log (`::` at the start of a line, `##[` anywhere).
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    let text = invisible::show(text);
    if !text.contains("::") && !text.contains("##[") {
        return text;
    }
    let lines = text.split_inclusive('\n').map(|line| {
        let start = line.trim_start();
        let indent = &line[..line.len() - start.len()];
        let rest = start.strip_prefix("::").map_or(Cow::Borrowed(start), |rest| format!("\\u{{3a}}:{rest}").into());
        format!("{indent}{}", rest.replace("##[", "#\\u{23}["))
    });
    Cow::Owned(lines.collect())
}

/// Returns the first line of a foreign text, quoted and shortened.
pub(crate) fn quoted(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let start: String = line.chars().take(MAX_QUOTED).collect();
    let more = if start.len() < line.len() { "…" } else { "" };
    format!("{start:?}{more}")
}

/// Returns names of a foreign document, quoted and shortened.
pub(crate) fn listed<'a>(names: impl ExactSizeIterator<Item = &'a String>) -> String {
    let more = names.len().checked_sub(MAX_LISTED).filter(|more| *more > 0);
    let names: Vec<_> = names.take(MAX_LISTED).map(|name| quoted(name)).collect();
    let more = more.map(|more| format!(" and {more} more")).unwrap_or_default();
    if names.is_empty() { "none".to_owned() } else { format!("{}{more}", names.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn color_is_known_before_the_arguments_are_read() {
        for (arguments, expected) in [
            (vec!["diff"], ColorChoice::Auto),
            (vec!["--color", "always", "dif"], ColorChoice::Always),
            (vec!["diff", "--color=never"], ColorChoice::Never),
            (vec!["diff", "--color"], ColorChoice::Auto),
        ] {
            assert_eq!(color_of(arguments.iter().map(OsString::from)), expected, "{arguments:?}");
        }
        let print = |color| {
            let mut out = Vec::new();
            print_error(&mut out, color, "x\u{1b}").map(|()| out)
        };
        assert_eq!(print(ColorChoice::Never).ok().as_deref(), Some(b"error: x\\u{1b}\n".as_slice()));
        assert!(print(ColorChoice::Always).is_ok_and(|out| out.starts_with(b"\x1b[")));
    }

    #[test]
    fn control_sequences_and_log_commands_are_escaped() {
        for (text, expected) in [
            ("types::Order\n\tid", "types::Order\n\tid"),
            ("\u{1b}[31mred\u{9b}0m", "\\u{1b}[31mred\\u{9b}0m"),
            ("a\r\u{7}b", "a\\u{d}\\u{7}b"),
            ("\u{202e}x\u{2066}\u{200b}\u{feff}\u{2028}", "\\u{202e}x\\u{2066}\\u{200b}\\u{feff}\\u{2028}"),
            ("a\n  ::error::x", "a\n  \\u{3a}:error::x"),
            ("a ##[group]", "a #\\u{23}[group]"),
        ] {
            assert_eq!(printable(text), expected);
        }
    }
}
