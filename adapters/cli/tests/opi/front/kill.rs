//! The promise with a process in the middle: `opi serve` is killed at random instants, and the books of the till and of the
//! OPI terminal still agree.

use std::fs;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::served::Served;
use crate::journal::transactions;
use crate::process::{end, finish, stderr, stdout};

/// Kills.
const KILLS: u64 = 40;

/// Longer than a payment takes here, in microseconds.
const LONG: u64 = 60_000;

/// The charges of the OPI terminal. Each payment here has an amount of its own.
fn charged(ledger: &str) -> Vec<String> {
    let text = fs::read_to_string(ledger).unwrap_or_default();
    let entries = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    entries.map(|entry| entry["charged"]["value"].as_str().unwrap().to_owned()).collect()
}

/// Never two charges for one payment, never a charge that the till does not show as approved or unknown, never an approval
/// without its charge (I1, I4, I6).
fn compare(served: &Served, ledger: &str, what: &str) {
    let listed = transactions(served.state.path());
    let charged = charged(ledger);
    for it in &listed {
        let amount = it["amount"]["value"].as_str().unwrap();
        let times = charged.iter().filter(|charge| *charge == amount).count();
        assert!(times <= 1, "{what}: charged {times} times: {it}");
        match it["outcome"].as_str().unwrap() {
            "approved" => assert_eq!(times, 1, "{what}: approved and not charged: {it}"),
            "unknown" => {}
            _ => assert_eq!(times, 0, "{what}: charged: {it}"),
        }
    }
    for charge in &charged {
        assert!(listed.iter().any(|it| it["amount"]["value"] == **charge), "{what}: nobody asked for {charge}");
    }
    assert!(listed.iter().filter(|it| it["outcome"] == "unknown").count() <= 1, "{what}: {listed:#?}");
}

/// Pays again. As long as the OPI terminal is asked about the last payment, the till hears that the terminal is busy, or
/// that its own last payment is in progress. What OPI cannot settle is decided by a person; whether that was needed.
fn pay_on(served: &mut Served, ledger: &str, turn: u64, what: &str) -> bool {
    let mut decided = false;
    for attempt in 1..100 {
        let amount = format!("{}.{attempt:02}", 500 + turn);
        let (last, status) = end(&served.till(&["pay", &amount, "EUR", "--json", "--timeout-recovery", "0.05"]));
        if status == 0 {
            assert_eq!(last["outcome"], "approved", "{what}: {last}");
            return decided;
        }
        let reason = last["reason"].as_str().unwrap();
        assert!(["busy", "unresolved"].contains(&reason), "{what}: {last}");
        if attempt % 8 == 0 {
            decided |= served.decide(ledger, what);
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("{what}: never free again");
}

#[test]
fn a_server_killed_at_any_moment_loses_no_charge_and_charges_nothing_twice() {
    let folder = TempDir::new().unwrap();
    let ledger = folder.path().join("ledger.jsonl");
    let ledger = ledger.to_str().unwrap();
    let mut served = Served::start(&["--ledger", ledger], &[]);
    let (mut random, mut hit, mut decided) = (7u64, 0, 0);
    for turn in 0..KILLS {
        let what = format!("killed at random instant {turn}");
        let amount = format!("{}.00", 100 + turn);
        let mut till = served.start_till(&["pay", &amount, "EUR", "--json", "--timeout-recovery", "0.05"]);
        // Xorshift of Marsaglia: the same kills at every run, as far as the machine lets them be.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        thread::sleep(Duration::from_micros(random % LONG));
        hit += u32::from(till.0.try_wait().unwrap().is_none());
        served.kill();
        served.restart();
        let output = finish(till);
        let status = output.status.code();
        assert!(matches!(status, Some(0 | 1 | 3 | 4)), "{what}: {}{}", stdout(&output), stderr(&output));
        compare(&served, ledger, &what);
        decided += u32::from(pay_on(&mut served, ledger, turn, &what));
        compare(&served, ledger, &what);
    }
    println!(
        "kills of the server at random: {hit}, charges {}, decided by a person {decided}, disagreements 0",
        charged(ledger).len()
    );
    assert!(hit >= 10, "{hit}");
}
