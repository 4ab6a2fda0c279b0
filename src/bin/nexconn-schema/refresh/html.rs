//! The text of a page in HTML.
//!
//! Place in the flow: `form.rs` hands it what looks like HTML; `page.rs` reads the text that comes out.
//! No more of HTML is understood than that needs: tags are left out, the ends of lines and blocks are
//! newlines, named characters are decoded. A browser's tree and layout would be a library of their own,
//! and would wrap and collapse what has to stay as it is.

/// A page in HTML.
#[derive(Debug, Default)]
pub(crate) struct Html {
    /// What it shows.
    pub(crate) text: String,
    /// The scripts that are JSON data.
    pub(crate) data: Vec<String>,
}

/// Elements whose ends, and `<br>`, end a line.
const LINES: [&str; 8] = ["br", "div", "dd", "dt", "li", "p", "td", "tr"];
/// Elements that stand apart from what is before and after.
const APART: [&str; 13] = ["article", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "pre", "section", "table", "ul"];
/// Elements whose content is no text of the page, and has no tags.
const HIDDEN: [&str; 2] = ["script", "style"];

/// Whether a text is a page in HTML, and not one that merely has some tags in it.
pub(crate) fn is_likely(text: &str) -> bool {
    let start: String = text.chars().take(4096).collect::<String>().to_ascii_lowercase();
    start.starts_with('<') || ["<!doctype html", "<html", "<head", "<body"].iter().any(|mark| start.contains(mark))
}

/// What a text without a schema is, for messages.
pub(crate) fn described(text: &str) -> String {
    if text.is_empty() {
        return "empty".to_owned();
    }
    if !is_likely(text) {
        return format!("a text that begins with {}", super::form::quoted(text));
    }
    let title = text.split_once("<title").and_then(|(_, rest)| rest.split_once('>')).map_or("", |(_, rest)| rest);
    let title = title.split_once("</title").map_or("", |(title, _)| title);
    let said = if title.is_empty() { read(text).text } else { html_escape::decode_html_entities(title).into_owned() };
    format!("a page in HTML that says {}", super::form::quoted(&said))
}

/// Reads a page, once from its beginning to its end.
pub(crate) fn read(html: &str) -> Html {
    let mut page = Html::default();
    let (mut rest, mut preformatted) = (html, 0_usize);
    while let Some((before, after)) = rest.split_once('<') {
        page.push(before, preformatted > 0);
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
            continue;
        }
        if !after.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)) {
            page.text.push('<');
            rest = after;
            continue;
        }
        let (tag, content) = split_tag(after);
        let (name, is_end) = name(tag);
        rest = content;
        if HIDDEN.contains(&name.as_str()) && !is_end {
            let (hidden, after) = split_hidden(content, &name);
            if name == "script" && tag.to_ascii_lowercase().contains("json") {
                page.data.push(hidden.to_owned());
            }
            rest = after;
        } else if APART.contains(&name.as_str()) {
            page.text.push_str(if is_end || preformatted == 0 { "\n\n" } else { "\n" });
        } else if LINES.contains(&name.as_str()) && (is_end || name == "br") {
            page.text.push('\n');
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
        // Outside `<pre>`, line ends between tags are only the layout of the source.
        if preformatted || !text.contains('\n') || !text.trim().is_empty() {
            html_escape::decode_html_entities_to_string(text, &mut self.text);
        }
    }
}

/// Splits what follows a `<` after its `>`; one in quotes does not count.
fn split_tag(text: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return (&text[..at], &text[at + 1..]),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    (text, "")
}

/// The name of a tag, and whether it ends its element.
fn name(tag: &str) -> (String, bool) {
    let is_end = tag.starts_with('/');
    let name = tag.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    (name.to_ascii_lowercase(), is_end)
}

/// Splits the content of a script or a style sheet from what follows it.
fn split_hidden<'a>(text: &'a str, name: &str) -> (&'a str, &'a str) {
    let ends = |at: usize| text.as_bytes().get(at + 2..at + 2 + name.len());
    let end = text
        .match_indices("</")
        .map(|(at, _)| at)
        .find(|at| ends(*at).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes())));
    end.map_or((text, ""), |end| (&text[..end], &text[end..]))
}
