//! Sets a note and reads it.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note([("a", 3)])
}

fn note(order: &Order) -> Option<&std::collections::BTreeMap<String, i64>> {
    order.note.as_ref()
}
