//! Sets a note and reads it.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note(OrderNote::Red)
}

fn note(order: &Order) -> Option<&OrderNote> {
    order.note.as_ref()
}
