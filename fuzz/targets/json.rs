//! Tokens are what values are; what is written is read again.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| opi_core::fuzzing::json(data));
