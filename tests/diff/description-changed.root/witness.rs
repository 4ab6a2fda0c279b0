//! Sets a note and reads it.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note("fragile")
}

fn note(order: &Order) -> Option<&String> {
    order.note.as_ref()
}
