//! Exhaustive exploration of the real session against the simulated terminal: every promise in every state.
//!
//! `EXPLORE_BUDGET` is how much bad luck there is at most on one way (1 or 2, by scenario), `EXPLORE_STATES` the most states of one
//! scenario (0: all), `EXPLORE_ONLY` a part of the names of the scenarios to look at.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

mod choices;
mod digest;
mod lane;
mod pool;
mod run;
mod scenario;
mod search;
mod steps;
mod till;
mod world;

use opi_core::proof::Of;

#[test]
fn every_promise_holds_in_every_state() {
    run::look_at_everything();
}

#[test]
fn every_mistake_is_found() {
    run::find_every_mistake(Of::Opi);
}
