//! libFuzzer → [`heapray_fuzz::whole_file`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| heapray_fuzz::whole_file(data));
