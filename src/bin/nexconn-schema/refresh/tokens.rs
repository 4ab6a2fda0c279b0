//! Tokens of JSON, and of text that resembles it.

/// Whether a character separates tokens: white space of any kind, which web pages indent with, or zero-width.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// Whether JSON continues in a text that isn't valid at its start: a bracket closes that wasn't opened in it, or a
/// line starts with a key outside all brackets.
pub(super) fn continues(text: &str, in_string: bool) -> bool {
    let skipped = if in_string { text.find(['"', '\n']).map_or(text.len(), |at| at + 1) } else { 0 };
    let mut depth = 0_usize;
    for token in tokens(&text[skipped..]) {
        match token {
            Token::Opened => depth += 1,
            Token::Closed if depth == 0 => return true,
            Token::Closed => depth -= 1,
            Token::Key if depth == 0 => return true,
            Token::Key => {}
        }
    }
    false
}

/// The number of brackets that are open at the end of a text.
pub(super) fn open_brackets(text: &str) -> usize {
    tokens(text).fold(0_usize, |depth, token| match token {
        Token::Opened => depth + 1,
        Token::Closed => depth.saturating_sub(1),
        Token::Key => depth,
    })
}

/// A part of text that looks like JSON.
enum Token {
    Opened,
    Closed,
    /// A string with a colon at the start of a line, or anywhere on the first line.
    Key,
}

/// Finds brackets and keys outside of strings. Strings end with their lines.
fn tokens(text: &str) -> impl Iterator<Item = Token> {
    let lines = text.split('\n').enumerate();
    lines.flat_map(|(number, line)| {
        let mut rest = line;
        std::iter::from_fn(move || {
            loop {
                let c = rest.chars().next()?;
                let is_start = number == 0 || rest.len() == line.trim_start_matches(is_blank).len();
                let length = if c == '"' { lenient_string_length(rest)? } else { c.len_utf8() };
                rest = &rest[length..];
                match c {
                    '{' | '[' => return Some(Token::Opened),
                    '}' | ']' => return Some(Token::Closed),
                    '"' if is_start && rest.trim_start_matches(is_blank).starts_with(':') => return Some(Token::Key),
                    _ => {}
                }
            }
        })
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
