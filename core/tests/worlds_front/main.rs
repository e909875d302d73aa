//! Days at the terminal's side of this core, with an application behind it, see `day` of `worlds`. Both sides are
//! ours here, and the wire between them is not.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, dead_code, unused_imports)]

#[path = "../explore_api/choices.rs"]
mod choices;
#[path = "../worlds/day.rs"]
mod day;
#[path = "../explore_api/fate.rs"]
mod fate;
#[path = "../explore/judge.rs"]
mod judge;
#[path = "../explore_api/lane.rs"]
mod lane;
#[path = "../explore/luck.rs"]
mod luck;
#[path = "../explore_api/terminal.rs"]
mod model;
#[path = "../worlds_api/place.rs"]
mod place;
#[path = "../explore/pool.rs"]
mod pool;
#[path = "../explore_api/steps.rs"]
mod steps;
mod terminal;
#[path = "../explore/till.rs"]
mod till;
#[path = "../explore_api/wire.rs"]
mod wire;
#[path = "../explore_api/world.rs"]
mod world;

#[test]
fn ledgers_agree_at_the_end_of_every_day() {
    day::ledgers_agree_at_the_end_of_every_day(300);
}
