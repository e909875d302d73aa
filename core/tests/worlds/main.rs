//! Days at two simulated terminals that speak OPI, see `day`.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, dead_code)]

#[path = "../explore/choices.rs"]
mod choices;
mod day;
#[path = "../explore/fate.rs"]
mod fate;
#[path = "../explore/judge.rs"]
mod judge;
#[path = "../explore/lane.rs"]
mod lane;
#[path = "../explore/luck.rs"]
mod luck;
mod place;
#[path = "../explore/pool.rs"]
mod pool;
#[path = "../explore/steps.rs"]
mod steps;
#[path = "../explore/till.rs"]
mod till;
#[path = "../explore/wire.rs"]
mod wire;
#[path = "../explore/world.rs"]
mod world;

#[test]
fn ledgers_agree_at_the_end_of_every_day() {
    day::ledgers_agree_at_the_end_of_every_day(300);
}
