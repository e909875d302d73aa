//! The promise on real processes: `opi pay --terminal-api` is killed at random instants, and the books still agree.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::terminal::{ApiTerminal, Conduct};
use crate::journal::transactions;
use crate::process::{end, finish};

/// Kills after so many lines of output.
const LINES: usize = 12;

/// Kills at random instants.
const INSTANTS: u64 = 60;

/// Longer than a payment takes here, in microseconds.
const LONG: u64 = 40_000;

/// Never two charges for one request, never a charge that the journal does not show as approved or unknown, never an
/// approval without its charge (I1, I4, I5, I6).
fn compare(terminal: &ApiTerminal, what: &str) {
    let state = terminal.state();
    let listed = if state.join("opi/lane-1").exists() { transactions(state) } else { Vec::new() };
    let charged = terminal.charged();
    let mut numbers = BTreeSet::new();
    for it in &listed {
        let number = it["requestId"].as_str().unwrap();
        assert!(numbers.insert(number), "{what}: {number} was used twice");
        if it["outcome"] == "approved" {
            assert!(charged.contains_key(number), "{what}: approved and not charged: {it}");
        }
    }
    for (number, (_, times)) in &charged {
        assert_eq!(*times, 1, "{what}: {number} came more than once");
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

/// Uses the till again: it asks about what is open, and then pays.
fn go_on(terminal: &ApiTerminal, what: &str) {
    compare(terminal, what);
    let output = terminal.till(&["pay", "25.00", "EUR", "--json", "--timeout", "5", "--timeout-recovery", "0.02"]);
    let (last, status) = end(&output);
    assert_eq!((&last["outcome"], status), (&json!("approved"), 0), "{what}: {last}");
    compare(terminal, what);
}

#[test]
fn a_till_killed_at_any_moment_loses_no_charge_and_charges_nothing_twice() {
    let terminal = ApiTerminal::start(Conduct::Approve);
    let command = ["pay", "25.00", "EUR", "--json", "--timeout", "5", "--timeout-recovery", "0.02"];
    let mut kills = 0;
    let mut kill = |conduct: Conduct, wait: &dyn Fn(&mut crate::process::Running), what: &str| {
        terminal.behave(conduct);
        let mut till = terminal.start_till(&command);
        wait(&mut till);
        kills += usize::from(till.0.try_wait().unwrap().is_none());
        till.0.kill().unwrap();
        finish(till);
        terminal.behave(Conduct::Approve);
        go_on(&terminal, what);
    };
    for lines in 0..LINES {
        let conduct = if lines % 2 == 0 { Conduct::Approve } else { Conduct::DropAfter };
        let wait = |till: &mut crate::process::Running| {
            let mut output = BufReader::new(till.0.stdout.take().unwrap());
            let mut line = String::new();
            for _ in 0..lines {
                if output.read_line(&mut line).unwrap() == 0 {
                    break;
                }
            }
        };
        kill(conduct, &wait, &format!("killed after {lines} lines, {conduct:?}"));
    }
    let mut random = 7u64;
    for turn in 0..INSTANTS {
        // Xorshift of Marsaglia: the same kills at every run, as far as the machine lets them be.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let slow = Conduct::Slow(Duration::from_millis(random % 20));
        let conduct =
            [Conduct::Approve, slow, Conduct::DropBefore, Conduct::HalfAnswer][usize::try_from(turn % 4).unwrap()];
        let wait = move |_: &mut crate::process::Running| thread::sleep(Duration::from_micros(random % LONG));
        kill(conduct, &wait, &format!("killed at random instant {turn}, {conduct:?}"));
    }
    println!("kills at random: {kills}, charges {}, disagreements 0", terminal.charged().len());
    assert!(kills >= 20, "{kills}");
}
