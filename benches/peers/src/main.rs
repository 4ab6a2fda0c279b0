//! Compares nexconn-responses with its peers, and prints the results as Markdown.
//!
//! ```text
//! cargo run --release --manifest-path benches/peers/Cargo.toml -- [CORPUS] [OPENAPI] [MEASURE …]
//! ```
//!
//! `CORPUS` is a folder of recordings as in `corpus.rs`, by default `benches/payloads`. `OPENAPI` is the file
//! `openapi.json` of github.com/openai/openai-openapi, which only `validate` needs. [`MEASURES`] lists the measures;
//! without a name, all run.

mod allocations;
mod clients;
mod clock;
mod corpus;
mod create;
mod decode;
mod encode;
mod growth;
mod many;
mod memory;
mod reencode;
mod report;
mod samples;
mod server;
mod sse;
mod stream;
mod validate;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use corpus::Corpus;
use report::Row;

/// The result of a step.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// The payloads that come with the crate.
const OWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../payloads");

/// A measure and its name on the command line.
type Measure = (&'static str, fn(&Corpus) -> Outcome<Vec<Row>>);

/// In the order of the report.
const MEASURES: [Measure; 11] = [
    ("decode", |corpus| Ok(decode::measure(corpus))),
    ("encode", encode::measure),
    ("reencode", |corpus| Ok(reencode::measure(corpus))),
    ("validate", validate::measure),
    ("growth", |_| Ok(growth::measure())),
    ("allocations", |_| Ok(allocations::measure()?)),
    ("sse", |_| Ok(sse::measure())),
    ("stream", |_| stream::speed()),
    ("create", |_| create::measure()),
    ("many", |_| many::measure()),
    ("gibibyte", |_| stream::gibibyte()),
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let outcome = if words.iter().any(|word| word == server::WORD) { server::run() } else { run(&words) };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[String]) -> Outcome {
    // Fails only if there's a provider already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (wanted, paths): (Vec<&str>, Vec<&str>) =
        words.iter().map(String::as_str).partition(|word| MEASURES.iter().any(|(name, _)| name == word));
    let (files, folders): (Vec<&str>, Vec<&str>) = paths.into_iter().partition(|path| Path::new(path).is_file());
    let mut corpus = Corpus::read(Path::new(folders.first().unwrap_or(&OWN)))?;
    corpus.openapi = files.first().map(PathBuf::from);
    let mut rows = Vec::new();
    for (name, measure) in MEASURES {
        let has_input = name != "validate" || corpus.openapi.is_some();
        if (wanted.is_empty() && has_input) || wanted.contains(&name) {
            rows.extend(measure(&corpus)?);
        }
    }
    report::print_rows(&rows);
    Ok(())
}
