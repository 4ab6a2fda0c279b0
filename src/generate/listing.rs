//! Lists the public items of the generated code, one per line and sorted, for `schema/api.txt`.

use quote::ToTokens;
use syn::{Fields, File, FnArg, ImplItem, Item, ItemImpl, Macro, ReceiverKind, Visibility};

/// The version of typify, as pinned in Cargo.toml. It's in the listing's header, to show changes of the generator.
pub(super) const TYPIFY_VERSION: &str = "0.8.0";

/// Adds the lines of a part of the code.
pub(super) fn add(file: &File, lines: &mut Vec<String>) {
    for item in &file.items {
        list_item(item, "types", lines);
    }
}

/// Returns the listing with its header.
pub(super) fn write(mut lines: Vec<String>, sha256: &str) -> String {
    lines.sort_unstable();
    lines.dedup();
    let mut listing = format!(
        "# Public items of the generated code. Written by `nexconn-schema api`; do not edit.\n\
         # schema sha256 {sha256}\n# typify {TYPIFY_VERSION}\n",
    );
    listing.reserve_exact(lines.iter().map(|line| line.len() + 1).sum());
    // Each line is dropped when it's copied: there are many.
    for line in lines {
        listing += &line;
        listing.push('\n');
    }
    listing
}

fn list_item(item: &Item, module: &str, lines: &mut Vec<String>) {
    match item {
        Item::Const(item) if is_public(&item.vis) => {
            lines.push(format!("{module}::{}: {} = {}", item.ident, text(&item.ty), text(&item.expr)));
        }
        Item::Mod(item) if is_public(&item.vis) => {
            let module = format!("{module}::{}", item.ident);
            for item in item.content.iter().flat_map(|(_, items)| items) {
                list_item(item, &module, lines);
            }
        }
        Item::Struct(item) if is_public(&item.vis) => {
            let path = format!("{module}::{}", item.ident);
            lines.push(format!("{path} struct{}", attributes(&item.attrs)));
            for field in item.fields.iter().filter(|field| is_public(&field.vis)) {
                let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
                lines.push(format!("{path}.{name}: {}", text(&field.ty)));
            }
        }
        Item::Enum(item) if is_public(&item.vis) => {
            let path = format!("{module}::{}", item.ident);
            lines.push(format!("{path} enum{}", attributes(&item.attrs)));
            for variant in &item.variants {
                let payload = match &variant.fields {
                    Fields::Unit => String::new(),
                    fields => text(fields),
                };
                lines.push(format!("{path}::{}{payload}", variant.ident));
            }
        }
        Item::Impl(item) => list_impl(item, module, lines),
        Item::Macro(item) => list_macro(&item.mac, module, lines),
        _ => {}
    }
}

/// Lists the implementations of the codec's macros.
fn list_macro(item: &Macro, module: &str, lines: &mut Vec<String>) {
    const COMMON: [&str; 3] = ["impl Clone", "impl Deserialize<'de>", "impl Serialize"];
    const OPEN_ENUM: [&str; 8] = [
        "impl AsRef<str>",
        "impl From<String>",
        "impl FromStr",
        "impl Hash",
        "impl PartialEq",
        "impl PartialEq<&str>",
        "impl PartialEq<str>",
        "impl fmt::Display",
    ];
    let name = item.tokens.clone().into_iter().next().map(|name| name.to_string()).unwrap_or_default();
    let kind = item.path.segments.last().map(|segment| segment.ident.to_string());
    lines.extend(COMMON.iter().map(|line| format!("{module}::{name} {line}")));
    match kind.as_deref() {
        Some("object") => lines
            .push(format!("{module}::{name}::extra(self, name: impl Into<String>, value: impl Into<Json>) -> Self")),
        Some("open_enum") => {
            lines.extend(OPEN_ENUM.iter().map(|line| format!("{module}::{name} {line}")));
        }
        _ => {}
    }
}

fn list_impl(item: &ItemImpl, module: &str, lines: &mut Vec<String>) {
    let path = format!("{module}::{}", text(&item.self_ty));
    let Some((implemented, _)) = &item.trait_ else {
        for item in &item.items {
            if let ImplItem::Fn(method) = item
                && is_public(&method.vis)
            {
                lines.push(format!("{path}::{}", signature(&method.sig)));
            }
        }
        return;
    };
    let internal = ["Codec", "Object"];
    let name = implemented.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
    if !internal.contains(&name.as_str()) {
        lines.push(format!("{path} impl {}", text(implemented)));
    }
}

/// Returns a signature, such as `new(call_id: impl Into<String>) -> Self`.
fn signature(signature: &syn::Signature) -> String {
    let arguments: Vec<_> = signature
        .inputs
        .iter()
        .map(|argument| match argument {
            FnArg::Receiver(receiver) if matches!(receiver.kind, ReceiverKind::Reference(..)) => "&self".to_owned(),
            FnArg::Receiver(_) => "self".to_owned(),
            FnArg::Typed(typed) => format!("{}: {}", text(&typed.pat), text(&typed.ty)),
        })
        .collect();
    let output = match &signature.output {
        syn::ReturnType::Default => String::new(),
        syn::ReturnType::Type(_, ty) => format!(" -> {}", text(&**ty)),
    };
    format!("{}({}){output}", signature.ident, arguments.join(", "))
}

/// Returns derives and `non_exhaustive`, such as ` (Debug, PartialEq) non_exhaustive`.
fn attributes(attributes: &[syn::Attribute]) -> String {
    let mut line = String::new();
    for attribute in attributes {
        if attribute.path().is_ident("derive")
            && let syn::Meta::List(list) = &attribute.meta
        {
            line = format!("{line} ({})", tidy(&list.tokens.to_string()));
        } else if attribute.path().is_ident("non_exhaustive") {
            line += " non_exhaustive";
        }
    }
    line
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn text(tokens: &impl ToTokens) -> String {
    tidy(&tokens.to_token_stream().to_string())
}

/// Removes superfluous blanks from tokens.
fn tidy(tokens: &str) -> String {
    const BLANKS: [(&str, &str); 11] = [
        (" :: ", "::"),
        (":: ", "::"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" ,", ","),
        ("& ", "&"),
        ("( ", "("),
        (" )", ")"),
        (" (", "("),
        ("& '", "&'"),
    ];
    let spaced = BLANKS.iter().fold(tokens.to_owned(), |text, (from, to)| text.replace(from, to));
    spaced.replace("=(", "= (")
}
