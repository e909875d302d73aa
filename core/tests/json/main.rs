//! The JSON reader and writer.
#![allow(clippy::unwrap_used)]

mod documents;
mod limits;
mod number;
mod oracle;
mod random;
mod samples;
mod text;
mod tree;
mod writer;
