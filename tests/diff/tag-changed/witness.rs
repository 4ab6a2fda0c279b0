//! Shapes are told apart by their type.

use super::types::*;

fn kind(shape: &Shape) -> Option<&str> {
    shape.type_()
}
