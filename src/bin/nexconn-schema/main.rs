//! The `nexconn-schema` command, which keeps `schema/` and the generated types in step.

mod changelog;
mod check;
mod diff;
#[cfg(test)]
mod fixture;
#[path = "../../generate/mod.rs"]
mod generate;
mod input;
mod outcome;
mod progress;
mod refresh;
mod snapshot;
mod stack;
mod standalone;
mod terminal;
mod translate;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand};

use diff::Rule;
use outcome::{BoxError, Outcome};
use snapshot::folder::SchemaFolder;
use snapshot::history::History;
use snapshot::{Loader, Overlay, Reading, Side};
use translate::formats::Formats;

/// Keeps a published JSON Schema and the Rust types generated from it in step.
#[derive(Parser)]
#[command(
    name = "nexconn-schema",
    version,
    after_help = "\
Exit codes: 0 ok; 1 error; 2 usage; 4 stale files; 100 a change at or above --fail-on

Examples:
  nexconn-schema refresh --dry-run               changes of the published page
  nexconn-schema diff                            HEAD against the working tree
  nexconn-schema diff old.json new.json --overlay none
  nexconn-schema generate schema.json --overlay none > src/types.rs"
)]
struct Arguments {
    /// The schema directory [default: `schema` here or in the nearest parent directory].
    #[arg(long = "schema", global = true, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// When to color reports, help and errors; `auto`: on a terminal, unless `NO_COLOR` is set.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: ColorChoice,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check that the committed files agree: digest, overlay, additions, listing.
    #[command(after_help = "\
Examples:
  nexconn-schema check
  nexconn-schema check --schema other/schema")]
    Check,
    /// Fetch the published schema and write it to the schema directory.
    ///
    /// The source is a JSON Schema, a page that contains one (text, Markdown, HTML), or an OpenAPI document in
    /// JSON or YAML.
    #[command(after_help = "\
Examples:
  nexconn-schema refresh                         from the page in source.toml
  nexconn-schema refresh page.html --dry-run
  curl -s https://example.com/openapi.yaml | nexconn-schema refresh -")]
    Refresh {
        /// A file, `-` for standard input, or an https URL [default: the page in source.toml].
        source: Option<String>,
        /// Show the changes without writing them.
        #[arg(long)]
        dry_run: bool,
    },
    /// Compare the generated API of two versions and explain the differences.
    ///
    /// A side is a JSON Schema file, a schema directory, a git revision, or `REVISION:PATH`.
    #[command(after_help = "\
Examples:
  nexconn-schema diff v0.1.0                     a tag against the working tree
  nexconn-schema diff --fail-on bump             100 if Cargo.toml's version is too low
  nexconn-schema diff main HEAD --format markdown")]
    Diff(Diff),
    /// Write the changes of the generated API, commit by commit.
    ///
    /// Without a range, the whole history is read. With a path and `--overlay none`, it's the history of that schema.
    #[command(after_help = "\
Examples:
  nexconn-schema changelog v0.1.0..HEAD
  nexconn-schema changelog --format html > changes.html
  nexconn-schema changelog --overlay none ../other/schema.json")]
    Changelog {
        /// A range of commits, and the path of a schema.
        #[arg(num_args = 0..=2, value_name = "FROM..TO | PATH")]
        scope: Vec<String>,
        /// The format of the changelog.
        #[arg(long, value_enum, default_value_t)]
        format: changelog::Format,
        /// Also write the timeline to an SVG file; Markdown refers to it.
        #[arg(long, value_name = "FILE")]
        timeline: Option<PathBuf>,
        #[command(flatten)]
        overlay: OverlayArgument,
    },
    /// Print the listing of a side's generated API; without a side, write it to `api.txt`.
    #[command(after_help = "\
Examples:
  nexconn-schema api                             write schema/api.txt
  nexconn-schema api --check                     4 if it's stale
  nexconn-schema api v0.1.0")]
    Api {
        /// A file, a schema directory, a git revision, or `REVISION:PATH`.
        side: Option<String>,
        /// Only check whether the committed listing is up to date.
        #[arg(long)]
        check: bool,
        /// List a version of the published schema with the overlay and additions of its commit, for `git log -p`.
        ///
        /// Prints an error instead of the listing and exits with 0, so that git continues.
        #[arg(long, conflicts_with = "check", requires = "side")]
        textconv: bool,
        #[command(flatten)]
        overlay: OverlayArgument,
    },
    /// Print the generated types as one Rust file that needs serde and serde_json.
    #[command(after_help = "\
Examples:
  nexconn-schema generate schema.json --overlay none > src/types.rs
  nexconn-schema generate schema.json --overlay none --name Config --bundle > src/config.rs
  nexconn-schema generate schema.json --overlay none --format-type date-time=jiff::Timestamp
  nexconn-schema generate --merged > merged.json")]
    Generate {
        /// A file, a schema directory, a git revision, or `REVISION:PATH` [default: the working tree].
        side: Option<String>,
        /// Print the merged JSON Schema instead, for validators.
        #[arg(long)]
        merged: bool,
        #[command(flatten)]
        overlay: OverlayArgument,
    },
    /// List the rules of `diff`.
    #[command(after_help = "\
Examples:
  nexconn-schema rules
  nexconn-schema rules | grep enum")]
    Rules,
}

