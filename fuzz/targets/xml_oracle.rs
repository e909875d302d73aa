//! Other people's parsers read the same.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| opi_fuzz::xml_oracle(data));
