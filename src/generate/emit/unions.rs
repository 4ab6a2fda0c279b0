//! A union as an enum: by the tag of its objects, by the kind of its JSON values, or both.
//!
//! A tagged union keeps objects of an unknown tag in `Unknown`. A union of kinds has no such variant: the object
//! around it keeps values that don't fit.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Type, parse_quote};

use super::super::model::{Branch, Holds, Metadata, Model, Shape, Union};
use super::super::node::Kind;
use super::super::text::code;
use super::super::typify::{Shapes, branches_name};
use super::docs;

/// A branch with its Rust names.
struct Variant<'a> {
    branch: &'a Branch,
    ident: Ident,
    ty: Type,
}

impl Variant<'_> {
    /// What the variant holds.
    fn held(&self) -> TokenStream {
        let ty = &self.ty;
        if self.branch.boxed {
            quote! { Box<#ty> }
        } else {
            quote! { #ty }
        }
    }

    /// What makes the union from a value of the branch: a function.
    fn wrapper(&self) -> TokenStream {
        let ident = &self.ident;
        if self.branch.boxed {
            quote! { |value| Self::#ident(Box::new(value)) }
        } else {
            quote! { Self::#ident }
        }
    }
}

/// The enum and everything that belongs to it.
pub(super) fn emit(name: &str, metadata: &Metadata, union: &Union, model: &Model, shapes: &Shapes) -> TokenStream {
    let ident = format_ident!("{name}");
    let variants: Vec<_> = union
        .branches
        .iter()
        .filter_map(|branch| {
            let ty = match &branch.holds {
                Holds::Object(name, _) | Holds::Union(name, _) | Holds::Enumeration(name) => {
                    let ident = format_ident!("{name}");
                    parse_quote! { #ident }
                }
                Holds::Plain(_) => shapes.get(&branches_name(name))?.get(&branch.variant)?.ty.clone(),
            };
            Some(Variant { branch, ident: format_ident!("{}", branch.variant), ty })
        })
        .collect();
    let parts = [
        definition(&ident, metadata, union, &variants),
        union.tag.as_ref().map(|tag| type_method(&ident, tag, &variants, model, shapes)).unwrap_or_default(),
        variants.iter().map(|variant| conversion(&ident, variant)).collect(),
        reading(&ident, union, &variants),
        writing(&ident, union, &variants),
    ];
    parts.into_iter().collect()
}

fn definition(ident: &Ident, metadata: &Metadata, union: &Union, variants: &[Variant<'_>]) -> TokenStream {
    let doc = docs::of_type(metadata, &format!("The variants of `{ident}`."), &[]);
    let listed = variants.iter().map(|variant| {
        let doc = docs::of_part(&variant.branch.metadata, &format!("The `{}` variant.", variant.branch.variant));
        let (ident, held) = (&variant.ident, variant.held());
        quote! { #doc #ident(#held), }
    });
    let unknown = union.tag.is_some().then(|| {
        quote! {
            /// A value that's unknown to your version of this crate, or one that lacks a required property.
            Unknown(Value),
        }
    });
    quote! {
        #doc
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum #ident {
            #(#listed)*
            #unknown
        }
    }
}

/// The method that tells the tag.
fn type_method(ident: &Ident, tag: &str, variants: &[Variant<'_>], model: &Model, shapes: &Shapes) -> TokenStream {
    let arms = variants.iter().map(|variant| {
        let name = &variant.ident;
        match &variant.branch.holds {
            Holds::Object(object, tags) => {
                let field = shapes.get(object).and_then(|fields| fields.get(tag)).map(|field| &field.ident);
                match (tags.as_slice(), field) {
                    ([], _) => quote! { Self::#name(_) => None },
                    ([_, _, ..], Some(field)) if required(model, object, tag) => {
                        quote! { Self::#name(value) => Some(value.#field.as_str()) }
                    }
                    ([only, ..], _) => quote! { Self::#name(_) => Some(#only) },
                }
            }
            Holds::Union(..) | Holds::Enumeration(_) | Holds::Plain(_) => quote! { Self::#name(_) => None },
        }
    });
    let method = if tag == "type" { format_ident!("type_") } else { format_ident!("tag") };
    let doc = docs::line(&format!("Returns the {} of the object, if it has one.", code(tag)));
    quote! {
        impl #ident {
            #doc
            #[must_use]
            pub fn #method(&self) -> Option<&str> {
                match self {
                    #(#arms,)*
                    Self::Unknown(value) => value.get(#tag).and_then(Value::as_str),
                }
            }
        }
    }
}

fn required(model: &Model, object: &str, key: &str) -> bool {
    let Some(Shape::Struct(object)) = model.types.get(object).map(|ty| &ty.shape) else { return false };
    object.properties.iter().any(|property| property.key == key && property.required)
}

fn conversion(ident: &Ident, variant: &Variant<'_>) -> TokenStream {
    let (name, ty) = (&variant.ident, &variant.ty);
    let value = if variant.branch.boxed {
        quote! { Box::new(value) }
    } else {
        quote! { value }
    };
    let borrowed = matches!(variant.branch.holds, Holds::Plain(Kind::String)).then(|| {
        quote! {
            impl From<&str> for #ident {
                fn from(value: &str) -> Self {
                    Self::#name(value.to_owned())
                }
            }
        }
    });
    quote! {
        #borrowed

        impl From<#ty> for #ident {
            fn from(value: #ty) -> Self {
                Self::#name(#value)
            }
        }
    }
}

fn reading(ident: &Ident, union: &Union, variants: &[Variant<'_>]) -> TokenStream {
    let mut methods: Vec<_> = variants.iter().flat_map(plain_methods).collect();
    match &union.tag {
        Some(tag) => {
            methods.push(tagged_method(tag, union, variants));
            methods.extend(unknown_methods(variants));
        }
        None => methods.extend(variants.iter().filter_map(object_method)),
    }
    let expected = format!("a value of {ident}");
    quote! {
        impl Wire for #ident {
            const EXPECTED: &'static str = #expected;
            #(#methods)*
        }

        impl<'de> Deserialize<'de> for #ident {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                codec::decode(deserializer)
            }
        }
    }
}

/// The kinds of JSON value of a branch.
fn kinds(variant: &Variant<'_>) -> Vec<Kind> {
    match &variant.branch.holds {
        Holds::Object(..) => vec![Kind::Object],
        Holds::Union(_, kinds) => kinds.clone(),
        Holds::Enumeration(_) => vec![Kind::String],
        Holds::Plain(kind) => vec![*kind],
    }
}

/// The methods that read a branch which is no object, one for each kind of JSON value.
fn plain_methods(variant: &Variant<'_>) -> Vec<TokenStream> {
    kinds(variant).into_iter().filter_map(|kind| plain_method(variant, kind)).collect()
}

fn plain_method(variant: &Variant<'_>, kind: Kind) -> Option<TokenStream> {
    let (wrapper, ty) = (variant.wrapper(), &variant.ty);
    let scalar = |method: &str, argument: TokenStream| {
        let method = format_ident!("{method}");
        quote! {
            fn #method(slot: &mut Option<Self>, value: #argument) -> Read {
                codec::wrap(slot, #wrapper, |branch| <#ty>::#method(branch, value))
            }
        }
    };
    match kind {
        Kind::Object => None,
        Kind::String => Some(scalar("from_text", quote! { Cow<'_, str> })),
        Kind::Boolean => Some(scalar("from_bool", quote! { bool })),
        Kind::Integer | Kind::Number => Some(scalar("from_number", quote! { Number })),
        Kind::Array => Some(quote! {
            fn from_seq<'de, A: SeqAccess<'de>>(slot: &mut Option<Self>, items: A) -> Result<Read, A::Error> {
                codec::try_wrap(slot, #wrapper, |branch| <#ty>::from_seq(branch, items))
            }
        }),
    }
}

/// The method that reads the object branch of a union of kinds.
fn object_method(variant: &Variant<'_>) -> Option<TokenStream> {
    let (wrapper, ty) = (variant.wrapper(), &variant.ty);
    kinds(variant).contains(&Kind::Object).then(|| {
        quote! {
            fn from_map<'de, A: MapAccess<'de>>(slot: &mut Option<Self>, map: A) -> Result<Read, A::Error> {
                codec::try_wrap(slot, #wrapper, |branch| <#ty>::from_map(branch, map))
            }
        }
    })
}

/// The method that goes by the tag of an object.
fn tagged_method(tag: &str, union: &Union, variants: &[Variant<'_>]) -> TokenStream {
    let into = |variant: &Variant<'_>| {
        let (ty, wrapper) = (&variant.ty, variant.wrapper());
        quote! { fields.variant::<#ty, _>(slot, #wrapper, Self::Unknown) }
    };
    let arms = variants.iter().filter_map(|variant| match &variant.branch.holds {
        Holds::Object(_, tags) => {
            let read = into(variant);
            Some(quote! { Some(#(#tags)|*) => #read, })
        }
        Holds::Union(..) | Holds::Enumeration(_) | Holds::Plain(_) => None,
    });
    let of_type = |name: &str| {
        variants.iter().find(|variant| matches!(&variant.branch.holds, Holds::Object(object, _) if object == name))
    };
    let nests = union.nests;
    let only = union.only.as_ref().and_then(|(property, name)| {
        let read = into(of_type(name)?);
        Some(quote! { None if fields.only(#property) => #read, })
    });
    let untagged = union.untagged.as_ref().and_then(|name| {
        let read = into(of_type(name)?);
        Some(quote! { None => #read, })
    });
    quote! {
        fn from_map<'de, A: MapAccess<'de>>(slot: &mut Option<Self>, map: A) -> Result<Read, A::Error> {
            let mut fields = Fields::new(map);
            let tag = fields.up_to_tag(#tag, #nests)?;
            match tag.as_deref() {
                #(#arms)*
                #only
                #untagged
                _ => fields.unknown(slot, Self::Unknown),
            }
        }
    }
}

/// The methods that keep what is no object, where no branch is of that kind.
fn unknown_methods(variants: &[Variant<'_>]) -> Vec<TokenStream> {
    let free = |kind: Kind| !variants.iter().flat_map(kinds).any(|taken| taken.overlaps(kind));
    let methods = [
        (
            Kind::Boolean,
            quote! {
                fn from_bool(slot: &mut Option<Self>, value: bool) -> Read {
                    *slot = Some(Self::Unknown(value.into()));
                    Read::Known
                }
            },
        ),
        (
            Kind::Number,
            quote! {
                fn from_number(slot: &mut Option<Self>, value: Number) -> Read {
                    *slot = Some(Self::Unknown(value.into()));
                    Read::Known
                }
            },
        ),
        (
            Kind::String,
            quote! {
                fn from_text(slot: &mut Option<Self>, value: Cow<'_, str>) -> Read {
                    *slot = Some(Self::Unknown(value.into()));
                    Read::Known
                }
            },
        ),
        (
            Kind::Array,
            quote! {
                fn from_seq<'de, A: SeqAccess<'de>>(slot: &mut Option<Self>, items: A) -> Result<Read, A::Error> {
                    let unknown = |values: Vec<Value>| Self::Unknown(values.into());
                    codec::try_wrap(slot, unknown, |values| Vec::from_seq(values, items))
                }
            },
        ),
    ];
    methods.into_iter().filter(|(kind, _)| free(*kind)).map(|(_, method)| method).collect()
}

fn writing(ident: &Ident, union: &Union, variants: &[Variant<'_>]) -> TokenStream {
    let names = variants.iter().map(|variant| &variant.ident);
    let unknown = union.tag.is_some().then(|| quote! { Self::Unknown(value) => value.serialize(serializer), });
    quote! {
        impl Serialize for #ident {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    #(Self::#names(value) => value.serialize(serializer),)*
                    #unknown
                }
            }
        }
    }
}
