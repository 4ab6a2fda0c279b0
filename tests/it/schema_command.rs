//! The command `nexconn-schema` as a program: sides, formats, exit codes, and git.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A git repository with a small schema folder.
struct Repository(TempDir);

const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

fn document() -> Value {
    json!({
        "$schema": DRAFT,
        "title": "Order",
        "type": "object",
        "properties": {
            "id": { "type": "string", "description": "The number of the order." },
            "size": { "type": "string", "enum": ["small", "large"] },
            "count": { "type": "integer" },
        },
        "required": ["id"],
    })
}

/// Returns the document with the value at a pointer replaced, or added to its object.
fn with(pointer: &str, value: Value) -> Value {
    let mut document = document();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    document.pointer_mut(parent).unwrap()[key] = value;
    document
}

impl Repository {
    fn new() -> Self {
        let repository = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(repository.path("schema/additions")).unwrap();
        repository.write("schema/additions/more.json", &json!({ "$schema": DRAFT }).to_string());
        repository
            .write("schema/overlay.toml", "[[name]]\nat = \"/properties/size\"\nis = \"Size\"\nwhy = \"A test.\"\n");
        repository.write(
            "schema/source.toml",
            &format!(
                "url = \"https://example.com\"\nmodified = \"today\"\nbytes = 1\nsha256 = \"{:064}\"\nmodels = []\n",
                0
            ),
        );
        repository.version("0.1.0");
        repository.publish(&document());
        repository.git(&["init", "--quiet"]);
        repository
    }

    fn path(&self, file: &str) -> std::path::PathBuf {
        self.0.path().join(file)
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).unwrap();
    }

    fn version(&self, version: &str) {
        self.write("Cargo.toml", &format!("[package]\nname = \"order\"\nversion = \"{version}\"\n"));
    }

    fn publish(&self, document: &Value) {
        self.write("schema/published.json", &format!("{document:#}\n"));
    }

    /// Writes the listing and commits everything.
    fn commit(&self, message: &str) {
        assert_eq!(self.run(&["api"]).status.code(), Some(0));
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
        self.git(&["tag", message]);
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.current_dir(self.0.path()).args(["-c", "user.name=Test", "-c", "user.email=test@example.com"]);
        // Ignores the settings of the machine.
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        let output = command.args(arguments).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        run(self.0.path(), arguments)
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nexconn-schema"));
    command.current_dir(folder).args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Compares two documents with `diff --overlay none`, in a folder without a schema folder.
fn diff(old: &Value, new: &Value, arguments: &[&str]) -> Output {
    diff_texts(&format!("{old:#}"), &format!("{new:#}"), arguments)
}

fn diff_texts(old: &str, new: &str, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("old.json"), old).unwrap();
    fs::write(folder.path().join("new.json"), new).unwrap();
    run(folder.path(), &[&["diff", "old.json", "new.json", "--overlay", "none"], arguments].concat())
}

fn report(old: &Value, new: &Value) -> Value {
    serde_json::from_str(&stdout(&diff(old, new, &["--format", "json"]))).unwrap()
}

// ---- formats -------------------------------------------------------------------------------------------------------

#[test]
fn the_json_format_fits_its_schema() {
    let schema = run(Path::new("."), &["diff", "--json-schema"]);
    let schema: Value = serde_json::from_str(&stdout(&schema)).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let renamed = with("/title", json!("Purchase"));
    let mut many = with("/properties/count/type", json!("number"));
    many["properties"]["size"]["enum"] = json!(["small"]);
    many["properties"]["id"]["minLength"] = json!(1);
    many["required"] = json!(["id", "count"]);
    for new in [document(), renamed, many] {
        let report = report(&document(), &new);
        let errors: Vec<_> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?} in {report:#}");
    }
}

