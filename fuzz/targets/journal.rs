//! Records are found whole, once, and in any pieces.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| opi_core::fuzzing::journal(data));
