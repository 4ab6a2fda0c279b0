//! Sets a note and reads it.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note(Address::new().street("Main Street"))
}

fn note(order: &Order) -> Option<&Box<Address>> {
    order.note.as_ref()
}
