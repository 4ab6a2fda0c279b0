//! Every name begins with that of the root.

use super::types::*;

fn order() -> Order {
    Order::new("o1").address(OrderAddress::new().geo(OrderAddressGeo::new().lat(1.5))).color(OrderColor::Red)
}
