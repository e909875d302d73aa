//! Frames are the same for every cutting of the stream.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| opi_core::fuzzing::frame(data));
