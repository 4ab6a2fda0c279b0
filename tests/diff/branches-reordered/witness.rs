//! A text or several.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note("fragile")
}

fn first(order: &Order) -> Option<&str> {
    match order.note.as_ref()? {
        OrderNote::String(text) => Some(text),
        OrderNote::Array(texts) => texts.first().map(String::as_str),
        _ => None,
    }
}
