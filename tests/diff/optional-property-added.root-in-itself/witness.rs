//! Orders in orders.

use super::types::*;

fn order() -> Order {
    Order::new("o1").parts([Order::new("o2")])
}

fn parts(order: &Order) -> &[Order] {
    order.parts.as_deref().unwrap_or_default()
}
