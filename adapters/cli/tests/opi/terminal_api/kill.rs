//! The promise on real processes: `opi pay --terminal-api` is killed at random instants, and the books still agree.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::simulated::SimulatedApi;
use super::terminal::{ApiTerminal, Conduct};
use crate::journal::transactions;
use crate::process::{Running, end, finish};

/// Kills after so many lines of output.
const LINES: usize = 12;

/// Kills at random instants.
const INSTANTS: u64 = 60;

/// Longer than a payment takes here, in microseconds.
const LONG: u64 = 40_000;

const PAY: [&str; 8] = ["pay", "25.00", "EUR", "--json", "--timeout", "5", "--timeout-recovery", "0.02"];

/// A terminal with its books, and the state folder of its till.
trait Shop {
    fn start_till(&self) -> Running;
    fn state(&self) -> &Path;
    /// Requests that were charged, by their numbers, and how often.
    fn charged(&self) -> BTreeMap<String, usize>;
    /// What the terminal does during the payment that is killed; before and after it approves.
    fn behave(&self, _turn: u64, _random: u64) {}
    fn behave_well(&self) {}
}

impl Shop for ApiTerminal {
    fn start_till(&self) -> Running {
        Self::start_till(self, &PAY)
    }

    fn state(&self) -> &Path {
        Self::state(self)
    }

    fn charged(&self) -> BTreeMap<String, usize> {
        Self::charged(self).into_iter().map(|(number, (_, times))| (number, times)).collect()
    }

    fn behave(&self, turn: u64, random: u64) {
        let slow = Conduct::Slow(Duration::from_millis(random % 20));
        let conducts = [Conduct::Approve, slow, Conduct::DropBefore, Conduct::DropAfter, Conduct::HalfAnswer];
        Self::behave(self, conducts[usize::try_from(turn).unwrap() % conducts.len()]);
    }

    fn behave_well(&self) {
        Self::behave(self, Conduct::Approve);
    }
}

impl Shop for SimulatedApi {
    fn start_till(&self) -> Running {
        Self::start_till(self, &PAY)
    }

    fn state(&self) -> &Path {
        self.state.path()
    }

    fn charged(&self) -> BTreeMap<String, usize> {
        Self::charged(self)
    }
}

/// Never two charges for one request, never a charge that the journal does not show as approved or unknown, never an
/// approval without its charge (I1, I4, I5, I6).
fn compare(shop: &dyn Shop, what: &str) {
    let state = shop.state();
    let listed = if state.join("opi/lane-1").exists() { transactions(state) } else { Vec::new() };
    let charged = shop.charged();
    let mut numbers = BTreeSet::new();
    for it in &listed {
        let number = it["requestId"].as_str().unwrap();
        assert!(numbers.insert(number), "{what}: {number} was used twice");
        if it["outcome"] == "approved" {
            assert!(charged.contains_key(number), "{what}: approved and not charged: {it}");
        }
    }
    for (number, times) in &charged {
        assert_eq!(*times, 1, "{what}: {number} was charged more than once");
        let it = listed.iter().find(|it| it["requestId"] == **number);
        let outcome = it.map(|it| &it["outcome"]);
        assert!(
            outcome == Some(&json!("approved")) || outcome == Some(&json!("unknown")),
            "{what}: charged, but {it:?}"
        );
    }
    let open = listed.iter().filter(|it| it["outcome"] == "unknown").count();
    assert!(open <= 1, "{what}: {open} are open (I6)");
}

/// Starts a payment, kills it after this wait, and uses the till again: it asks about what is open, and then pays.
fn kill(shop: &dyn Shop, wait: impl FnOnce(&mut Running), what: &str) -> usize {
    let mut till = shop.start_till();
    wait(&mut till);
    let in_time = usize::from(till.0.try_wait().unwrap().is_none());
    till.0.kill().unwrap();
    finish(till);
    shop.behave_well();
    compare(shop, what);
    let (mut last, mut status) = end(&finish(shop.start_till()));
    if last["reason"] == "approved_before" {
        // It may be the one that was killed: it is not made again unless it is asked for once more.
        assert_eq!(status, 5, "{what}: {last}");
        compare(shop, what);
        (last, status) = end(&finish(shop.start_till()));
    }
    assert_eq!((&last["outcome"], status), (&json!("approved"), 0), "{what}: {last}");
    compare(shop, what);
    in_time
}

fn kill_often(shop: &dyn Shop) {
    let mut kills = 0;
    for turn in 0..LINES {
        shop.behave(turn as u64, 0);
        let read = |till: &mut Running| {
            let mut output = BufReader::new(till.0.stdout.take().unwrap());
            let mut line = String::new();
            for _ in 0..turn {
                if output.read_line(&mut line).unwrap() == 0 {
                    break;
                }
            }
        };
        kills += kill(shop, read, &format!("killed after {turn} lines"));
    }
    let mut random = 7u64;
    for turn in 0..INSTANTS {
        // Xorshift of Marsaglia: the same kills at every run, as far as the machine lets them be.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        shop.behave(turn, random);
        let rest = |_: &mut Running| thread::sleep(Duration::from_micros(random % LONG));
        kills += kill(shop, rest, &format!("killed at random instant {turn}"));
    }
    println!("kills at random: {kills}, charges {}, disagreements 0", shop.charged().len());
    assert!(kills >= 20, "{kills}");
}

#[test]
fn a_till_killed_at_any_moment_loses_no_charge_and_charges_nothing_twice() {
    kill_often(&ApiTerminal::start(Conduct::Approve));
}

#[test]
fn the_same_holds_with_the_simulated_terminal() {
    kill_often(&SimulatedApi::with_ledger());
}
