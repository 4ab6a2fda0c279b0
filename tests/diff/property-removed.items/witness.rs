//! The count of a line is set and read.

use super::types::*;

fn line() -> OrderLinesItem {
    OrderLinesItem::new("a").count(3)
}

fn count(line: &OrderLinesItem) -> Option<i64> {
    line.count
}
