//! JSON text ↔ the generated types.
//!
//! A type reads itself from text through one concrete [`Reader`] and writes itself through one [`Writer`]; both are
//! the trait [`Wire`]. Nothing generated is generic, so consumers don't compile it again.
//!
//! ```text
//! decode ─ object, union, values ─ wire ─ reader ─ tokens, passing
//!   └ shim: serde's traits              └ writer
//! ```
//!
//! **Typed always.** A type has an empty value. It stands in for a value that is absent, null or of another JSON type, and
//! the reader notes the mismatch. So reading fails only for text that isn't JSON; that error stays in the reader until
//! [`decode`] asks for it.
//!
//! **Lossless.** [`Wire::read`] returns how the value fits, as a [`Fit`]. Where writing the field would give other JSON, its
//! struct's [`Extra`] remembers how the property was received: two bits for null and absent, the text for everything
//! else. When it's written, that counts only if the field still has the value that the text reads as.
//!
//! **Structs.** The generated code of a struct is an [`Object`]: a table of its properties as [`Slot`]s. `object.rs` reads
//! and writes all of them, through pointers to the fields.
//!
//! **Unions.** A tagged union finds its tag first and then reads the whole object as the branch. Of doubled tags the first
//! counts; of any other doubled keys, the last. Other unions go by the first byte of the value.
//!
//! **Unknown values** are kept as text, in [`Json`]. They're checked to be JSON and never parsed, so no key in them has a
//! meaning.
//!
//! **serde.** `shim.rs` takes the text out of any deserializer and puts it into any serializer. It costs about as much as
//! reading once more, so the client doesn't use it.

pub(crate) mod decode;
mod exact;
mod extra;
mod json;
mod locate;
mod mismatch;
mod object;
mod passing;
mod reader;
mod shim;
mod tokens;
mod transcriber;
mod union;
mod unknown;
mod values;
mod wire;
mod writer;

pub(crate) use self::union::{branch, lone_string, unknown};
pub use decode::JsonText;
pub use extra::Extra;
pub use json::Json;
pub use mismatch::{JsonError, Mismatch};
pub(crate) use object::{HasExtra, Object, Slot, read_object};
pub(crate) use passing::Tag;
pub(crate) use reader::Reader;
pub(crate) use shim::{deserialize, object, open_enum, serialize, union};
pub use unknown::UnknownValue;
pub(crate) use values::integer;
pub(crate) use wire::{Fit, Wire, empty};
pub(crate) use writer::Writer;

#[cfg(test)]
mod tests;
