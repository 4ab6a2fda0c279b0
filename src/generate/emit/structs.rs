//! Objects as structs: fields, constructor, setters and codec.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{Ident, Type};

use super::super::model::{Metadata, Property, Struct};
use super::super::text::code;
use super::super::typify::Shapes;
use super::{docs, values};

/// A property and its field.
struct Slot<'a> {
    property: &'a Property,
    ident: &'a Ident,
    ty: &'a Type,
}

impl Slot<'_> {
    /// Returns the type of the value, boxed if needed.
    fn value_type(&self) -> TokenStream {
        let ty = self.ty;
        if self.property.boxed {
            quote! { Box<#ty> }
        } else {
            quote! { #ty }
        }
    }

    /// Returns true if the field is an `Option`. Optional lists are empty instead.
    fn is_option(&self) -> bool {
        !self.property.required && !values::is_list(self.ty)
    }
}

/// Returns the struct and its implementations.
pub(super) fn emit(name: &str, metadata: &Metadata, object: &Struct, shapes: &Shapes) -> TokenStream {
    let ident = format_ident!("{name}");
    let slots: Vec<_> = object
        .properties
        .iter()
        .filter_map(|property| {
            let field = shapes.get(name)?.get(&property.key)?;
            Some(Slot { property, ident: &field.ident, ty: &field.ty })
        })
        .collect();
    let parts =
        [definition(&ident, metadata, object, &slots), methods(&ident, object, &slots), codec(&ident, object, &slots)];
    parts.into_iter().collect()
}

fn definition(ident: &Ident, metadata: &Metadata, object: &Struct, slots: &[Slot<'_>]) -> TokenStream {
    let constants =
        object.constants.iter().map(|(key, value)| format!("Sent with {} set to {}.", code(key), code(value)));
    let doc = docs::of_type(metadata, &format!("The `{ident}` object."), &constants.collect::<Vec<_>>());
    let fields = slots.iter().map(|slot| {
        let doc = docs::of_part(&slot.property.metadata, &format!("The {} property.", code(&slot.property.key)));
        let (ident, ty) = (slot.ident, slot.value_type());
        let ty = if slot.is_option() {
            quote! { Option<#ty> }
        } else {
            ty
        };
        quote! { #doc pub #ident: #ty, }
    });
    quote! {
        #doc
        #[derive(Debug, PartialEq)]
        #[non_exhaustive]
        pub struct #ident {
            #(#fields)*
            /// Unknown properties.
            ///
            /// They're sent back when you encode the value. A property with the name of a field replaces the field.
            pub extra: Extra,
        }
    }
}

fn methods(ident: &Ident, object: &Struct, slots: &[Slot<'_>]) -> TokenStream {
    let constructor = constructor(ident, object, slots);
    let asked = |slot: &Slot<'_>| object.arguments.contains(&slot.property.key);
    let first = object.constants.len();
    let setters = slots.iter().enumerate().filter(|(_, slot)| !is_fixed(slot, asked(slot)));
    let setters = setters.map(|(index, slot)| setter(slot, first + index));
    let default = object.arguments.is_empty().then(|| {
        quote! {
            impl Default for #ident {
                fn default() -> Self {
                    Self::new()
                }
            }
        }
    });
    quote! {
        impl #ident {
            #constructor

            #(#setters)*
        }

        #default
    }
}

fn constructor(ident: &Ident, object: &Struct, slots: &[Slot<'_>]) -> TokenStream {
    let by_key: BTreeMap<_, _> = slots.iter().map(|slot| (&slot.property.key, slot)).collect();
    let arguments: BTreeSet<_> = object.arguments.iter().collect();
    let parameters = object.arguments.iter().filter_map(|name| by_key.get(name)).map(|slot| {
        let (ident, ty) = (slot.ident, values::parameter(slot.ty));
        quote! { #ident: #ty }
    });
    let fields = slots.iter().filter_map(|slot| initial(slot, arguments.contains(&slot.property.key)));
    let fields: Vec<_> = fields.collect();
    let value = if fields.is_empty() {
        quote! { codec::Object::empty() }
    } else {
        quote! { Self { #(#fields)* ..codec::Object::empty() } }
    };
    let doc = constructor_docs(ident, object, slots);
    quote! {
        #doc
        #[must_use]
        pub fn new(#(#parameters),*) -> Self {
            #value
        }
    }
}

fn constructor_docs(ident: &Ident, object: &Struct, slots: &[Slot<'_>]) -> TokenStream {
    let listed = |keys: &[String]| match keys {
        [] => String::new(),
        [only] => only.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    };
    let asked: Vec<_> = object.arguments.iter().map(|key| code(key)).collect();
    let empty = slots.iter().filter(|slot| starts_empty(slot) && !object.arguments.contains(&slot.property.key));
    let empty: Vec<_> = empty.map(|slot| code(&slot.property.key)).collect();
    let name = with_article(ident);
    let first = match asked.as_slice() {
        [] => docs::line(&format!("Creates {name} with no fields set.")),
        _ => docs::line(&format!("Creates {name} with {}; other fields are unset.", listed(&asked))),
    };
    let second = (!empty.is_empty()).then(|| {
        let second = docs::line(&format!("Set {} as well: the schema requires it.", listed(&empty)));
        quote! { #[doc = ""] #second }
    });
    quote! { #first #second }
}

/// Returns true for a required property outside the constructor: a setter fills it.
fn starts_empty(slot: &Slot<'_>) -> bool {
    slot.property.required && slot.property.preset.is_none()
}

/// Returns the field's initializer in the constructor, unless it starts empty.
fn initial(slot: &Slot<'_>, is_argument: bool) -> Option<TokenStream> {
    let ident = slot.ident;
    let value = match &slot.property.preset {
        _ if is_argument => values::converted(slot.ty, ident, slot.property.boxed),
        Some(preset) => quote! { #preset.into() },
        None => return None,
    };
    Some(match slot.is_option() {
        true => quote! { #ident: Some(#value), },
        false if *ident == value.to_string() => quote! { #ident, },
        false => quote! { #ident: #value, },
    })
}

/// Returns true if there's no setter: the value is fixed by the constructor, or the schema disables it.
fn is_fixed(slot: &Slot<'_>, is_argument: bool) -> bool {
    let Property { preset, required, setter, .. } = slot.property;
    let settled = if *required { preset.is_none() && is_argument } else { preset.is_some() };
    settled || !setter
}

fn setter(slot: &Slot<'_>, index: usize) -> TokenStream {
    let (ident, parameter) = (slot.ident, values::parameter(slot.ty));
    let value = values::converted(slot.ty, ident, slot.property.boxed);
    let value = if slot.is_option() {
        quote! { Some(#value) }
    } else {
        value
    };
    // Empty lists are sent if they're set.
    let index = Literal::usize_unsuffixed(index);
    let present = (!slot.property.required && !slot.is_option()).then(|| quote! { self.extra.set_present(#index); });
    let doc = docs::setter(&slot.property.metadata, &slot.property.key);
    quote! {
        #doc
        #[must_use]
        pub fn #ident(mut self, #ident: #parameter) -> Self {
            self.#ident = #value;
            #present
            self
        }
    }
}

/// Returns the struct's codec: a list of its properties for the codec's macro.
fn codec(ident: &Ident, object: &Struct, slots: &[Slot<'_>]) -> TokenStream {
    let first = object.constants.len();
    let constants = object.constants.iter().map(|(key, value)| {
        let key = json_key(key);
        quote! { #key = #value }
    });
    let properties = slots.iter().enumerate().map(|(index, slot)| {
        let (index, key, ident) = (Literal::usize_unsuffixed(first + index), json_key(&slot.property.key), slot.ident);
        let Property { required, expected, json_text, .. } = slot.property;
        let kind = match (required, expected, json_text) {
            (true, _, true) => quote! { Text },
            (true, _, false) => quote! { Required },
            (false, true, _) => quote! { Lenient },
            (false, false, _) => quote! { Optional },
        };
        quote! { #index #ident #key #kind }
    });
    quote! { codec::object! { #ident { #(#constants)* } #(#properties)* } }
}

/// Returns a key as it's written in JSON, without its quotes.
fn json_key(key: &str) -> Literal {
    let json = Value::from(key).to_string();
    Literal::string(json.get(1..json.len() - 1).unwrap_or_default())
}

/// Returns the number of a property in the codec.
pub(super) fn index_of(object: &Struct, key: &str) -> Option<usize> {
    let position = object.properties.iter().position(|property| property.key == key)?;
    Some(object.constants.len() + position)
}

/// Adds an article: ``a `Name` ``.
fn with_article(name: &Ident) -> String {
    let article = if name.to_string().starts_with(['A', 'E', 'I', 'O']) { "an" } else { "a" };
    format!("{article} `{name}`")
}
