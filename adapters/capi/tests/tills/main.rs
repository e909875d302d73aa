//! The tills of the examples as processes: in C, with the sanitizers, and in Python. They pay on `opi sim`, and their
//! journals are read by `opi journal`, which shares no code with what wrote them but the core.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod kill;
mod made;
mod pay;
mod world;
