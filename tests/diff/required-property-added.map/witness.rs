//! Parts are made and read.

use super::types::*;

fn order() -> Order {
    Order::new("o1").parts([("a", OrderPartsValue::new("1"))])
}

fn sku(order: &Order) -> Option<&str> {
    Some(&order.parts.as_ref()?.get("a")?.sku)
}
