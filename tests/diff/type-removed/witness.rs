//! Nothing in the order needs it, but the code does.

use super::types::*;

fn place() -> Place {
    Place::new().lat(1.5)
}
