//! What is always the same is no field.

use super::types::*;

fn order() -> Order {
    Order::new("o1")
}
