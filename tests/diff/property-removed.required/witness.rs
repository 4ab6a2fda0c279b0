//! Makes an order with a note and reads it.

use super::types::*;

fn order() -> Order {
    Order::new("o1", "fragile")
}

fn note(order: &Order) -> &String {
    &order.note
}
