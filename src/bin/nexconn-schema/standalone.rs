//! The generated source as a file by itself: with the code that it calls, it needs only serde and serde_json.
//!
//! Place in the flow: what `generate` prints. build.rs writes the generated part alone, because in
//! this crate the rest is the library's.

use crate::generate::{Failure, Generated};

/// The library's `codec` module, file by file.
const WIRE: &str = include_str!("../../codec/mod.rs");
const INNER: [(&str, &str); 8] = [
    ("decode", include_str!("../../codec/decode.rs")),
    ("extra", include_str!("../../codec/extra.rs")),
    ("fields", include_str!("../../codec/fields.rs")),
    ("json", include_str!("../../codec/json.rs")),
    ("out", include_str!("../../codec/out.rs")),
    ("raw", include_str!("../../codec/raw.rs")),
    ("unknown", include_str!("../../codec/unknown.rs")),
    ("values", include_str!("../../codec/values.rs")),
];

/// Before an import.
const UNUSED: &str = "#[allow(unused_imports)]\n";

/// The source, to be saved as a module or as the root of a crate.
pub(crate) fn source(generated: &Generated) -> Result<String, Failure> {
    let types = prettyplease::unparse(&generated.file()?).replace("use crate::codec::{self, ", "use self::codec::{");
    // Not every document needs all of them.
    let types: String =
        types.lines().map(|line| if line.starts_with("use ") { UNUSED } else { "" }.to_owned() + line + "\n").collect();
    let wire = INNER.iter().fold(WIRE.to_owned(), |wire, (name, text)| {
        wire.replace(&format!("mod {name};\n"), &format!("mod {name} {{\n{}}}\n", indented(without_tests(text))))
    });
    Ok(format!(
        "{types}\npub use self::codec::{{Extra, Json, UnknownValue}};\n\n#[allow(dead_code, unused_imports)]\nmod codec {{\n{}}}\n",
        indented(&wire)
    ))
}

/// The tests are the library's, and stand last.
fn without_tests(text: &str) -> &str {
    text.split_once("\n#[cfg(test)]").map_or(text, |(code, _)| code)
}

fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_wire_module_is_in_it() {
        let declared = WIRE
            .lines()
            .filter_map(|line| line.trim_start_matches("pub(crate) ").strip_prefix("mod ")?.strip_suffix(';'));
        let declared: Vec<_> = declared.collect();
        assert_eq!(declared, INNER.map(|(name, _)| name));
    }
}
