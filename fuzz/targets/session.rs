//! The invariants of a session, whatever happens between till and terminal.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| opi_core::fuzzing::session(data));
