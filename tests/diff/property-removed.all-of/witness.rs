//! What is said in `allOf` belongs to the order.

use super::types::*;

fn order() -> Order {
    Order::new("o1").editor("Ida")
}
