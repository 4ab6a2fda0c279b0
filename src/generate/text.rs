//! Schema text as inert Markdown: no markup, no links, no invisible characters.

use super::invisible::show;

/// Returns the text as inline code in Markdown.
pub(crate) fn code(text: &str) -> String {
    if text.is_empty() {
        return "`\"\"`".to_owned();
    }
    // A backtick would end the code.
    format!("`{}`", show(text).replace('`', "\\u{60}").replace('\n', "\\n").replace('\t', "\\t"))
}

/// Returns the text as one paragraph of Markdown: backticks mark code, everything else is literal.
pub(crate) fn prose(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = show(&text);
    let mut prose = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some((before, after)) = rest.split_once('`') {
        push_literal(before, &mut prose);
        rest = match after.split_once('`') {
            Some((inner, after)) if !inner.is_empty() => {
                prose += &code(inner);
                after
            }
            _ => {
                prose += "\\`";
                after
            }
        };
    }
    push_literal(rest, &mut prose);
    prose
}

fn push_literal(text: &str, prose: &mut String) {
    let mut before = None;
    let mut chars = text.char_indices().peekable();
    while let Some((index, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let is_markup = match c {
            '\\' | '*' | '[' | ']' | '<' | '>' | '~' | '|' => true,
            '_' => !(before.is_some_and(char::is_alphanumeric) && next.is_some_and(char::is_alphanumeric)),
            '&' => next.is_some_and(|next| next == '#' || next.is_alphanumeric()),
            ':' => text[index..].starts_with("://"),
            // A heading, a list or a rule.
            '#' | '-' | '+' | '=' => prose.is_empty(),
            '.' | ')' => !prose.is_empty() && prose.chars().all(|c| c.is_ascii_digit()),
            _ => false,
        };
        if is_markup {
            prose.push('\\');
        }
        prose.push(c);
        before = Some(c);
    }
}

/// Splits off the first sentence.
pub(crate) fn first_sentence(text: &str) -> (&str, &str) {
    let ends = text.match_indices(". ").find(|(index, _)| {
        let is_abbreviation = ["e.g", "i.e", "etc", "vs"].iter().any(|word| text[..*index].ends_with(word));
        !is_abbreviation && !text[index + 2..].starts_with(char::is_lowercase)
    });
    ends.map_or((text, ""), |(index, _)| (&text[..=index], text[index + 2..].trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_escaped() {
        assert_eq!(code("a\u{1b}[31m\u{202e}\r\n\u{9b}ä"), "`a\\u{1b}[31m\\u{202e}\\u{d}\\n\\u{9b}ä`");
        assert_eq!(code("x`\u{7f}`y"), "`x\\u{60}\\u{7f}\\u{60}y`");
        assert_eq!(code(""), "`\"\"`");
    }

    #[test]
    fn markup_stands_for_itself() {
        assert_eq!(
            prose("See [x](y), <b>, &amp; *and* `a<b>`\n\n- _d_ e_f"),
            "See \\[x\\](y), \\<b\\>, \\&amp; \\*and\\* `a<b>` - \\_d\\_ e_f"
        );
        assert_eq!(prose("```rust\nboom()\n```"), "\\`\\``rust boom() `\\`\\`");
        assert_eq!(prose("~~~ x"), "\\~\\~\\~ x");
        assert_eq!(prose("# x"), "\\# x");
        assert_eq!(prose("1. x 2."), "1\\. x 2.");
        assert_eq!(prose("at https://example.com"), "at https\\://example.com");
        assert_eq!(prose("a\u{202e}b"), "a\\\\u{202e}b");
    }

    #[test]
    fn the_first_sentence_ends_at_a_full_stop() {
        assert_eq!(first_sentence("One, e.g. this. Two. Three."), ("One, e.g. this.", "Two. Three."));
        assert_eq!(first_sentence("gpt-5.2 only"), ("gpt-5.2 only", ""));
    }
}
