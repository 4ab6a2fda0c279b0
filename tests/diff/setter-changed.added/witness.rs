//! Without a setter, the field is set.

use super::types::*;

fn order() -> Order {
    let mut order = Order::new("o1");
    order.note = Some("fragile".to_owned());
    order
}
