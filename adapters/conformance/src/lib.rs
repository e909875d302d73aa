//! A test for adapters of [`opi_core`]: a simulated terminal, bad luck, and the rule that was broken, by name.
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod case;
mod judge;
mod play;
mod process;
mod rule;
mod run;
mod scene;
mod scratch;
mod terminal;
pub mod till;
mod wire;

pub use rule::{Broken, Rule};
pub use run::{Found, Plan, run};
