//! A text and a number: the order of the arguments matters.

use super::types::*;

fn order() -> Order {
    Order::new("o1", 3)
}
