//! The constructor sets it.

use super::types::*;

fn order() -> Order {
    Order::new("o1")
}

fn note(order: &Order) -> Option<&String> {
    order.note.as_ref()
}
