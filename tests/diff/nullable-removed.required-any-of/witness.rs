//! The note may be missing.

use super::types::*;

fn order() -> Order {
    Order::new("o1", Address::new())
}

fn note(order: &Order) -> Option<&Address> {
    order.note.as_deref()
}
