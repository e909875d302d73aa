//! What was sealed opens, and nothing else does.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| opi_core::fuzzing::envelope(data));
