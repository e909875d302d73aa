//! Days at the small honest terminal of the explorer, see `day`. A day that fails prints the command that plays it again;
//! its seed then belongs into `seeds_api.txt`.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, dead_code)]

#[path = "../explore_api/choices.rs"]
mod choices;
mod day;
#[path = "../explore_api/fate.rs"]
mod fate;
#[path = "../explore_api/lane.rs"]
mod lane;
#[path = "../explore/luck.rs"]
mod luck;
#[path = "../explore/pool.rs"]
mod pool;
#[path = "../explore_api/steps.rs"]
mod steps;
#[path = "../explore_api/terminal.rs"]
mod terminal;
#[path = "../explore/till.rs"]
mod till;
#[path = "../explore_api/wire.rs"]
mod wire;
#[path = "../explore_api/world.rs"]
mod world;

#[test]
fn ledgers_agree_at_the_end_of_every_day() {
    day::ledgers_agree_at_the_end_of_every_day(1000);
}
