//! Long days of several tills, with bad luck of every kind, from a seed.
//!
//! At the end the ledgers of tills and terminals agree to the cent, or the till holds an unknown result. On one day in
//! eight a disk says of most records that it did not store them, rightly or not. A day that fails prints the command
//! that plays it again; its seed then belongs into the list of its test. `WORLDS_SEEDS` is how many seeds are played,
//! `WORLDS_FIRST` the first of them (1), `WORLDS_SEED` the only one.

use std::panic::{AssertUnwindSafe, catch_unwind};

use opi_core::drive::Input;
use opi_core::limits::UNRESOLVED;
use opi_core::operation::Outcome;

use crate::fate::{Choice, Store};
use crate::place::{DAYS_FOR_A_CROWD, REGRESSIONS, cents, charges_of, open, rests};
use crate::till::Owed;
use crate::world::World;

/// Which test this is, for the command that plays a day again.
const TEST: &str = env!("CARGO_CRATE_NAME");

/// Numbers that look like chance (Steele, Lea, Flood: SplitMix64).
pub(crate) struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }

    pub(crate) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.next() % of.len() as u64).unwrap()]
    }
}

#[derive(Default)]
struct Day {
    operations: usize,
    charges: usize,
    cents: u64,
    decided: usize,
    unknown: usize,
    faults: usize,
    /// The most requests of one till that were unresolved at once.
    most_open: usize,
}

/// Everybody does what can be done, well or badly, in any order.
fn day(seed: u64) -> Day {
    let mut random = Random(seed);
    let mut world = open(seed, &mut random);
    let mut day = Day::default();
    // Of a hundred records, so many the disk says it did not store, rightly or not. Few days have such a disk.
    let disk = random.one(&[0, 0, 0, 0, 0, 0, 0, 70]);
    let badness = random.one(&[3, 10, 40]);
    while world.tills.iter().any(|till| till.next < till.plan.len() || !till.session().is_idle()) {
        if !fail(&mut world, &mut random, disk) {
            step(&mut world, &mut random, badness, &mut day);
        }
        for till in &world.tills {
            day.most_open = day.most_open.max(till.open().len());
        }
        assert!(world.now < 7 * 24 * 3_600_000, "I11: the day does not end");
    }
    world.unkind = false;
    for till in &mut world.tills {
        (till.recoveries, till.aborts) = (1, 0);
    }
    world.run();
    balance(&world, &mut day);
    day
}

/// The disk fails, or the till is started again in the hope that this helps; whether one of them happened.
fn fail(world: &mut World, random: &mut Random, disk: u64) -> bool {
    if disk == 0 {
        return false;
    }
    let at = usize::try_from(random.below(3)).unwrap();
    let till = &world.tills[at];
    if till.session().is_idle() && random.below(3000) == 0 {
        world.apply(Choice::Restart(at));
        return true;
    }
    let fails = till.owed.iter().any(|owed| matches!(owed, Owed::Stored(..))) && random.below(100) < disk;
    if fails {
        world.apply(Choice::Stored(at, random.one(&[Store::Not, Store::Unsaid])));
    }
    fails
}

