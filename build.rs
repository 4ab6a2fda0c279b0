//! Generates the types from `schema/` and writes them to `OUT_DIR`, where `src/types` includes them.
//!
//! Also writes `api.txt`, which a test compares with `schema/api.txt`, and `schema.json`, the merged schema for
//! validators.

#[path = "src/generate/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the command uses more of the generator")]
mod generate;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use generate::Sources;

fn main() {
    println!("cargo::rerun-if-changed=schema/published.json");
    println!("cargo::rerun-if-changed=schema/source.toml");
    println!("cargo::rerun-if-changed=schema/overlay.toml");
    println!("cargo::rerun-if-changed=schema/additions");
    println!("cargo::rerun-if-changed=src/generate");
    if let Err(error) = run() {
        for line in error.to_string().lines() {
            println!("cargo::error={line}");
        }
        std::process::exit(1);
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let out = env::var("OUT_DIR")?;
    let out = Path::new(&out);
    let generated = generate::generate(&Sources::read(Path::new("schema"))?)?;
    let types = generated.files().map(|file| Ok(prettyplease::unparse(&file?)));
    write_if_changed(&out.join("types.rs"), &types.collect::<Result<String, generate::Failure>>()?)?;
    write_if_changed(&out.join("api.txt"), &generated.listing()?)?;
    write_if_changed(&out.join("schema.json"), &generated.document.root.to_string())?;
    Ok(())
}

fn write_if_changed(path: &Path, text: &str) -> std::io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|written| written == text) {
        return Ok(());
    }
    fs::write(path, text)
}
