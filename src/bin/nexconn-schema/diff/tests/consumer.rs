//! Writes a consumer example. It uses every public item of a listing by its type.
//!
//! It calls constructors and setters with arguments of exactly the types they name, reads fields by
//! type, matches every variant beside a wildcard, and requires every listed `impl`.

use std::collections::BTreeMap;

use quote::ToTokens;
use syn::{FnArg, GenericArgument, PathArguments, Signature, Type, TypeParamBound};

/// The example of a listing.
pub(super) fn write(listing: &str) -> String {
    let mut types: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut constants = Vec::new();
    for line in listing.lines().filter(|line| !line.starts_with('#')) {
        let line = line.strip_prefix("types::").unwrap();
        let end = line.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap();
        let (name, rest) = line.split_at(end);
        if name.starts_with(char::is_lowercase) || rest.starts_with(": ") {
            constants.push(line);
        } else {
            types.entry(name.to_owned()).or_default().push(rest);
        }
    }
    let mut example = "use std::fmt;\nuse std::str::FromStr;\nuse std::collections::BTreeMap;\n\nuse \
                       serde::{Deserialize, Serialize};\nuse serde_json::Value;\n\nuse super::types::*;\nuse \
                       generated::any;\n"
        .to_owned();
    let constants = constants.iter().filter_map(|line| line.split_once(" = ")).map(|(constant, _)| {
        let (path, ty) = constant.rsplit_once(": ").unwrap();
        let ty = ty.replace('&', "&'static ");
        format!("    let _: {ty} = {path};\n")
    });
    example += &function("constants", &constants.collect::<String>());
    for (index, (name, items)) in types.iter().enumerate() {
        example += &format!("\n/// {name}\n{}", function(&format!("type_{index}"), &uses(name, items)));
    }
    example
}

fn function(name: &str, body: &str) -> String {
    format!("fn {name}() {{\n{body}}}\n")
}

fn uses(ty: &str, items: &[&str]) -> String {
    let mut body = String::new();
    let mut arms = String::new();
    for item in items {
        if let Some(derived) = item.strip_prefix(" struct").or_else(|| item.strip_prefix(" enum")) {
            for name in derived.trim_end_matches(" non_exhaustive").trim_matches([' ', '(', ')']).split(", ") {
                body += &implements(ty, name);
            }
        } else if let Some(name) = item.strip_prefix(" impl ") {
            body += &implements(ty, name);
        } else if let Some(field) = item.strip_prefix('.') {
            let (field, held) = field.split_once(": ").unwrap();
            body += &format!("    let _: &{held} = &any::<&{ty}>().{field};\n");
        } else if let Some(member) = item.strip_prefix("::") {
            if member.starts_with(|c: char| c.is_uppercase()) {
                arms += &arm(ty, member);
            } else {
                body += &call(ty, &syn::parse_str(&format!("fn {member}")).unwrap());
            }
        } else {
            panic!("no known kind of item of `{ty}`: {item}");
        }
    }
    if !arms.is_empty() {
        body += &format!("    match any::<&{ty}>() {{\n{arms}        _ => {{}}\n    }}\n");
    }
    body
}

fn implements(ty: &str, name: &str) -> String {
    let name = match name {
        // Schemas may have types of these names.
        "Clone" => "std::clone::Clone".to_owned(),
        "Copy" => "std::marker::Copy".to_owned(),
        "Eq" => "std::cmp::Eq".to_owned(),
        "Hash" => "std::hash::Hash".to_owned(),
        "Debug" => "fmt::Debug".to_owned(),
        name => name.replace("Deserialize<'de>", "for<'de> Deserialize<'de>"),
    };
    let name = if name.contains("<&str>") { format!("for<'a> {}", name.replace("<&str>", "<&'a str>")) } else { name };
    format!("    {{\n        fn implements<T: {name}>() {{}}\n        implements::<{ty}>();\n    }}\n")
}

/// `Text(String)` → an arm for the payload by its type.
fn arm(ty: &str, variant: &str) -> String {
    match variant.split_once('(') {
        Some((name, payload)) => {
            let payload = payload.strip_suffix(')').unwrap();
            format!("        {ty}::{name}(held) => {{\n            let _: &{payload} = held;\n        }}\n")
        }
        None => format!("        {ty}::{variant} => {{}}\n"),
    }
}

fn call(ty: &str, signature: &Signature) -> String {
    let name = &signature.ident;
    let result = match &signature.output {
        syn::ReturnType::Default => "()".to_owned(),
        syn::ReturnType::Type(_, returned) => returned.to_token_stream().to_string().replace("Self", ty),
    };
    let mut receiver = format!("{ty}::");
    let mut arguments = Vec::new();
    for input in &signature.inputs {
        match input {
            FnArg::Receiver(_) => {
                receiver = if result == ty { format!("any::<{ty}>().") } else { format!("any::<&{ty}>().") }
            }
            FnArg::Typed(typed) => arguments.push(format!("any::<{}>()", argument(&typed.ty))),
        }
    }
    format!("    let _: {result} = {receiver}{name}({});\n", arguments.join(", "))
}

/// The type a parameter names: `impl Into<X>` → `X`, `impl IntoIterator<Item = X>` → `Vec<X>`.
fn argument(ty: &Type) -> String {
    match ty {
        Type::ImplTrait(bounds) => {
            let Some(TypeParamBound::Trait(bound)) = bounds.bounds.first() else { panic!("a bound that is no trait") };
            let named = bound.path.segments.last().unwrap();
            let PathArguments::AngleBracketed(list) = &named.arguments else { panic!("a trait without arguments") };
            match list.args.first().unwrap() {
                GenericArgument::Type(inner) => argument(inner),
                GenericArgument::AssocType(item) => format!("Vec<{}>", argument(&item.ty)),
                _ => panic!("an argument that is no type"),
            }
        }
        Type::Tuple(tuple) => {
            format!("({})", tuple.elems.iter().map(argument).collect::<Vec<_>>().join(", "))
        }
        other => other.to_token_stream().to_string(),
    }
}
