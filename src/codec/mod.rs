//! Converts between JSON text and the generated types.
//!
//! Each type implements [`Codec`], without generic code, so your crate doesn't compile it again:
//!
//! - `read` takes the next value from a [`Reader`], a position in the text, into an empty value. It returns a [`Fit`]:
//!   whether encoding the value gives the same JSON.
//! - `write` appends the value to a [`Writer`], a string.
//!
//! A struct is a table of [`Properties`], and [`read_object`] and [`write_object`] the only loops over it. A union reads
//! the tag first, then the branch. If a value doesn't fit its field, the field stays empty, and the struct's [`Extra`]
//! keeps the text. So decoding fails only if the text isn't JSON, or its root has another JSON type. `mismatches()`
//! encodes the value and reads it again with a reader that notes positions; `locate` converts them to JSON Pointers.
//!
//! The size of the code decides the speed: the parts of one response pass through more functions than the processor
//! caches. So the types share all code that can be shared, and errors, null and space are handled outside of them.
//!
//! | files | contents |
//! |---|---|
//! | `decode` | the entry points |
//! | `reader`, `tokens`, `skip`, `writer` | JSON text; these know no types |
//! | `traits`, `values` | [`Codec`], and its implementations for standard types |
//! | `object`, `properties`, `union`, `macros` | the code behind the generated types |
//! | `extra`, `json`, `unknown` | unknown properties, free-form JSON and unknown strings |
//! | `mismatch`, `locate`, `pointer` | errors and mismatches |
//! | `serde`, `transcode`, `raw` | serde's traits, on top of the text |

pub(crate) mod decode;
mod extra;
mod json;
mod locate;
mod macros;
mod mismatch;
mod object;
pub(crate) mod pointer;
mod properties;
mod raw;
mod reader;
mod serde;
mod skip;
mod tokens;
mod traits;
mod transcode;
mod union;
mod unknown;
mod values;
mod writer;

pub(crate) use self::serde::{deserialize, serialize};
pub(crate) use self::union::{read_unknown, string_shorthand};
pub use decode::JsonText;
pub use extra::Extra;
pub use json::Json;
pub(crate) use macros::{branch, object, open_enum, read, serde_traits, union, unknown};
pub use mismatch::{JsonError, Mismatch};
#[allow(unused_imports, reason = "only the client uses `encode_with`")]
pub(crate) use object::{Object, encode_with, read_object, write_object};
pub(crate) use properties::{Kind, Properties, properties};
pub(crate) use reader::Reader;
pub(crate) use skip::{Tag, Tags};
pub(crate) use tokens::escaped_char;
pub(crate) use traits::{Codec, Field, Fit, empty, read_json_text};
pub use unknown::UnknownValue;
pub(crate) use values::integer;
pub(crate) use writer::Writer;

#[cfg(test)]
mod tests;
