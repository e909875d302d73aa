//! Parts are the same for every window; what is written is read again.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| opi_core::fuzzing::message(data));
