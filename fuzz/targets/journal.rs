//! Requests before a terminal: one end each, and no id begun twice.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| opi_core::fuzzing::journal(data));
