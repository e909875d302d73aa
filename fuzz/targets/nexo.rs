//! A Terminal API message that was read is written, and read again as the same message.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| opi_core::fuzzing::nexo(data));
