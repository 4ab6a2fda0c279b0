//! A list of values.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note([OrderNoteItem::Red, OrderNoteItem::from("green")])
}

fn is_red(order: &Order) -> bool {
    order.note.iter().flatten().any(|note| *note == OrderNoteItem::Red)
}
