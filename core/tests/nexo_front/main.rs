//! The terminal's side of the Terminal API.
#![allow(clippy::unwrap_used)]

mod additional;
mod samples;
mod seen;
mod world;
