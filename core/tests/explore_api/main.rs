//! Exhaustive exploration of the real session at the Terminal API: every promise in every state.
//!
//! The same explorer as for OPI, with the same environment variables (see `explore`), on another world: exchanges
//! instead of frames, and a terminal of its own (see `terminal`).
//!
//! | what | choice |
//! | --- | --- |
//! | deliver | `Arrive::Well`: whatever is on its way may arrive next, in any order of the exchanges |
//! | drop | `Arrive::Never`: lost, and nobody is told; `Arrive::Lost`: of an exchange that was given up |
//! | split | an answer: `Arrive::Split` behind its first byte, in the middle, before its last byte, and `Arrive::Cut`. HTTP hands a request over whole or not at all |
//! | duplicate | `Arrive::Twice`, of a request: something on the way repeats it |
//! | delay | all that may arrive later than everything else, also after its exchange was given up; `Store::Late`, and `Delay`: time passes first |
//! | close | `Reset`, `Leave::Short`, `Leave::Nothing`; and each side closes by itself |
//! | refuse | `Connect(.., false)`; a terminal that is busy refuses by itself |
//! | timer | `Time` when nothing else is left, `Delay` before, `Night`: long enough for a terminal to forget |
//! | store failure | `Store::Not`; `Store::Unsaid`: stored, and said not to be |
//! | torn write | `PowerCut(_, Torn::Half)`; every other byte is in `tests/journal/replay.rs` |
//! | power cut | `PowerCut` of the till, `TerminalRestart` |
//! | the request left, but nobody says so | `Leave::All` |
//! | the cashier | `Abort` at every step |
//! | somebody else | `OtherTillPays`, `StrayAnswer` |
//!
//! Each costs a fault but `Abort`, `Night`, `OtherTillPays` and `StrayAnswer`, of which a scenario allows one.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, dead_code)]

mod choices;
mod digest;
mod fate;
#[path = "../explore/judge.rs"]
mod judge;
mod lane;
#[path = "../explore/luck.rs"]
mod luck;
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
mod wire;
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
