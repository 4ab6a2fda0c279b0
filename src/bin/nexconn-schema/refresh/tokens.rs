//! Tokens of JSON, and of similar text.

/// Whether a character separates tokens: white space of any kind, which web pages indent with, or zero-width.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// Whether JSON continues in a text with an invalid start: a bracket closes without being opened in it, or a
/// line starts with a key outside all brackets.
///
/// The first quote of a line may close a string, because the other quote may be missing. With `skip_first`, the
/// first bracket that opens doesn't count.
pub(super) fn continues(text: &str, skip_first: bool) -> bool {
    let mut depth = 0_usize;
    let mut skip_first = skip_first;
    for (number, line) in text.split('\n').enumerate() {
        let is_near = number <= 1;
        let mut quotes = line.match_indices('"').take(if is_near { 3 } else { 1 });
        if depth == 0
            && quotes.any(|(quote, _)| {
                let brackets = line[..quote].matches(['{', '}', '[', ']']).count();
                let brackets_count = is_near && brackets <= usize::from(skip_first);
                looks_continued(&line[quote + 1..], brackets_count)
            })
        {
            return true;
        }
        for token in tokens(line) {
            match token {
                Token::Opened if skip_first => skip_first = false,
                Token::Opened => depth += 1,
                Token::Closed if depth == 0 => return true,
                Token::Closed => depth -= 1,
                Token::Key { is_first } if depth == 0 && (is_first || number == 0) => return true,
                Token::Key { .. } => {}
            }
        }
        skip_first = false;
        if number == 0 {
            // Other JSON starts with one bracket. More of them are damage, and don't hide the brackets after it.
            depth = depth.min(1);
        }
    }
    false
}

/// Whether a part of a line has a key or, if they count, a closing bracket outside its own brackets.
fn looks_continued(part: &str, brackets_count: bool) -> bool {
    let mut depth = 0_usize;
    tokens(part).any(|token| match token {
        Token::Opened => {
            depth += 1;
            false
        }
        Token::Closed => {
            let is_unmatched = depth == 0;
            depth = depth.saturating_sub(1);
            is_unmatched && brackets_count
        }
        Token::Key { .. } => depth == 0,
    })
}

/// Whether a text starts with a string and a colon.
pub(super) fn starts_with_key(text: &str) -> bool {
    let text = text.trim_start_matches(is_blank);
    let line = text.split('\n').next().unwrap_or_default();
    line.starts_with('"') && matches!(tokens(line).next(), Some(Token::Key { .. }))
}

/// The number of open brackets at the end of a text.
pub(super) fn open_brackets(text: &str) -> usize {
    text.split('\n').flat_map(tokens).fold(0_usize, |depth, token| match token {
        Token::Opened => depth + 1,
        Token::Closed => depth.saturating_sub(1),
        Token::Key { .. } => depth,
    })
}

/// A part of text, possibly JSON.
enum Token {
    Opened,
    Closed,
    /// A string with a colon.
    Key {
        /// Whether the line starts with it.
        is_first: bool,
    },
}

/// Finds brackets and keys outside of strings, which end with the line.
fn tokens(line: &str) -> impl Iterator<Item = Token> {
    let start = line.trim_start_matches(is_blank).len();
    let mut rest = line;
    std::iter::from_fn(move || {
        loop {
            let c = rest.chars().next()?;
            let is_first = rest.len() == start;
            let length = if c == '"' { lenient_string_length(rest)? } else { c.len_utf8() };
            rest = &rest[length..];
            match c {
                '{' | '[' => return Some(Token::Opened),
                '}' | ']' => return Some(Token::Closed),
                '"' if rest.trim_start_matches(is_blank).starts_with(':') => return Some(Token::Key { is_first }),
                _ => {}
            }
        }
    })
}

/// Returns the length of a string on one line, whatever its escapes are.
fn lenient_string_length(line: &str) -> Option<usize> {
    let mut is_escaped = true;
    line.bytes()
        .position(|byte| {
            let is_end = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            is_end
        })
        .map(|end| end + 1)
}

/// Returns the length of the JSON string at the start of the text, with its quotes. If it doesn't end, returns the
/// length of its valid part as `Err`.
pub(super) fn string_length(text: &str) -> Result<usize, usize> {
    let bytes = text.as_bytes();
    let mut at = 1;
    loop {
        match bytes.get(at) {
            None | Some(..b' ') => return Err(at),
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at += escape_length(&bytes[at..]).ok_or(at)?,
            Some(_) => at += 1,
        }
    }
}

/// Returns the length of the escape at the start of the text; surrogates come in pairs.
fn escape_length(text: &[u8]) -> Option<usize> {
    match text.get(1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => match unit(text)? {
            0xD800..=0xDBFF => matches!(unit(text.get(6..)?)?, 0xDC00..=0xDFFF).then_some(12),
            0xDC00..=0xDFFF => None,
            _ => Some(6),
        },
        _ => None,
    }
}

/// Returns the value of `\uXXXX`.
fn unit(text: &[u8]) -> Option<u32> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, digit| Some(unit * 16 + char::from(*digit).to_digit(16)?))
}
