//! A message of any fields is written and read again.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| opi_fuzz::message_roundtrip(data));
