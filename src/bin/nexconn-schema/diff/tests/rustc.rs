//! The judge: the compiler, asked about code that uses generated types.
//!
//! Place in the flow: `cases.rs` and `random.rs` give it modules; it says which of their witnesses
//! do not compile. All modules are checked at once, as a package of their own beside this test's
//! program, with the crate's own `codec` module and the versions of serde and serde_json that are
//! locked here. The package is kept between runs, so that the two are compiled once.
//!
//! The compiler stops early at names that it cannot find, so what has failed is taken out and the
//! rest is checked again, until nothing fails any more.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The programs that the modules are spread over: as many as are compiled at the same time.
const PROGRAMS: usize = 2;

/// Generated types, and code that uses them.
pub(super) struct Module {
    /// A name for Rust, of no other module.
    pub(super) name: String,
    /// The source of the types.
    pub(super) types: String,
    /// Code that uses them, by the names of its modules.
    pub(super) witnesses: BTreeMap<String, String>,
}

/// What stands in the place of a witness's name where the types themselves do not compile.
pub(super) const TYPES: &str = "types/generated";

/// What the compiler said of each witness that it refuses, by module and witness.
pub(super) type Refused = BTreeMap<(String, String), String>;

/// The package in which modules are checked.
pub(super) struct Judge {
    folder: PathBuf,
    target: PathBuf,
}

impl Judge {
    /// The package of this name; two tests that run at the same time need two.
    pub(super) fn new(name: &str) -> Self {
        // `…/target/debug/deps/test-program`, wherever the target folder is.
        let program = std::env::current_exe().unwrap();
        let folder = program.ancestors().nth(2).unwrap().join("witnesses").join(name);
        let target = folder.with_file_name("target");
        let judge = Self { folder, target };
        judge.write_package(name);
        judge
    }

    /// Where the sources are, for who wants to look.
    pub(super) fn sources(&self) -> PathBuf {
        self.folder.join("src")
    }

    fn write_package(&self, name: &str) {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let manifest: toml::Table = fs::read_to_string(here.join("Cargo.toml")).unwrap().parse().unwrap();
        let mut package: toml::Table = "publish = false\nversion = \"0.0.0\"".parse().unwrap();
        package.insert("name".to_owned(), name.into());
        package.insert("edition".to_owned(), manifest["package"]["edition"].clone());
        let wanted = ["serde", "serde_json"];
        let dependencies: toml::Table =
            wanted.iter().map(|name| ((*name).to_owned(), manifest["dependencies"][*name].clone())).collect();
        let programs = (0..PROGRAMS).map(|index| {
            let program = [("name", format!("program_{index}")), ("path", format!("src/program_{index}.rs"))];
            toml::Value::Table(program.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect())
        });
        let mut whole = toml::Table::new();
        whole.insert("package".to_owned(), package.into());
        whole.insert("dependencies".to_owned(), dependencies.into());
        whole.insert("bin".to_owned(), programs.collect::<Vec<_>>().into());
        whole.insert("workspace".to_owned(), toml::Table::new().into());
        let _ = fs::remove_dir_all(self.sources());
        fs::create_dir_all(self.sources()).unwrap();
        fs::write(self.folder.join("Cargo.toml"), whole.to_string()).unwrap();
        fs::copy(here.join("Cargo.lock"), self.folder.join("Cargo.lock")).unwrap();
    }

    /// Checks all modules.
    pub(super) fn judge(&self, modules: &[Module]) -> Refused {
        for module in modules {
            self.write_module(module);
        }
        self.write_programs(modules);
        let mut refused = Refused::new();
        loop {
            let found = self.check();
            if found.is_empty() {
                return refused;
            }
            for (place, message) in found {
                refused.entry(place).or_default().push_str(&message);
            }
            for module in modules {
                self.write_root(module, &refused);
            }
        }
    }

    fn write_module(&self, module: &Module) {
        let folder = self.sources().join(&module.name);
        fs::create_dir_all(folder.join("types")).unwrap();
        let types = "pub use generated::*;\n\npub use crate::codec::{Extra, Json};\n\nmod \
                     generated;\n";
        fs::write(folder.join("types/mod.rs"), types).unwrap();
        fs::write(folder.join("types/generated.rs"), format!("use super::{{Extra, Json}};\n\n{}", module.types))
            .unwrap();
        for (name, witness) in &module.witnesses {
            fs::write(folder.join(format!("{name}.rs")), witness).unwrap();
        }
        self.write_root(module, &Refused::new());
    }

    /// The module's root, with those witnesses that are not refused.
    fn write_root(&self, module: &Module, refused: &Refused) {
        let left =
            module.witnesses.keys().filter(|name| !refused.contains_key(&(module.name.clone(), (*name).clone())));
        let left: String = left.map(|name| format!("mod {name};\n")).collect();
        let path = self.sources().join(&module.name).join("mod.rs");
        let has_types = !refused.contains_key(&(module.name.clone(), TYPES.to_owned()));
        let root = if has_types { format!("pub mod types;\n{left}") } else { String::new() };
        // A program in which nothing has changed need not be looked at again.
        if fs::read_to_string(&path).ok().as_ref() != Some(&root) {
            fs::write(path, root).unwrap();
        }
    }

    fn write_programs(&self, modules: &[Module]) {
        let wire = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/codec/mod.rs");
        for index in 0..PROGRAMS {
            let modules = modules.iter().skip(index).step_by(PROGRAMS);
            let modules: String = modules.map(|module| format!("mod {};\n", module.name)).collect();
            let program = format!(
                "#![allow(warnings)]\n\n#[path = {wire:?}]\nmod codec;\n{modules}\n\
                 /// A value of any type, to be looked at by the compiler only.\nfn any<T>() -> T {{\n    loop {{}}\n}}\n\n\
                 fn main() {{}}\n"
            );
            fs::write(self.sources().join(format!("program_{index}.rs")), program).unwrap();
        }
    }

    /// What the compiler refuses, by module and file in it.
    fn check(&self) -> Refused {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["check", "--offline", "--quiet", "--keep-going", "--message-format=json"]);
        cargo.current_dir(&self.folder).env("CARGO_TARGET_DIR", &self.target).env("CARGO_TERM_COLOR", "never");
        cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
        let output = cargo.output().unwrap();
        let mut found = Refused::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
            let message = &line["message"];
            if line["reason"] != "compiler-message" || message["level"] != "error" {
                continue;
            }
            let rendered = message["rendered"].as_str().unwrap_or_default();
            let spans = message["spans"].as_array().into_iter().flatten();
            let files = spans.filter(|span| span["is_primary"] == true).filter_map(|span| span["file_name"].as_str());
            for file in files {
                let Some((module, file)) = place(file) else {
                    panic!("not about a module: see {}\n{rendered}", self.sources().display());
                };
                found.entry((module, file)).or_default().push_str(rendered);
            }
        }
        assert!(
            output.status.success() || !found.is_empty(),
            "cargo check fails in {}:\n{}",
            self.folder.display(),
            String::from_utf8_lossy(&output.stderr)
        );
        found
    }
}

/// `src/m1/written.rs` → `m1`, `written`.
fn place(file: &str) -> Option<(String, String)> {
    let (module, file) = file.strip_prefix("src/")?.split_once('/')?;
    Some((module.to_owned(), file.trim_end_matches(".rs").to_owned()))
}