#[test]
fn a_finding_names_cause_and_effect() {
    let report = report(&document(), &with("/properties/count/type", json!("number")));
    let finding = &report["findings"][0];
    assert_eq!(finding["rule"], "integer-to-number");
    assert_eq!(finding["pointer"], "/properties/count");
    assert_eq!(finding["rust_path"], "types::Order.count");
    assert_eq!((&finding["before"], &finding["after"]), (&json!("Option<i64>"), &json!("Option<f64>")));
    assert_eq!(finding["semver"], "major");
    assert_eq!((&finding["wire"]["old_to_new"], &finding["wire"]["new_to_old"]), (&json!("ok"), &json!("breaks")));
    assert_eq!(finding["new"]["file"], "new.json");
    assert_eq!((&finding["new"]["line"], &finding["new"]["column"]), (&json!(4), &json!(5)));
    assert_eq!((&report["required_bump"], &report["declared_bump"]), (&json!("major"), &Value::Null));
    assert_eq!(report["unclassified"], json!([]));
}

#[test]
fn the_human_format_points_into_the_schema() {
    let text = stdout(&diff(&document(), &with("/properties/count/type", json!("number")), &[]));
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "required bump: major");
    assert!(lines.contains(&"major[integer-to-number]: types::Order.count: Option<i64> → Option<f64>"), "{text}");
    assert!(text.contains("--> new.json:4:5\n") && text.contains("^^^^^^^"), "{text}");
}

#[test]
fn the_github_format_annotates_the_lines() {
    let text = stdout(&diff(&document(), &with("/properties/count/type", json!("number")), &["--format", "github"]));
    let first = text.lines().next().unwrap();
    let start = "::error file=new.json,line=4,col=5,title=major%3A integer-to-number::types::Order.count: ";
    assert!(first.starts_with(start), "{text}");
    assert!(text.lines().all(|line| line.starts_with("::")), "{text}");
}

#[test]
fn the_markdown_format_is_a_table() {
    let text = stdout(&diff(&document(), &with("/properties/count/type", json!("number")), &["--format", "markdown"]));
    let row = "| major | integer-to-number | `types::Order.count: Option<i64> → Option<f64>` | ok | **breaks** |";
    assert!(text.lines().any(|line| line == row), "{text}");
}

#[test]
fn the_order_of_keys_is_not_a_change() {
    let sorted = format!("{:#}", document());
    // As text, because a `Value` sorts its keys.
    let reordered = format!(
        r#"{{"title": "Order", "required": ["id"], "properties": {{
            "size": {{ "type": "string", "enum": ["small", "large"] }},
            "id": {{ "type": "string", "description": "The number of the order." }},
            "count": {{ "type": "integer" }}
        }}, "type": "object", "$schema": "{DRAFT}"}}"#
    );
    assert_eq!(serde_json::from_str::<Value>(&reordered).unwrap(), document());
    for format in ["human", "json", "markdown", "github"] {
        let output = diff_texts(&sorted, &reordered, &["--format", format, "--fail-on", "minor"]);
        assert_eq!(output.status.code(), Some(0), "{format}: {}", stdout(&output));
        if format == "json" {
            let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
            assert_eq!((&report["required_bump"], &report["findings"]), (&json!("none"), &json!([])));
            assert_eq!(report["schema_only"], json!([]));
        }
    }
}

// ---- exit codes ----------------------------------------------------------------------------------------------------

#[test]
fn the_exit_code_depends_on_the_level() {
    let minor = with("/properties/note", json!({ "type": "string" }));
    let major = with("/properties/count/type", json!("string"));
    let silent = with("/properties/count/minimum", json!(1));
    let patch = with("/properties/count/description", json!("How many."));
    for (new, level, expected) in [
        (&major, "never", 0),
        (&major, "major", 100),
        (&minor, "major", 0),
        (&minor, "minor", 100),
        (&major, "minor", 100),
        (&patch, "minor", 0),
        (&patch, "wire", 0),
        (&silent, "minor", 0),
        (&silent, "wire", 100),
        // Files have no version to be too low.
        (&major, "bump", 0),
    ] {
        let output = diff(&document(), new, &["--fail-on", level]);
        assert_eq!(output.status.code(), Some(expected), "{level}: {}", stdout(&output));
    }
}

#[test]
fn an_error_names_its_side() {
    let trap = with("/properties/size", json!({ "$ref": "#/definitions/Missing" }));
    assert_eq!(diff(&document(), &trap, &[]).status.code(), Some(0));
    let output = diff(&document(), &trap, &["--strict"]);
    assert_eq!(output.status.code(), Some(1));
    let error = stderr(&output);
    assert!(error.starts_with("error: ") && error.contains("\nnew.json#/properties/size/$ref: "), "{error}");
    assert_eq!(stdout(&output), "");

    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["diff", "no-such-thing", "neither-this", "--overlay", "none"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("`no-such-thing`"), "{}", stderr(&output));
}

