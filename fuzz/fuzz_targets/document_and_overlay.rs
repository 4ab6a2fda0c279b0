//! Generates types from any text. After a line with a `%`, the text is the overlay. Errors are fine, panics aren't.
#![no_main]

#[path = "../../src/generate/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the command calls more of the generator")]
mod generate;

use generate::{Sources, Text};
use libfuzzer_sys::fuzz_target;

const SOURCE: &str = include_str!("../../schema/source.toml");

fn text(name: &str, text: &str) -> Text {
    Text { name: name.to_owned(), text: text.to_owned() }
}

fuzz_target!(|input: &str| {
    let (document, overlay) = input.split_once("\n%\n").unwrap_or((input, ""));
    let published = text("published.json", document);
    let sources = Sources {
        published: published.clone(),
        source: text("source.toml", SOURCE),
        overlay: text("overlay.toml", overlay),
        additions: Vec::new(),
    };
    let strictly = generate::generate(&sources).map(|generated| generated.listing);
    let leniently = generate::generate_leniently(&sources).map(|(generated, _)| generated.listing);
    if let (Ok(strictly), Ok(leniently)) = (&strictly, &leniently) {
        assert_eq!(strictly, leniently);
    }
    let _ = generate::generate_plain(&published, "");
});
