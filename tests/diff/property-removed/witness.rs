//! The size is set and read.

use super::types::*;

fn order() -> Order {
    Order::new("o1").size(3)
}

fn size(order: &Order) -> Option<i64> {
    order.size
}
