//! The type of the address goes with it.

use super::types::*;

fn order() -> Order {
    Order::new("o1").address(OrderAddress::new("Main Street"))
}

fn street(address: &OrderAddress) -> &str {
    &address.street
}
