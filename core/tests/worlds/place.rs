//! Two terminals that speak OPI, and three tills.

use opi_core::money::{Currency, Money};
use opi_core::operation::{Operation, Original};
use opi_core::opi::Profile;
use opi_core::sim::{Dialect, Entry, Script, Setup, Terminal};
use opi_core::time::WallTime;

use crate::day::Random;
use crate::till::Till;
use crate::world::{World, pay};

/// So many days have one on which a till had more unresolved requests than can be remembered in full.
pub(crate) const DAYS_FOR_A_CROWD: usize = 300;

/// Days that failed once.
pub(crate) const REGRESSIONS: &str = include_str!("../seeds.txt");

/// Operations of one till in a day.
const OPERATIONS: usize = 60;

fn operation(random: &mut Random) -> Operation {
    // The last digits choose what happens at the terminal.
    let digits = [0, 0, 0, 0, 0, 7, 10, 20, 30, 41, 42, 44, 51, 60, 62, 63, 70, 71, 80, 81, 82, 83, 90];
    let minor = (1 + random.below(400)) * 100 + random.one(&digits);
    let amount = Money::from_minor(minor, Currency::EUR);
    match random.below(10) {
        0 => Operation::Refund { amount, original: Original::default() },
        1 => Operation::Status,
        2 => Operation::Activate,
        _ => pay(minor),
    }
}

pub(crate) fn open(seed: u64, random: &mut Random) -> World {
    let profile = random.one(Profile::ALL);
    let dialect = Dialect::ALL.iter().find(|dialect| dialect.name == profile.name).unwrap();
    let setup = |seed| {
        let mut setup = Setup::new(dialect, seed, WallTime::new(1_775_000_000, 120)).with_script(Script::ByAmount);
        setup.pace = std::time::Duration::from_millis(200);
        setup
    };
    let terminals = vec![Terminal::new(setup(seed)), Terminal::new(setup(seed + 1))];
    let mut till = |lane, terminal| {
        let plan = (0..OPERATIONS).map(|_| operation(random)).collect();
        Till::new(profile, lane, terminal, false, plan)
    };
    let tills = vec![till("lane-1", 0), till("lane-2", 0), till("lane-3", 1)];
    World::new(tills, terminals)
}

/// Whether the terminal of the till has nothing to do.
pub(crate) fn rests(world: &World, till: usize) -> bool {
    !world.seats[world.tills[till].terminal].terminal.is_busy()
}

/// What was charged for the till: the request and how much.
pub(crate) fn charges_of<'w>(world: &'w World, till: &str) -> impl Iterator<Item = (&'w str, u64)> {
    let mine = world.booked.iter().map(|(_, entry)| entry).filter(move |entry| entry.workstation.as_str() == till);
    mine.map(|entry| (entry.request_id.as_str(), cents(entry)))
}

pub(crate) fn cents(entry: &Entry) -> u64 {
    entry.charged.minor()
}
