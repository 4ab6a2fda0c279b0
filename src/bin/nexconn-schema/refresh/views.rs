//! A page as text, without the marks around pasted code: Markdown quotes and line numbers.

use std::borrow::Cow;

/// Minimum number of lines with consecutive numbers.
const MIN_NUMBERED: usize = 3;

/// A text and the positions of its lines in the source.
pub(super) struct View<'a> {
    pub(super) text: Cow<'a, str>,
    /// The number of characters removed at the start of each line.
    removed: Vec<usize>,
}

impl View<'_> {
    /// Returns line and column in the source, from 1.
    pub(super) fn position(&self, offset: usize) -> (usize, usize) {
        let before = &self.text[..offset];
        let line = before.matches('\n').count();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
        (line + 1, column + 1 + self.removed.get(line).copied().unwrap_or_default())
    }
}

/// Returns the text as it is, and with quotes and line numbers removed if there are any.
pub(super) fn all(text: &str) -> Vec<View<'_>> {
    let mut views = vec![View { text: Cow::Borrowed(text), removed: Vec::new() }];
    let lines: Vec<_> = text.split('\n').collect();
    let quotes: Vec<_> = lines.iter().map(|line| quote_length(line)).collect();
    views.extend(without(&lines, &quotes));
    let unquoted: Vec<_> = lines.iter().zip(&quotes).map(|(line, quote)| &line[*quote..]).collect();
    let numbers: Vec<_> = number_lengths(&unquoted).iter().zip(&quotes).map(|(number, quote)| number + quote).collect();
    if numbers != quotes {
        views.extend(without(&lines, &numbers));
    }
    views
}

/// Removes the start of each line; `None` if there's none.
fn without<'a>(lines: &[&'a str], lengths: &[usize]) -> Option<View<'a>> {
    lengths.iter().any(|length| *length > 0).then(|| {
        let text = lines.iter().zip(lengths).map(|(line, length)| &line[*length..]).collect::<Vec<_>>().join("\n");
        let removed = lines.iter().zip(lengths).map(|(line, length)| line[..*length].chars().count()).collect();
        View { text: text.into(), removed }
    })
}

/// The length of the quote marks (`> `) at the start of a line.
fn quote_length(line: &str) -> usize {
    let rest = line.trim_start_matches([' ', '>']);
    let length = line.len() - rest.len();
    let marks = line[..length].rfind('>').map_or(0, |mark| mark + 1);
    // One blank belongs to the mark, the others to the code.
    marks + usize::from(marks > 0 && line[marks..].starts_with(' '))
}

/// The lengths of the line numbers at the start of the lines, where they're consecutive: on each line, or alone on
/// every other line.
fn number_lengths(lines: &[&str]) -> Vec<usize> {
    let mut lengths = vec![0; lines.len()];
    for step in [1, 2] {
        let mut first = 0;
        while first < lines.len() {
            let mut run = Vec::new();
            let mut next = number(lines[first], None);
            let start = next.map(|(number, _)| number);
            while let (Some((number, length)), Some(start)) = (next, start) {
                if number != start + run.len() as u64 || (step == 2 && length < lines[first + run.len() * 2].len()) {
                    break;
                }
                run.push(length);
                let line = lines.get(first + run.len() * step);
                next = line.and_then(|line| self::number(line, Some(start + run.len() as u64)));
            }
            if run.len() >= MIN_NUMBERED {
                for (index, length) in run.iter().enumerate() {
                    lengths[first + index * step] = *length;
                }
                first += run.len() * step;
            } else {
                first += 1;
            }
        }
    }
    lengths
}

/// The number at the start of a line, with the length of the number and the mark after it. An expected number may be
/// followed by a digit of the code.
fn number(line: &str, expected: Option<u64>) -> Option<(u64, usize)> {
    let start = line.trim_start();
    let mut digits = start.bytes().take_while(u8::is_ascii_digit).count();
    if let Some(expected) = expected.map(|expected| expected.to_string())
        && start.starts_with(&expected)
    {
        digits = expected.len();
    }
    let number = start.get(..digits)?.parse().ok()?;
    let rest = &start[digits..];
    let rest = match rest.trim_start_matches(' ').strip_prefix('|') {
        Some(code) => code,
        None => rest.trim_start_matches([':', '.', ')', '\t']),
    };
    Some((number, line.len() - rest.len()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn last(text: &str) -> String {
        all(text).pop().unwrap().text.into_owned()
    }

    #[test]
    fn a_plain_text_has_one_view() {
        let text = "{\n  \"a\": [\n    1,\n    2\n  ]\n}";
        assert_eq!(all(text).len(), 1);
        assert_eq!(all(text)[0].position(text.find('2').unwrap()), (4, 5));
    }

    #[test]
    fn quotes_are_removed() {
        assert_eq!(last("text\n> {\n>   \"a\": 1\n>\n> }\n"), "text\n{\n  \"a\": 1\n\n}\n");
        assert_eq!(last(" > > {\n > > }"), "{\n}");
        let views = all("> {\n>   \"a\"");
        assert_eq!(views[1].position(views[1].text.find('a').unwrap()), (2, 6));
    }

    #[test]
    fn line_numbers_are_removed() {
        let code = "{\n  \"a\": [\n    10\n  ]\n}";
        let numbered = |mark: &str| {
            let lines = code.lines().enumerate().map(|(index, line)| format!("{:>3}{mark}{line}", index + 7));
            lines.collect::<Vec<_>>().join("\n")
        };
        for mark in ["", ":", "|", "\t", ". ", " | "] {
            let text = last(&format!("Text 1\n{}\nMore", numbered(mark)));
            let blank = if mark.ends_with(' ') { " " } else { "" };
            let lines: Vec<_> = code.lines().map(|line| format!("{blank}{line}")).collect();
            assert_eq!(text, format!("Text 1\n{}\nMore", lines.join("\n")), "{mark:?}");
        }
        let alone: String = code.lines().enumerate().map(|(index, line)| format!("{}\n{line}\n", index + 1)).collect();
        let expected: String = code.lines().map(|line| format!("\n{line}\n")).collect();
        assert_eq!(last(&alone), expected);
    }
}
