//! The minimum Rust version, the features, and a build script without network access, as `cargo metadata` reports them.
//!
//! It runs with the features of this test, so cargo downloads no crate.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::process::Command;

use serde_json::Value;

const README: &str = include_str!("../../README.md");
/// The minimum Rust version.
const RUST: &str = env!("CARGO_PKG_RUST_VERSION");
/// Crates for connections. A build script without them can't download anything.
const CONNECTING: [&str; 9] =
    ["async-std", "curl", "curl-sys", "hyper", "mio", "openssl", "reqwest", "socket2", "ureq"];

/// The features, and whether this test is built with them.
const FEATURES: [(&str, bool); 9] = [
    ("agent", cfg!(feature = "agent")),
    ("cli", cfg!(feature = "cli")),
    ("client", cfg!(feature = "client")),
    ("gzip", cfg!(feature = "gzip")),
    ("http2", cfg!(feature = "http2")),
    ("schemars", cfg!(feature = "schemars")),
    ("socks", cfg!(feature = "socks")),
    ("testing", cfg!(feature = "testing")),
    ("tracing", cfg!(feature = "tracing")),
];

fn output(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the output of `cargo metadata` for this platform.
fn metadata() -> Value {
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or("rustc".into()));
    rustc.arg("-vV");
    let version = output(rustc);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc says its host");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--format-version", "1", "--offline", "--filter-platform", host]);
    let features: Vec<_> = FEATURES.into_iter().filter(|(_, is_on)| *is_on).map(|(name, _)| name).collect();
    cargo.args(["--no-default-features", "--features", &features.join(","), "--manifest-path"]);
    cargo.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
    serde_json::from_str(&output(cargo)).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Parses a version; `1.88` equals `1.88.0`.
fn version(text: &str) -> Vec<u32> {
    let mut parts: Vec<u32> = text.split('.').map(|part| part.parse().unwrap()).collect();
    parts.resize(3, 0);
    parts
}

#[test]
fn no_dependency_needs_a_newer_compiler_than_this_crate() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 50, "cargo knows of {} packages", packages.len());
    let newer = packages
        .iter()
        .filter(|package| package["rust_version"].as_str().is_some_and(|asked| version(asked) > version(RUST)));
    let newer: Vec<_> = newer.map(|package| format!("{} needs {}", package["id"], package["rust_version"])).collect();
    assert!(
        newer.is_empty(),
        "Cargo.toml says that Rust {RUST} is enough, but {newer:#?}\n  help: ask for an older version of it, or raise \
         `rust-version` in Cargo.toml, the version in README.md, and the minor version of this crate"
    );
}

#[test]
fn readme_has_the_minimum_rust_version_and_all_features() {
    assert!(README.contains(&format!("Rust {RUST} ")), "README.md does not say that Rust {RUST} is enough");
    let metadata = metadata();
    let root = text(&metadata["resolve"]["root"]);
    let package = metadata["packages"].as_array().unwrap().iter().find(|package| package["id"] == root).unwrap();
    let features: BTreeSet<_> = package["features"].as_object().unwrap().keys().map(String::as_str).collect();
    let known = FEATURES.into_iter().map(|(name, _)| name).chain(["default"]).collect();
    assert_eq!(features, known, "`FEATURES` of {} is not complete", file!());
    let rows = README.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let listed: BTreeSet<_> = rows.map(|(name, _)| name).collect();
    let unlisted: Vec<_> = features.difference(&listed).filter(|name| **name != "default").collect();
    assert!(unlisted.is_empty(), "the table of features in README.md lacks {unlisted:?}");
}

/// The types alone need neither an HTTP client nor a runtime, and build for wasm32-unknown-unknown.
#[test]
fn without_the_client_no_dependency_opens_connections() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--offline", "--no-default-features", "--edges", "normal", "--prefix", "none"]);
    cargo.args(["--format", "{lib}", "--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")]);
    let tree = output(cargo);
    let crates: BTreeSet<_> = tree.lines().collect();
    assert!(crates.contains("serde_json"), "{crates:?}");
    let needless: Vec<_> =
        CONNECTING.iter().chain(&["tokio", "rustls", "ring"]).filter(|name| crates.contains(**name)).collect();
    assert!(needless.is_empty(), "the types need {needless:?}");
}

#[test]
fn the_build_script_has_no_network_access() {
    let metadata = metadata();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let nodes: BTreeMap<_, _> = nodes.iter().map(|node| (text(&node["id"]), node)).collect();
    let root = text(&metadata["resolve"]["root"]);
    let is = |dependency: &Value, wanted: &str| {
        let kinds = dependency["dep_kinds"].as_array().unwrap();
        kinds.iter().any(|kind| kind["kind"].as_str().unwrap_or("normal") == wanted)
    };
    let dependencies = |id: &str| nodes[id]["deps"].as_array().unwrap().iter();
    let mut left: Vec<&str> = dependencies(root).filter(|it| is(it, "build")).map(|it| text(&it["pkg"])).collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = left.pop() {
        if seen.insert(id) {
            let further = dependencies(id).filter(|it| is(it, "normal") || is(it, "build"));
            left.extend(further.map(|it| text(&it["pkg"])));
        }
    }
    assert!(seen.len() > 10, "the build script has dependencies: {seen:?}");
    let is_named = |id: &str, name: &str| id.contains(&format!("#{name}@")) || id.contains(&format!("/{name}#"));
    let connecting: Vec<_> = seen.iter().filter(|id| CONNECTING.iter().any(|name| is_named(id, name))).collect();
    assert!(connecting.is_empty(), "the build script can reach the network through {connecting:?}");
}
