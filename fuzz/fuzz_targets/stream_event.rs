//! Decodes each line as an event, and accumulates the events.
#![no_main]

mod lossless;

use libfuzzer_sys::fuzz_target;
use nexconn_responses::Accumulator;
use nexconn_responses::types::StreamEvent;

fuzz_target!(|bytes: &[u8]| {
    let mut accumulator = Accumulator::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        if let Some(event) = lossless::read::<StreamEvent>(line) {
            let _ = event.sequence_number();
            accumulator.push(&event);
        }
    }
    if let Some(response) = accumulator.into_response() {
        serde_json::to_vec(&response).expect("what is put together can be written");
    }
});
