//! Conformance tests: the reader accepts the same text as serde_json, and reads the same values.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::reader::Reader;
use super::skip::{Tag, Tags};
use super::traits::Fit;
use super::{Extra, Json, JsonText};

/// Reads text as a value.
fn ours(text: &str) -> Option<Value> {
    text.parse::<Json>().ok()?.to_value().ok()
}

fn theirs(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

/// Numbers, strings, white space and keys.
const VALID: &[&str] = &[
    "null",
    "true",
    "false",
    "[]",
    "{}",
    "0",
    "-0",
    "7",
    "-12",
    "1.5",
    "-0.0",
    "1e3",
    "1E+3",
    "2e-3",
    "1.25e2",
    "123456789012345",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "1e308",
    "1e-400",
    "0.1",
    "5e-324",
    "2.2250738585072014e-308",
    "1.7976931348623157e308",
    r#""""#,
    r#""plain""#,
    r#""é€😀""#,
    "\"\u{7f}\u{80}\u{2028}\"",
    r#""\"\\\/\b\f\n\r\t""#,
    r#""\u0041\u00e9\u20ac""#,
    r#""\ud83d\ude00""#,
    r#""a\u0000b""#,
    r#""\u00FF\u00ff""#,
    r#""eight by\te""#,
    r#""eight bytes\"""#,
    "[1,2,3]",
    "[ 1 , 2 ]",
    "[[],[[]],{}]",
    r#"{"a":1}"#,
    "{ \"a\" :\n1 ,\r\n\t\"b\" : [ ] }",
    r#"{"a":1,"a":2}"#,
    r#"{"":{"":{"":null}}}"#,
    r#"{"\u0061":1}"#,
    "  1",
    "1\n",
    "\t[true ,false\t]\r",
    r#"{"$serde_json::private::X":1}"#,
];

#[test]
fn valid_json_reads_as_the_same_value() {
    for text in VALID {
        assert_eq!(ours(text), theirs(text), "{text}");
        assert!(ours(text).is_some(), "{text}");
    }
}

/// Each has one mistake.
const INVALID: &[&str] = &[
    "",
    " ",
    "nul",
    "nulll",
    "True",
    "tru",
    "+1",
    "01",
    "-01",
    "1.",
    ".5",
    "1.e1",
    "1e",
    "1e+",
    "-",
    "--1",
    "0x1",
    "1 2",
    "NaN",
    "Infinity",
    "'a'",
    r#"""#,
    r#""a"#,
    r#""\"#,
    r#""\x""#,
    r#""\u12""#,
    r#""\u12g4""#,
    r#""\ud83d\u12""#,
    "\"\n\"",
    "\"\t\"",
    "\"\0\"",
    "[",
    "]",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1}",
    "{",
    "}",
    "{1:2}",
    "{a:1}",
    r#"{"a"}"#,
    r#"{"a":}"#,
    r#"{"a":1,}"#,
    r#"{,"a":1}"#,
    r#"{"a" 1}"#,
    r#"{"a":1 "b":2}"#,
    r#"{"a":1]"#,
    "// 1",
    "1//",
    "\u{a0}1",
    "\u{c}1",
    "[\u{feff}1]",
    "\0",
];

#[test]
fn text_that_is_not_json_is_refused() {
    for text in INVALID {
        assert_eq!(ours(text), None, "{text:?}");
        assert_eq!(theirs(text), None, "{text:?}");
    }
}

