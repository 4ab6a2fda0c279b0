//! Reads the branches of generated unions.

use super::json::Json;
use super::object::Object;
use super::reader::Reader;
use super::traits::Fit;

/// Reads an unknown value of a tagged union, other than null. Notes a missing tag.
#[cold]
pub(crate) fn read_unknown(reader: &mut Reader<'_>, lacks: Option<&'static str>) -> Option<Json> {
    let at = reader.position();
    let first = reader.peek();
    let json = Json::from_checked(reader.skip());
    match lacks {
        _ if first == b'n' => return None,
        _ if first != b'{' => reader.note(at, None, "an object"),
        None => {}
        lacks => reader.note(at, lacks.map(Into::into), "a string"),
    }
    Some(json)
}

/// Reads a string as an object with the string as its property `index`.
#[cold]
pub(crate) fn string_shorthand<T: Object, U>(
    slot: &mut U,
    reader: &mut Reader<'_>,
    wrap: impl FnOnce(T) -> U,
    index: usize,
) -> Fit {
    let at = reader.position();
    let mut object = T::empty();
    let _ = object.read_field(index, reader);
    reader.note(at, None, "an object");
    *slot = wrap(object);
    Fit::Partial
}
