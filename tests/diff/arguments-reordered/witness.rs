//! Nothing tells the compiler that the two are in the wrong places now.

use super::types::*;

fn order() -> Order {
    Order::new("Oslo", "Bergen")
}

fn places(order: &Order) -> (&String, &String) {
    (&order.from, &order.to)
}
