//! Finds the JSON Schema in the text of a page, whole or cut.
//!
//! The text of the schema stays as published, but for blanks that aren't JSON's. A cut schema is closed.

use std::borrow::Cow;

use super::scan::{End, Scan};
use super::tokens::{is_blank, open_brackets};
use super::views::{self, View};
use crate::generate::json::MAX_DEPTH;
use crate::generate::source::Cut;

/// Maximum number of schemas on a page.
const MAX_SCHEMAS: usize = 64;
/// A `'` within a word in single quotes, as shells have it.
const SHELL_QUOTES: [&str; 2] = ["'\\''", "'\"'\"'"];

/// The contents of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// The text of the schema as published, up to the cut if there is one.
    pub(super) schema: String,
    pub(super) cut: Option<Cut>,
    /// The URL in the `curl` example.
    pub(super) url: Option<String>,
    /// The line `Modified at …`.
    pub(super) modified: Option<String>,
    /// The list below `Currently supported models:`.
    pub(super) models: Vec<String>,
    /// Whether the schema has the expected title.
    pub(super) is_expected: bool,
}

/// Why a text has no schema to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// It has none.
    NoSchema,
    /// It has an invalid one.
    Invalid(String),
}

/// A copy of a schema on a page.
struct Copy<'a> {
    text: Cow<'a, str>,
    /// Its start in the view.
    start: usize,
    is_shell_word: bool,
}

/// Reads a page, or the text of a schema.
///
/// If the page has several schemas, those with the expected title count, and of these the longest valid copy.
pub(super) fn read(text: &str, title: Option<&str>) -> Result<Page, Missing> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut best: Result<Page, Missing> = Err(Missing::NoSchema);
    for view in views::all(text) {
        let found = in_view(&view, title);
        best = match (best, found) {
            (Ok(best), Ok(page)) => Ok(better(best, page)),
            (Err(Missing::NoSchema), found) | (Err(_), found @ Ok(_)) => found,
            (best, Err(_)) => best,
        };
    }
    best.map(|page| with_metadata(page, text))
}

/// Returns the better of two: the one with the expected title, the longer one, or the first one.
pub(super) fn better(first: Page, second: Page) -> Page {
    let rank = |page: &Page| (page.is_expected, page.schema.len());
    if rank(&second) > rank(&first) { second } else { first }
}

fn in_view(view: &View<'_>, title: Option<&str>) -> Result<Page, Missing> {
    let copies = copies(&view.text);
    let mut scans: Vec<_> = copies.iter().map(|copy| (copy, scan(copy))).collect();
    let is_expected =
        |scan: &Scan<'_>| title.is_some() && scan.title().map(|title| plain_blanks(&title)).as_deref() == title;
    let has_expected = scans.iter().any(|(_, scan)| is_expected(scan));
    scans.retain(|(_, scan)| is_expected(scan) == has_expected);
    if scans.len() > MAX_SCHEMAS {
        return Err(Missing::Invalid(format!("the page has more than {MAX_SCHEMAS} schemas; save one of them")));
    }
    let mut best: Option<(&Scan<'_>, bool)> = None;
    let mut invalid = None;
    for (copy, scan) in &scans {
        let is_whole = match scan.end() {
            End::Whole if is_closed_twice(view, copy, scan) => {
                let problem = "the object is closed, but another bracket follows";
                invalid = invalid.or_else(|| Some(damage(view, copy, scan.text().len(), problem)));
                continue;
            }
            End::Whole => true,
            End::Stopped => false,
            End::Damaged(at, problem) => {
                invalid = invalid.or_else(|| Some(damage(view, copy, at, &problem)));
                continue;
            }
            End::TooDeep => {
                let (line, column) = position(view, copy, scan.text().len());
                let problem = format!("line {line}, column {column}: the schema nests deeper than {MAX_DEPTH} levels");
                invalid = Some(problem);
                continue;
            }
        };
        if best.is_none_or(|(best, _)| scan.text().len() > best.text().len()) {
            best = Some((scan, is_whole));
        }
    }
    match (best, invalid) {
        // A cut copy may lack a part that a damaged one has.
        (Some((_, false)) | None, Some(problem)) => Err(Missing::Invalid(problem)),
        (None, None) => Err(Missing::NoSchema),
        (Some((scan, _)), _) => {
            let is_renamed = has_expected && scan.title().as_deref() != title;
            let schema = with_json_blanks(scan.text(), is_renamed);
            let cut = scan.cut();
            Ok(Page { schema, cut, url: None, modified: None, models: Vec::new(), is_expected: has_expected })
        }
    }
}

/// Whether an unmatched bracket follows, so one in the schema is too many.
fn is_closed_twice(view: &View<'_>, copy: &Copy<'_>, scan: &Scan<'_>) -> bool {
    scan.rest().trim_start_matches(is_blank).starts_with(['}', ']']) && open_brackets(&view.text[..copy.start]) == 0
}

fn scan<'a>(copy: &'a Copy<'_>) -> Scan<'a> {
    let scan = Scan::run(&copy.text);
    if copy.is_shell_word { scan.without_shell_quote() } else { scan }
}

fn damage(view: &View<'_>, copy: &Copy<'_>, at: usize, problem: &str) -> String {
    let (line, column) = position(view, copy, at);
    format!("line {line}, column {column}: the schema isn't valid JSON, and it doesn't end here: {problem}")
}

/// Line and column in the source of an offset in a copy.
fn position(view: &View<'_>, copy: &Copy<'_>, at: usize) -> (usize, usize) {
    let rest = &copy.text[..at];
    // Quotes of the shell are longer in the source than in the copy.
    let mut source = copy.start;
    for c in rest.chars() {
        let text = &view.text[source..];
        let quote = SHELL_QUOTES.iter().find(|quote| c == '\'' && copy.is_shell_word && text.starts_with(**quote));
        source += quote.map_or(c.len_utf8(), |quote| quote.len());
    }
    view.position(source.min(view.text.len()))
}

/// Finds all objects with a `$schema`.
fn copies(text: &str) -> Vec<Copy<'_>> {
    let mut copies = Vec::new();
    let mut next = 0;
    while let Some(brace) = text[next..].find('{').map(|at| next + at) {
        let word = shell_word(text, brace);
        let is_shell_word = is_quoted(text, brace);
        let (last_token, starts) = {
            let scan = Scan::run(word.as_ref().map_or(&text[brace..], |(word, _)| word));
            (scan.last_token(), scan.schemas().to_vec())
        };
        for start in &starts {
            let copy = match &word {
                Some((word, _)) => Cow::Owned(word[*start..].to_owned()),
                None => Cow::Borrowed(&text[brace + start..]),
            };
            copies.push(Copy { text: copy, start: brace + start, is_shell_word });
        }
        next = brace
            + match word {
                Some((_, length)) if !starts.is_empty() => length,
                Some(_) => 1,
                None => last_token.max(1),
            };
    }
    copies
}

