//! Makes an order with a note and reads it.

use super::types::*;

fn order() -> Order {
    Order::new("o1", Address::new())
}

fn note(order: &Order) -> &Address {
    &order.note
}
