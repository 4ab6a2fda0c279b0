//! An address with a street that is a text.

use super::types::*;

fn address() -> Address {
    Address::new().street("Main Street")
}

fn street(address: &Address) -> Option<&String> {
    address.street.as_ref()
}
