//! Values are named, matched, read and written.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note(OrderNote::Red)
}

fn code(note: &OrderNote) -> u8 {
    match note {
        OrderNote::Red => 1,
        OrderNote::Green => 2,
        _ => 0,
    }
}

fn text(text: &str) -> String {
    let note: OrderNote = text.parse().unwrap();
    format!("{note} {} {:?}", note.as_str(), OrderNote::from(text))
}
