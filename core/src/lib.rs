#![no_std]
#![forbid(unsafe_code)]
#![doc = "Core of the till side of card payments."]

#[cfg(test)]
extern crate std;

pub mod frame;
pub mod id;
pub mod limits;
pub mod money;
pub mod opi;
pub mod secret;
pub mod text;
pub mod time;
pub mod xml;
