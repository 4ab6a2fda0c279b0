//! Code as a consumer of the generated types writes it, by its name in `cases/`.
//!
//! An example compiles with the old types of a case, and with the new ones unless the report says `major`.

mod address_and_color {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").address(OrderAddress::new().street("Main Street")).color(OrderColor::Red)
    }
}

mod address_with_street {
    use super::types::*;

    fn address() -> Address {
        Address::new().street("Main Street")
    }

    fn street(address: &Address) -> Option<&String> {
        address.street.as_ref()
    }
}

mod any_value {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note("fragile")
    }

    fn note(order: &Order) -> Option<&Json> {
        order.note.as_ref()
    }
}

mod boolean_items {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note([true])
    }

    fn note(order: &Order) -> &Vec<bool> {
        &order.note
    }
}

mod city {
    use super::types::*;

    fn address() -> OrderAddress {
        OrderAddress::new("Main Street").city("Oslo")
    }

    fn city(address: &OrderAddress) -> Option<&String> {
        address.city.as_ref()
    }
}

mod color_enum {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note(OrderNote::Red)
    }

    fn code(note: &OrderNote) -> u8 {
        match note {
            OrderNote::Red => 1,
            OrderNote::Green => 2,
            _ => 0,
        }
    }

    fn text(text: &str) -> String {
        let note: OrderNote = text.parse().unwrap();
        format!("{note} {} {:?}", note.as_str(), OrderNote::from(text))
    }
}

mod constant_item {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note([OrderNoteItem::DarkRed])
    }
}

mod content_behind_box {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note(Address::new())
    }

    fn note(order: &Order) -> Option<&Content> {
        order.note.as_deref()
    }
}

mod content_without_box {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note(Address::new("auto"))
    }

    fn note(order: &Order) -> Option<&Content> {
        order.note.as_ref()
    }
}

mod enum_definition {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note(Color::Red)
    }

    fn color(order: &Order) -> Option<&Color> {
        order.note.as_ref()
    }
}

mod enum_items {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note([OrderNoteItem::Red, OrderNoteItem::from("green")])
    }

    fn is_red(order: &Order) -> bool {
        order.note.iter().any(|note| *note == OrderNoteItem::Red)
    }
}

mod field_without_setter {
    use super::types::*;

    fn order() -> Order {
        let mut order = Order::new("o1");
        order.note = Some("fragile".to_owned());
        order
    }
}

mod first_model {
    use super::types::*;

    fn model() -> &'static str {
        models::ONE
    }
}

mod free_object {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note(serde_json::json!({ "a": 1 }))
    }

    fn note(order: &Order) -> Option<&Json> {
        order.note.as_ref()
    }
}

mod from_to {
    use super::types::*;

    fn order() -> Order {
        Order::new("Oslo", "Bergen")
    }

    fn places(order: &Order) -> (&String, &String) {
        (&order.from, &order.to)
    }
}

mod id_and_note_arguments {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1", "fragile")
    }
}

mod id_and_size {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1", 3)
    }
}

mod id_argument {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note("fragile")
    }
}

mod id_only {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1")
    }
}

mod inline_address {
    use super::types::*;

    fn address() -> OrderAddress {
        OrderAddress::new("Main Street")
    }

    fn street(order: &Order) -> Option<&str> {
        Some(&order.address.as_ref()?.street)
    }
}

mod inline_address_removed {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").address(OrderAddress::new("Main Street"))
    }

    fn street(address: &OrderAddress) -> &str {
        &address.street
    }
}

mod inline_object {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note(OrderNote::new().street("Main Street"))
    }

    fn note(order: &Order) -> Option<&Box<OrderNote>> {
        order.note.as_ref()
    }
}

mod integer_branch {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note(3)
    }

    fn number(note: &OrderNote) -> Option<i64> {
        if let OrderNote::Integer(number) = note { Some(*number) } else { None }
    }
}

mod integer_items {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note([3_i64])
    }

    fn note(order: &Order) -> &Vec<i64> {
        &order.note
    }
}

mod integer_map {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note([("a", 3)])
    }

    fn note(order: &Order) -> Option<&std::collections::BTreeMap<String, i64>> {
        order.note.as_ref()
    }
}

mod leaf_in_leaf {
    use super::types::*;

    fn leaf() -> Leaf {
        Leaf::new("a").leaves([Leaf::new("b")])
    }
}

mod leaf_size {
    use super::types::*;

    fn leaf() -> Leaf {
        Leaf::new("a").size(3)
    }
}

mod leaves {
    use super::types::*;

    fn leaf() -> Leaf {
        Leaf::new("a").leaves([Leaf::new("b")]).next(Leaf::new("c"))
    }

    fn names(leaf: &Leaf) -> Vec<&str> {
        leaf.leaves.iter().map(|leaf| leaf.name.as_str()).collect()
    }
}

mod line_count {
    use super::types::*;

    fn line() -> OrderLinesItem {
        OrderLinesItem::new("a").count(3)
    }

    fn count(line: &OrderLinesItem) -> Option<i64> {
        line.count
    }
}

mod named_branch {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note(Address::new().street("Main Street"))
    }

    fn street(note: &OrderNote) -> Option<&String> {
        if let OrderNote::Where(address) = note { address.street.as_ref() } else { None }
    }
}

mod nested_definition {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note(Address::new().geo(AddressGeo::new().lat(1.5)))
    }
}

mod nested_orders {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").parts([Order::new("o2")])
    }

    fn parts(order: &Order) -> &[Order] {
        &order.parts
    }
}

mod nested_orders_with_size {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").parts([Order::new("o2").size(3)])
    }
}

