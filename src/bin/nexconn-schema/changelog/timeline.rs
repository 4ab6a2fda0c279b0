//! A picture of the breaking, additive and patch changes of each commit.

use super::entry::Entry;
use crate::diff::Level;
use crate::diff::page::escape;

/// The sizes of the picture.
const HEIGHT: usize = 120;
const AXIS: usize = 100;
const BAR: usize = 14;
const GAP: usize = 6;
const LEFT: usize = 10;

/// Where the colors come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colors {
    /// The styles of the page.
    OfPage,
    /// The picture itself, for a file.
    Fixed,
}

/// The styles of a picture without page: readable on light and dark.
const STYLE: &str = "<style>text { fill: #7d8590; font: 11px sans-serif } .axis { fill: #7d8590; stroke: #7d8590 } \
                     .major { fill: #e5534b } .minor { fill: #c69026 } .patch { fill: #57ab5a }</style>\n";

/// The picture as SVG: a bar for each commit, the oldest at the left.
pub(super) fn picture(entries: &[Entry], colors: Colors) -> String {
    let width = LEFT * 2 + entries.len().max(12) * (BAR + GAP);
    let mut out = format!(
        "<svg class=\"timeline\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {HEIGHT}\" width=\"{width}\" \
         height=\"{HEIGHT}\" role=\"img\" aria-label=\"Changes of each commit\">\n"
    );
    if colors == Colors::Fixed {
        out += STYLE;
    }
    out += &format!("<line class=\"axis\" x1=\"0\" y1=\"{AXIS}\" x2=\"{width}\" y2=\"{AXIS}\"/>\n");
    let most = entries.iter().map(|entry| levels(entry).iter().map(|(_, count)| count).sum()).max().unwrap_or(0);
    for (index, entry) in entries.iter().rev().enumerate() {
        let bar = bar(entry, LEFT + index * (BAR + GAP), most);
        out += &match colors {
            Colors::OfPage => format!("<a href=\"#commit-{}\">{bar}</a>\n", entry.id),
            Colors::Fixed => format!("<g>{bar}</g>\n"),
        };
    }
    if let (Some(first), Some(last)) = (entries.last(), entries.first()) {
        out += &format!("<text x=\"{LEFT}\" y=\"{}\">{}</text>\n", HEIGHT - 6, first.date);
        if first.date != last.date {
            let x = width - LEFT;
            out += &format!("<text x=\"{x}\" y=\"{}\" text-anchor=\"end\">{}</text>\n", HEIGHT - 6, last.date);
        }
    }
    out + "</svg>\n"
}

/// The numbers of changes, the most severe first.
fn levels(entry: &Entry) -> Vec<(Level, usize)> {
    entry.counts().map(|(_, counts)| counts.levels.to_vec()).unwrap_or_default()
}

/// The stacked bar of a commit. Its height is the square root of the number, so single changes stay visible.
fn bar(entry: &Entry, x: usize, most: usize) -> String {
    let levels = levels(entry);
    let total: usize = levels.iter().map(|(_, count)| count).sum();
    let title: Vec<_> = levels.iter().map(|(level, count)| format!("{count} {}", level.name())).collect();
    let title = if total == 0 { "no comparison".to_owned() } else { title.join(", ") };
    let mut out = format!("<title>{} {}: {title}</title>", entry.date, escape(&entry.id));
    let height = ((AXIS - 10) * (total * 100).isqrt()).checked_div((most * 100).isqrt()).unwrap_or(0).max(2);
    let mut y = AXIS;
    for (level, count) in levels.into_iter().rev().filter(|(_, count)| *count > 0) {
        let part = (height * count / total).max(2);
        y = y.saturating_sub(part);
        let class = level.name();
        out += &format!("<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{BAR}\" height=\"{part}\"/>");
    }
    if total == 0 {
        out += &format!("<rect class=\"axis\" x=\"{x}\" y=\"{}\" width=\"{BAR}\" height=\"2\"/>", AXIS - 2);
    }
    out
}

/// The timeline as text: a line for each commit.
pub(super) fn text(entries: &[Entry]) -> String {
    let mut out = String::new();
    for entry in entries {
        let counts = levels(entry).into_iter().filter(|(_, count)| *count > 0);
        let marks: String = counts
            .map(|(level, count)| {
                let mark = match level {
                    Level::Major => "█",
                    Level::Minor => "▓",
                    Level::Patch | Level::None => "░",
                };
                mark.repeat((count * 4).isqrt().clamp(1, 40))
            })
            .collect();
        out += &format!("{} {} {marks}\n", entry.date, entry.id);
    }
    out + "█ major  ▓ minor  ░ patch\n"
}
