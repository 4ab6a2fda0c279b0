//! String enums as open Rust enums, which keep unknown values.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

use super::super::model::{EnumValue, Metadata};
use super::docs;

/// Returns the enum and its implementations.
pub(super) fn emit(name: &str, metadata: &Metadata, values: &[EnumValue]) -> [TokenStream; 4] {
    let ident = format_ident!("{name}");
    let names: Vec<_> = values.iter().map(|value| format_ident!("{}", value.variant)).collect();
    let texts: Vec<_> = values.iter().map(|value| value.value.as_str()).collect();
    [
        definition(&ident, metadata, values, &names),
        text(&ident, &names, &texts),
        parsing(&ident, &names, &texts),
        quote! { codec::open_enum!(#ident #(#names)*); },
    ]
}

fn definition(ident: &Ident, metadata: &Metadata, values: &[EnumValue], names: &[Ident]) -> TokenStream {
    let doc = docs::of_type(metadata, &format!("The `{ident}` strings."), &[]);
    let variants = values.iter().zip(names).map(|(value, name)| {
        let doc = docs::value(&value.value, &value.description);
        quote! { #doc #name, }
    });
    quote! {
        #doc
        #[derive(Debug, Eq)]
        #[non_exhaustive]
        pub enum #ident {
            #(#variants)*
            /// A value that's unknown to your version of this crate.
            ///
            /// Create it from a string, with `From` or `FromStr`: a listed value never becomes `Unknown`.
            Unknown(UnknownValue),
        }
    }
}

/// Returns `as_str`.
fn text(ident: &Ident, names: &[Ident], texts: &[&str]) -> TokenStream {
    quote! {
        impl #ident {
            /// Returns the value as the JSON string has it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#names => #texts,)*
                    Self::Unknown(value) => value.as_str(),
                }
            }
        }
    }
}

/// Returns the conversion from a string, which can't fail.
fn parsing(ident: &Ident, names: &[Ident], texts: &[&str]) -> TokenStream {
    quote! {
        impl From<&str> for #ident {
            fn from(value: &str) -> Self {
                match value {
                    #(#texts => Self::#names,)*
                    _ => Self::Unknown(UnknownValue::new(value)),
                }
            }
        }
    }
}
