//! The third value is used.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note(OrderNote::Blue)
}
