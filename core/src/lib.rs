#![no_std]
#![forbid(unsafe_code)]
#![doc = "Core of the till side of card payments."]

#[cfg(test)]
extern crate std;

pub mod drive;
pub mod frame;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
pub mod id;
pub mod journal;
pub mod limits;
pub mod money;
pub mod operation;
pub mod opi;
pub mod receipt;
pub mod secret;
pub mod text;
pub mod time;
pub mod window;
pub mod xml;
