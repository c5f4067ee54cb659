//! libFuzzer → [`heapray_fuzz::redaction`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| heapray_fuzz::redaction(data));
