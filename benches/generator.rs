//! Run time of the generator for the current schema, and for schemas 10 and 100 times the size.
//!
//! Includes the generator's files, as build.rs does. The larger schemas repeat the additions with other names.

#![allow(clippy::expect_used, reason = "a benchmark fails by panicking")]

#[path = "../src/generate/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the command uses more of it")]
mod generate;

use std::path::Path;

use divan::Bencher;
use divan::counter::BytesCount;
use generate::{Sources, Text};
use serde_json::{Map, Value};

/// Multiples of the current schema. Without optimization, the larger ones take minutes.
const SIZES: &[usize] = if cfg!(debug_assertions) { &[1, 2] } else { &[1, 10, 100] };

/// The generator requires it in every file.
const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

fn main() {
    divan::main();
}

#[divan::bench(args = SIZES, sample_count = 5, sample_size = 1)]
fn generate_and_print(bencher: Bencher<'_, '_>, times: usize) {
    let sources = enlarged(times);
    let bytes: usize = sources.additions.iter().map(|text| text.text.len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        let generated = generate::generate(&sources).expect("the schema is in order");
        let files = generated.files().map(|file| prettyplease::unparse(&file.expect("the code is Rust")));
        files.collect::<String>()
    });
}

/// Returns the folder `schema` with its additions repeated.
fn enlarged(times: usize) -> Sources {
    let mut sources = Sources::read(Path::new("../schema")).expect("benchmarks run in the package's folder");
    let names: Vec<String> =
        sources.additions.iter().flat_map(|text| definitions(text).into_iter()).map(|(name, _)| name).collect();
    let copies: Vec<Text> = (1..times)
        .flat_map(|number| sources.additions.iter().map(move |text| (number, text)))
        .map(|(number, text)| copy(text, number, &names))
        .collect();
    sources.additions.extend(copies);
    sources
}

/// Returns the definitions with numbered names. The request's properties aren't repeated.
fn copy(text: &Text, number: usize, names: &[String]) -> Text {
    let numbered = definitions(text).into_iter().map(|(name, schema)| (format!("{name}{number}"), schema)).collect();
    let mut file = serde_json::json!({ "$schema": DRAFT, "definitions": Value::Object(numbered) });
    refer(&mut file, number, names);
    Text { name: format!("{}.{number}", text.name), text: file.to_string() }
}

fn definitions(text: &Text) -> Map<String, Value> {
    let mut file: Value = serde_json::from_str(&text.text).expect("the additions are JSON");
    match file["definitions"].take() {
        Value::Object(definitions) => definitions,
        _ => Map::new(),
    }
}

/// Changes references to point to the copies.
fn refer(node: &mut Value, number: usize, names: &[String]) {
    match node {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get_mut("$ref")
                && names.iter().any(|name| target.strip_prefix("#/definitions/") == Some(name))
            {
                target.push_str(&number.to_string());
            }
            members.values_mut().for_each(|member| refer(member, number, names));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| refer(item, number, names)),
        _ => {}
    }
}
