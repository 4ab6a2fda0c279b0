//! A tree of leaves.

use super::types::*;

fn leaf() -> Leaf {
    Leaf::new("a").leaves([Leaf::new("b")]).next(Leaf::new("c"))
}

fn names(leaf: &Leaf) -> Vec<&str> {
    leaf.leaves.iter().flatten().map(|leaf| leaf.name.as_str()).collect()
}
