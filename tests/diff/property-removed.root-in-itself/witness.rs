//! Orders in orders, with a size.

use super::types::*;

fn order() -> Order {
    Order::new("o1").parts([Order::new("o2").size(3)])
}
