//! Makes an order with a note and reads it.

use super::types::*;

fn order() -> Order {
    Order::new("o1", OrderNote::Red)
}

fn note(order: &Order) -> &OrderNote {
    &order.note
}
