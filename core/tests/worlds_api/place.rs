//! Three tills at one terminal that speaks the Terminal API.

use opi_core::money::{Currency, Money};
use opi_core::nexo::Dialect;
use opi_core::operation::{Operation, Original};

use crate::day::Random;
use crate::terminal::{Asked, Script, Terminal};
use crate::till::Till;
use crate::world::{World, pay};

/// So many days have one on which a till had more unresolved requests than can be remembered in full.
pub(crate) const DAYS_FOR_A_CROWD: usize = 1000;

/// Days that failed once.
pub(crate) const REGRESSIONS: &str = include_str!("../seeds_api.txt");

/// Operations of one till in a day.
const OPERATIONS: usize = 60;

fn operation(random: &mut Random) -> Operation {
    // The last digit chooses what happens at the terminal.
    let minor = (1 + random.below(4000)) * 10 + random.one(&[0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6]);
    let amount = Money::from_minor(minor, Currency::EUR);
    match random.below(10) {
        0 => Operation::Refund { amount, original: Original::default() },
        1 => Operation::Status,
        2 => Operation::Reprint,
        _ => pay(minor),
    }
}

pub(crate) fn open(_: u64, random: &mut Random) -> World {
    let mut till = |lane: &str| {
        let plan = (0..OPERATIONS).map(|_| operation(random)).collect();
        Till::new(&Dialect::ADYEN, lane, 0, false, plan)
    };
    let tills = vec![till("lane-1"), till("lane-2"), till("lane-3")];
    World::new(tills, Terminal::new(Script::ByAmount))
}

/// Whether the terminal has nothing to do.
pub(crate) fn rests(world: &World, _: usize) -> bool {
    !world.terminal.is_busy()
}

/// What was charged for the till: the request and how much.
pub(crate) fn charges_of<'w>(world: &'w World, till: &str) -> impl Iterator<Item = (&'w str, u64)> {
    let mine = world.booked.iter().filter(move |entry| entry.sale == till);
    mine.map(|entry| (entry.id.as_str(), cents(entry)))
}

pub(crate) fn cents(entry: &Asked) -> u64 {
    entry.minor
}
