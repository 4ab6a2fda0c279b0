//! A text or an address, which is behind a pointer only while it has a tag.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note(Address::new("auto"))
}

fn note(order: &Order) -> Option<&Content> {
    order.note.as_ref()
}
