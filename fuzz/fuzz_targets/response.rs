//! Decodes any bytes as a response.
#![no_main]

mod lossless;

use libfuzzer_sys::fuzz_target;
use nexconn_responses::types::{InputItem, Response};

fuzz_target!(|bytes: &[u8]| {
    let Some(response) = lossless::read::<Response>(bytes) else { return };
    let _ = (response.output_text(), response.function_calls().count(), response.parse::<serde_json::Value>().is_ok());
    // Resent, the output is the same JSON.
    // A `Value` can't hold all numbers.
    let Ok(output) = serde_json::to_value(&response.output) else { return };
    let input: Vec<InputItem> = response.into_input();
    assert_eq!(output, serde_json::to_value(input).expect("it was read from JSON"));
});
