//! Sets a note and reads it.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note(3)
}

fn note(order: &Order) -> Option<&i64> {
    order.note.as_ref()
}