#[derive(Args)]
struct Diff {
    /// The old side.
    #[arg(default_value = "HEAD")]
    old: String,
    /// The new side [default: the working tree].
    new: Option<String>,
    /// The format of the report.
    #[arg(long, value_enum, default_value_t)]
    format: diff::Format,
    /// The changes that make the command exit with 100.
    #[arg(long, value_enum, default_value_t)]
    fail_on: diff::FailOn,
    #[command(flatten)]
    overlay: OverlayArgument,
    /// Print only the JSON Schema of `--format json`.
    #[arg(long, exclusive = true)]
    json_schema: bool,
}

#[derive(Args)]
struct OverlayArgument {
    /// The overlay and additions to apply.
    #[arg(long, value_enum, default_value_t)]
    overlay: Overlay,
    /// The name of the root type, with `--overlay none` [default: its title, or the file's name].
    #[arg(long, value_name = "NAME", value_parser = root_name)]
    name: Option<String>,
    /// Refuse a document with parts that have no exact Rust type, with `--overlay none`.
    #[arg(long)]
    strict: bool,
    /// Read the files and https URLs that a document refers to, with `--overlay none`.
    #[arg(long)]
    bundle: bool,
    /// The Rust type of strings with a format, with `--overlay none`; repeat it for each format.
    ///
    /// The type needs `Clone`, `Debug`, `Display`, `FromStr` and `PartialEq`. A string that doesn't parse is a mismatch:
    /// the field is `None`, and encoding restores it.
    #[arg(long = "format-type", value_name = "FORMAT=RUST_TYPE", value_parser = Formats::parse)]
    format_types: Vec<(String, String)>,
}

impl OverlayArgument {
    /// Returns the options for a document without overlay. Ends the command if there's an overlay.
    fn reading(&self) -> Reading {
        let given = [
            ("--name", self.name.is_some()),
            ("--strict", self.strict),
            ("--bundle", self.bundle),
            ("--format-type", !self.format_types.is_empty()),
        ];
        if let (Overlay::Committed, Some((option, _))) = (self.overlay, given.iter().find(|(_, is_given)| *is_given)) {
            let problem = format!("{option} is for documents without overlay; add `--overlay none`");
            conflict(&problem);
        }
        let formats = Formats::new(&self.format_types).unwrap_or_else(|problem| conflict(&problem));
        Reading { name: self.name.clone(), is_strict: self.strict, bundles: self.bundle, fallback: None, formats }
    }
}

/// Checks that a type can have the name.
fn root_name(name: &str) -> Result<String, &'static str> {
    if name.chars().any(char::is_alphanumeric) { Ok(name.to_owned()) } else { Err("a name needs a letter or a digit") }
}

/// Ends the command with a usage error.
fn conflict(problem: &str) -> ! {
    let color = terminal::color_of(std::env::args_os());
    usage_error(&Arguments::command().color(color).error(ErrorKind::ArgumentConflict, problem))
}

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let color = terminal::color_of(std::env::args_os());
    let matches = Arguments::command().color(color).try_get_matches().unwrap_or_else(|error| usage_error(&error));
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let ended = stack::run_on_large_stack(|| match run(&arguments, &mut io::stdout().lock()) {
        Ok(outcome) => Ok(outcome),
        Err(error) if is_broken_pipe(&error) => Ok(Outcome::Ok),
        Err(error) => Err(error.to_string()),
    });
    match ended.unwrap_or_else(|error| Err(error.to_string())) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            // If standard error can't be written to, there's nowhere to report it.
            let _ = terminal::print_error(&mut io::stderr(), color, &error);
            ExitCode::FAILURE
        }
    }
}

/// Prints help or a usage error, and exits. Arguments may be foreign text, such as the names of branches.
fn usage_error(error: &clap::Error) -> ! {
    let text = error.render().to_string();
    let printable = terminal::printable(&text);
    if printable == text {
        error.exit();
    }
    // If standard error can't be written to, there's nowhere to report it.
    let _ = io::stderr().write_all(printable.as_bytes());
    std::process::exit(error.exit_code());
}

fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<Outcome, BoxError> {
    let folder = || SchemaFolder::find(arguments.folder.as_deref());
    match &arguments.command {
        Command::Check => check::run(&folder()?, out),
        Command::Refresh { source, dry_run } => {
            let task = refresh::Task::new(source.as_deref(), *dry_run);
            refresh::run(&folder()?, &task, out)
        }
        Command::Diff(options) => compare(arguments, options, out),
        Command::Changelog { scope, format, timeline, overlay } => {
            let (folder, reading) = (folder().ok(), overlay.reading());
            let scope = changelog::Scope::parse(scope)?;
            let history = History::of(loader(folder.as_ref(), overlay, &reading), scope.file.as_deref())?;
            let warning = changelog::run(&history, &scope, *format, timeline.as_deref(), out)?;
            if let Some(warning) = warning {
                terminal::print_warning(&mut io::stderr(), arguments.color, &warning)?;
            }
            Ok(Outcome::Ok)
        }
        Command::Api { side: None, check: true, .. } => {
            let folder = folder()?;
            check::listing(&folder, &folder.generate()?, out)
        }
        Command::Api { side: None, check: false, .. } => {
            let folder = folder()?;
            let written = folder.write(&[("api.txt", &folder.generate()?.listing()?)])?;
            let state = if written.is_empty() { "is up to date" } else { "written" };
            terminal::print_line(out, &format!("{} {state}", folder.file("api.txt").display()))?;
            Ok(Outcome::Ok)
        }
        Command::Api { side: Some(side), check, textconv, overlay } => {
            let (folder, reading) = (folder().ok(), overlay.reading());
            let loader = loader(folder.as_ref(), overlay, &reading);
            match if *textconv { loader.version(side) } else { loader.side(Some(side)) } {
                Ok(side) if *check => return check::side(&side, out),
                Ok(side) => out.write_all(side.api.listing.as_bytes())?,
                Err(error) if *textconv => {
                    terminal::print_line(out, &format!("# {}", error.to_string().replace('\n', "\n# ")))?;
                }
                Err(error) => return Err(error),
            }
            Ok(Outcome::Ok)
        }
        Command::Generate { side, merged, overlay } => {
            generate_types(arguments, side.as_deref(), *merged, overlay, out)
        }
        Command::Rules => {
            for rule in Rule::ALL {
                writeln!(out, "{}: {}", rule.id(), rule.meaning())?;
            }
            Ok(Outcome::Ok)
        }
    }
}

/// A document without overlay needs no schema folder.
fn loader<'a>(folder: Option<&'a SchemaFolder>, overlay: &OverlayArgument, reading: &'a Reading) -> Loader<'a> {
    Loader { folder, overlay: overlay.overlay, reading }
}

fn generate_types(
    arguments: &Arguments,
    side: Option<&str>,
    merged: bool,
    overlay: &OverlayArgument,
    out: &mut dyn Write,
) -> Result<Outcome, BoxError> {
    let (folder, reading) = (SchemaFolder::find(arguments.folder.as_deref()).ok(), overlay.reading());
    let contents = loader(folder.as_ref(), overlay, &reading).contents(side)?;
    let (generated, problems) = contents.generate()?;
    for problem in problems {
        terminal::print_warning(&mut io::stderr(), arguments.color, &problem.to_string())?;
    }
    for format in reading.formats.unused(&generated.document) {
        let warning = format!("no string has the format `{format}` of --format-type");
        terminal::print_warning(&mut io::stderr(), arguments.color, &warning)?;
    }
    if merged {
        serde_json::to_writer_pretty(&mut *out, &generated.document.root).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        standalone::write(&generated, &contents.digest(), out)?;
    }
    // The process ends now, and dropping a large document takes time.
    std::mem::forget(generated);
    Ok(Outcome::Ok)
}

fn compare(arguments: &Arguments, options: &Diff, out: &mut dyn Write) -> Result<Outcome, BoxError> {
    if options.json_schema {
        out.write_all(diff::SCHEMA.as_bytes())?;
        return Ok(Outcome::Ok);
    }
    let folder = SchemaFolder::find(arguments.folder.as_deref()).ok();
    let reading = options.overlay.reading();
    let (old, new) = loader(folder.as_ref(), &options.overlay, &reading).both(&options.old, options.new.as_deref())?;
    for warning in [&old, &new].into_iter().filter_map(Side::warning) {
        terminal::print_warning(&mut io::stderr(), arguments.color, &warning)?;
    }
    diff::run(old, new, options.format, options.fail_on, arguments.color, out)
}

/// Whether the reader of the output has closed it.
fn is_broken_pipe(error: &BoxError) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
