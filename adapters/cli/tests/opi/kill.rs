//! The promise, on real processes and a real file system: `opi pay` or its terminal is killed at random instants, and
//! the two ledgers still agree.

use std::io::{BufRead, BufReader};
use std::thread;
use std::time::Duration;

use crate::process::Launch;
use crate::world::{Deal, World, in_each_profile};

/// Kills of the till in each profile at lines of output: more lines than a payment with its recovery has.
const LINES: usize = 20;

/// Kills of the till in each profile, those that came too late not counted.
const KILLS: usize = 55;

/// Most attempts at a random instant: on a fast machine many kills come too late.
const INSTANTS: usize = 400;

/// Kills of the terminal in each profile.
const TERMINALS: usize = 20;

/// Longer than a payment takes here, in microseconds.
const LONG: u64 = 40_000;

/// One lane with its terminal over many kills.
struct Victim {
    world: World,
    random: u64,
    kills: usize,
}

impl Victim {
    fn new(profile: &'static str) -> Self {
        let random = profile.bytes().fold(7, |seed, byte| seed * 31 + u64::from(byte));
        Self { world: World::new(profile, Deal::PAYMENT), random, kills: 0 }
    }

    fn rest(&mut self) {
        // Xorshift of Marsaglia: the same kills at every run, as far as the machine lets them be.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        thread::sleep(Duration::from_micros(self.random % LONG));
    }

    /// Kills `opi pay` after so many lines of its output.
    fn kill_at_line(&mut self, lines: usize) {
        let mut till = self.world.start(&["pay", "25.00", "CHF"]);
        let mut output = BufReader::new(till.0.stdout.take().unwrap());
        let mut line = String::new();
        for _ in 0..lines {
            if output.read_line(&mut line).unwrap() == 0 {
                break;
            }
        }
        self.kills += usize::from(till.0.try_wait().unwrap().is_none());
        till.0.kill().unwrap();
        till.0.wait().unwrap();
    }

    fn kill_at_instant(&mut self) {
        let mut payment = self.world.start_payment(&Launch::default(), &[]);
        self.rest();
        self.kills += usize::from(payment.till.0.try_wait().unwrap().is_none());
        payment.till.0.kill().unwrap();
        payment.end();
    }

    /// Kills the terminal while it serves a payment, and switches another one on in its place.
    fn kill_terminal(&mut self) {
        let payment = self.world.start_payment(&Launch::default(), &[]);
        self.rest();
        self.kills += 1;
        self.world.replace_terminal();
        payment.end();
    }

    fn go_on(&mut self, what: &str) {
        self.world.check(what);
        self.world.go_on(what);
    }
}

fn summary(what: &str, victims: &[Victim]) -> usize {
    let sum = |count: fn(&Victim) -> usize| victims.iter().map(count).sum::<usize>();
    let kills = sum(|victim| victim.kills);
    println!(
        "kills of {what} at random: {kills}, charges {}, decided by a person {}, disagreements 0",
        sum(|victim| victim.world.charges()),
        sum(|victim| victim.world.decided)
    );
    kills
}

#[test]
fn a_till_killed_at_any_moment_loses_no_charge_and_charges_nothing_twice() {
    let victims = in_each_profile(|profile| {
        let mut victim = Victim::new(profile);
        for lines in 0..LINES {
            victim.kill_at_line(lines);
            victim.go_on(&format!("killed after {lines} lines"));
        }
        for turn in 0..INSTANTS {
            if victim.kills >= KILLS {
                break;
            }
            victim.kill_at_instant();
            victim.go_on(&format!("killed at random instant {turn}"));
        }
        victim
    });
    let kills = summary("the till", &victims);
    assert!(kills >= 200, "{kills}");
}

#[test]
fn a_terminal_killed_at_any_moment_leaves_no_charge_unseen() {
    let victims = in_each_profile(|profile| {
        let mut victim = Victim::new(profile);
        for turn in 0..TERMINALS {
            victim.kill_terminal();
            victim.go_on(&format!("terminal killed, turn {turn}"));
        }
        victim
    });
    summary("the terminal", &victims);
}
