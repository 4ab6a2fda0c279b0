//! Foreign text in messages: on one line, escaped and bounded.

/// Maximum length of an excerpt, in characters.
const MAX_EXCERPT: usize = 80;
/// Maximum length of a text of the server in `Display`, in characters.
const MAX_LINE: usize = 500;

/// Returns the start of a text on one line, in quotes.
pub(crate) fn excerpt(text: &str) -> String {
    format!("{:?}", shorten(text, MAX_EXCERPT))
}

/// Returns a text on one line, with control characters and the like escaped.
pub(crate) fn one_line(text: &str) -> String {
    let line = shorten(text, MAX_LINE);
    // `escape_debug` also escapes quotes and backslashes, which are harmless here.
    let keep = |c: char| matches!(c, '"' | '\'' | '\\');
    line.chars()
        .flat_map(|c| {
            let (kept, escaped) = if keep(c) || c.is_ascii_graphic() { (Some(c), None) } else { (None, Some(c)) };
            kept.into_iter().chain(escaped.into_iter().flat_map(char::escape_debug))
        })
        .collect()
}

/// Joins the words of a text by single spaces, and cuts it.
fn shorten(text: &str, max: usize) -> String {
    let mut line = String::new();
    // Four bytes are the longest character, so more words can't be needed.
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > 4 * max {
            break;
        }
    }
    if let Some((cut, _)) = line.char_indices().nth(max) {
        line.truncate(cut);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_no_control_characters_and_an_end() {
        assert_eq!(one_line("a\r\n b\t\"c\" d:\\e \u{1b}[31mred\u{202e} é"), r#"a b "c" d:\e \u{1b}[31mred\u{202e} é"#);
        assert_eq!(one_line(&"x".repeat(10_000)).chars().count(), MAX_LINE + 1);
        assert_eq!(excerpt(" a  b\nc "), "\"a b c\"");
    }
}
