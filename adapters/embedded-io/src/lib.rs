#![no_std]
#![forbid(unsafe_code)]
#![doc = include_str!("../README.md")]

pub mod blocking;
mod cashier;
mod clock;
mod connection;
pub mod journal;
mod memory;
mod store;
mod till;
mod wire;

pub use cashier::{Cashier, Trouble, Wish};
pub use clock::Clock;
pub use connection::PIECE;
pub use journal::{Journal, JournalError};
pub use memory::{Buffers, Memory};
pub use store::{Recovered, Store};
pub use till::{Notice, OpenError, Till};
pub use wire::{Always, Either, NoWire, Wire};
