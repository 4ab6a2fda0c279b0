//! The address is made and read.

use super::types::*;

fn address() -> OrderAddress {
    OrderAddress::new("Main Street")
}

fn street(order: &Order) -> Option<&str> {
    Some(&order.address.as_ref()?.street)
}