#[test]
fn a_usage_error_exits_with_2() {
    for arguments in
        [&["diff", "--format", "prose"][..], &["diff", "a", "b", "c"], &["compare"], &["api", "--textconv"]]
    {
        assert_eq!(run(Path::new("."), arguments).status.code(), Some(2), "{arguments:?}");
    }
    let hostile = run(Path::new("."), &["\u{202e}diff\n::error::x ##[group]"]);
    assert_eq!(hostile.status.code(), Some(2));
    let printed = stderr(&hostile);
    assert!(!printed.contains('\u{202e}') && !printed.contains("##["), "{printed}");
    assert!(!printed.lines().any(|line| line.starts_with("::")), "{printed}");
}

#[test]
fn colors_can_be_turned_on_and_off() {
    let new = with("/properties/count/type", json!("number"));
    for (choice, is_colored) in [("always", true), ("never", false), ("auto", false)] {
        assert_eq!(stdout(&diff(&document(), &new, &["--color", choice])).contains('\u{1b}'), is_colored, "{choice}");
    }
}

#[test]
fn a_mistyped_command_is_suggested() {
    let output = run(Path::new("."), &["refesh"]);
    assert!(output.status.code() == Some(2) && stderr(&output).contains("'refresh'"), "{}", stderr(&output));
}

// ---- git -----------------------------------------------------------------------------------------------------------

#[test]
fn revisions_are_compared_with_their_versions() {
    let repository = Repository::new();
    repository.commit("v0.1.0");
    repository.publish(&with("/properties/note", json!({ "type": "string" })));

    // HEAD and the working tree: the version has not been raised.
    let output = repository.run(&["diff", "--fail-on", "bump"]);
    assert_eq!(output.status.code(), Some(100), "{}", stdout(&output));

    repository.version("0.1.1");
    repository.commit("v0.1.1");
    repository.publish(&with("/properties/count/type", json!("string")));
    repository.version("0.2.0");
    repository.commit("v0.2.0");
    for (old, new, required, declared) in [
        ("v0.1.0", "v0.1.1", "minor", "minor"),
        ("v0.1.1", "HEAD", "major", "major"),
        ("v0.1.0", "v0.1.0", "none", "none"),
        ("v0.2.0", "v0.1.0", "major", "none"),
    ] {
        let report: Value =
            serde_json::from_str(&stdout(&repository.run(&["diff", old, new, "--format", "json"]))).unwrap();
        assert_eq!(
            (&report["required_bump"], &report["declared_bump"]),
            (&json!(required), &json!(declared)),
            "{old} {new}"
        );
        assert_eq!(report["generator_changes"], json!([]));
    }
    let output = repository.run(&["diff", "v0.1.1:schema/published.json", "schema/published.json"]);
    assert!(
        stdout(&output).contains("major[type-changed]: types::Order.count: Option<i64> → Option<String>"),
        "{}",
        stdout(&output)
    );
    let output = repository.run(&["diff", "v0.1.1:no/such.json"]);
    assert!(stderr(&output).starts_with("error: v0.1.1:no/such.json: "), "{}", stderr(&output));
}

#[test]
fn changes_of_the_generator_are_separate_from_those_of_the_schema() {
    let repository = Repository::new();
    repository.commit("v1");
    // A listing of another generator, in which the count is a float.
    let listing = fs::read_to_string(repository.path("schema/api.txt")).unwrap();
    repository.write(
        "schema/api.txt",
        &listing.replace("types::Order.count: Option<i64>", "types::Order.count: Option<f64>"),
    );
    repository.git(&["commit", "--quiet", "--all", "--message", "old generator"]);
    assert_eq!(repository.run(&["api"]).status.code(), Some(0));
    let report: Value = serde_json::from_str(&stdout(&repository.run(&["diff", "--format", "json"]))).unwrap();
    let drift = json!([{
        "rust_path": "types::Order.count", "before": "Option<f64>", "after": "Option<i64>", "semver": "major",
    }]);
    assert_eq!(report["generator_changes"], drift);
    assert_eq!((&report["findings"], &report["required_bump"]), (&json!([]), &json!("major")));
}

