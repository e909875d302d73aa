#![no_std]
#![forbid(unsafe_code)]
//! The till side of card payments on a microcontroller, over `embedded-io` and `embedded-io-async`.
//!
//! The protocol is decided in `opi-core`; this crate moves bytes, time and records, decides nothing, and allocates
//! nothing. There are two drivers with the same words: [`Till`] waits in an async executor, [`blocking::Till`] needs none.

pub mod blocking;
mod cashier;
mod clock;
mod connection;
pub mod journal;
mod store;
mod till;
mod wire;

pub use cashier::{Cashier, Trouble, Wish};
pub use clock::Clock;
pub use connection::PIECE;
pub use journal::{Journal, JournalError};
pub use store::{Recovered, Store};
pub use till::{Buffers, Memory, Notice, OpenError, Till};
pub use wire::{Always, Either, NoWire, Wire};
