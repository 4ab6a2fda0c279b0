//! The `nexconn-schema` command: keeps `schema/` and the generated types in step.
//!
//! It owns the generator in `generate/`, which build.rs borrows; the library contains neither.
//! One file for each thing that it can do:
//!
//! | command | file |
//! |---|---|
//! | `check` | `check.rs` |
//! | `refresh SOURCE` | `refresh/`, from what the source says to what is written |
//! | `diff [OLD] [NEW]` | `diff/` |
//! | `api [SIDE]`, `generate [SIDE]`, `rules` | here: they print what there is |
//!
//! `workspace.rs` is the folder that they work on; `side.rs` reads what else they are asked about, a
//! document or a revision, which `git.rs` has. `standalone.rs` makes a file of its own of what is
//! generated.

mod check;
mod diff;
#[path = "../../generate/mod.rs"]
mod generate;
mod input;
mod refresh;
mod snapshot;
mod standalone;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use diff::Rule;
use snapshot::folder::Workspace;
use snapshot::{Overlay, Side, Sides};

/// How the command ends. Scripts may rely on the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// 0: all is well.
    Fine,
    /// 4: something that is committed is stale.
    Stale,
    /// 100: a change at or above the level that was asked for.
    Found,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Fine => Self::SUCCESS,
            Outcome::Stale => Self::from(4),
            Outcome::Found => Self::from(100),
        }
    }
}

/// 1: the command could not do its work.
type Failed = Box<dyn std::error::Error>;

/// Keeps the published schema and the generated types in step.
///
/// Exit codes: 0 fine, 1 could not run, 2 usage, 4 something committed is stale, 100 a change at or
/// above the level of `--fail-on`.
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
    /// Say how the generated API differs between two versions, and why.
    ///
    /// A side is a file with a JSON Schema, a schema folder, a revision of git, or `REVISION:PATH`.
    Diff(Diff),
    /// Print the listing of the generated API of a side; without one, write it to `api.txt`.
    Api {
        /// A file, a schema folder, a revision of git, or `REVISION:PATH`.
        side: Option<String>,
        /// Only say whether the listing that is committed is fresh.
        #[arg(long)]
        check: bool,
        /// Print an error in the place of the listing and end with 0, so that `git log -p` goes on.
        #[arg(long, conflicts_with = "check", requires = "side")]
        textconv: bool,
        #[command(flatten)]
        overlay: OverlayArgument,
    },
    /// Print the generated Rust source, with all that it calls: a file that needs serde and serde_json.
    Generate {
        /// A file, a schema folder, a revision of git, or `REVISION:PATH`; by default the working tree.
        side: Option<String>,
        /// Print the merged JSON Schema instead, for validators.
        #[arg(long)]
        merged: bool,
        #[command(flatten)]
        overlay: OverlayArgument,
    },
    /// Print the rules of `diff`, each with what it speaks of.
    Rules,
}

#[derive(Args)]
struct Diff {
    /// By default the schema of `HEAD`.
    old: Option<String>,
    /// By default the schema of the working tree.
    new: Option<String>,
    #[arg(long, value_enum, default_value_t)]
    format: diff::Format,
    /// What makes the command end with 100.
    #[arg(long, value_enum, default_value_t)]
    fail_on: diff::FailOn,
    #[command(flatten)]
    overlay: OverlayArgument,
    /// Print the JSON Schema of `--format json` and nothing else.
    #[arg(long, exclusive = true)]
    json_schema: bool,
}

#[derive(Args)]
struct OverlayArgument {
    /// What is laid over the documents.
    #[arg(long, value_enum, default_value_t)]
    overlay: Overlay,
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
    let workspace = || Workspace::find(arguments.folder.as_deref());
    match &arguments.command {
        Command::Check => check::run(&workspace()?, out),
        Command::Refresh { source, dry_run } => {
            refresh::run(&workspace()?, &refresh::Task::new(source, *dry_run), out, &mut io::stderr())
        }
        Command::Diff(options) => compare(arguments, options, out),
        Command::Api { side: None, check: true, .. } => {
            let workspace = workspace()?;
            check::listing(&workspace, &workspace.generate()?, out)
        }
        Command::Api { side: None, check: false, .. } => {
            let workspace = workspace()?;
            let written = workspace.write("api.txt", &workspace.generate()?.listing)?;
            let state = if written { "written" } else { "is up to date" };
            writeln!(out, "{} {state}", workspace.path("api.txt").display())?;
            Ok(Outcome::Fine)
        }
        Command::Api { side: Some(side), check, textconv, overlay } => {
            match named(arguments, overlay, side) {
                Ok(side) if *check => return check::side(&side, out),
                Ok(side) => out.write_all(side.api.listing.as_bytes())?,
                Err(error) if *textconv => writeln!(out, "# {}", error.to_string().replace('\n', "\n# "))?,
                Err(error) => return Err(error),
            }
            Ok(Outcome::Fine)
        }
        Command::Generate { side, merged, overlay } => {
            let workspace = Workspace::find(arguments.folder.as_deref()).ok();
            let sides = Sides { workspace: workspace.as_ref(), overlay: overlay.overlay, wants_source: !merged };
            let side = side.as_ref().map_or_else(|| sides.working_tree(), |name| sides.named(name))?;
            let text = if *merged { format!("{:#}\n", side.api.document.root) } else { side.source };
            out.write_all(text.as_bytes())?;
            Ok(Outcome::Fine)
        }
        Command::Rules => {
            for rule in Rule::ALL {
                writeln!(out, "{}: {}", rule.id(), rule.meaning())?;
            }
            Ok(Outcome::Fine)
        }
    }
}

/// A side by its name. A document without overlay needs no schema folder.
fn named(arguments: &Arguments, overlay: &OverlayArgument, name: &str) -> Result<Side, Failed> {
    let workspace = Workspace::find(arguments.folder.as_deref()).ok();
    Sides { workspace: workspace.as_ref(), overlay: overlay.overlay, wants_source: false }.named(name)
}

fn compare(arguments: &Arguments, options: &Diff, out: &mut dyn Write) -> Result<Outcome, Failed> {
    if options.json_schema {
        out.write_all(diff::SCHEMA.as_bytes())?;
        return Ok(Outcome::Fine);
    }
    let workspace = Workspace::find(arguments.folder.as_deref()).ok();
    let sides = Sides { workspace: workspace.as_ref(), overlay: options.overlay.overlay, wants_source: false };
    let (old, new) = sides.both(
        |sides| sides.named(options.old.as_deref().unwrap_or("HEAD")),
        |sides| options.new.as_ref().map_or_else(|| sides.working_tree(), |name| sides.named(name)),
    )?;
    diff::run(&old, &new, options.format, options.fail_on, out)
}

/// Whether the reader of the output has seen enough of it.
fn is_broken_pipe(error: &Failed) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
