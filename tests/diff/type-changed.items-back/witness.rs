//! Sets a note and reads it.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note([true])
}

fn note(order: &Order) -> Option<&Vec<bool>> {
    order.note.as_ref()
}