fn step(world: &mut World, random: &mut Random, badness: u64, day: &mut Day) {
    for at in 0..world.tills.len() {
        let till = &mut world.tills[at];
        till.recoveries = 2;
        if !till.session().is_idle() || random.below(8) > 0 {
            continue;
        }
        let Some(id) = till.session().unresolved().map(|it| it.request_id) else {
            if till.next < till.plan.len() && till.owed.is_empty() {
                day.operations += 1;
                return world.apply(Choice::Start(at));
            }
            continue;
        };
        let quiet = !world.wires.iter().any(|wire| wire.till == at && !wire.to_terminal.is_empty());
        if random.below(3) > 0 || !quiet || !rests(world, at) {
            let _ = world.try_recover(at);
        } else {
            // Somebody asks the bank.
            day.decided += 1;
            let charged = world.charges(at, id.get()).count() > 0;
            let _ = world.put(at, Input::Resolve { request: id, charged, note: "" });
            world.drain(at);
        }
        return;
    }
    world.unkind = random.below(1000) < badness;
    for till in &mut world.tills {
        till.aborts = u8::from(random.below(200) == 0);
    }
    let choices = world.choices();
    let bad: Vec<Choice> = choices.iter().copied().filter(|choice| choice.cost() > 0).collect();
    let kind = |choice: &&Choice| choice.cost() == 0 && !matches!(choice, Choice::Start(_) | Choice::Recover(_));
    let kind: Vec<Choice> = choices.iter().filter(kind).copied().collect();
    if world.unkind && !bad.is_empty() {
        day.faults += 1;
        world.apply(random.one(&bad));
    } else if !kind.is_empty() {
        world.apply(random.one(&kind));
    } else {
        // Nobody has to do anything: time passes, now and then a lot of it.
        world.now += if random.below(50) == 0 { random.below(1_800_000) } else { random.below(3_000) };
        world.tick();
    }
}

/// The ledgers agree to the cent, but for what the till holds as unknown.
fn balance(world: &World, day: &mut Day) {
    for (at, till) in world.tills.iter().enumerate() {
        let unknown: Vec<String> = till.open().iter().map(u32::to_string).collect();
        let mut charged = 0;
        for (id, cents) in charges_of(world, till.name()) {
            day.charges += 1;
            if !unknown.iter().any(|unknown| unknown == id) {
                charged += cents;
            }
        }
        let ends = till.truth.ends.iter().filter(|(_, end)| end.outcome == Outcome::Approved);
        let ends = ends.filter(|(id, _)| !unknown.contains(&id.to_string()));
        let booked: u64 = ends
            .map(|(id, end)| match end.facts.amount {
                Some(amount) => amount.minor(),
                // What a person or a bare answer approved is booked as the bank says.
                None => world.charges(at, *id).map(cents).sum(),
            })
            .sum();
        assert_eq!(booked, charged, "{}: till and terminal disagree", till.name());
        day.cents += charged;
        day.unknown += unknown.len();
    }
}

pub(crate) fn ledgers_agree_at_the_end_of_every_day(usual: u64) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let mut seeds: Vec<u64> =
        REGRESSIONS.lines().filter_map(|line| line.split('#').next().unwrap().trim().parse().ok()).collect();
    let first = number("WORLDS_FIRST").unwrap_or(1);
    seeds.extend(first..first + number("WORLDS_SEEDS").unwrap_or(usual));
    if let Some(only) = number("WORLDS_SEED") {
        seeds = vec![only];
    }
    let (mut all, mut failed) = (Day::default(), Vec::new());
    for seed in &seeds {
        match catch_unwind(AssertUnwindSafe(|| day(*seed))) {
            Ok(day) => {
                all.operations += day.operations;
                all.charges += day.charges;
                all.cents += day.cents;
                all.decided += day.decided;
                all.unknown += day.unknown;
                all.faults += day.faults;
                all.most_open = all.most_open.max(day.most_open);
            }
            Err(_) => {
                println!(
                    "play it again: WORLDS_SEED={seed} cargo test --profile proof -p opi-core --features proof --test {TEST}"
                );
                failed.push(*seed);
            }
        }
    }
    let Day { operations, charges, cents, decided, unknown, faults, most_open } = all;
    println!(
        "worlds: {} seeds, {operations} operations, {faults} faults, {charges} charges of {cents} cents, \
         {decided} decided by a person, {unknown} left unknown, at most {most_open} of a till at once",
        seeds.len()
    );
    assert!(failed.is_empty(), "days that fail: {failed:?}");
    assert!(
        seeds.len() < DAYS_FOR_A_CROWD || most_open > UNRESOLVED,
        "no till had more than can be remembered in full"
    );
    assert!(charges * 8 > operations, "too much bad luck to mean anything");
}
