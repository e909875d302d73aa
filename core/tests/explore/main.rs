//! Exhaustive exploration of the real session against the simulated terminal: every promise in every state.
//!
//! What can go wrong at a step, beside what goes well, and the choice that it is (`world.rs`):
//!
//! | what | choice |
//! | --- | --- |
//! | deliver | `Arrive::Well`, `Callback(_, true)`: whatever is on its way may arrive next, in any order of the connections |
//! | drop | `Arrive::Never`: this and all that follows in that direction |
//! | split | `Arrive::Split`: behind the first byte, at the end of the length, in the middle, before the last byte; the window of 512 bytes splits the rest |
//! | duplicate | `Arrive::Twice` |
//! | delay | all that may arrive later than everything else; `Hold`, `Store::Late`, and `Delay`: time passes first |
//! | close | `Reset`, `Leave::Short`, `Leave::Nothing`; and each side closes by itself |
//! | refuse | `Connect(.., false)`, `Listen(_, false)`, `Callback(_, false)` |
//! | timer | `Time` when nothing else is left, `Delay` before |
//! | store failure | `Store::Not`; `Store::Unsaid`: stored, and said not to be |
//! | torn write | `PowerCut(_, Torn::Half)`; every other byte is in `tests/journal/replay.rs` |
//! | power cut | `PowerCut` of the till, `TerminalRestart` |
//! | the frame left, but nobody says so | `Leave::All` |
//! | the cashier | `Abort` at every step, `Answered`: yes, no, cancelled, or not at all |
//! | somebody else | `OtherTillPays`, `StrayAnswer` |
//!
//! What takes no time of its own happens before anything else, unless it is held up: the end of a connection, an answer
//! that leaves, the note that a frame left.
//!
//! Each is a fault, but `Abort`, `OtherTillPays` and `StrayAnswer`, of which a scenario allows one, and the cashier's
//! answers. A frame is never doubled towards the terminal: TCP does not, and a terminal would take it for two.
//!
//! `EXPLORE_BUDGET` is how many faults there are at most on one way (1 or 2, by scenario), `EXPLORE_STATES` the most states of one
//! scenario (0: all), `EXPLORE_ONLY` a part of the names of the scenarios to look at.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

mod choices;
mod digest;
mod fate;
mod judge;
mod lane;
mod luck;
mod pool;
mod run;
mod scenario;
mod search;
mod steps;
mod till;
mod wire;
mod world;

use opi_core::proof::{Mistake, Of};

#[test]
fn every_promise_holds_in_every_state() {
    run::look_at_everything();
}

#[test]
fn every_mistake_is_found() {
    run::find_every_mistake(Of::Opi);
}

#[test]
fn every_promise_has_a_mistake_that_breaks_it() {
    for number in 1..=12 {
        let name = format!("(I{number})");
        assert!(Mistake::of(Of::Opi).any(|mistake| mistake.text().contains(&name)), "nothing breaks {name}");
    }
}