#[test]
fn an_overlay_that_does_not_fit_is_part_of_the_report() {
    let repository = Repository::new();
    repository.commit("v1");
    let mut document = document();
    document["properties"].as_object_mut().unwrap().remove("size");
    document["properties"]["kind"] = json!({ "type": "string", "enum": ["new", "used"] });
    repository.publish(&document);
    let output = repository.run(&["diff"]);
    let text = stdout(&output);
    assert!(text.contains("`/properties/size`") && text.contains("types::Order.kind"), "{text}");
    assert!(text.contains("[[name]]"), "{text}");
}

#[test]
fn git_log_shows_the_change_of_the_api() {
    let repository = Repository::new();
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(".gitattributes"), repository.path(".gitattributes")).unwrap();
    repository.commit("first");
    repository.publish(&with("/properties/count/type", json!("string")));
    repository.commit("second");
    repository.publish(&with("/properties/size", json!({ "type": "string", "prefixItems": [] })));
    repository.git(&["commit", "--quiet", "--all", "--message", "third"]);
    let textconv = format!("diff.nexconn-schema.textconv={} api --textconv", env!("CARGO_BIN_EXE_nexconn-schema"));
    let log = repository.git(&["-c", &textconv, "log", "--patch", "--", "schema/published.json"]);
    assert!(log.contains("\n-types::Order.count: Option<i64>\n+types::Order.count: Option<String>\n"), "{log}");
    // A version without types doesn't end the log.
    assert!(log.contains("\n+# ") && log.contains("published.json#/properties/size"), "{log}");
}

#[test]
fn git_log_lists_a_version_with_its_own_overlay_and_digest() {
    let repository = Repository::new();
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(".gitattributes"), repository.path(".gitattributes")).unwrap();
    let source = fs::read_to_string(repository.path("schema/source.toml")).unwrap();
    let overlay = fs::read_to_string(repository.path("schema/overlay.toml")).unwrap();
    repository.commit("first");
    repository.publish(&with("/properties/note", json!({ "type": "string" })));
    repository.write("schema/overlay.toml", &overlay.replace("\"Size\"", "\"OrderSize\""));
    repository.write("schema/source.toml", &source.replace("0\"", "1\""));
    repository.commit("second");
    // What's in the working tree doesn't count.
    repository.write("schema/overlay.toml", "");
    repository.write("schema/source.toml", &source.replace("0\"", "2\""));
    let textconv = format!("diff.nexconn-schema.textconv={} api --textconv", env!("CARGO_BIN_EXE_nexconn-schema"));
    let log = repository.git(&["-c", &textconv, "log", "--patch", "--", "schema/published.json"]);
    for line in [
        format!("-# schema sha256 {:064}", 0),
        format!("+# schema sha256 {:064}", 1),
        "-types::Order.size: Option<Size>".to_owned(),
        "+types::Order.size: Option<OrderSize>".to_owned(),
        "+types::Order.note: Option<String>".to_owned(),
    ] {
        assert!(log.contains(&format!("\n{line}\n")), "{line} is in {log}");
    }
}

#[cfg(unix)]
#[test]
fn no_command_follows_or_deletes_other_files_of_the_schema_folder() {
    let repository = Repository::new();
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(".gitattributes"), repository.path(".gitattributes")).unwrap();
    repository.commit("first");
    let elsewhere = tempfile::tempdir().unwrap();
    let planted = with("/title", json!("Planted")).to_string();
    fs::write(elsewhere.path().join("published.json"), &planted).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), repository.path("schema/.refresh")).unwrap();
    fs::create_dir(repository.path("schema/.refresh-old")).unwrap();
    repository.write("schema/.refresh-old/published.json", &planted);
    let committed = format!("{:#}\n", document());
    let textconv = format!("diff.nexconn-schema.textconv={} api --textconv", env!("CARGO_BIN_EXE_nexconn-schema"));
    repository.git(&["-c", &textconv, "log", "--patch", "--", "schema/published.json"]);
    for arguments in [&["check"][..], &["api"], &["diff"], &["generate"], &["changelog"], &["refresh", "no-such-file"]]
    {
        repository.run(arguments);
        assert_eq!(fs::read_to_string(repository.path("schema/published.json")).unwrap(), committed, "{arguments:?}");
        for file in [elsewhere.path().join("published.json"), repository.path("schema/.refresh-old/published.json")] {
            assert_eq!(fs::read_to_string(file).unwrap(), planted, "{arguments:?}");
        }
    }
}

