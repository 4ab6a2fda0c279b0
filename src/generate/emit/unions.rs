//! Unions as enums: by the tag of objects, by the kind of JSON value, or both.
//!
//! A tagged union keeps objects of an unknown tag in `Unknown`, and a root all values that don't fit. Other unions of
//! kinds have no such variant: the object around them keeps these values.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{Ident, Type, parse_quote};

use super::super::model::{Branch, Holds, Metadata, Model, Shape, Union};
use super::super::node::Kind;
use super::super::text::code;
use super::super::typify::{Shapes, branches_name};
use super::{docs, matching, structs};

/// A branch with its Rust names.
struct Variant<'a> {
    branch: &'a Branch,
    ident: Ident,
    ty: Type,
}

impl Variant<'_> {
    /// Returns the variant's type, boxed if needed.
    fn held(&self) -> TokenStream {
        let ty = &self.ty;
        if self.branch.boxed {
            quote! { Box<#ty> }
        } else {
            quote! { #ty }
        }
    }
}

/// Returns the enum and its implementations.
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
                Holds::Plain(_) => shapes.get(&branches_name(name))?.get(&branch.variant)?.ty.as_ref().clone(),
            };
            Some(Variant { branch, ident: format_ident!("{}", branch.variant), ty })
        })
        .collect();
    let parts = [
        definition(&ident, metadata, union, &variants),
        union.tag.as_ref().map(|tag| type_method(&ident, tag, &variants, model, shapes)).unwrap_or_default(),
        variants.iter().map(|variant| conversion(&ident, variant)).collect(),
        codec(&ident, union, &variants, model, shapes),
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
    let unknown = union.has_unknown().then(|| {
        let doc = docs::line(if union.tag.is_some() {
            "An object whose kind is unknown to your version of this crate, or a value that isn't an object."
        } else {
            "A value that doesn't fit the other variants, or not all of it."
        });
        quote! { #doc Unknown(Json), }
    });
    quote! {
        #doc
        #[derive(Debug, PartialEq)]
        #[non_exhaustive]
        pub enum #ident {
            #(#listed)*
            #unknown
        }
    }
}

