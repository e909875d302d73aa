#![forbid(unsafe_code)]
//! The till side of card payments over TCP, on smol.
//!
//! The protocol is decided in `opi-core`; this crate moves bytes, time and records. A till author sees one object,
//! [`Till`], and one stream of [`Notice`]s.

pub mod clock;
pub mod config;
mod link;
mod listener;
mod machine;
pub mod notice;
pub mod private_data;
mod sheets;
pub mod store;
mod till;

pub use clock::now_local;
pub use config::{Config, OpenError};
pub use listener::Listener;
pub use notice::{Notice, RawText, Trouble, WholeSheet};
pub use store::{Entry, FileStore, MemoryStore, Store, Storing};
pub use till::Till;