fn is_quoted(text: &str, start: usize) -> bool {
    text[..start].trim_end_matches(is_blank).ends_with('\'')
}

/// The word in single quotes around an object, without the shell's escapes, and its length in the text; `None` if it
/// has no escapes.
fn shell_word(text: &str, start: usize) -> Option<(String, usize)> {
    if !is_quoted(text, start) {
        return None;
    }
    let mut word = String::new();
    let mut rest = &text[start..];
    while let Some((before, _)) = rest.split_once('\'') {
        word += before;
        rest = &rest[before.len()..];
        let Some(quote) = SHELL_QUOTES.iter().find(|quote| rest.starts_with(**quote)) else { break };
        word.push('\'');
        rest = &rest[quote.len()..];
    }
    // Without an escape, a quote in it isn't the shell's.
    word.contains('\'').then(|| (word, text.len() - start - rest.len()))
}

fn with_metadata(page: Page, text: &str) -> Page {
    let after = |mark: &str| text.split_once(mark).map(|(_, rest)| rest);
    let listed = after("Currently supported models:").unwrap_or_default().trim_start();
    Page {
        url: after("curl --location '").and_then(|rest| rest.split_once('\'')).map(|(url, _)| url.to_owned()),
        modified: text.lines().find_map(|line| Some(line.trim().strip_prefix("Modified at")?.trim().to_owned())),
        models: listed.lines().map_while(model).map(str::to_owned).collect(),
        ..page
    }
}

/// The model in a line of a list, as plain text or Markdown; `None` at the end of the list.
fn model(line: &str) -> Option<&str> {
    let line = line.trim().trim_start_matches(['-', '*', '•', '>']).trim().trim_matches('`');
    let is_name = line.chars().all(|c| c.is_ascii_alphanumeric() || "/-_.:".contains(c));
    (is_name && line.contains(|c: char| c == '/' || c.is_ascii_digit())).then_some(line)
}

/// Returns a text with an ordinary blank for each wide one.
fn plain_blanks(text: &str) -> String {
    text.replace(is_wide_blank, " ")
}

/// Whether a character is a blank of a page's layout: non-breaking, or of a special width.
fn is_wide_blank(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}')
}

/// Returns the text with JSON's blanks between its tokens; in strings too, if the page shows all blanks as wide ones.
fn with_json_blanks(text: &str, in_strings: bool) -> String {
    let in_strings = in_strings || !text.contains(' ');
    let (mut in_string, mut is_escaped) = (false, false);
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '"' && !is_escaped {
            in_string = !in_string;
        }
        is_escaped = in_string && c == '\\' && !is_escaped;
        match c {
            '\n' | '\t' => plain.push(c),
            _ if !in_string && c.is_whitespace() => plain.push(' '),
            // Zero-width.
            _ if !in_string && is_blank(c) => {}
            _ if in_string && in_strings && is_wide_blank(c) => plain.push(' '),
            _ => plain.push(c),
        }
    }
    plain
}
