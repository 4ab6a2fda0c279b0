//! Doc comments: description, bounds, default and origin.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::model::Metadata;
use super::super::text::{code, first_sentence, prose};

/// Returns the doc comment of a type. Only types name file and pointer.
pub(super) fn of_type(metadata: &Metadata, otherwise: &str, more: &[String]) -> TokenStream {
    let mut paragraphs = description(metadata, otherwise);
    paragraphs.extend(notes(metadata));
    paragraphs.extend_from_slice(more);
    let origin = origin(&metadata.origin).map(|origin| format!("{origin} ")).unwrap_or_default();
    paragraphs.push(format!("{origin}Schema: {}.", code(&metadata.place)));
    lines(&paragraphs)
}

/// Returns the doc comment of a field or of the variant of a union: the first sentence, and a paragraph with the rest.
pub(super) fn of_part(metadata: &Metadata, otherwise: &str) -> TokenStream {
    let mut paragraphs = description(metadata, otherwise);
    paragraphs.extend(origin(&metadata.origin).map(str::to_owned));
    paragraphs.extend(notes(metadata));
    let rest = paragraphs.split_off(1).join(" ");
    paragraphs.extend(Some(rest).filter(|rest| !rest.is_empty()));
    lines(&paragraphs)
}

/// Returns the doc comment of a setter.
pub(super) fn setter(metadata: &Metadata, key: &str) -> TokenStream {
    let (first, _) = first_sentence(&metadata.description);
    let parts = [format!("Sets {}.", code(key)), sentence(first), metadata.notes.join(" ")];
    line(&parts.into_iter().filter(|parts| !parts.is_empty()).collect::<Vec<_>>().join(" "))
}

/// Returns the doc comment of a value of a string enum.
pub(super) fn value(value: &str, description: &str) -> TokenStream {
    let description = prose(description);
    let description = description.trim_end_matches('.');
    line(&if description.is_empty() {
        format!("The value {}.", code(value))
    } else {
        format!("{description} ({}).", code(value))
    })
}

/// Returns a doc comment of one line of Markdown.
pub(super) fn line(text: &str) -> TokenStream {
    let text = format!(" {text}");
    quote! { #[doc = #text] }
}

/// Puts the first sentence in its own paragraph: rustdoc shows it in lists.
fn description(metadata: &Metadata, otherwise: &str) -> Vec<String> {
    let (first, rest) = first_sentence(&metadata.description);
    let first = Some(sentence(first)).filter(|first| !first.is_empty());
    let mut paragraphs = vec![first.unwrap_or_else(|| otherwise.to_owned()), sentence(rest)];
    if metadata.deprecated {
        paragraphs.push("Deprecated.".to_owned());
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}

/// Returns bounds and default.
fn notes(metadata: &Metadata) -> Option<String> {
    Some(metadata.notes.join(" ")).filter(|notes| !notes.is_empty())
}

/// Returns no origin for documents without `x-origin`: their types name the file.
fn origin(origin: &str) -> Option<&'static str> {
    Some(match origin {
        "published" => "Published by the gateway.",
        "example" => "From the sample response on the gateway's page.",
        "captured" => "Seen in recorded traffic.",
        "openai-2026-04" => "From OpenAI's reference, April 2026.",
        "openai-later" => "From OpenAI's reference, after April 2026.",
        _ => return None,
    })
}

/// Returns prose with a final full stop.
fn sentence(text: &str) -> String {
    let text = prose(text);
    if text.is_empty() || text.ends_with(['.', '!', '?', ':']) { text } else { text + "." }
}

fn lines(paragraphs: &[String]) -> TokenStream {
    let mut lines = Vec::new();
    for paragraph in paragraphs {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(format!(" {paragraph}"));
    }
    quote! { #(#[doc = #lines])* }
}
