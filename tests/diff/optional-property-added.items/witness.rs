//! Lines are made and read.

use super::types::*;

fn order() -> Order {
    Order::new("o1").lines([OrderLinesItem::new("a"), OrderLinesItem::new("b")])
}

fn first(order: &Order) -> Option<&str> {
    Some(&order.lines.as_ref()?.first()?.sku)
}
