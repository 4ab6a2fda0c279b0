//! Limits of the search for documents.

/// Maximum length of the arrays and strings that are made.
pub(super) const MAX_LENGTH: usize = 10_000;
