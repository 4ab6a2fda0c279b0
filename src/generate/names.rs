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

/// Maximum length of names made from a document.
const MAX_AUTOMATIC_NAME: usize = 120;

/// Names reserved for the generated code.
const TAKEN: [&str; 28] = [
    "AsRef",
    "BTreeMap",
    "Box",
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
    let pascal = name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(|c| c.is_ascii_alphanumeric());
    let longest = if rules == Rules::Ours { MAX_NAME } else { MAX_AUTOMATIC_NAME };
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
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name.insert(0, 'X');
    }
    if TAKEN.contains(&name.as_str()) { name + "Type" } else { name }
}

/// Returns the name part for a property, a value or a title. It's never empty, and differs for texts that differ in
/// more than word separators.
pub(super) fn of_part(text: &str) -> String {
    let spelled = spelled(text);
    let mut name = String::new();
    let mut before = None;
    for word in spelled.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let first = word.chars().next();
        let digits = |c: Option<char>| c.is_some_and(|c: char| c.is_ascii_digit());
        if digits(before) && digits(first) {
            name.push('_');
        }
        name.extend(first.map(|c| c.to_ascii_uppercase()));
        name.push_str(word.get(1..).unwrap_or_default());
        before = word.chars().last();
    }
    match name.as_str() {
        "" => "Empty".to_owned(),
        "Self" | "Unknown" => name + "Value",
        _ if name.starts_with(|c: char| c.is_ascii_digit()) => format!("Value{name}"),
        _ => name,
    }
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
        if c.is_ascii_alphanumeric() {
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
