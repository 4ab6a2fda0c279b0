//! A string enum as an open Rust enum, which keeps values that the schema doesn't list.

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
        equality(&ident),
        parsing(&ident, &names, &texts),
        wire(&ident),
    ];
    parts.into_iter().collect()
}

fn definition(ident: &Ident, metadata: &Metadata, values: &[EnumValue], names: &[Ident]) -> TokenStream {
    let doc = docs::of_type(metadata, &format!("The `{ident}` strings."), &[]);
    let variants = values.iter().zip(names).map(|(value, name)| {
        let doc = docs::value(&value.value, &value.description);
        quote! { #doc #name, }
    });
    quote! {
        #doc
        #[derive(Clone, Debug, Eq)]
        #[non_exhaustive]
        pub enum #ident {
            #(#variants)*
            /// A value that's unknown to your version of this crate.
            ///
            /// You make one from a string, with `From` or `FromStr`, so a listed value never ends up here.
            Unknown(UnknownValue),
        }
    }
}

/// The way to a string.
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

        impl fmt::Display for #ident {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl AsRef<str> for #ident {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl From<#ident> for String {
            fn from(value: #ident) -> Self {
                value.as_str().to_owned()
            }
        }
    }
}

/// Equality of the strings, among values and with strings.
fn equality(ident: &Ident) -> TokenStream {
    quote! {
        impl PartialEq for #ident {
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl PartialEq<str> for #ident {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for #ident {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl Hash for #ident {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
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
                    _ => Self::Unknown(UnknownValue::new(value)),
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
