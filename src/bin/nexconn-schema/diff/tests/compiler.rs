//! Asks the compiler whether consumer examples compile with generated types.
//!
//! All types are one library, checked once; the examples are two programs, one of those expected to compile
//! and one of those that shouldn't. The compiler stops early at unresolved names, so rejected examples are
//! taken out and the rest is checked again until no error is left. The package is kept between runs, and
//! uses the codec of printed files and the locked versions of serde and serde_json.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::standalone;

/// Code for generated types.
pub(super) struct Example {
    pub(super) name: String,
    /// The source of the types.
    pub(super) types: String,
    pub(super) code: String,
    /// Whether the code should compile.
    pub(super) compiles: bool,
}

/// The package in which examples are checked.
pub(super) struct Compiler {
    folder: PathBuf,
    target: PathBuf,
}

/// An example in its program: the module of its types, its code and the program.
type Module<'a> = (usize, &'a str, bool);

impl Compiler {
    /// Concurrent tests need packages of different names.
    pub(super) fn new(name: &str) -> Self {
        // `…/target/debug/deps/test-program`, wherever the target folder is.
        let program = std::env::current_exe().unwrap();
        let folder = program.ancestors().nth(2).unwrap().join("consumers").join(name);
        let target = folder.with_file_name("target");
        let compiler = Self { folder, target };
        compiler.write_package(name);
        compiler
    }

    /// Returns the examples about which the compiler disagrees.
    pub(super) fn disagreements(&self, examples: &[Example]) -> Vec<String> {
        let mut types: Vec<&str> = examples.iter().map(|example| example.types.as_str()).collect();
        types.sort_unstable();
        types.dedup();
        self.write_types(&types);
        let module = |example: &'_ Example| -> Option<usize> { types.binary_search(&example.types.as_str()).ok() };
        let of = |example| (module(example).unwrap(), example);
        let modules: BTreeSet<Module<'_>> =
            examples.iter().map(of).map(|(index, example)| (index, example.code.as_str(), example.compiles)).collect();
        let modules: Vec<_> = modules.into_iter().collect();
        let rejected = self.rejected(&modules);
        let disagreement = |example: &Example| {
            let key = (module(example)?, example.code.as_str(), example.compiles);
            let index = modules.binary_search(&key).ok()?;
            let said = match (rejected.get(&index), example.compiles) {
                (Some(message), true) => format!("doesn't compile:\n{message}"),
                (None, false) => "compiles".to_owned(),
                _ => return None,
            };
            Some(format!("{} {said}\n(types {}, example {index} in {})", example.name, key.0, self.folder.display()))
        };
        examples.iter().filter_map(disagreement).collect()
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
        let library: toml::Table = "name = \"generated\"\npath = \"src/lib.rs\"".parse().unwrap();
        let mut whole = toml::Table::new();
        whole.insert("package".to_owned(), package.into());
        whole.insert("dependencies".to_owned(), dependencies.into());
        whole.insert("lib".to_owned(), library.into());
        whole.insert("workspace".to_owned(), toml::Table::new().into());
        let _ = fs::remove_dir_all(self.folder.join("src"));
        fs::create_dir_all(self.folder.join("src/bin")).unwrap();
        fs::write(self.folder.join("Cargo.toml"), whole.to_string()).unwrap();
        fs::copy(here.join("Cargo.lock"), self.folder.join("Cargo.lock")).unwrap();
    }

    fn write_types(&self, types: &[&str]) {
        let mut library = "#![allow(warnings)]\n\npub mod codec;\n\n\
             /// A value of any type, for the compiler only.\npub fn any<T>() -> T {\n    loop {}\n}\n"
            .to_owned();
        fs::write(self.folder.join("src/codec.rs"), standalone::codec(&types.concat())).unwrap();
        for (index, source) in types.iter().enumerate() {
            library += &format!("pub mod types_{index};\n");
            let source = format!("pub use crate::codec::{{Extra, Json, UnknownValue}};\n\n{source}");
            fs::write(self.folder.join(format!("src/types_{index}.rs")), source).unwrap();
        }
        fs::write(self.folder.join("src/lib.rs"), library).unwrap();
    }

    /// The messages about the modules the compiler rejects, by index.
    fn rejected(&self, modules: &[Module<'_>]) -> BTreeMap<usize, String> {
        for (index, (types, code, _)) in modules.iter().enumerate() {
            let file = self.folder.join(format!("src/example_{index}.rs"));
            fs::write(
                file,
                format!("mod types {{\n    pub use generated::types_{types}::*;\n}}\n\nmod example {{\n{code}}}\n"),
            )
            .unwrap();
        }
        let mut rejected = BTreeMap::new();
        loop {
            self.write_programs(modules, &rejected);
            let found = self.check();
            if found.is_empty() {
                return rejected;
            }
            rejected.extend(found);
        }
    }

    fn write_programs(&self, modules: &[Module<'_>], rejected: &BTreeMap<usize, String>) {
        for (name, compiles) in [("accepted", true), ("rejected", false)] {
            let left = modules.iter().enumerate();
            let left = left.filter(|(index, module)| module.2 == compiles && !rejected.contains_key(index));
            let left: String =
                left.map(|(index, _)| format!("#[path = \"../example_{index}.rs\"]\nmod example_{index};\n")).collect();
            let program = format!("#![allow(warnings)]\n\n{left}\nfn main() {{}}\n");
            let path = self.folder.join(format!("src/bin/{name}.rs"));
            // An unchanged program isn't checked again.
            if fs::read_to_string(&path).ok().as_ref() != Some(&program) {
                fs::write(path, program).unwrap();
            }
        }
    }

    /// The messages of one run, by the index of the example.
    fn check(&self) -> BTreeMap<usize, String> {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["check", "--offline", "--quiet", "--keep-going", "--message-format=json"]);
        cargo.current_dir(&self.folder).env("CARGO_TARGET_DIR", &self.target).env("CARGO_TERM_COLOR", "never");
        cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
        let output = cargo.output().unwrap();
        let mut found: BTreeMap<usize, String> = BTreeMap::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
            let message = &line["message"];
            if line["reason"] != "compiler-message" || message["level"] != "error" {
                continue;
            }
            let rendered = message["rendered"].as_str().unwrap_or_default();
            let spans = message["spans"].as_array().into_iter().flatten();
            for span in spans.filter(|span| span["is_primary"] == true) {
                let file = span["file_name"].as_str().unwrap();
                let index = file.rsplit_once("/example_").and_then(|(_, rest)| rest.strip_suffix(".rs")?.parse().ok());
                let Some(index) = index else { panic!("{} doesn't compile:\n{rendered}", self.folder.display()) };
                found.entry(index).or_default().push_str(rendered);
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
