//! Makes an order with a note and reads it.

use super::types::*;

fn order() -> Order {
    Order::new("o1", 3)
}

fn note(order: &Order) -> &i64 {
    &order.note
}
