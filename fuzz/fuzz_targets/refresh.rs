//! Refreshes a small schema folder from any text, or from a page that the input changes in one place.
//!
//! Whatever is written is JSON and belongs to its `source.toml`. If it was cut, no property follows the changed place:
//! damage isn't an end.
#![no_main]

#[path = "../../src/bin/nexconn-schema/diff/mod.rs"]
#[allow(dead_code, unused_imports, reason = "only `refresh` is called")]
mod diff;
#[path = "../../src/bin/nexconn-schema/fixture.rs"]
#[allow(dead_code, reason = "the command's tests use more of it")]
mod fixture;
#[path = "../../src/generate/mod.rs"]
#[allow(dead_code, unused_imports, reason = "only `refresh` is called")]
mod generate;
#[path = "../../src/bin/nexconn-schema/input/mod.rs"]
mod input;
#[path = "../../src/bin/nexconn-schema/outcome.rs"]
#[allow(dead_code, reason = "only `refresh` is called")]
mod outcome;
#[path = "../../src/bin/nexconn-schema/progress.rs"]
#[allow(dead_code, reason = "only `refresh` is called")]
mod progress;
#[path = "../../src/bin/nexconn-schema/refresh/mod.rs"]
mod refresh;
#[path = "../../src/bin/nexconn-schema/snapshot/mod.rs"]
#[allow(dead_code, reason = "only `refresh` is called")]
mod snapshot;
#[path = "../../src/bin/nexconn-schema/stack.rs"]
mod stack;
#[path = "../../src/bin/nexconn-schema/terminal.rs"]
#[allow(dead_code, reason = "only `refresh` is called")]
mod terminal;
#[path = "../../src/bin/nexconn-schema/translate/mod.rs"]
#[allow(dead_code, reason = "only `refresh` is called")]
mod translate;

use std::fs;
use std::sync::LazyLock;

use fixture::{CLOSED, Fixture, SCHEMA};
use libfuzzer_sys::fuzz_target;
use refresh::Task;

static FIXTURE: LazyLock<Fixture> = LazyLock::new(Fixture::new);
static FILES: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
    ["published.json", "source.toml", "api.txt"].into_iter().map(|name| (name, FIXTURE.read(name))).collect()
});

/// The number of bytes that choose place and length of the change.
const HEAD: usize = 3;

fuzz_target!(|data: &[u8]| {
    let (page, rest) = match data.split_first() {
        Some((0, data)) => match changed(data) {
            Some(changed) => changed,
            None => return,
        },
        Some((_, data)) => (data.to_vec(), ""),
        None => return,
    };
    let path = FIXTURE.path("page.txt");
    fs::write(&path, page).expect("the page is written");
    let task = Task::new(path.to_str(), false);
    let run = || refresh::run(&FIXTURE.folder(), &task, &mut Vec::new()).is_ok();
    let succeeded = stack::run_on_large_stack(run).expect("a thread starts");
    if FILES.iter().all(|(name, text)| FIXTURE.read(name) == *text) {
        return;
    }
    assert!(succeeded, "an error leaves the files alone");
    let (written, source) = (FIXTURE.read("published.json"), FIXTURE.source());
    for (name, text) in FILES.iter() {
        fs::write(FIXTURE.path(name), text).expect("the file is restored");
    }
    let schema: serde_json::Value = serde_json::from_str(&written).expect("JSON is written");
    assert_eq!(schema["title"], "Create Order");
    let appended = source.cut.as_ref().map_or("\n", |cut| &cut.appended);
    assert_eq!(written.get(source.bytes..), Some(appended));
    for name in ["\"note\"", "\"size\"", "\"who\"", "\"count\""] {
        let is_kept = !rest.contains(name) || written.contains(name);
        assert!(source.cut.is_none() || is_kept, "{name} is dropped:\n{written}");
    }
});

/// A page with a change in one line of its schema, and the rest of the schema after it.
fn changed(data: &[u8]) -> Option<(Vec<u8>, &'static str)> {
    static WHOLE: LazyLock<String> = LazyLock::new(|| format!("{SCHEMA}{CLOSED}"));
    let (head, inserted) = data.split_at_checked(HEAD)?;
    let inserted = std::str::from_utf8(inserted).ok()?;
    let at = usize::from(u16::from_le_bytes([head[0], head[1]])) % WHOLE.len();
    let end = (at + usize::from(head[2] % 4)).min(WHOLE.len());
    let rest = WHOLE.get(end..)?;
    // A line break may be where the text stops, and another schema may be what's read.
    if inserted.contains(['\n', '\r', '\u{2028}', '\u{2029}', '\u{85}', '\u{b}', '\u{c}'])
        || inserted.contains("$schema")
    {
        return None;
    }
    let page = format!("Orders\n\n{}{inserted}{rest}\nRequest Code Samples\n", WHOLE.get(..at)?);
    Some((page.into_bytes(), rest))
}
