//! libFuzzer → [`heapray_fuzz::decompression`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| heapray_fuzz::decompression(data));
