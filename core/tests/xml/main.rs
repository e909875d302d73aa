//! The XML reader and writer, seen from outside.
#![allow(clippy::unwrap_used, unreachable_pub)]

mod driver;
mod encodings;
mod oracle;
mod splits;
mod wellformed;
mod writer;
