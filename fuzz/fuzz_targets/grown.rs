//! libFuzzer → [`heapray_fuzz::grown`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| heapray_fuzz::grown(data));
