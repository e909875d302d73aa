//! The terminal's side of the Terminal API.
#![allow(clippy::unwrap_used)]

mod additional;
mod dialogues;
#[cfg(feature = "nexo-crypto")]
mod door;
mod durable;
mod order;
mod samples;
mod seen;
mod transactions;
mod world;
