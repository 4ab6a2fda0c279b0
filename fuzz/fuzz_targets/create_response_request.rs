//! Decodes any bytes as a request.
#![no_main]

mod lossless;

use libfuzzer_sys::fuzz_target;
use nexconn_responses::types::CreateResponseRequest;

fuzz_target!(|bytes: &[u8]| {
    lossless::read::<CreateResponseRequest>(bytes);
});
