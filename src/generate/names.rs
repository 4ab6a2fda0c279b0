//! Valid type names, and names made from a document's text.
//!
//! Words are split as typify splits them, with heck, so typify never changes a name from here.

use heck::{ToPascalCase, ToSnakeCase};

/// The rules for a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rules {
    /// For `schema/`: every keyword must be supported, and every name is ours.
    Ours,
    /// For documents named by `naming`: keywords for validators only are allowed.
    Automatic,
}

/// Maximum length of names in `schema/`.
const MAX_NAME: usize = 40;

/// Maximum length of names made from a document. A number may follow.
pub(super) const MAX_AUTOMATIC_NAME: usize = 60;

/// The part of it for the start of a name, if the middle is left out.
const MAX_START: usize = 24;

/// Names reserved for the generated code.
const TAKEN: [&str; 32] = [
    "AsRef",
    "BTreeMap",
    "Box",
    "Clone",
    "Default",
    "Deserialize",
    "Deserializer",
    "Extra",
    "From",
    "FromStr",
    "Hash",
    "Hasher",
    "Infallible",
    "Into",
    "IntoIterator",
    "Json",
    "JsonError",
    "JsonText",
    "Mismatch",
    "None",
    "Option",
    "PartialEq",
    "Result",
    "Self",
    "Serialize",
    "Serializer",
    "Some",
    "String",
    "TryInto",
    "UnknownValue",
    "Value",
    "Vec",
];

/// Returns the problem with a name and its help, if there is one.
pub(super) fn fault(name: &str, rules: Rules) -> Option<(String, String)> {
    let is_ours = rules == Rules::Ours;
    let is_valid = |c: char| c.is_ascii_alphanumeric() || (!is_ours && is_letter(c));
    let pascal = name.starts_with(char::is_uppercase) && name.chars().all(is_valid);
    let longest = if is_ours { MAX_NAME } else { MAX_AUTOMATIC_NAME + MAX_NUMBER };
    if !pascal {
        let help = "use ASCII letters and digits in PascalCase";
        Some((format!("`{name}` isn't a valid name for a Rust type"), help.to_owned()))
    } else if name.len() > longest {
        let problem = format!("the name `{name}` has {} characters", name.len());
        Some((problem, format!("use at most {longest}")))
    } else if name.to_pascal_case() != name {
        let help = format!("rename it to `{}`, as typify does", name.to_pascal_case());
        Some((format!("`{name}` has several capitals in a row"), help))
    } else if TAKEN.contains(&name) {
        let problem = format!("the name `{name}` is reserved for the generated code");
        Some((problem, "use another name".to_owned()))
    } else {
        None
    }
}

/// Returns the name of a type as typify writes it: `MCPTool`, `mcp-tool` → `McpTool`.
///
/// A leading digit gets the prefix `X`, as in typify. A reserved name gets the suffix `Type`.
pub(super) fn of_type(text: &str) -> String {
    let mut name = spelled(text).to_pascal_case();
    // Adjacent capitals from one round form a word in the next: `a-b`, `AB`, `Ab`.
    for _ in 0..3 {
        name = name.to_pascal_case();
    }
    if name.len() > MAX_AUTOMATIC_NAME {
        name = shortened(&name).to_pascal_case();
    }
    if !name.starts_with(char::is_alphabetic) {
        name.insert(0, 'X');
    }
    if TAKEN.contains(&name.as_str()) { name + "Type" } else { name }
}

/// Returns the name part for a property, a value or a title. It's never empty, and differs for texts that differ in
/// more than word separators, unless they're long.
pub(super) fn of_part(text: &str) -> String {
    let spelled = spelled(text);
    let mut name = String::new();
    let mut before = None;
    for word in spelled.split(|c: char| !is_letter(c)).filter(|word| !word.is_empty()) {
        let mut chars = word.chars();
        let first = chars.next();
        let digits = |c: Option<char>| c.is_some_and(|c: char| c.is_ascii_digit());
        if digits(before) && digits(first) {
            name.push('_');
        }
        name.extend(first.into_iter().flat_map(char::to_uppercase));
        name.push_str(chars.as_str());
        before = word.chars().last();
    }
    if name.len() > MAX_AUTOMATIC_NAME {
        let short = shortened(&name);
        let mut chars = short.chars();
        name = chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect();
    }
    match name.as_str() {
        "" => "Empty".to_owned(),
        "Self" | "Unknown" => name + "Value",
        _ if name.starts_with(|c: char| c.is_ascii_digit()) => format!("Value{name}"),
        _ => name,
    }
}

/// Returns the words at the start and at the end of a long name.
fn shortened(name: &str) -> String {
    let words: Vec<_> = name.char_indices().filter(|(_, c)| c.is_uppercase()).map(|(at, _)| at).collect();
    let start = words.iter().copied().filter(|at| *at <= MAX_START).max().unwrap_or_default();
    let longest = MAX_AUTOMATIC_NAME - start;
    let end = words.iter().copied().find(|at| name.len() - at <= longest);
    let end = end.or_else(|| (name.len() - longest..name.len()).find(|at| name.is_char_boundary(*at)));
    format!("{}{}", &name[..start], &name[end.unwrap_or(name.len())..])
}

/// The digits of [`numbered`] names.
const MAX_NUMBER: usize = 6;

