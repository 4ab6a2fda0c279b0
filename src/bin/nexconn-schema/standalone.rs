//! The generated source with the codec, as a file that needs only serde and serde_json.

use crate::generate::{Failure, Generated};

/// The library's `codec` module, file by file.
const CODEC: &str = include_str!("../../codec/mod.rs");
const INNER: [(&str, &str); 18] = [
    ("decode", include_str!("../../codec/decode.rs")),
    ("exact", EXACT),
    ("extra", include_str!("../../codec/extra.rs")),
    ("json", include_str!("../../codec/json.rs")),
    ("locate", include_str!("../../codec/locate.rs")),
    ("mismatch", include_str!("../../codec/mismatch.rs")),
    ("object", include_str!("../../codec/object.rs")),
    ("passing", include_str!("../../codec/passing.rs")),
    ("pointer", include_str!("../../codec/pointer.rs")),
    ("reader", include_str!("../../codec/reader.rs")),
    ("shim", include_str!("../../codec/shim.rs")),
    ("tokens", include_str!("../../codec/tokens.rs")),
    ("traits", include_str!("../../codec/traits.rs")),
    ("transcriber", include_str!("../../codec/transcriber.rs")),
    ("union", include_str!("../../codec/union.rs")),
    ("unknown", include_str!("../../codec/unknown.rs")),
    ("values", include_str!("../../codec/values.rs")),
    ("writer", include_str!("../../codec/writer.rs")),
];

/// Replaces the library's `exact.rs`, which needs a feature of serde_json.
const EXACT: &str = r"use serde::ser::Serializer;

use super::reader::Reader;

/// Writes a number as the nearest float, or a string with its lone surrogates replaced.
pub(crate) fn serialize<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    match text.parse() {
        Ok(number) => serializer.serialize_f64(number),
        Err(_) => serializer.serialize_str(&Reader::new(text).string()),
    }
}
";

/// Precedes imports: some documents don't use all of them.
const UNUSED: &str = "#[allow(unused_imports)]\n";

/// Returns the source, for a module or the root of a crate.
pub(crate) fn source(generated: &Generated) -> Result<String, Failure> {
    let types = prettyplease::unparse(&generated.file()?).replace("use crate::codec;\n", "");
    let types: String =
        types.lines().map(|line| if line.starts_with("use ") { UNUSED } else { "" }.to_owned() + line + "\n").collect();
    let codec = INNER.iter().fold(without_tests(CODEC).to_owned(), |codec, (name, text)| {
        codec.replace(&format!("mod {name};\n"), &format!("mod {name} {{\n{}}}\n", indented(without_tests(text))))
    });
    Ok(format!(
        "{types}\npub use self::codec::{{Extra, Json, JsonError, JsonText, Mismatch, UnknownValue}};\n\n#[allow(dead_code, unused_imports)]\nmod codec {{\n{}}}\n",
        indented(&codec)
    ))
}

/// Removes the tests, which come last in each file.
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
    fn every_file_of_the_codec_is_in_it() {
        let declared = without_tests(CODEC)
            .lines()
            .filter_map(|line| line.trim_start_matches("pub(crate) ").strip_prefix("mod ")?.strip_suffix(';'));
        let declared: Vec<_> = declared.collect();
        assert_eq!(declared, INNER.map(|(name, _)| name));
    }
}
