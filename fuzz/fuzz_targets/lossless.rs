//! Compares a generated type with serde_json.

use std::fmt::Debug;

use nexconn_responses::types::JsonText;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Decodes a `T`, if the bytes are one.
///
/// Checks that this crate accepts the same JSON as serde_json, but for its documented extensions, and that the `T`
/// encodes to the same JSON: null isn't absent, and 1 isn't 1.0. The last of duplicate keys counts.
pub fn read<T: JsonText + DeserializeOwned + Serialize + PartialEq + Debug>(bytes: &[u8]) -> Option<T> {
    let given = serde_json::from_slice::<Value>(bytes);
    let decoded = match (T::from_slice(bytes), &given) {
        (Ok(decoded), _) => decoded,
        (Err(error), Ok(_)) if error.is_syntax() => panic!("serde_json accepts this: {error}"),
        (Err(_), _) => return None,
    };
    let text = decoded.to_json();
    assert_eq!(decoded, T::from_json(&text).expect("encoded values can be decoded"));
    match given {
        Ok(given) => {
            assert_eq!(decoded, serde_json::from_slice(bytes).expect("serde_json decodes it, too"));
            assert_eq!(given, serde_json::from_str::<Value>(&text).expect("the output is JSON"));
            assert_eq!(given, serde_json::to_value(&decoded).expect("decoded values can be encoded"));
        }
        Err(error) => {
            let is_extension = ["surrogate", "hex escape", "out of range"].map(|word| error.to_string().contains(word));
            assert!(is_extension.contains(&true) || bytes.starts_with(b"\xef\xbb\xbf"), "{error}");
        }
    }
    Some(decoded)
}