/// Returns the method for the tag.
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
                    Self::Unknown(value) => value.plain_string(#tag),
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

/// Returns the union's codec.
fn codec(ident: &Ident, union: &Union, variants: &[Variant<'_>], model: &Model, shapes: &Shapes) -> TokenStream {
    let expected = expected(variants);
    let empty = match variants.first() {
        Some(first) if union.tag.is_none() => {
            let ident = &first.ident;
            quote! { Self::#ident(codec::empty()) }
        }
        _ => quote! { Self::Unknown(Json::null()) },
    };
    let lone = if variants.iter().any(|variant| kinds(variant).contains(&Kind::Object)) { "{" } else { "" };
    let lone = if union.string.is_some() { format!("{lone}\"") } else { lone.to_owned() };
    let lone = Literal::byte_string(lone.as_bytes());
    let read = read(union, variants, model, shapes);
    let unknown = union.has_unknown().then(|| format_ident!("Unknown"));
    let names: Vec<_> = variants.iter().map(|variant| &variant.ident).chain(&unknown).collect();
    quote! {
        impl codec::Codec for #ident {
            const EXPECTED: &'static str = #expected;
            const LONE: &'static [u8] = #lone;

            fn empty() -> Self {
                #empty
            }

            fn read(&mut self, reader: &mut codec::Reader<'_>) -> codec::Fit {
                #read
            }

            fn write(&self, out: &mut codec::Writer) {
                match self {
                    #(Self::#names(value) => codec::Codec::write(value, out),)*
                }
            }
        }

        codec::union!(#ident #(#names)*);
    }
}

/// Returns the body of `read`. At the root, it keeps other values.
fn read(union: &Union, variants: &[Variant<'_>], model: &Model, shapes: &Shapes) -> TokenStream {
    let has_object_arm = union.tag.is_some() || union.is_matched;
    let plain = variants.iter().filter_map(|variant| plain_arm(variant, has_object_arm));
    let string = union.string.as_ref().and_then(|(name, key)| {
        let ident = &of_type(variants, name)?.ident;
        let Shape::Struct(object) = &model.types.get(name)?.shape else { return None };
        let index = Literal::usize_unsuffixed(structs::index_of(object, key)?);
        Some(quote! { b'"' => codec::string_shorthand(self, reader, Self::#ident, #index), })
    });
    let objects = union.tag.as_ref().map(|tag| tagged_arm(tag, union, variants));
    let objects = objects.or_else(|| union.is_matched.then(|| matched_arm(variants, model, shapes)));
    let other = if union.tag.is_some() {
        quote! { codec::unknown!(self, reader, None) }
    } else {
        quote! { reader.skip_mismatch(Self::EXPECTED) }
    };
    let read = quote! {
        match reader.peek() {
            #(#plain)*
            #string
            #objects
            _ => #other,
        }
    };
    if union.is_root {
        quote! {
            let at = reader.position();
            let fit = #read;
            match codec::unfit(reader, at, fit) {
                Some(json) => {
                    *self = Self::Unknown(json);
                    codec::Fit::Same
                }
                None => fit,
            }
        }
    } else {
        read
    }
}

/// Returns the kinds of JSON value of a branch.
fn kinds(variant: &Variant<'_>) -> Vec<Kind> {
    match &variant.branch.holds {
        Holds::Object(..) => vec![Kind::Object],
        Holds::Union(_, kinds) => kinds.clone(),
        Holds::Enumeration(_) => vec![Kind::String],
        Holds::Plain(kind) => vec![*kind],
    }
}

/// Returns the kinds of all branches for messages: `a string or an object`.
fn expected(variants: &[Variant<'_>]) -> String {
    let mut names: Vec<_> = variants.iter().flat_map(kinds).map(with_article).collect();
    names.dedup();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => "an object".to_owned(),
    }
}

fn with_article(kind: Kind) -> &'static str {
    match kind {
        Kind::Boolean => "a boolean",
        Kind::Integer => "an integer",
        Kind::Number => "a number",
        Kind::String => "a string",
        Kind::Array => "an array",
        Kind::Object => "an object",
    }
}

/// Returns the match arm on the first byte of a branch's values. Objects may share an arm.
fn plain_arm(variant: &Variant<'_>, has_object_arm: bool) -> Option<TokenStream> {
    let patterns = kinds(variant).into_iter().filter_map(|kind| match kind {
        Kind::Boolean => Some(quote! { b't' | b'f' }),
        Kind::Integer | Kind::Number => Some(quote! { b'-' | b'0'..=b'9' }),
        Kind::String => Some(quote! { b'"' }),
        Kind::Array => Some(quote! { b'[' }),
        Kind::Object => (!has_object_arm).then(|| quote! { b'{' }),
    });
    let patterns: Vec<_> = patterns.collect();
    let ident = &variant.ident;
    (!patterns.is_empty()).then(|| quote! { #(#patterns)|* => codec::branch!(self, reader, #ident), })
}

fn of_type<'a, 'b>(variants: &'a [Variant<'b>], name: &str) -> Option<&'a Variant<'b>> {
    variants.iter().find(|variant| matches!(&variant.branch.holds, Holds::Object(object, _) if object == name))
}

/// Returns the match arm on the properties of objects.
fn matched_arm(variants: &[Variant<'_>], model: &Model, shapes: &Shapes) -> TokenStream {
    let objects: Vec<_> = variants.iter().filter(|variant| kinds(variant).contains(&Kind::Object)).collect();
    let candidates = objects.iter().map(|variant| match &variant.branch.holds {
        Holds::Object(name, _) => matching::object(name, model, shapes),
        Holds::Union(..) | Holds::Enumeration(_) | Holds::Plain(_) => matching::any_object(),
    });
    let reads = objects.iter().enumerate().map(|(index, variant)| {
        let ident = &variant.ident;
        let index = if index + 1 == objects.len() {
            quote! { _ }
        } else {
            let index = Literal::usize_unsuffixed(index);
            quote! { #index }
        };
        quote! { #index => codec::branch!(self, reader, #ident), }
    });
    quote! { b'{' => match codec::best(reader, &[#(#candidates),*]) { #(#reads)* }, }
}

/// Returns the match arm on the tag of objects.
fn tagged_arm(tag: &str, union: &Union, variants: &[Variant<'_>]) -> TokenStream {
    let into = |variant: &Variant<'_>| {
        let ident = &variant.ident;
        quote! { codec::branch!(self, reader, #ident) }
    };
    let branches = variants.iter().filter_map(|variant| match &variant.branch.holds {
        Holds::Object(_, tags) if !tags.is_empty() => {
            let aliases = union.aliases.iter().filter(|(_, tag)| tags.contains(tag)).map(|(alias, _)| alias);
            Some([(variant, false, tags.iter().collect::<Vec<_>>()), (variant, true, aliases.collect())])
        }
        Holds::Object(..) | Holds::Union(..) | Holds::Enumeration(_) | Holds::Plain(_) => None,
    });
    let branches: Vec<_> = branches.flatten().filter(|(_, _, tags)| !tags.is_empty()).collect();
    let mut tags: Vec<_> = branches.iter().flat_map(|(_, _, tags)| tags).map(|tag| tag.as_str()).collect();
    let json = |text: &str| Value::from(text).to_string();
    tags.sort_by_cached_key(|tag| (json(tag).len(), *tag));
    let arms = branches.iter().map(|(variant, is_alias, of_variant)| {
        let numbers = tags.iter().enumerate().filter(|(_, tag)| of_variant.iter().any(|other| **other == **tag));
        let numbers = numbers.map(|(number, _)| Literal::usize_unsuffixed(number));
        let (read, keep) = (into(variant), is_alias.then(|| quote! { reader.keep_tag(); }));
        quote! { codec::Tag::Known(#(#numbers)|*) => { #keep #read } }
    });
    let only = union.only.as_ref().and_then(|(property, name)| {
        let read = into(of_type(variants, name)?);
        Some(quote! { codec::Tag::Only(key) if key == #property => #read, })
    });
    let untagged = union.untagged.as_ref().and_then(|name| of_type(variants, name)).map(into);
    let untagged = untagged.unwrap_or_else(|| quote! { codec::unknown!(self, reader, Some(#tag)) });
    let key = json(tag);
    let start = format!("{{{key}:\"");
    let tags = tags.iter().map(|tag| format!("{{{key}:{}", json(tag)));
    quote! {
        b'{' => {
            static TAGS: codec::Tags = codec::Tags::new(#start, &[#(#tags),*]);
            match reader.tag(&TAGS) {
                #(#arms)*
                codec::Tag::Known(_) | codec::Tag::Unknown => codec::unknown!(self, reader, None),
                #only
                codec::Tag::Only(_) | codec::Tag::Missing => #untagged,
            }
        },
    }
}
