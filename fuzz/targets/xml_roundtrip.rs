//! What is written is read again, and the first mistake is told.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| opi_fuzz::xml_roundtrip(data));
