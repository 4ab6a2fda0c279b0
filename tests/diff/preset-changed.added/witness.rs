//! Makes an order with a note and reads it.

use super::types::*;

fn order() -> Order {
    Order::new("o1", Color::Red)
}

fn note(order: &Order) -> &Color {
    &order.note
}
