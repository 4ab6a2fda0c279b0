//! A model by its name.

use super::types::*;

fn model() -> &'static str {
    models::ONE
}
