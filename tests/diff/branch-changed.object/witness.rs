//! An address, or its name.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note(Address::new().street("Main Street"))
}

fn street(note: &OrderNote) -> Option<&String> {
    if let OrderNote::Where(address) = note { address.street.as_ref() } else { None }
}