/// Starts two refreshes, then sends each its page: both at once, or the second when the first has ended. Returns their
/// exit codes.
#[cfg(unix)]
fn refresh_both(repository: &Repository, pages: [&str; 2], at_once: bool) -> [Option<i32>; 2] {
    let running = pages.map(|page| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_nexconn-schema"));
        let url = format!("http://{}", listener.local_addr().unwrap());
        command.current_dir(repository.0.path()).args(["refresh", &url]).stdin(Stdio::null());
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // It asks for the page after it has read the folder.
        (child, BufReader::new(listener.accept().unwrap().0), page)
    });
    let sent = running.map(|(mut child, mut connection, page)| {
        let request = connection.by_ref().lines().map(Result::unwrap).take_while(|line| !line.is_empty());
        assert!(request.count() > 0);
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", page.len());
        connection.into_inner().write_all(format!("{head}{page}").as_bytes()).unwrap();
        if !at_once {
            child.wait().unwrap();
        }
        child
    });
    sent.map(|mut child| child.wait().unwrap().code())
}

#[cfg(unix)]
#[test]
fn two_refreshes_at_once_do_not_mix_their_files() {
    let property = |name: &str| json!({ "type": "string", "description": name });
    let pages = ["left", "right"].map(|name| with("/properties/note", property(name)));
    let texts = pages.each_ref().map(|page| format!("{page:#}"));
    for at_once in [false, true] {
        let repository = Repository::new();
        let overlay = fs::read_to_string(repository.path("schema/overlay.toml")).unwrap();
        let root = "[root]\ntitle = \"Order\"\nwhy = \"A test.\"\n";
        repository.write("schema/overlay.toml", &format!("{root}\n{overlay}"));
        repository.commit("first");
        let codes = refresh_both(&repository, texts.each_ref().map(String::as_str), at_once);
        let winner = usize::from(codes[0] != Some(0));
        assert_eq!((codes[winner], codes[1 - winner]), (Some(0), Some(1)));
        assert!(at_once || winner == 0);
        let published = fs::read_to_string(repository.path("schema/published.json")).unwrap();
        assert_eq!(published.trim_end(), texts[winner]);
        assert_eq!(repository.run(&["check"]).status.code(), Some(0));
    }
}

// ---- api, generate, rules ------------------------------------------------------------------------------------------

#[test]
fn a_side_is_listed_and_generated() {
    let repository = Repository::new();
    repository.commit("v1");
    repository.publish(&with("/properties/count/type", json!("string")));
    assert!(stdout(&repository.run(&["api", "v1"])).contains("\ntypes::Order.count: Option<i64>\n"));
    assert!(
        stdout(&repository.run(&["api", "schema/published.json"])).contains("\ntypes::Order.count: Option<String>\n")
    );
    assert!(stdout(&repository.run(&["generate", "v1"])).contains("pub count: Option<i64>,"));
    assert!(stdout(&repository.run(&["generate", "--overlay", "none"])).contains("pub enum OrderSize {"));
    assert_eq!(repository.run(&["api", "v1", "--check"]).status.code(), Some(0));
    assert_eq!(repository.run(&["api", "--check"]).status.code(), Some(4));
    assert_eq!(repository.run(&["api"]).status.code(), Some(0));
    assert_eq!(repository.run(&["api", "--check"]).status.code(), Some(0));
    repository.git(&["commit", "--quiet", "--all", "--message", "fresh"]);
    repository.publish(&document());
    repository.git(&["commit", "--quiet", "--all", "--message", "stale"]);
    assert_eq!(repository.run(&["api", "HEAD", "--check"]).status.code(), Some(4));
}

#[test]
fn the_rules_are_listed() {
    let text = stdout(&run(Path::new("."), &["rules"]));
    assert!(text.lines().count() > 40 && text.contains("\nenum-value-added: "), "{text}");
}
