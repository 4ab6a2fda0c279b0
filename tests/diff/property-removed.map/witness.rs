//! A part is made with its count.

use super::types::*;

fn part() -> OrderPartsValue {
    OrderPartsValue::new("a", 3)
}

fn count(part: &OrderPartsValue) -> i64 {
    part.count
}
