//! The simulated terminal, spoken to with messages written by hand and judged by another XML parser.

#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, missing_docs)]

mod bench;
mod dialogue;
mod faults;
mod requests;
