//! Sets a note and reads it.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note([("a", "b")])
}

fn note(order: &Order) -> Option<&std::collections::BTreeMap<String, String>> {
    order.note.as_ref()
}
