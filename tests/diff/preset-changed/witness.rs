//! The constructor sets the note.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note(Color::Green)
}

fn note(order: &Order) -> &Color {
    &order.note
}
