//! The terminal's side of the Terminal API.
#![allow(clippy::unwrap_used)]

mod additional;
mod seen;
