//! The city is set and read.

use super::types::*;

fn address() -> OrderAddress {
    OrderAddress::new("Main Street").city("Oslo")
}

fn city(address: &OrderAddress) -> Option<&String> {
    address.city.as_ref()
}
