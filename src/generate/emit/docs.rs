//! Doc comments: what it is, its bounds and default, where it comes from.
//!
//! Place in the flow: called by the other files of `emit/` for every public item.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::model::Metadata;

/// The doc comment of a type, a field or a variant.
pub(super) fn full(metadata: &Metadata, otherwise: &str) -> TokenStream {
    let description = if metadata.description.is_empty() { otherwise } else { &metadata.description };
    let mut paragraphs = vec![sentence(description)];
    if metadata.deprecated {
        paragraphs.push("Deprecated.".to_owned());
    }
    if !metadata.notes.is_empty() {
        paragraphs.push(metadata.notes.join(" "));
    }
    paragraphs.push(format!("Origin: {}, `{}`.", metadata.origin, metadata.place));
    lines(&paragraphs.join("\n\n"))
}

/// The doc comment of a method that sets a property: its first sentence.
pub(super) fn setter(metadata: &Metadata, key: &str) -> TokenStream {
    let description = sentence(&metadata.description);
    let first = description.split_inclusive(". ").next().unwrap_or_default().trim();
    line(format!("Sets `{key}`. {first}").trim_end())
}

/// A doc comment that is ready to be printed.
pub(super) fn line(text: &str) -> TokenStream {
    let text = format!(" {text}");
    quote! { #[doc = #text] }
}

fn lines(text: &str) -> TokenStream {
    let lines = text.lines().map(|text| if text.is_empty() { String::new() } else { format!(" {text}") });
    quote! { #(#[doc = #lines])* }
}

/// A description as Markdown: one paragraph, with a full stop, and nothing that rustdoc would take
/// for a link or a tag.
pub(super) fn sentence(description: &str) -> String {
    let mut text = String::new();
    let mut code = false;
    for word in description.split_whitespace() {
        if !text.is_empty() {
            text.push(' ');
        }
        for c in word.chars() {
            if c == '`' {
                code = !code;
            }
            if !code && matches!(c, '[' | ']' | '<' | '>' | '*' | '_') {
                text.push('\\');
            }
            text.push(c);
        }
    }
    if text.is_empty() || text.ends_with(['.', '!', '?', ':']) { text } else { text + "." }
}
