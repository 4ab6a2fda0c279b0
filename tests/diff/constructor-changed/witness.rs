//! The constructor asks for the number alone.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note("fragile")
}
