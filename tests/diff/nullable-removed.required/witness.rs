//! The note may be missing.

use super::types::*;

fn order() -> Order {
    Order::new("o1", "fragile")
}

fn note(order: &Order) -> Option<&String> {
    order.note.as_ref()
}
