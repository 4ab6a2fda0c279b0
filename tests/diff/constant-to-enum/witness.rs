//! The constructor sets it.

use super::types::*;

fn note(order: &Order) -> Option<&String> {
    order.note.as_ref()
}

fn order() -> Order {
    Order::new("o1")
}
