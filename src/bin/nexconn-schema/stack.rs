//! A stack for schemas whose definitions form long chains, which several libraries follow by recursion.

use std::io;
use std::thread;

/// The size of the stack, in bytes. The operating system provides only the used part.
pub(crate) const STACK_SIZE: usize = 512 * 1024 * 1024;

/// Runs a function on a large stack.
pub(crate) fn run_on_large_stack<T: Send>(run: impl FnOnce() -> T + Send) -> io::Result<T> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, run)?;
        thread.join().map_err(|_| io::Error::other("the command failed; please report it with the schema"))
    })
}
