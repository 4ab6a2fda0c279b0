//! A tree of leaves.

use super::types::*;

fn leaf() -> Leaf {
    Leaf::new("a").leaves([Leaf::new("b")])
}
