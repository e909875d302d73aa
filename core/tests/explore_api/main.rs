//! Exhaustive exploration of the real session at the Terminal API: every promise in every state.
//!
//! The same explorer as for OPI, with the same environment variables (see `explore`), on another world: exchanges
//! instead of frames, and a terminal of its own (see `terminal`).
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, dead_code)]

mod choices;
mod digest;
mod lane;
#[path = "../explore/pool.rs"]
mod pool;
#[path = "../explore/run.rs"]
mod run;
mod scenario;
#[path = "../explore/search.rs"]
mod search;
mod steps;
mod terminal;
#[path = "../explore/till.rs"]
mod till;
mod world;

use opi_core::proof::Of;

#[test]
fn every_promise_holds_in_every_state() {
    run::look_at_everything();
}

#[test]
fn every_mistake_is_found() {
    run::find_every_mistake(Of::TerminalApi);
}
