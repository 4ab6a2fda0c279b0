//! Sets notes and reads them.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note(["fragile", "heavy"])
}

fn note(order: &Order) -> Option<&Vec<String>> {
    order.note.as_ref()
}
