//! The command `opi` as its users have it: a process with arguments, output and an exit status.
#![allow(clippy::unwrap_used)]

#[cfg(target_os = "linux")]
mod cable;
mod decode;
mod disk;
mod faults;
#[cfg(unix)]
mod front;
#[cfg(unix)]
mod interrupt;
mod journal;
#[cfg(unix)]
mod kill;
mod pay;
mod process;
#[cfg(target_os = "linux")]
mod proxy;
mod scripts;
#[cfg(target_os = "linux")]
mod steps;
#[cfg(unix)]
mod terminal_api;
mod trace;
mod usage;
#[cfg(target_os = "linux")]
mod wire;
#[cfg(unix)]
mod world;
