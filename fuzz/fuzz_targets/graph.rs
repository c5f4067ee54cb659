//! libFuzzer → [`heapray_fuzz::graph`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| heapray_fuzz::graph(data));
