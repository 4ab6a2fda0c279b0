//! Generates types from any text. After a line with a `%`, the text is the overlay. Errors are fine, panics aren't.
//!
//! Texts for readers change only doc comments, and these have no markup of the schema.
#![no_main]

#[path = "../../src/generate/tests/free_text.rs"]
mod free_text;
#[path = "../../src/generate/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the command calls more of the generator")]
mod generate;

use free_text::{emptied, is_plain, split_docs};
use generate::{Generated, Sources, Text};
use libfuzzer_sys::fuzz_target;
use quote::ToTokens;

const SOURCE: &str = include_str!("../../schema/source.toml");

fn text(name: &str, text: &str) -> Text {
    Text { name: name.to_owned(), text: text.to_owned() }
}

/// Returns the code without docs.
fn items(generated: &Generated, docs: &mut Vec<String>) -> String {
    split_docs(generated.file().expect("the code is Rust").to_token_stream(), docs).to_string()
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
    let listing = |generated: Generated| generated.listing().expect("the code is Rust");
    let strictly = generate::generate(&sources).map(listing);
    let leniently = generate::generate_leniently(&sources).map(|(generated, _)| listing(generated));
    if let (Ok(strictly), Ok(leniently)) = (&strictly, &leniently) {
        assert_eq!(strictly, leniently);
    }
    let Ok(generated) = generate::generate_plain(&published, "") else { return };
    let mut docs = Vec::new();
    items(&generated, &mut docs);
    for line in &docs {
        assert!(is_plain(line, generate::invisible::is_invisible), "{line:?}");
    }
    // `Value` sorts properties, so both sides are sorted.
    let document = serde_json::from_str(document.trim_start_matches('\u{feff}')).expect("it was read");
    let sorted = |document: &serde_json::Value| {
        let generated = generate::generate_plain(&text("published.json", &document.to_string()), "");
        generated.ok().map(|generated| items(&generated, &mut Vec::new()))
    };
    assert_eq!(sorted(&document), sorted(&emptied(&document)), "texts for readers decide");
});