mod nested_types {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").address(OrderAddress::new().geo(OrderAddressGeo::new().lat(1.5))).color(OrderColor::Red)
    }
}

mod number_items {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note([3.5])
    }

    fn note(order: &Order) -> &Vec<f64> {
        &order.note
    }
}

mod one_nested_type {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").address(OrderAddress::new())
    }
}

mod optional_boolean {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note(true)
    }

    fn note(order: &Order) -> Option<&bool> {
        order.note.as_ref()
    }
}

mod optional_constant {
    use super::types::*;

    fn note(order: &Order) -> Option<&String> {
        order.note.as_ref()
    }

    fn order() -> Order {
        Order::new("o1")
    }
}

mod optional_enum {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note(OrderNote::Red)
    }

    fn note(order: &Order) -> Option<&OrderNote> {
        order.note.as_ref()
    }
}

mod optional_integer {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note(3)
    }

    fn note(order: &Order) -> Option<&i64> {
        order.note.as_ref()
    }
}

mod optional_number {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note(3.5)
    }

    fn note(order: &Order) -> Option<&f64> {
        order.note.as_ref()
    }
}

mod optional_object {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note(Address::new().street("Main Street"))
    }

    fn note(order: &Order) -> Option<&Box<Address>> {
        order.note.as_ref()
    }
}

mod optional_string {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note("fragile")
    }

    fn note(order: &Order) -> Option<&String> {
        order.note.as_ref()
    }
}

mod optional_strings {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note(["fragile"])
    }

    fn note(order: &Order) -> &Vec<String> {
        &order.note
    }
}

mod order_lines {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").lines([OrderLinesItem::new("a"), OrderLinesItem::new("b")])
    }

    fn first(order: &Order) -> Option<&str> {
        Some(&order.lines.first()?.sku)
    }
}

mod order_parts {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").parts([("a", OrderPartsValue::new("1"))])
    }

    fn sku(order: &Order) -> Option<&str> {
        Some(&order.parts.as_ref()?.get("a")?.sku)
    }
}

mod orders_in_orders {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").parts([Order::new("o2")])
    }
}

mod part_with_count {
    use super::types::*;

    fn part() -> OrderPartsValue {
        OrderPartsValue::new(3, "a")
    }

    fn count(part: &OrderPartsValue) -> i64 {
        part.count
    }
}

mod preset_enum {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note(Color::Green)
    }

    fn note(order: &Order) -> &Color {
        &order.note
    }
}

mod removed_shared_property {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").editor("Ida")
    }
}

mod required_definition {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1", Color::Red)
    }

    fn note(order: &Order) -> &Color {
        &order.note
    }
}

mod required_enum {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1", OrderNote::Red)
    }

    fn note(order: &Order) -> &OrderNote {
        &order.note
    }
}

mod required_inline_object {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note(OrderNote::new("fragile"))
    }

    fn note(order: &Order) -> Option<&Box<OrderNote>> {
        order.note.as_ref()
    }
}

mod required_integer {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1", 3)
    }

    fn note(order: &Order) -> &i64 {
        &order.note
    }
}

mod required_nullable_object {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1", Address::new())
    }

    fn note(order: &Order) -> Option<&Address> {
        order.note.as_deref()
    }
}

mod required_nullable_string {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1", "fragile")
    }

    fn note(order: &Order) -> Option<&String> {
        order.note.as_ref()
    }
}

mod required_number {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1", 3.5)
    }

    fn note(order: &Order) -> &f64 {
        &order.note
    }
}

mod required_object {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1", Address::new())
    }

    fn note(order: &Order) -> &Address {
        &order.note
    }
}

mod required_string {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1", "fragile")
    }

    fn note(order: &Order) -> &String {
        &order.note
    }
}

mod second_model {
    use super::types::*;

    fn model() -> &'static str {
        models::TWO
    }
}

mod shape_tag {
    use super::types::*;

    fn kind(shape: &Shape) -> Option<&str> {
        shape.type_()
    }
}

mod shapes {
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
}

mod shared_property {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").author("Ida")
    }
}

mod size {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").size(3)
    }

    fn size(order: &Order) -> Option<i64> {
        order.size
    }
}

mod small_integer {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note(1)
    }

    fn note(order: &Order) -> Option<&i64> {
        order.note.as_ref()
    }
}

mod street_name {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").street_name("Main Street")
    }

    fn street(order: &Order) -> Option<&String> {
        order.street_name.as_ref()
    }
}

mod string_map {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note([("a", "b")])
    }

    fn note(order: &Order) -> Option<&std::collections::BTreeMap<String, String>> {
        order.note.as_ref()
    }
}

mod string_or_strings {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note("fragile")
    }

    fn first(order: &Order) -> Option<&str> {
        match order.note.as_ref()? {
            OrderNote::String(text) => Some(text),
            OrderNote::Array(texts) => texts.first().map(String::as_str),
            _ => None,
        }
    }
}

mod strings_to_enum {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note(["red"])
    }

    fn note(order: &Order) -> &Vec<String> {
        &order.note
    }
}

mod third_shape {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note(Line::new())
    }

    fn is_line(shape: &Shape) -> bool {
        matches!(shape, Shape::Line(_))
    }
}

mod third_value {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note(OrderNote::Blue)
    }
}

mod third_value_in_items {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note([OrderNoteItem::Blue])
    }
}

mod third_value_of_definition {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note(Color::DarkBlue)
    }
}

mod two_strings {
    use super::types::*;

    fn order() -> Order {
        Order::new("o1").note(["fragile", "heavy"])
    }

    fn note(order: &Order) -> &Vec<String> {
        &order.note
    }
}

mod unused_definition {
    use super::types::*;

    fn place() -> Place {
        Place::new().lat(1.5)
    }
}
