//! [`opi_core`] for C: the session of a till and its journal over plain structs, in the caller's memory.
//!
//! The header is `include/opi.h`; `README.md` says how to build with it. This page is for those who change it.
//!
//! * No allocation, no callback, no thread, no clock, no file. What the library keeps stands in memory that the caller
//!   gave to `opi_session_new` and `opi_journal_new`.
//! * No panic crosses the border. With `std` it ends as [`Status::Panic`], and the session refuses every later call.
//!   Without, it stops the machine; the core has no way to panic (`.ci/run` links it to show that).
//! * What C gives is checked before it is used: null pointers, tags, texts, sizes, alignment. What cannot be checked is
//!   written at each function.
//! * What C gets are numbers, pointers with lengths, and fixed arrays. Nothing has to be released.
//!
//! | file | what is in it |
//! | --- | --- |
//! | [`border`] | texts, bytes, lent memory, panics |
//! | [`status`], [`words`] | numbers for the words of the core |
//! | [`money`], [`settings`], [`link`] | what the till says of itself |
//! | [`input`], [`output`] | what happened, what is to be done |
//! | [`session`], [`journal`] | the calls |
//!
//! This is the only crate of the project with `unsafe` code: each block says why it is sound.
#![cfg_attr(not(any(feature = "std", test)), no_std)]

#[cfg(all(not(feature = "std"), test))]
extern crate std;

pub mod border;
pub mod input;
pub mod journal;
pub mod link;
pub mod money;
pub mod output;
pub mod session;
pub mod settings;
pub mod status;
pub mod words;

pub use status::Status;

use border::{Str, guard};

/// The version of this header: structs, codes and functions. Whatever could break a program that was compiled with an
/// older header changes it.
pub const OPI_ABI_VERSION: u32 = 1;

/// The version of the library's interface, to be compared with OPI_ABI_VERSION of the header.
#[unsafe(no_mangle)]
pub extern "C" fn opi_abi_version() -> u32 {
    OPI_ABI_VERSION
}

/// The version of the library for people, such as `0.1.0`. It stands for ever.
#[unsafe(no_mangle)]
pub extern "C" fn opi_version() -> Str {
    guard(Str::NONE, || Str::of(env!("CARGO_PKG_VERSION")))
}

/// Nothing of the core gets here. If something does, money must not go on moving: the machine stands still until its
/// watchdog starts it anew, and the journal says what was under way.
#[cfg(not(any(feature = "std", test)))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
