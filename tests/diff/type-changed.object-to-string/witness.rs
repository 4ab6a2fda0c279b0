//! Sets a note and reads it.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note(OrderNote::new("fragile"))
}

fn note(order: &Order) -> Option<&Box<OrderNote>> {
    order.note.as_ref()
}
