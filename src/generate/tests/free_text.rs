//! Documents without texts for readers, and code without its docs. A fuzz target includes this file.

use proc_macro2::{Group, TokenStream, TokenTree};
use serde_json::{Map, Value};

/// Keywords for readers. `pattern`, `default` and all formats but one change no type.
const FREE: [&str; 7] = ["$comment", "default", "description", "examples", "format", "pattern", "x-enum-descriptions"];
/// Keywords with a schema for each name.
const NAMED: [&str; 5] = ["$defs", "definitions", "dependencies", "patternProperties", "properties"];

/// Returns a schema without its texts for readers.
pub(crate) fn emptied(schema: &Value) -> Value {
    match schema {
        Value::Object(map) => {
            // This format makes an integer `u64`.
            let is_free =
                |keyword: &str, value: &Value| FREE.contains(&keyword) && !(keyword == "format" && value == "uint64");
            let kept = map.iter().filter(|(keyword, value)| !is_free(keyword, value));
            kept.map(|(keyword, value)| (keyword.clone(), emptied_keyword(keyword, value))).collect()
        }
        Value::Array(schemas) => schemas.iter().map(emptied).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => schema.clone(),
    }
}

fn emptied_keyword(keyword: &str, value: &Value) -> Value {
    match value {
        Value::Object(named) if NAMED.contains(&keyword) => {
            named.iter().map(|(name, schema)| (name.clone(), emptied(schema))).collect::<Map<_, _>>().into()
        }
        _ if matches!(keyword, "const" | "enum") => value.clone(),
        _ => emptied(value),
    }
}

/// Splits code into code and lines of doc comments.
pub(crate) fn split_docs(code: TokenStream, docs: &mut Vec<String>) -> TokenStream {
    let mut rest = Vec::new();
    for tree in code {
        let TokenTree::Group(group) = &tree else {
            rest.push(tree);
            continue;
        };
        let attribute: syn::Result<syn::MetaNameValue> = syn::parse2(group.stream());
        match attribute.map(|meta| (meta.path.is_ident("doc"), meta.value)) {
            Ok((true, syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }))) => {
                docs.push(text.value());
                rest.pop();
            }
            _ => rest.push(TokenTree::Group(Group::new(group.delimiter(), split_docs(group.stream(), docs)))),
        }
    }
    rest.into_iter().collect()
}

/// Returns true if a doc line can't start a code block, and has no markup of the schema and no invisible characters.
pub(crate) fn is_plain(line: &str, is_invisible: impl Fn(char) -> bool) -> bool {
    let text = line.strip_prefix(' ').unwrap_or(line);
    let prose: String = text.split('`').step_by(2).collect();
    !line.contains(is_invisible)
        && !line.contains(['\n', '\t'])
        && !text.starts_with([' ', '\t', '#', '>', '-', '+', '|', '='])
        && !text.starts_with("```")
        && !text.starts_with("~~~")
        && !prose.replace("\\]", "").contains("](")
        && !prose.replace("\\<", "").contains('<')
}
