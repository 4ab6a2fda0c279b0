//! A report for the terminal: a summary, an overview, and each change in its place in the schema.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group as Message, Level as Grade, Renderer, Snippet};
use anstyle::{AnsiColor, Style};

use super::summary::{self, Cause, Group};
use super::text;
use crate::diff::finding::{Finding, Level, Location, Report};
use crate::snapshot::Side;
use crate::terminal::printable;

/// Number of causes from which on a report has an overview before the details.
const MIN_OVERVIEW: usize = 6;

/// The form of a report on a terminal.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Screen {
    /// Whether to use colors.
    pub(crate) is_styled: bool,
    /// The number of columns; without it, lines aren't wrapped.
    pub(crate) width: Option<usize>,
}

impl Screen {
    fn styled(self, style: Style, text: &str) -> String {
        if self.is_styled { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn heading(self, text: &str) -> String {
        self.styled(Style::new().bold().underline(), text)
    }

    fn level(self, level: Level) -> String {
        let color = match level {
            Level::Major => AnsiColor::BrightRed,
            Level::Minor => AnsiColor::BrightYellow,
            Level::Patch | Level::None => AnsiColor::BrightGreen,
        };
        self.styled(color.on_default().bold(), &format!("{:5}", level.name()))
    }

    /// Wraps a text at spaces, `indent` columns from the left.
    fn wrapped(self, text: &str, indent: usize) -> String {
        let Some(width) = self.width.map(|width| width.saturating_sub(indent).max(40)) else { return text.to_owned() };
        let (mut wrapped, mut column) = (String::new(), 0);
        for (index, word) in text.split(' ').enumerate() {
            let length = word.chars().count();
            if index > 0 && column + 1 + length > width {
                wrapped.push('\n');
                column = 0;
            } else if index > 0 {
                wrapped.push(' ');
                column += 1;
            }
            wrapped.push_str(word);
            column += length;
        }
        wrapped
    }
}

/// The report as text.
pub(crate) fn write(report: &Report, old: &Side, new: &Side, screen: Screen) -> String {
    let sections =
        [("", summary::groups(&report.findings)), ("Schema-only changes", summary::groups(&report.schema_only))];
    let mut out = String::new();
    for (index, line) in text::summary(report).into_iter().enumerate() {
        out += &if index == 0 { screen.styled(Style::new().bold(), &line) } else { line };
        out.push('\n');
    }
    out.push('\n');
    let causes = sections.iter().flat_map(|(_, groups)| groups).map(|group| group.causes.len()).sum::<usize>();
    if causes >= MIN_OVERVIEW {
        out += &format!("{}\n", screen.heading("Overview"));
        out.extend(sections.iter().map(|(title, groups)| overview(title, groups, screen)));
        out.push('\n');
    }
    for (title, groups) in sections.iter().filter(|(_, groups)| !groups.is_empty()) {
        if !title.is_empty() {
            out += &format!("{}\n\n", screen.heading(title));
        }
        for group in groups {
            out += &format!("{}\n", screen.styled(Style::new().bold(), &text::safe(&group.title)));
            out.extend(group.causes.iter().map(|cause| details(cause, old, new, screen)));
        }
    }
    out += &lists(report, screen);
    out.truncate(out.trim_end().len());
    out + "\n"
}

/// A line for each cause.
fn overview(title: &str, groups: &[Group<'_>], screen: Screen) -> String {
    let mut out = String::new();
    if !title.is_empty() && !groups.is_empty() {
        out += &format!("  {title}\n");
    }
    for group in groups {
        out += &format!("  {}\n", text::safe(&group.title));
        for Cause { first, others } in &group.causes {
            let more = if others.is_empty() { String::new() } else { format!(" (and {} like it)", others.len()) };
            let most = screen.width.unwrap_or(120).max(60) - 12 - more.len();
            let change = text::cut(&text::change(first), most.saturating_sub(first.rule.id().len() + 2));
            out += &format!("    {} {}: {change}{more}\n", screen.level(first.semver), first.rule.id());
        }
    }
    out
}

/// A cause in its place in the schema.
fn details(cause: &Cause<'_>, old: &Side, new: &Side, screen: Screen) -> String {
    let renderer = if screen.is_styled { Renderer::styled() } else { Renderer::plain() };
    let renderer = screen.width.map_or(renderer.clone(), |width| renderer.term_width(width));
    let notes = text::notes(cause.first).into_iter().chain(text::others(cause));
    let message = notes.fold(message(cause.first, old, new), |message, note| {
        message.element(Grade::NOTE.no_name().message(screen.wrapped(&note, 6)))
    });
    format!("{}\n\n", renderer.render(&[message]))
}

/// The changes without a finding, and the problems of the overlay.
fn lists(report: &Report, screen: Screen) -> String {
    let mut out = String::new();
    let mut list = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            let lines = lines.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n");
            out += &format!("{}\n{lines}\n\n", screen.heading(title));
        }
    };
    let unclassified = report.unclassified.iter().map(|found| {
        let path = found.rust_path.as_deref().or(found.pointer.as_deref()).unwrap_or_default();
        format!("{}: {}", found.semver.name(), text::item(path, found.before.as_deref(), found.after.as_deref()))
    });
    list("Unclassified changes (no rule matches them; review each)", unclassified.collect());
    let changes = report.generator_changes.iter().map(|found| {
        format!(
            "{}: {}",
            found.semver.name(),
            text::item(&found.rust_path, found.before.as_deref(), found.after.as_deref())
        )
    });
    list("Generator changes (the generator differs, not the schema)", changes.collect());
    let problems = report.overlay.iter().map(|found| {
        let (help, toml) = text::help(&found.help);
        let toml = toml.map(|toml| format!("\n\n{toml}\n").replace('\n', "\n    ")).unwrap_or_default();
        let (place, problem) = (text::safe(&found.place), text::message(&found.problem));
        format!("{place} ({} side): {problem}\n    help: {help}{}", found.side, toml.trim_end())
    });
    list("Overlay problems", problems.collect());
    out
}

/// A finding in its place in the schema.
fn message<'a>(finding: &'a Finding, old: &'a Side, new: &'a Side) -> Message<'a> {
    let grade = match finding.semver {
        Level::Major => Grade::ERROR,
        Level::Minor => Grade::WARNING,
        Level::Patch | Level::None => Grade::NOTE,
    };
    let title = grade.with_name(finding.semver.name()).primary_title(text::change(finding)).id(finding.rule.id());
    let message = Message::with_title(title);
    let label = finding.rule.meaning();
    let location = finding.new.as_ref().map(|location| (location, new));
    // A removed part is shown on the old side, whose name tells the two files apart.
    let location = location.or(finding.old.as_ref().map(|location| (location, old)));
    let Some((location, side)) = location else { return message };
    let path = text::safe(&match finding.new {
        Some(_) => location.file.clone(),
        None => format!("{} ({})", location.file, side.name),
    });
    match (shown(location, side), location.line) {
        (Some((text, range)), Some(line)) => {
            let annotation = AnnotationKind::Primary.span(range).label(label);
            message.element(Snippet::source(text).line_start(line).path(path).annotation(annotation))
        }
        _ => message.element(Grade::NOTE.no_name().message(format!("{}: {label}", text::place(location)))),
    }
}

/// The line of a location and the range to mark in it. The renderer reads all its text.
fn shown(location: &Location, side: &Side) -> Option<(String, Range<usize>)> {
    let (range, line) = (location.range.as_ref()?, location.shown.as_ref()?);
    let text = side.texts.get(&location.file)?;
    let end = range.end.min(line.end);
    let [before, marked, after] =
        [line.start..range.start, range.start..end, end..line.end].map(|range| text.get(range).map(printable));
    let (before, marked, after) = (before?, marked?, after?);
    Some((format!("{before}{marked}{after}"), before.len()..before.len() + marked.len()))
}
