//! How constructors and setters take a value: by `Into`, or by `IntoIterator` for lists and maps.
//!
//! Place in the flow: called by `structs.rs`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{GenericArgument, Ident, PathArguments, Type};

/// The type of the parameter `ident` for a field that holds a `ty`.
pub(super) fn parameter(ty: &Type) -> TokenStream {
    match (name_of(ty).as_deref(), arguments(ty).as_slice()) {
        (Some("bool"), _) => quote! { bool },
        (Some("Vec"), [item]) => quote! { impl IntoIterator<Item = impl Into<#item>> },
        (Some("BTreeMap"), [key, value]) => quote! { impl IntoIterator<Item = (impl Into<#key>, impl Into<#value>)> },
        _ => quote! { impl Into<#ty> },
    }
}

/// The field's value from that parameter.
pub(super) fn converted(ty: &Type, ident: &Ident, boxed: bool) -> TokenStream {
    let value = match name_of(ty).as_deref() {
        Some("bool") => quote! { #ident },
        Some("Vec") => quote! { #ident.into_iter().map(Into::into).collect() },
        Some("BTreeMap") => quote! { #ident.into_iter().map(|(key, value)| (key.into(), value.into())).collect() },
        _ => quote! { #ident.into() },
    };
    if boxed {
        quote! { Box::new(#value) }
    } else {
        value
    }
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
