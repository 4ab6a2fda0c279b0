//! Shapes are made, matched and told apart.

use super::types::*;

fn order() -> Order {
    Order::new("o1").note(Circle::new(1.5))
}

fn size(shape: &Shape) -> Option<f64> {
    match shape {
        Shape::Circle(circle) => Some(circle.radius),
        Shape::Square(square) => Some(square.side),
        _ => None,
    }
}

fn kind(shape: &Shape) -> Option<&str> {
    shape.type_()
}
