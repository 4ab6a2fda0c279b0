//! Measures nexconn-responses beside its peers, in one run, and prints what came of it as Markdown.
//!
//! ```text
//! cargo run --release --manifest-path benches/peers/Cargo.toml -- [CORPUS] [MEASURE …]
//! ```
//!
//! `CORPUS` is a folder of recordings as `corpus.rs` describes; without it, the few payloads of
//! `benches/payloads` are used. The measures are listed in [`MEASURES`]; without a name, all are made.

mod clock;
mod corpus;
mod decode;
mod encode;
mod report;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use corpus::Corpus;
use report::Row;

/// What a step may fail with.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// The payloads that come with the crate.
const OWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../payloads");

/// The names that the command takes.
const MEASURES: [&str; 2] = ["decode", "encode"];

fn main() -> ExitCode {
    let (wanted, folders): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|word| MEASURES.contains(&word.as_str()));
    match run(&wanted, folders.first().map_or(Path::new(OWN), Path::new)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(wanted: &[String], folder: &Path) -> Outcome {
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let corpus = Corpus::read(folder)?;
    let mut rows: Vec<Row> = Vec::new();
    if is_wanted("decode") {
        let (columns, decoding) = decode::measure(&corpus);
        report::print_columns(&columns);
        rows.extend(decoding);
    }
    if is_wanted("encode") {
        rows.extend(encode::measure(&corpus)?);
    }
    report::print_rows(&rows);
    Ok(())
}
