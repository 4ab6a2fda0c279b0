//! The constructor asks for a note, too.

use super::types::*;

fn order() -> Order {
    Order::new("o1", "fragile")
}
