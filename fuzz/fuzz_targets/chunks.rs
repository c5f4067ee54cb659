//! libFuzzer → [`heapray_fuzz::chunks`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| heapray_fuzz::chunks(data));
