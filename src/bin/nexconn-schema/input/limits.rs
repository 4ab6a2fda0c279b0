//! Limits of inputs.

use std::io::Read;
use std::time::Duration;

/// Limits of size and time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Maximum size of a source, in bytes.
    pub(crate) bytes: usize,
    /// Timeout of connecting.
    pub(crate) connect: Duration,
    /// Maximum time between two reads.
    pub(crate) idle: Duration,
    /// Timeout of the whole download.
    pub(crate) total: Duration,
}

impl Default for Limits {
    /// 32 MiB; 10 s to connect, 30 s between reads, 5 min in total.
    fn default() -> Self {
        Self {
            bytes: 32 * 1024 * 1024,
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            total: Duration::from_secs(300),
        }
    }
}

/// Reads to the end.
pub(crate) fn read_bounded(reader: impl Read, limits: &Limits) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limits.bytes).unwrap_or(u64::MAX);
    reader.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() > limits.bytes { Err(too_large(limits)) } else { Ok(bytes) }
}

pub(super) fn too_large(limits: &Limits) -> String {
    format!("the source exceeds {} bytes", limits.bytes)
}

/// Returns the text, or an error with the offset of the first invalid byte.
pub(crate) fn utf8(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| {
        let is_utf16 = error.as_bytes().starts_with(&[0xFF, 0xFE]) || error.as_bytes().starts_with(&[0xFE, 0xFF]);
        let hint = if is_utf16 { " (it looks like UTF-16)" } else { "" };
        format!("invalid UTF-8 at byte {}{hint}; save the file as UTF-8", error.utf8_error().valid_up_to())
    })
}
