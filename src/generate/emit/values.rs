//! Parameters of constructors and setters: `IntoIterator` for lists and maps, `TryInto` for integers, otherwise `Into`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{GenericArgument, Ident, PathArguments, Type};

/// Returns the type of the parameter for a field of type `ty`.
pub(super) fn parameter(ty: &Type) -> TokenStream {
    match (name_of(ty).as_deref(), arguments(ty).as_slice()) {
        (Some("bool"), _) => quote! { bool },
        (Some("Vec"), [item]) => {
            let item = convertible(item);
            quote! { impl IntoIterator<Item = #item> }
        }
        (Some("BTreeMap"), [key, value]) => {
            let (key, value) = (convertible(key), convertible(value));
            quote! { impl IntoIterator<Item = (#key, #value)> }
        }
        _ => convertible(ty),
    }
}

fn convertible(ty: &Type) -> TokenStream {
    if is_integer(ty) {
        quote! { impl TryInto<i64> }
    } else {
        quote! { impl Into<#ty> }
    }
}

/// Returns the field's value from the parameter.
pub(super) fn converted(ty: &Type, ident: &Ident, boxed: bool) -> TokenStream {
    let value = match (name_of(ty).as_deref(), arguments(ty).as_slice()) {
        (Some("bool"), _) => quote! { #ident },
        (Some("Vec"), [item]) if is_integer(item) => quote! { #ident.into_iter().map(codec::integer).collect() },
        (Some("Vec"), _) => quote! { #ident.into_iter().map(Into::into).collect() },
        (Some("BTreeMap"), [_, value]) => {
            let value = if is_integer(value) {
                quote! { codec::integer(value) }
            } else {
                quote! { value.into() }
            };
            quote! { #ident.into_iter().map(|(key, value)| (key.into(), #value)).collect() }
        }
        _ if is_integer(ty) => quote! { codec::integer(#ident) },
        _ => quote! { #ident.into() },
    };
    if boxed {
        quote! { Box::new(#value) }
    } else {
        value
    }
}

/// Returns true for a `Vec`.
pub(super) fn is_list(ty: &Type) -> bool {
    name_of(ty).as_deref() == Some("Vec")
}

fn is_integer(ty: &Type) -> bool {
    name_of(ty).as_deref() == Some("i64")
}

fn name_of(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    path.path.segments.last().map(|last| last.ident.to_string())
}

fn arguments(ty: &Type) -> Vec<&Type> {
    let Type::Path(path) = ty else { return Vec::new() };
    let Some(PathArguments::AngleBracketed(list)) = path.path.segments.last().map(|last| &last.arguments) else {
        return Vec::new();
    };
    let types = list.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.collect()
}
