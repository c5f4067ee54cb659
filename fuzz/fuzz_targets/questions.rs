//! libFuzzer → [`heapray_fuzz::questions`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| heapray_fuzz::questions(data));
