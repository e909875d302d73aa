//! Our own adapters pass, and every mistake is found and named.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use opi_conformance::{Found, Plan, Rule, run};

/// An example of this package, which `cargo test` builds before its tests.
fn till(name: &str) -> String {
    let mut folder: PathBuf = std::env::current_exe().unwrap();
    folder.pop();
    folder.pop();
    let till = folder.join("examples").join(name);
    assert!(till.exists(), "build it first: cargo build -p opi-conformance --examples");
    till.display().to_string()
}

fn test(program: Vec<String>, own_journal: bool, only: Option<&str>, jobs: usize) -> Vec<Found> {
    run(&Plan { program, own_journal, only: only.map(str::to_owned), jobs }, |_| {})
}

fn passes(name: &str) {
    for own_journal in [false, true] {
        keeps(name, &[], own_journal);
    }
}

fn keeps(name: &str, words: &[&str], own_journal: bool) {
    // One at a time: the cases of one keep the machine busy enough.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let program = std::iter::once(till(name)).chain(words.iter().map(|word| (*word).to_owned())).collect();
    let found = test(program, own_journal, None, 16);
    let broken: Vec<_> = found.iter().filter(|found| found.broken.is_some()).collect();
    assert!(broken.is_empty(), "{name} {words:?}: {broken:#?}");
    let played = found.iter().filter(|found| found.skipped.is_none()).count();
    println!("{}, own journal {own_journal}: {played} cases, all rules hold", [&[name], words].concat().join(" "));
    assert!(played > 100, "{name}: only {played} cases were played");
}

#[test]
#[ignore = "takes most of a minute with the others: .ci/run plays all of it"]
fn the_till_on_smol_keeps_all_rules() {
    passes("smol");
}

#[test]
#[ignore = "takes most of a minute with the others: .ci/run plays all of it"]
fn the_till_on_tokio_keeps_all_rules() {
    passes("tokio");
}

#[test]
#[ignore = "takes most of a minute with the others: .ci/run plays all of it"]
fn the_till_on_threads_keeps_all_rules() {
    passes("threads");
}

#[test]
#[ignore = "takes most of a minute with the others: .ci/run plays all of it"]
fn the_till_in_a_superloop_keeps_all_rules() {
    passes("superloop");
}

#[test]
#[ignore = "takes most of a minute with the others: .ci/run plays all of it"]
fn the_tills_on_embedded_io_keep_all_rules() {
    // Its store is one that blocks for the time of a write to flash: there is nothing to hand over.
    keeps("embedded_io", &[], true);
    keeps("embedded_io", &["--async"], true);
}

/// A case that finds the mistake.
const fn found_by(rule: Rule) -> &'static str {
    match rule {
        Rule::Runs | Rule::DrainsOutputs | Rule::ReportsOnce => "payment nexi none",
        Rule::ReportsEveryOutput => "the terminal refuses",
        Rule::ConfirmsWhatIsStored => "a slow store",
        Rule::ReportsWhatIsNotStored => "the intent cannot be stored",
        Rule::ListensBeforeSending => "the listener's port is taken",
        Rule::WritesToTheEnd => "writes of 1 bytes",
        Rule::CountsWhatWasWritten => "connection breaks after 100 bytes",
        Rule::TellsTheTruth | Rule::NeverSendsTwice => "fault drop-after-charge",
        Rule::LosesNoByte => "payment opi-de merged",
        Rule::ReportsTheEnd => "the connection ends",
        Rule::KeepsDeadlines => "the terminal cannot be reached",
        Rule::ClosesWhatItIsTold => "connections are closed",
        Rule::ReadsWhileWaiting => "messages while the end is being stored",
        Rule::HearsTheTill => "an abort while",
        Rule::TakesEveryConnection => "silent device connections",
        Rule::RestartFindsWhatWasStored => "power cut: Booking",
        Rule::UsesNoNumberTwice => "power cuts in a row",
        Rule::ShowsNoCardNumber => "card numbers in clear",
        Rule::SleepsWhileWaiting => "an answer that never comes",
    }
}

#[test]
#[ignore = "takes most of a minute with the others: .ci/run plays all of it"]
fn every_mistake_is_found_and_named() {
    let (rules, wrong) = (Mutex::new(Rule::ALL.iter()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while let Some(rule) = { rules.lock().unwrap().next() } {
                    let program = vec![till("superloop"), "--mistake".to_owned(), rule.name().to_owned()];
                    let found = test(program, false, Some(found_by(*rule)), 2);
                    assert!(!found.is_empty(), "no case {}", found_by(*rule));
                    let named =
                        found.iter().filter_map(|found| found.broken.as_ref()).any(|broken| broken.rule == *rule);
                    let unplayed = found.iter().all(|found| found.skipped.is_some());
                    println!("{rule}: {}", if named { "named" } else { "not named" });
                    if !named && !unplayed {
                        wrong.lock().unwrap().push(format!("{rule}: {found:?}"));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
