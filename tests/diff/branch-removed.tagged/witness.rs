//! The third shape is used.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note(Line::new())
}

fn is_line(shape: &Shape) -> bool {
    matches!(shape, Shape::Line(_))
}
