//! Which names a type can have, and the names that are made of what a document says.
//!
//! Place in the flow: `guards.rs` asks for the root and for each definition; `automatic.rs` makes
//! names of definitions, properties and values. Words are those that typify sees, so that it has
//! nothing to change about a name that is made here.

/// Whose document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rules {
    /// That of `schema/`: every part of it is understood, and every name is ours.
    Ours,
    /// One that `naming` has been through: what only validators need may stand in it.
    Automatic,
}

/// The longest name of a type of ours.
const MAX_NAME: usize = 40;

/// The longest name that comes from a document itself.
const MAX_AUTOMATIC_NAME: usize = 120;

/// Names that the generated code uses for something else.
const TAKEN: [&str; 39] = [
    "AsRef",
    "BTreeMap",
    "Box",
    "Cow",
    "Default",
    "Deserialize",
    "Deserializer",
    "Extra",
    "Fields",
    "From",
    "FromStr",
    "Hash",
    "Hasher",
    "Infallible",
    "Into",
    "IntoIterator",
    "Json",
    "Map",
    "MapAccess",
    "None",
    "Number",
    "Object",
    "Option",
    "Out",
    "PartialEq",
    "Read",
    "Result",
    "Self",
    "SeqAccess",
    "Serialize",
    "Serializer",
    "Some",
    "String",
    "TryInto",
    "UnknownValue",
    "Untyped",
    "Value",
    "Vec",
    "Wire",
];

/// What is wrong with a name, and what to do about it.
pub(super) fn fault(name: &str, rules: Rules) -> Option<(String, String)> {
    let pascal = name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(|c| c.is_ascii_alphanumeric());
    let longest = if rules == Rules::Ours { MAX_NAME } else { MAX_AUTOMATIC_NAME };
    if !pascal {
        let remedy = "use ASCII letters and digits in PascalCase";
        Some((format!("`{name}` is not a name for a Rust type"), remedy.to_owned()))
    } else if name.len() > longest {
        let problem = format!("the name `{name}` has {} characters", name.len());
        Some((problem, format!("find one of at most {longest}")))
    } else if pascal_words(name) != name {
        let remedy = format!("call it `{}`, as typify does", pascal_words(name));
        Some((format!("`{name}` has several capitals in a row"), remedy))
    } else if TAKEN.contains(&name) {
        let problem = format!("the generated code has another use for the name `{name}`");
        Some((problem, "find another name".to_owned()))
    } else {
        None
    }
}

/// The name of a type, as typify would write it: `MCPTool`, `mcp-tool` → `McpTool`.
///
/// A name that begins with a digit gets an `X` before it, as typify does it, and one that the
/// generated code needs gets `Type` behind it.
pub(super) fn of_type(text: &str) -> String {
    let mut name = pascal_words(&spelled(text));
    // The capitals that one round brings together are a word of the next: `a-b`, `AB`, `Ab`.
    for _ in 0..3 {
        name = pascal_words(&name);
    }
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name.insert(0, 'X');
    }
    if TAKEN.contains(&name.as_str()) { name + "Type" } else { name }
}

/// The part of a name that a property, a value or a title gives: never empty, and distinct for
/// texts that differ in more than the marks between their words.
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

/// The name of a property's field, as typify would write it.
pub(super) fn of_field(text: &str) -> String {
    let text = text.replace('\'', "");
    words(&text).into_iter().map(str::to_lowercase).collect::<Vec<_>>().join("_")
}

/// The text with everything that a name needs in ASCII letters and digits: letters beyond ASCII by
/// their code points, signs before a number and signs without any letters by their names.
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
            // As typify has it: `don't` is one word.
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

/// The name of a character.
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

/// The words of a text with a capital each.
fn pascal_words(text: &str) -> String {
    let capital = |word: &str| {
        let mut chars = word.chars();
        let first = chars.next().into_iter().flat_map(char::to_uppercase);
        first.chain(chars.as_str().to_lowercase().chars()).collect::<String>()
    };
    words(text).into_iter().map(capital).collect()
}

/// The words that typify finds in a text, which are those of the crate heck: they end before a
/// capital after a small letter, and before the last capital of several.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for piece in text.split(|c: char| !c.is_alphanumeric()).filter(|piece| !piece.is_empty()) {
        let mut start = 0;
        // The case of the last letter of the word, if it had one.
        let mut capital = None;
        let mut chars = piece.char_indices().peekable();
        while let (Some((at, c)), Some(&(next_at, next))) = (chars.next(), chars.peek()) {
            let case = if c.is_lowercase() {
                Some(false)
            } else if c.is_uppercase() {
                Some(true)
            } else {
                capital
            };
            let end = if case == Some(false) && next.is_uppercase() {
                Some(next_at)
            } else if capital == Some(true) && c.is_uppercase() && next.is_lowercase() {
                Some(at)
            } else {
                None
            };
            capital = if end.is_some() { None } else { case };
            if let Some(end) = end {
                words.push(&piece[start..end]);
                start = end;
            }
        }
        words.push(&piece[start..]);
    }
    words
}
