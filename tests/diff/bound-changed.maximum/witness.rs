//! Sets a note and reads it.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note(3.5)
}

fn note(order: &Order) -> Option<&f64> {
    order.note.as_ref()
}
