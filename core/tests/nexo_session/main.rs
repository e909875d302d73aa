//! The till's session at the Terminal API: promises, answers, recovery, bad luck.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod abort;
mod answers;
mod noise;
mod operations;
mod promises;
mod recovery;
mod sheets;
mod till;
