//! A string enum as a Rust enum that is open: a value that is not listed is kept.
//!
//! Place in the flow: called by `emit/mod.rs`; the neighbours are `structs.rs` and `unions.rs`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

use super::super::model::{EnumValue, Metadata};
use super::docs;

/// The enum and everything that belongs to it.
pub(super) fn emit(name: &str, metadata: &Metadata, values: &[EnumValue]) -> TokenStream {
    let ident = format_ident!("{name}");
    let names: Vec<_> = values.iter().map(|value| format_ident!("{}", value.variant)).collect();
    let texts: Vec<_> = values.iter().map(|value| value.value.as_str()).collect();
    let parts = [
        definition(&ident, metadata, values, &names),
        text(&ident, &names, &texts),
        parsing(&ident, &names, &texts),
        wire(&ident),
    ];
    parts.into_iter().collect()
}

fn definition(ident: &Ident, metadata: &Metadata, values: &[EnumValue], names: &[Ident]) -> TokenStream {
    let doc = docs::full(metadata, "One of a list of strings.");
    let variants = values.iter().zip(names).map(|(value, name)| {
        let description = docs::sentence(&value.description);
        let doc = docs::line(format!("`{}`. {description}", value.value).trim_end());
        quote! { #doc #name, }
    });
    quote! {
        #doc
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #ident {
            #(#variants)*
            /// A value that the schema does not list, as it is on the wire.
            Unknown(String),
        }
    }
}

/// The way to a string.
fn text(ident: &Ident, names: &[Ident], texts: &[&str]) -> TokenStream {
    quote! {
        impl #ident {
            /// The value as it is on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#names => #texts,)*
                    Self::Unknown(value) => value,
                }
            }
        }

        impl fmt::Display for #ident {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    }
}

/// The way from a string, which never fails.
fn parsing(ident: &Ident, names: &[Ident], texts: &[&str]) -> TokenStream {
    quote! {
        impl From<&str> for #ident {
            fn from(value: &str) -> Self {
                match value {
                    #(#texts => Self::#names,)*
                    _ => Self::Unknown(value.to_owned()),
                }
            }
        }

        impl From<String> for #ident {
            fn from(value: String) -> Self {
                Self::from(value.as_str())
            }
        }

        impl FromStr for #ident {
            type Err = Infallible;

            fn from_str(value: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(value))
            }
        }
    }
}

fn wire(ident: &Ident) -> TokenStream {
    let expected = format!("a string of {ident}");
    quote! {
        impl Wire for #ident {
            const EXPECTED: &'static str = #expected;

            fn from_text(slot: &mut Option<Self>, value: Cow<'_, str>) -> Read {
                *slot = Some(Self::from(&*value));
                Read::Known
            }

            fn read<'de, D: Deserializer<'de>>(slot: &mut Option<Self>, deserializer: D) -> Result<Read, D::Error> {
                codec::read_word(deserializer, &mut |word| *slot = Some(Self::from(word)))
            }
        }

        impl Serialize for #ident {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for #ident {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                codec::decode(deserializer)
            }
        }
    }
}
