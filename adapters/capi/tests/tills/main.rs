//! The tills of the examples as processes: in C, with the sanitizers, and in Python. They pay on `opi sim`, and their
//! journals are read by `opi journal`, which shares no code with what wrote them but the core. And they take the test for
//! adapters.
//!
//! They need Linux, where every address in 127.0.0.0/8 is this machine, make, a C compiler with sanitizers, valgrind and Python:
//! `cargo test -p opi-capi --test tills -- --include-ignored --nocapture`.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

mod conform;
mod kill;
mod made;
mod pay;
mod world;
