//! Limits of the search for documents.

/// Maximum length of the generated arrays and strings.
pub(super) const MAX_LENGTH: usize = 10_000;
