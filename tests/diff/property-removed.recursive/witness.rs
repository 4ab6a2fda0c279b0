//! A leaf with a size.

use super::types::*;

fn leaf() -> Leaf {
    Leaf::new("a").size(3)
}
