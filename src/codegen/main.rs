//! The `nexconn-schema` command: keeps `schema/` and the generated types in step.
//!
//! It owns the generator in `generate/`, which build.rs borrows; the library contains neither.
//! One file for each thing that it can do:
//!
//! | command | file |
//! |---|---|
//! | `check` | `check.rs` |
//! | `refresh SOURCE` | `refresh/`, from what the source says to what is written |
//! | `api`, `generate` | here: they print what the generator makes |
//!
//! `workspace.rs` is the folder that they work on.

mod check;
mod diff;
mod generate;
mod refresh;
mod workspace;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use workspace::Workspace;

/// How the command ends. Scripts may rely on the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// 0: all is well.
    Fine,
    /// 4: something that is committed is stale.
    Stale,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Fine => Self::SUCCESS,
            Outcome::Stale => Self::from(4),
        }
    }
}

/// 1: the command could not do its work.
type Failed = Box<dyn std::error::Error>;

/// Keeps the published schema and the generated types in step.
///
/// Exit codes: 0 fine, 1 could not run, 2 usage, 4 something committed is stale.
#[derive(Parser)]
#[command(name = "nexconn-schema", version)]
struct Arguments {
    /// The schema folder; by default `schema` here or in the nearest folder above.
    #[arg(long = "schema", global = true, value_name = "DIR")]
    folder: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check that everything committed agrees: digest, overlay, listing.
    Check,
    /// Take the published schema from where it is published.
    ///
    /// The source may be a JSON Schema, the text, Markdown or HTML of a page with the schema in it, or an
    /// OpenAPI document. Either all files are written or none.
    Refresh {
        /// A file, `-` for standard input, or an https URL.
        source: String,
        /// Only say what would change.
        #[arg(long)]
        dry_run: bool,
    },
    /// Write the listing of the generated API to `api.txt`.
    Api {
        /// Only say whether it is fresh.
        #[arg(long)]
        check: bool,
    },
    /// Print the generated Rust source.
    Generate {
        /// Print the merged JSON Schema instead, for validators.
        #[arg(long)]
        merged: bool,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments, &mut io::stdout().lock()) {
        Ok(outcome) => outcome.into(),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing can be done about a standard error that cannot be written to.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<Outcome, Failed> {
    let workspace = Workspace::find(arguments.folder.as_deref())?;
    match &arguments.command {
        Command::Check => check::run(&workspace, out),
        Command::Refresh { source, dry_run } => {
            refresh::run(&workspace, &refresh::Task::new(source, *dry_run), out, &mut io::stderr())
        }
        Command::Api { check: true } => check::listing(&workspace, &workspace.generate()?, out),
        Command::Api { check: false } => {
            let generated = workspace.generate()?;
            let written = workspace.write("api.txt", &generated.listing)?;
            writeln!(
                out,
                "{} {}",
                workspace.path("api.txt").display(),
                if written { "written" } else { "is up to date" }
            )?;
            Ok(Outcome::Fine)
        }
        Command::Generate { merged } => {
            let generated = workspace.generate()?;
            let text = if *merged {
                format!("{:#}\n", generated.document.root)
            } else {
                prettyplease::unparse(&generated.file)
            };
            out.write_all(text.as_bytes())?;
            Ok(Outcome::Fine)
        }
    }
}

/// Whether the reader of the output has seen enough of it.
fn is_broken_pipe(error: &Failed) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
