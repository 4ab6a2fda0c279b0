//! The properties by which a decoder chooses among the objects of a union without a tag.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use serde_json::Value;
use syn::Type;

use super::super::model::{Model, Shape};
use super::super::typify::Shapes;

/// Returns the candidate for an object with these properties.
pub(super) fn object(name: &str, model: &Model, shapes: &Shapes) -> TokenStream {
    let Some(Shape::Struct(object)) = model.types.get(name).map(|ty| &ty.shape) else { return any_object() };
    let constants = object.constants.iter().map(|(key, value)| {
        let value = Value::from(value.as_str()).to_string();
        quote! { (#key, true, b"\"", &[#value]) }
    });
    let properties = object.properties.iter().map(|property| {
        let (key, required) = (&property.key, property.expected);
        let ty = shapes.get(name).and_then(|fields| fields.get(key)).map(|field| &field.ty);
        let (starts, mut values) = ty.map(|ty| start(ty, model)).unwrap_or_default();
        values.extend_from_slice(&property.listed);
        let starts = Literal::byte_string(starts.as_bytes());
        quote! { (#key, #required, #starts, &[#(#values),*]) }
    });
    quote! { codec::Candidate::Object(&[#(#constants,)* #(#properties),*]) }
}

/// Returns the candidate for objects with any properties.
pub(super) fn any_object() -> TokenStream {
    quote! { codec::Candidate::Map }
}

/// Returns the first bytes of values of a type, empty for any, and the JSON texts of listed values.
fn start(ty: &Type, model: &Model) -> (&'static str, Vec<String>) {
    let Type::Path(path) = ty else { return Default::default() };
    let name = path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
    // Only types for formats have a longer path.
    if path.path.segments.len() > 1 {
        return ("\"", Vec::new());
    }
    let starts = match (name.as_str(), model.types.get(&name).map(|ty| &ty.shape)) {
        (_, Some(Shape::Struct(_))) | ("BTreeMap", _) => "{",
        (_, Some(Shape::Enumeration(values))) => {
            return ("\"", values.iter().map(|value| Value::from(value.value.as_str()).to_string()).collect());
        }
        ("bool", _) => "tf",
        ("f64" | "i64" | "u64", _) => "-0123456789",
        ("String", _) => "\"",
        ("Vec", _) => "[",
        _ => "",
    };
    (starts, Vec::new())
}
