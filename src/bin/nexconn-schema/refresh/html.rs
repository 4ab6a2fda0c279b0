//! The text of an HTML page.
//!
//! Tags are left out, ends of lines and blocks are newlines, and character references are decoded. An HTML library
//! would build a tree and collapse white space, which has to stay.

/// An HTML page.
#[derive(Debug, Default)]
pub(super) struct Html {
    /// The visible text.
    pub(super) text: String,
    pub(super) scripts: Vec<String>,
}

/// Elements at which a line ends.
const LINES: [&str; 8] = ["br", "div", "dd", "dt", "li", "p", "td", "tr"];
/// Elements with blanks around them.
const BLOCKS: [&str; 13] = ["article", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "pre", "section", "table", "ul"];
/// Elements whose content isn't visible and has no tags.
const HIDDEN: [&str; 2] = ["script", "style"];

/// Whether a text is an HTML page, instead of one with some tags in it.
pub(super) fn is_likely(text: &str) -> bool {
    let start: String = text.chars().take(4096).collect::<String>().to_ascii_lowercase();
    start.starts_with('<') || ["<!doctype html", "<html", "<head", "<body"].iter().any(|mark| start.contains(mark))
}

/// Returns the title of a page; `None` if it has none.
pub(super) fn title(html: &str) -> Option<String> {
    let (_, rest) = html.split_once("<title")?;
    let (title, _) = rest.split_once('>')?.1.split_once("</title")?;
    Some(html_escape::decode_html_entities(title).into_owned()).filter(|title| !title.is_empty())
}

/// Reads a page. Unfinished markup is text, so it isn't taken for the end of a schema.
pub(super) fn read(html: &str) -> Html {
    let mut page = Html::default();
    let (mut rest, mut preformatted) = (html, 0_usize);
    while let Some((before, after)) = rest.split_once('<') {
        page.push(before, preformatted > 0);
        rest = &rest[before.len()..];
        if let Some(comment) = after.strip_prefix("!--") {
            let Some((_, after)) = comment.split_once("-->") else { break };
            rest = after;
            continue;
        }
        if !after.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)) {
            page.text.push('<');
            rest = after;
            continue;
        }
        let Some((tag, content)) = split_tag(after) else { break };
        let (name, is_end) = name(tag);
        if HIDDEN.contains(&name.as_str()) && !is_end {
            let Some((hidden, after)) = split_hidden(content, &name) else { break };
            if name == "script" {
                page.scripts.push(hidden.to_owned());
            }
            rest = after;
            continue;
        }
        rest = content;
        if BLOCKS.contains(&name.as_str()) {
            page.text.push_str(if is_end || preformatted == 0 { "\n\n" } else { "\n" });
        } else if LINES.contains(&name.as_str()) && (is_end || name == "br") {
            // The last cell of a row ends its line.
            if name != "tr" || !page.text.ends_with('\n') {
                page.text.push('\n');
            }
        }
        if name == "pre" {
            preformatted = if is_end { preformatted.saturating_sub(1) } else { preformatted + 1 };
        }
    }
    page.push(rest, preformatted > 0);
    page
}

impl Html {
    fn push(&mut self, text: &str, preformatted: bool) {
        // Outside `<pre>`, line ends between tags aren't visible.
        if preformatted || !text.contains('\n') || !text.trim().is_empty() {
            html_escape::decode_html_entities_to_string(text, &mut self.text);
        }
    }
}

/// Splits the text after a `<` at its `>`, which isn't in quotes. If there's another `<` before it, this isn't a tag.
fn split_tag(text: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'<') => return None,
            (None, b'>') => return Some((&text[..at], &text[at + 1..])),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// Returns the name of a tag, and whether it's an end tag.
fn name(tag: &str) -> (String, bool) {
    let is_end = tag.starts_with('/');
    let name = tag.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    (name.to_ascii_lowercase(), is_end)
}

/// Splits the content of a script or style sheet from the text after it.
fn split_hidden<'a>(text: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    let ends = |at: usize| text.as_bytes().get(at + 2..at + 2 + name.len());
    let end = text
        .match_indices("</")
        .map(|(at, _)| at)
        .find(|at| ends(*at).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes())));
    end.map(|end| (&text[..end], &text[end..]))
}
