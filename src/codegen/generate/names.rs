//! Which names a type can have.
//!
//! Place in the flow: `guards.rs` asks for the root and for each definition.

/// The longest name of a type.
const LONGEST_NAME: usize = 40;

/// Names that the generated code uses for something else.
const TAKEN: [&str; 32] = [
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
    "Infallible",
    "Into",
    "IntoIterator",
    "Map",
    "MapAccess",
    "None",
    "Number",
    "Object",
    "Option",
    "Out",
    "Read",
    "Result",
    "Self",
    "SeqAccess",
    "Serialize",
    "Serializer",
    "Some",
    "String",
    "Untyped",
    "Value",
    "Vec",
    "Wire",
];

/// What is wrong with a name, and what to do about it.
pub(super) fn fault(name: &str) -> Option<(String, String)> {
    let pascal = name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(|c| c.is_ascii_alphanumeric());
    if !pascal {
        let remedy = "use ASCII letters and digits in PascalCase";
        Some((format!("`{name}` is not a name for a Rust type"), remedy.to_owned()))
    } else if name.len() > LONGEST_NAME {
        let problem = format!("the name `{name}` has {} characters", name.len());
        Some((problem, format!("find one of at most {LONGEST_NAME}")))
    } else if typify_name(name) != name {
        let remedy = format!("call it `{}`, as typify does", typify_name(name));
        Some((format!("`{name}` has several capitals in a row"), remedy))
    } else if TAKEN.contains(&name) {
        let problem = format!("the generated code has another use for the name `{name}`");
        Some((problem, "find another name".to_owned()))
    } else {
        None
    }
}

/// A name as typify writes it: of several capitals in a row only the first and, where a word begins,
/// the last stay (`MCPTool` → `McpTool`).
fn typify_name(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let upper = |at: usize| chars.get(at).is_some_and(char::is_ascii_uppercase);
    let lower = |at: usize| chars.get(at).is_some_and(char::is_ascii_lowercase);
    let written = chars.iter().enumerate().map(|(at, c)| {
        let in_row = at > 0 && upper(at) && upper(at - 1) && !lower(at + 1);
        if in_row { c.to_ascii_lowercase() } else { *c }
    });
    written.collect()
}
