//! The type has one value.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note([OrderNoteItem::DarkRed])
}