/// Returns the name, or if it's taken, the name with the first free number.
pub(super) fn numbered(name: &str, is_free: impl Fn(&str) -> bool) -> String {
    let mut numbered = name.to_owned();
    let mut number = 2_usize;
    while !is_free(&numbered) {
        numbered = format!("{name}{number}");
        number += 1;
    }
    numbered
}

/// Returns the name of a text, or if it's taken, one that tells its signs or its case. Then it doesn't depend on other
/// texts. Only long names need numbers.
pub(super) fn distinct(name: &str, text: &str, is_free: impl Fn(&str) -> bool) -> String {
    let told = told(text);
    numbered(if is_free(name) || !is_free(&told) { name } else { &told }, is_free)
}

/// Returns the name of a text with its signs spelled, or without any, with its case: `a-b` → `AMinusB`, `ab` → `LowerAb`.
pub(super) fn told(text: &str) -> String {
    let sign = |c: char| if is_letter(c) { c.to_string() } else { format!(" {} ", sign(c)) };
    let is_plain = text.chars().all(is_letter);
    let case = match text.chars().next() {
        Some(first) if is_plain && first.is_lowercase() => "Lower ",
        _ if is_plain => "Upper ",
        _ => "",
    };
    of_type(&format!("{case}{}", text.chars().map(sign).collect::<String>()))
}

/// Returns true for ASCII letters and digits, and for Latin letters that rustc takes without a warning.
pub(super) fn is_letter(c: char) -> bool {
    const LIGATURES: [char; 6] = ['Ĳ', 'ĳ', 'Ŀ', 'ŀ', 'ŉ', 'ſ'];
    c.is_ascii_alphanumeric() || (('\u{c0}'..='\u{17f}').contains(&c) && c.is_alphabetic() && !LIGATURES.contains(&c))
}

/// Returns the name of a field: the one typify chooses, if it's free and rustc doesn't warn of its letters. Otherwise
/// the key with its signs spelled, and with a number if needed.
pub(super) fn free_field(ident: &str, key: &str, is_free: impl Fn(&str) -> bool) -> String {
    if is_free(ident) && ident.chars().all(|c| c == '_' || is_letter(c)) {
        return ident.to_owned();
    }
    let sign = |c: char| if is_letter(c) || c == ' ' { c.to_string() } else { format!(" {} ", sign(c)) };
    let spelled = key.chars().map(sign).collect::<String>().to_snake_case();
    // Names that are keywords, reserved or empty.
    let is_name = syn::parse_str::<syn::Ident>(&spelled).is_ok() && is_free(&format!("{spelled}2"));
    let spelled = if is_name { spelled } else { format!("property_{spelled}") };
    // Keys that differ only in case: the name shows the case, so it doesn't depend on the other keys.
    let case = match key.chars().find(|c| c.is_alphabetic()) {
        _ if is_free(&spelled) && spelled != ident => "",
        _ if !key.chars().any(char::is_lowercase) => "upper_",
        Some(first) if first.is_uppercase() => "capital_",
        _ => "",
    };
    let spelled = format!("{case}{spelled}");
    numbered(&spelled, |name| is_free(name) && name != ident)
}

/// Returns the name of a property's field as typify writes it.
pub(super) fn of_field(text: &str) -> String {
    text.replace('\'', "").to_snake_case()
}

/// Spells the text in ASCII letters and digits: other letters become code points; signs before a number, and signs
/// without any letters, become their names.
fn spelled(text: &str) -> String {
    let silent = !text.chars().any(char::is_alphanumeric);
    let mut spelled = String::new();
    let mut chars = text.chars().peekable();
    let mut first = true;
    while let Some(c) = chars.next() {
        let signs_number = first && chars.peek().is_some_and(char::is_ascii_digit);
        first = false;
        if is_letter(c) {
            spelled.push(c);
        } else if c == '\'' && !silent {
            // As in typify, `don't` is one word.
        } else if silent || (signs_number && matches!(c, '+' | '-' | '<' | '>' | '=')) || c.is_alphanumeric() {
            spelled.push('-');
            spelled.push_str(&sign(c));
            spelled.push('-');
        } else {
            spelled.push('-');
        }
    }
    spelled
}

/// Returns the name of a character.
fn sign(c: char) -> String {
    let name = match c {
        ' ' => "Space",
        '!' => "Bang",
        '"' => "Quote",
        '#' => "Hash",
        '$' => "Dollar",
        '%' => "Percent",
        '&' => "And",
        '\'' => "Apostrophe",
        '(' => "Open",
        ')' => "Close",
        '*' => "Star",
        '+' => "Plus",
        ',' => "Comma",
        '-' => "Minus",
        '.' => "Dot",
        '/' => "Slash",
        ':' => "Colon",
        ';' => "Semicolon",
        '<' => "Less",
        '=' => "Equal",
        '>' => "Greater",
        '?' => "Question",
        '@' => "At",
        '[' => "OpenBracket",
        '\\' => "Backslash",
        ']' => "CloseBracket",
        '^' => "Caret",
        '_' => "Underscore",
        '`' => "Backtick",
        '{' => "OpenBrace",
        '|' => "Or",
        '}' => "CloseBrace",
        '~' => "Tilde",
        _ => return format!("U{:04X}", u32::from(c)),
    };
    name.to_owned()
}
