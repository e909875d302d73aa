//! What every till under test needs, whatever its runtime: what it is told, what it says, and what stands between a
//! session and a journal. Nothing here waits.
//!
//! Tills in other languages speak the same words: the README has them.

mod job;
mod journal;
mod lane;
mod order;
mod say;

pub use job::Job;
pub use journal::{Folder, Journal};
pub use lane::{Act, DEVICE_SLOTS, Lane, Windows};
pub use order::{Given, Order, hex, unhex};
pub use say::line;
