//! Keeps a document, other than an object, if its type would lose a part of it.

use super::json::Json;
use super::reader::Reader;
use super::traits::Fit;

/// Returns the value since a position if its type doesn't hold all of it, such as an integer beyond `i64`.
pub(crate) fn unfit(reader: &Reader<'_>, start: usize, fit: Fit) -> Option<Json> {
    let text = reader.since(start);
    let is_kept = match fit {
        Fit::Same | Fit::Empty | Fit::Whole | Fit::Null => false,
        Fit::Rewritten => has_large_integers(text),
        Fit::Partial | Fit::Mismatch => true,
    };
    (is_kept && reader.error.is_none()).then(|| Json::from_checked(text))
}

/// Whether an integer may have no equal float.
fn has_large_integers(text: &str) -> bool {
    const EXACT_DIGITS: usize = 15;
    let mut numbers = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    numbers.any(|number| number.len() > EXACT_DIGITS && number.bytes().all(|byte| byte.is_ascii_digit()))
}
