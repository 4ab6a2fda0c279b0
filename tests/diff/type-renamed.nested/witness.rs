//! Two types have their names from the definition.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note(Address::new().geo(AddressGeo::new().lat(1.5)))
}
