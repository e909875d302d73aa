//! The JSON reader and writer.
#![allow(clippy::unwrap_used)]

mod first;
