//! Any use will do.

use super::types::*;

fn order() -> Order {
    Order::new("o1").address(OrderAddress::new().street("Main Street")).color(OrderColor::Red)
}
