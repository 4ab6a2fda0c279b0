//! Orders in orders.

use super::types::*;

fn order() -> Order {
    Order::new("o1").parts([Order::new("o2")])
}
