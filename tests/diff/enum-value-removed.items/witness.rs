//! A list with the third value.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note([OrderNoteItem::Blue])
}
