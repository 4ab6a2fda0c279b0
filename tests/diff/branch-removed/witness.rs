//! The third branch is used.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note(3)
}

fn number(note: &OrderNote) -> Option<i64> {
    if let OrderNote::Integer(number) = note { Some(*number) } else { None }
}
