//! Nothing of it is in the code.

use super::types::*;

fn order() -> Order {
    Order::new("o1")
}
