//! A definition of its own.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note(Color::Red)
}

fn color(order: &Order) -> Option<&Color> {
    order.note.as_ref()
}
