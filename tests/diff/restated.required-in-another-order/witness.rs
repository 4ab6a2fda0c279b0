//! Makes an order, for which the constructor knows the kind.

use super::types::*;

fn order() -> Order {
    Order::new("o1")
}
