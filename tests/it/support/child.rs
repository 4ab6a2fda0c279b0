//! Tests in a process of their own, with other limits or variables: they run this test binary again.

use std::env;
use std::process::Command;

/// Set in the child.
const CHILD: &str = "NEXCONN_TEST_CHILD";

/// Returns true in the child. Otherwise, runs the test with this path in a shell, after these shell commands, and
/// asserts that it passes there.
pub(crate) fn is_child(test: &str, set_up: &str) -> bool {
    if env::var_os(CHILD).is_some() {
        return true;
    }
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{set_up}; exec \"$0\" \"$@\"")]).arg(env::current_exe().unwrap());
    let output = shell.args(["--exact", test, "--nocapture"]).env(CHILD, "1").output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && printed.contains("1 passed"), "{test} fails after {set_up:?}:\n{printed}");
    false
}
