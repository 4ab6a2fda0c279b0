//! Converts between JSON text and the generated types, through one [`Reader`], one [`Writer`] and the trait [`Codec`].
//! None of the generated code is generic, so your crate doesn't compile it again.
//!
//! Decoding fails only if the text isn't JSON or its root has the wrong type. Other mismatches decode as empty values
//! and are noted. Encoding restores the JSON that was received. Each struct's [`Extra`] remembers the parts its fields
//! don't show.

pub(crate) mod decode;
mod exact;
mod extra;
mod json;
mod locate;
mod mismatch;
mod object;
mod passing;
pub(crate) mod pointer;
mod reader;
mod shim;
mod tokens;
mod traits;
mod transcriber;
mod union;
mod unknown;
mod values;
mod writer;

pub(crate) use self::union::{branch, lone_string, unknown};
pub use decode::JsonText;
pub use extra::Extra;
pub use json::Json;
pub use mismatch::{JsonError, Mismatch};
pub(crate) use object::{Kind, Object, Properties, Property, read_object, write_object};
pub(crate) use passing::Tag;
pub(crate) use reader::Reader;
pub(crate) use shim::{deserialize, object, open_enum, serialize, union};
pub(crate) use tokens::escaped_char;
pub(crate) use traits::{Codec, Field, Fit, empty};
pub use unknown::UnknownValue;
pub(crate) use values::integer;
pub(crate) use writer::Writer;

#[cfg(test)]
mod tests;
