//! An object as a struct: fields, constructor and setters, reading and writing.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use syn::{Ident, Type};

use super::super::invisible::show;
use super::super::model::{Metadata, Property, Struct};
use super::super::text::code;
use super::super::typify::Shapes;
use super::{docs, values};

/// A property with the field that typify made of it.
struct Slot<'a> {
    property: &'a Property,
    ident: &'a Ident,
    ty: &'a Type,
}

impl Slot<'_> {
    /// The type of the value, behind its pointer if it has one.
    fn value_type(&self) -> TokenStream {
        let ty = self.ty;
        if self.property.boxed {
            quote! { Box<#ty> }
        } else {
            quote! { #ty }
        }
    }

    fn key(&self) -> Literal {
        Literal::string(&self.property.key)
    }
}

/// The struct and everything that belongs to it.
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
    let parts = [
        definition(&ident, metadata, object, &slots),
        methods(&ident, object, &slots),
        reading(&ident, object, &slots),
        writing(&ident, object, &slots),
    ];
    parts.into_iter().collect()
}

fn definition(ident: &Ident, metadata: &Metadata, object: &Struct, slots: &[Slot<'_>]) -> TokenStream {
    let constants =
        object.constants.iter().map(|(key, value)| format!("Sent with {} set to {}.", code(key), code(value)));
    let doc = docs::of_type(metadata, &format!("The `{ident}` object."), &constants.collect::<Vec<_>>());
    let fields = slots.iter().map(|slot| {
        let doc = docs::of_part(&slot.property.metadata, &format!("The {} property.", code(&slot.property.key)));
        let (ident, ty) = (slot.ident, slot.value_type());
        let ty = if slot.property.required {
            ty
        } else {
            quote! { Option<#ty> }
        };
        quote! { #doc pub #ident: #ty, }
    });
    quote! {
        #doc
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct #ident {
            #(#fields)*
            /// Unknown properties, and known ones of an unexpected type.
            ///
            /// They're sent back when you encode the value. One named like a field replaces it.
            pub extra: Extra,
        }
    }
}

fn methods(ident: &Ident, object: &Struct, slots: &[Slot<'_>]) -> TokenStream {
    let constructor = constructor(ident, object, slots);
    let asked = |slot: &Slot<'_>| object.arguments.contains(&slot.property.key);
    let setters = slots.iter().filter(|slot| !is_fixed(slot, asked(slot))).map(setter);
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

            /// Sets an unknown property.
            #[must_use]
            pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
                self.extra.insert(name.into(), value.into());
                self
            }
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
    let fields = slots.iter().map(|slot| initial(slot, arguments.contains(&slot.property.key)));
    let doc = constructor_docs(ident, object, slots);
    quote! {
        #doc
        #[must_use]
        pub fn new(#(#parameters),*) -> Self {
            Self { #(#fields,)* extra: Extra::new() }
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

/// A required property that the constructor leaves empty, for a setter to fill.
fn starts_empty(slot: &Slot<'_>) -> bool {
    slot.property.required && slot.property.preset.is_none()
}

/// A field as the constructor sets it.
fn initial(slot: &Slot<'_>, is_argument: bool) -> TokenStream {
    let ident = slot.ident;
    let value = match &slot.property.preset {
        _ if is_argument => values::converted(slot.ty, ident, slot.property.boxed),
        Some(preset) => quote! { #preset.into() },
        None if slot.property.required => values::empty(slot.ty),
        None => return quote! { #ident: None },
    };
    match slot.property.required {
        true if *ident == value.to_string() => quote! { #ident },
        true => quote! { #ident: #value },
        false => quote! { #ident: Some(#value) },
    }
}

/// Whether there's no setter: the constructor sets the property for good, or the schema says so.
fn is_fixed(slot: &Slot<'_>, is_argument: bool) -> bool {
    let Property { preset, required, setter, .. } = slot.property;
    let settled = if *required { preset.is_none() && is_argument } else { preset.is_some() };
    settled || !setter
}

fn setter(slot: &Slot<'_>) -> TokenStream {
    let (ident, parameter) = (slot.ident, values::parameter(slot.ty));
    let value = values::converted(slot.ty, ident, slot.property.boxed);
    let value = if slot.property.required {
        value
    } else {
        quote! { Some(#value) }
    };
    let doc = docs::setter(&slot.property.metadata, &slot.property.key);
    quote! {
        #doc
        #[must_use]
        pub fn #ident(mut self, #ident: #parameter) -> Self {
            self.#ident = #value;
            self
        }
    }
}

fn reading(ident: &Ident, object: &Struct, slots: &[Slot<'_>]) -> TokenStream {
    let expected = expected(&ident.to_string(), object);
    let flags: Vec<_> = (0..object.constants.len()).map(|index| format_ident!("wire_constant_{index}")).collect();
    let constants = object.constants.iter().zip(&flags).map(|((key, value), flag)| {
        let key = Literal::string(key);
        (key.clone(), quote! { #flag = wire_fields.constant(#key, #value)? })
    });
    let properties = slots.iter().map(|slot| {
        let (key, ident) = (slot.key(), slot.ident);
        (key.clone(), quote! { wire_fields.read(#key, &mut #ident)? })
    });
    let (keys, reads): (Vec<_>, Vec<_>) = constants.chain(properties).unzip();
    let numbers: Vec<_> = (0..keys.len()).map(Literal::usize_unsuffixed).collect();
    let locals = slots.iter().map(|slot| {
        let ident = slot.ident;
        quote! { let mut #ident = None; }
    });
    let (constant_keys, constant_values): (Vec<_>, Vec<_>) = object.constants.iter().cloned().unzip();
    let outcome = outcome(object, slots, &flags);
    quote! {
        impl Wire for #ident {
            const EXPECTED: &'static str = #expected;

            fn from_map<'de, A: MapAccess<'de>>(slot: &mut Option<Self>, map: A) -> Result<Read, A::Error> {
                Self::from_fields(slot, &mut Fields::new(map))
            }
        }

        impl Object for #ident {
            fn from_fields<'de, A: MapAccess<'de>>(
                wire_slot: &mut Option<Self>,
                wire_fields: &mut Fields<'de, A>,
            ) -> Result<Read, A::Error> {
                #(let mut #flags = wire_fields.has_tag(#constant_keys, #constant_values);)*
                #(#locals)*
                let wire_number = |key: &str| match key {
                    #(#keys => #numbers,)*
                    _ => usize::MAX,
                };
                while let Some(wire_property) = wire_fields.next_property(wire_number)? {
                    match wire_property {
                        #(#numbers => #reads,)*
                        _ => wire_fields.keep()?,
                    }
                }
                #outcome
            }
        }

        impl<'de> Deserialize<'de> for #ident {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                codec::decode(deserializer)
            }
        }
    }
}

/// The struct where nothing is missing, else the object as it was.
fn outcome(object: &Struct, slots: &[Slot<'_>], flags: &[Ident]) -> TokenStream {
    let fields = slots.iter().map(|slot| slot.ident);
    let known = quote! {
        {
            *wire_slot = Some(Self { #(#fields,)* extra: wire_fields.extra() });
            Ok(Read::Known)
        }
    };
    let required: Vec<_> = slots.iter().filter(|slot| slot.property.required).map(|slot| slot.ident).collect();
    if required.is_empty() && flags.is_empty() {
        return known;
    }
    let trues = flags.iter().map(|_| quote! { true });
    let constants = object.constants.iter().zip(flags).map(|((key, value), flag)| {
        quote! { wire_untyped.put(#key, #flag.then_some(&#value as &dyn codec::Text)); }
    });
    let puts = slots.iter().map(|slot| {
        let (key, ident) = (slot.key(), slot.ident);
        quote! { wire_untyped.put(#key, #ident.as_ref().map(|value| value as &dyn codec::Text)); }
    });
    quote! {
        match (#(#flags,)* #(#required,)*) {
            (#(#trues,)* #(Some(#required),)*) => #known,
            (#(#flags,)* #(#required,)*) => {
                let mut wire_untyped = Untyped::new(wire_fields.extra());
                #(#constants)*
                #(#puts)*
                wire_untyped.read()
            }
        }
    }
}

fn writing(ident: &Ident, object: &Struct, slots: &[Slot<'_>]) -> TokenStream {
    let constants = object.constants.iter().map(|(key, value)| quote! { out.field(#key, #value)?; });
    let fields = slots.iter().map(|slot| {
        let (key, ident) = (slot.key(), slot.ident);
        if slot.property.required {
            quote! { out.field(#key, &self.#ident)?; }
        } else {
            quote! { out.optional(#key, self.#ident.as_ref())?; }
        }
    });
    quote! {
        impl Serialize for #ident {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut out = Out::new(serializer, &self.extra)?;
                #(#constants)*
                #(#fields)*
                out.end()
            }
        }
    }
}

/// The type and the properties that it needs, for error messages.
fn expected(name: &str, object: &Struct) -> String {
    let constants = object.constants.iter().map(|(key, value)| format!("`{}` \"{}\"", show(key), show(value)));
    let required = object
        .properties
        .iter()
        .filter(|property| property.required)
        .map(|property| format!("`{}`", show(&property.key)));
    let needs: Vec<_> = constants.chain(required).collect();
    let named = with_article(&format_ident!("{name}")).replace('`', "");
    if needs.is_empty() {
        format!("{named} (an object)")
    } else {
        format!("{named} (an object with {})", needs.join(", "))
    }
}

/// ``a `Name` ``
fn with_article(name: &Ident) -> String {
    let article = if name.to_string().starts_with(['A', 'E', 'I', 'O']) { "an" } else { "a" };
    format!("{article} `{name}`")
}
