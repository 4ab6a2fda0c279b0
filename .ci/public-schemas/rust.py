"""Compiles printed types in batches, and decodes and encodes documents with them."""

import json
import os
import re
import shutil
import subprocess

# A batch of printed files with the same codec compiles it once.
CODEC = re.compile(r"^mod codec \{\n.*^\}\n", re.MULTILINE | re.DOTALL)
# The type whose schema is the root of the document.
ROOT = re.compile(r"/// Schema: `[^`]*#`\.\n(?:(?:///|#\[).*\n)*pub (?:struct|enum|type) (\w+)")
MAX_MODULES = 60
MAX_BYTES = 2_000_000
MANIFEST = """[package]
name = "printed"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
serde = "1"
serde_json = { version = "1", features = ["float_roundtrip"] }

[profile.dev]
debug = false
incremental = false
"""
PROGRAM = r"""
use serde_json::Value;

/// Whether the values are equal; `1` and `1.0` are the same number.
fn is_same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| is_same(value, other)))
        }
        _ => left == right,
    }
}

fn check<T: serde::de::DeserializeOwned + serde::Serialize>(text: &str) -> String {
    let decoded: T = match serde_json::from_str(text) {
        Ok(decoded) => decoded,
        Err(error) => return format!("not decoded: {error}"),
    };
    let [before, after] = [serde_json::from_str::<Value>(text), serde_json::to_value(&decoded)].map(Result::unwrap);
    if is_same(&before, &after) { "ok".to_owned() } else { format!("not lossless: {after}") }
}

/// Reads lines of a number and a document.
fn main() {
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let (number, text) = line.split_once('\t').unwrap();
        println!("{}", match number { ARMS _ => unreachable!() });
    }
}
"""


class Batch:
    """A program of several printed files."""

    def __init__(self, folder):
        self.folder = folder
        self.modules = {}
        self.bytes = 0

    def is_full(self):
        return len(self.modules) >= MAX_MODULES or self.bytes >= MAX_BYTES

    def add(self, number, text):
        self.modules[number] = text
        self.bytes += len(text)

    def write(self, numbers):
        source = self.folder / "src"
        shutil.rmtree(source, ignore_errors=True)
        source.mkdir(parents=True)
        (self.folder / "Cargo.toml").write_text(MANIFEST)
        codec = CODEC.search(next(iter(self.modules.values()))).group()
        lines, arms = ["#[allow(dead_code, unused_imports, unused_macros)]\n", codec], []
        for number in numbers:
            text = self.modules[number]
            (source / f"d{number}.rs").write_text(CODEC.sub("use crate::codec;\n", text))
            lines.append(f"mod d{number};\n")
            root = ROOT.search(text)
            if root:
                arms.append(f'"{number}" => check::<d{number}::{root[1]}>(text),')
        (source / "main.rs").write_text("".join(lines) + PROGRAM.replace("ARMS", "\n".join(arms)))

    def cargo(self, *arguments, target):
        environment = os.environ | {"CARGO_TARGET_DIR": str(target), "RUSTFLAGS": "", "CARGO_TERM_COLOR": "never"}
        command = ["cargo", *arguments, "--quiet", "--message-format=json"]
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True)
        messages = {}
        for line in done.stdout.splitlines():
            message = json.loads(line).get("message") if line.startswith("{") else None
            if isinstance(message, dict) and message.get("level") in ("error", "warning"):
                files = [span["file_name"] for span in message["spans"] if span["is_primary"]]
                number = next((int(name[5:-3]) for name in files if re.fullmatch(r"src/d\d+\.rs", name)), None)
                if number is not None or files:
                    messages.setdefault(number, []).append(message["rendered"])
        if done.returncode and not messages:
            raise RuntimeError(done.stderr[-2000:])
        return messages

    def compile(self, target, build):
        """The messages by module. Modules with errors are taken out until the rest compiles."""
        found, left = {}, list(self.modules)
        while left:
            self.write(left)
            messages = self.cargo("build" if build else "check", target=target)
            found |= messages
            broken = {number for number, texts in messages.items() if any(text.startswith("error") for text in texts)}
            if not broken:
                break
            if not broken & set(left):
                raise RuntimeError("".join(messages[None])[:2000])
            left = [number for number in left if number not in broken]
        return found, left

    def decode(self, target, lines):
        """The result for each line of a number and a document."""
        program = target / "debug/printed"
        done = subprocess.run([program], input="\n".join(lines), capture_output=True, text=True)
        results = done.stdout.splitlines()
        return results + [f"crashed: {done.stderr[-300:]}"] * (len(lines) - len(results))
