//! libFuzzer → [`heapray_fuzz::structure`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| heapray_fuzz::structure(data));