#[test]
fn strings_of_any_length_are_read_exactly() {
    for part in ["a", "é", "€a", r"\n"] {
        for length in 0..100 {
            let string = format!(r#""{}""#, part.repeat(length));
            // At the end of the text, and before more of it.
            for json in [format!("[{string}]"), format!("[{string} ,{string},\"{}\"]", "b".repeat(20))] {
                assert_eq!(json!(Vec::<String>::from_json(&json).unwrap()), theirs(&json).unwrap(), "{json}");
            }
        }
    }
}

#[test]
fn integers_of_any_length_are_read_or_kept() {
    // The first ones are around `i64::MAX`.
    let numbers = (0..10).map(|last| format!("922337203685477580{last}"));
    for number in numbers.chain((1..40).map(|digits| "9".repeat(digits))) {
        assert_eq!(i64::from_json(&number).unwrap_or_default(), number.parse::<i64>().unwrap_or_default());
        assert_eq!(number.parse::<Json>().unwrap().get(), number);
    }
}

#[test]
fn floats_of_any_length_are_read_exactly() {
    let digits = "73105724018903254461";
    for length in 1..20 {
        for point in 1..length {
            let number = format!("{}.{}", &digits[..point], &digits[point..length]);
            assert_eq!(
                f64::from_json(&number).unwrap().to_bits(),
                number.parse::<f64>().unwrap().to_bits(),
                "{number}"
            );
        }
    }
}

/// Doubled or reordered keys don't make values different.
#[test]
fn the_record_of_what_was_received_is_sorted() {
    let record = |indexes: &[usize]| {
        let mut extra = Extra::new();
        for index in indexes {
            extra.record(*index, Fit::Mismatch, "1", 0);
        }
        extra
    };
    assert_eq!(record(&[2, 1, 40, 2]), record(&[1, 2, 40]));
    assert_ne!(record(&[2, 1]), record(&[2]));
}

#[test]
fn the_last_value_of_a_key_counts_in_maps() {
    let map = BTreeMap::<String, String>::from_json(r#"{"a": "1", "b": "2", "a": 3, "b": 4, "b": "5"}"#).unwrap();
    assert_eq!(map, BTreeMap::from([("b".to_owned(), "5".to_owned())]));
}

#[test]
fn extensions_are_a_byte_order_mark_numbers_of_any_size_and_lone_surrogates() {
    assert_eq!(ours("\u{feff}[1]"), Some(json!([1])));
    for text in ["1e400", "-1E999", "123456789012345678901234567890e300"] {
        assert_eq!(text.parse::<Json>().as_ref().map(Json::get), Ok(text));
        assert_eq!(String::from_json(text).is_err(), f64::from_json(text).is_err(), "{text}");
    }
    for (text, read) in [
        (r#""\ud83d""#, "\u{fffd}"),
        (r#""a\ude00b""#, "a\u{fffd}b"),
        (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
        (r#""\ud83d\n""#, "\u{fffd}\n"),
    ] {
        assert_eq!(String::from_json(text).as_deref(), Ok(read));
        assert_eq!(text.parse::<Json>().as_ref().map(Json::get), Ok(text));
    }
    assert!(r#"{"\ud83d":1}"#.parse::<Json>().is_err(), "a key is compared, and can't be kept as text");
}

#[test]
fn depth_is_limited_as_in_serde_json() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}"), (r#"[{"a":"#, "}]")] {
        for depth in [1, 60, 63, 64, 126, 127, 128, 129, 100_000] {
            let text = open.repeat(depth) + "1" + &close.repeat(depth);
            assert_eq!(text.parse::<Json>().is_ok(), theirs(&text).is_some(), "{open} {depth}");
        }
    }
}

#[test]
fn errors_have_line_and_column() {
    let error = |text: &str| {
        let error = text.parse::<Json>().unwrap_err();
        (error.line(), error.column())
    };
    assert_eq!((error("{\n \"a\" 1}"), error("[1,\n\n]"), error("[1] x")), ((2, 6), (3, 1), (1, 5)));
    assert_eq!(Json::from_slice(b"[\"\xff\"]").map_err(|error| error.column()), Err(3));
}

/// Returns valid texts with a few bytes changed, from a fixed seed.
#[test]
fn texts_with_mistakes_are_judged_as_by_serde_json() {
    const SEEDS: [&str; 4] = [
        r#"{"type":"message","n":[1,-2.5e+3,true,null],"s":"a\"\u00e9\ud83d\ude00b","o":{"x":{},"y":[[]]}}"#,
        r#"[{"a":"12345678\\"},"\n",0.1,false , {"b" : [ 1 , 2 ] }]"#,
        r#""\ud83d\ude00 and a longer plain text beside it""#,
        "-120.5e-7",
    ];
    const BYTES: &[u8] = br#"{}[],:"\ \u0e-+.1dtfn"#;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    for round in 0..40_000 {
        let mut bytes = SEEDS[round % SEEDS.len()].as_bytes().to_vec();
        for _ in 0..=random(3) {
            let at = random(bytes.len().max(1));
            match random(4) {
                0 if at < bytes.len() => drop(bytes.remove(at)),
                1 => bytes.insert(at, BYTES[random(BYTES.len())]),
                2 if at < bytes.len() => bytes[at] = BYTES[random(BYTES.len())],
                _ => bytes.truncate(at + 1),
            }
        }
        let Ok(text) = String::from_utf8(bytes) else { continue };
        match serde_json::from_str::<Value>(&text) {
            Ok(value) => assert_eq!(ours(&text), Some(value), "{text}"),
            Err(error) => {
                let is_extension =
                    ["surrogate", "hex escape", "out of range"].map(|word| error.to_string().contains(word));
                assert!(is_extension.contains(&true) || ours(&text).is_none(), "{text}: {error}");
            }
        }
    }
}

#[test]
fn what_is_written_reads_as_the_same_value() {
    let all: String = (0..0x250).filter_map(char::from_u32).collect();
    assert_eq!(String::from_json(&all.to_json()).as_ref(), Ok(&all));
    assert_eq!(serde_json::to_string(&all).ok(), Some(all.to_json()));
    for float in [0.0, -0.0, 1.0, 0.1, 1e21, -2.5e-7, f64::MAX, f64::MIN_POSITIVE, 5e-324, 1_790_583_300.0] {
        assert_eq!(f64::from_json(&float.to_json()), Ok(float));
        assert_eq!(theirs(&float.to_json()).and_then(|value| value.as_f64()), Some(float));
    }
    assert_eq!((f64::NAN.to_json(), i64::MIN.to_json()), ("null".to_owned(), i64::MIN.to_string()));
}

#[test]
fn escapes_are_written_at_any_position() {
    for (before, after) in (0..40).flat_map(|before| (0..40).map(move |after| (before, after))) {
        let text = format!("{}\n{}\"", "a".repeat(before), "é".repeat(after));
        assert_eq!(text.to_json(), serde_json::to_string(&text).unwrap());
    }
}

#[test]
fn only_an_option_is_null() {
    assert_eq!(Option::<String>::from_json(" null"), Ok(None));
    assert!(String::from_json("null").is_err() && Vec::<i64>::from_json("null").is_err());
}

#[test]
fn a_tag_that_comes_last_is_found_in_linear_time() {
    static TAGS: Tags = Tags::new(r#"{"type":""#, &[r#"{"type":"x""#]);
    // Each level is long enough for its end to be remembered.
    let depth = 120;
    let text = r#"{"padding":"0123456789012345678901234567890123456789012345678901234567890123456789","inner":"#
        .repeat(depth)
        + "1"
        + &r#","type":"x"}"#.repeat(depth);
    let mut reader = Reader::new(&text);
    for _ in 0..depth {
        assert!(matches!(reader.tag(&TAGS), Tag::Known(0)));
        let mut is_first = true;
        assert!(reader.enter(b'{'));
        for _ in 0..2 {
            if reader.key(&mut is_first).as_deref() == Some("padding") {
                reader.skip();
            }
        }
    }
    assert_eq!(reader.skip(), "1");
}

#[test]
fn only_the_tag_of_the_object_itself_counts() {
    static TAGS: Tags = Tags::new(r#"{"type":""#, &[r#"{"type":"x""#]);
    for (text, is_known) in [
        (r#"{"type":"x"}"#, true),
        (r#"{"a":{"b":1,"type":"y"},"type":"x"}"#, true),
        (r#"{"a":1,"type":"y"}"#, false),
        (r#"{"a":{"b":1,"type":"x"}}"#, false),
        (r#"{"a":[{"b":1,"type":"x"}]}"#, false),
        (r#"{"a":",\"type\":\"x"}"#, false),
        (r#"{"a":1,"\\"type":"x"}"#, false),
    ] {
        assert_eq!(matches!(Reader::new(text).tag(&TAGS), Tag::Known(0)), is_known, "{text}");
    }
}

#[test]
fn tags_may_need_escapes() {
    static TAGS: Tags = Tags::new(r#"{"a\"":""#, &[r#"{"a\"":"\\""#]);
    for text in
        [r#"{"a\"":"\\"}"#, r#"{"a\u0022":"\u005c"}"#, r#"{"b":1,"a\"":"\u005C","c":2}"#, r#"{"b":{},"a\"":"\\"}"#]
    {
        assert!(matches!(Reader::new(text).tag(&TAGS), Tag::Known(0)), "{text}");
    }
    assert!(matches!(Reader::new(r#"{"a\"":"\""}"#).tag(&TAGS), Tag::Unknown));
}
