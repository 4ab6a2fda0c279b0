//! Sets a note and reads it.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note(serde_json::json!({ "a": 1 }))
}

fn note(order: &Order) -> Option<&Json> {
    order.note.as_ref()
}
