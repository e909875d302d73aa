//! Every script with every fault in every dialect, on OPI terminals that send card numbers in full.

use std::sync::atomic::{AtomicUsize, Ordering};

use opi_core::operation::Outcome;
use opi_core::opi::Profile;
use opi_core::sim::{Fault, Script};
use opi_smol::{Config, MemoryStore, Till};

use crate::common::terminal::{Terminal, payment, setup};
use crate::common::{listener, settings};
use crate::{Kept, PATIENCE, card_number, check, paid, play};

/// What the terminals know of cards: numbers by their front, and the expiry date.
const SECRETS: [&str; 6] = ["41111111", "55555555", "37828224", "ExpiryDate>1230", "ExpiryDate=\\\"1230", "1230</"];

/// Pays once; what was recorded, how it ended, and whether the till got a card number in full.
async fn pay(profile: &'static Profile, script: Script, fault: Fault) -> (Vec<u8>, Outcome, bool) {
    let (listener, trace) = (listener().await, Kept::default());
    let mut setup = setup(profile).with_script(script).with_fault(fault);
    setup.masks_cards = false;
    setup.seed = script as u64 * 31 + fault as u64;
    let mut settings = settings("lane-1", profile);
    let limits = &mut settings.timeouts;
    for limit in [&mut limits.connect, &mut limits.idle, &mut limits.hard, &mut limits.question, &mut limits.probe] {
        *limit = PATIENCE;
    }
    (limits.grace, limits.probe_pause, limits.abort_pause) = (PATIENCE / 3, PATIENCE / 50, PATIENCE / 50);
    let terminal = Terminal::start(setup, &listener).await;
    let store = Box::new(MemoryStore::new());
    let config = Config { terminal: opi_smol::Terminal::Opi { address: terminal.address, listener, settings }, store };
    let mut till = Till::traced(config, Box::new(trace.clone())).await.unwrap();
    let (finished, told) = paid(&mut till, &payment(2500, profile)).await;
    drop(till);
    let trace = trace.0.lock().unwrap().clone();
    let mut lines = told.sheets.iter().flat_map(|sheet| &sheet.lines);
    let seen = lines.any(|line| card_number(line.text.as_str()).is_some());
    (trace, finished.outcome, seen)
}

#[test]
#[ignore = "takes a minute: .ci/run plays it"]
fn every_script_with_every_fault_is_replayed_identically_and_shows_no_card() {
    let cases: Vec<_> = Profile::ALL
        .iter()
        .flat_map(|profile| Script::ALL.iter().map(move |script| (*profile, *script)))
        .flat_map(|(profile, script)| Fault::ALL.iter().map(move |fault| (profile, script, *fault)))
        .collect();
    let [bytes, approved, told] = [const { AtomicUsize::new(0) }; 3];
    play(&cases, async |(profile, script, fault)| {
        let case = format!("{} {} {}", profile.name, script.name(), fault.name());
        let (trace, outcome, seen) = pay(profile, *script, *fault).await;
        check(&case, &trace, &SECRETS);
        bytes.fetch_add(trace.len(), Ordering::Relaxed);
        approved.fetch_add(usize::from(outcome == Outcome::Approved), Ordering::Relaxed);
        told.fetch_add(usize::from(seen), Ordering::Relaxed);
    });
    println!(
        "traces replayed byte for byte: {}, {} bytes, {} approved, {} with card numbers on the wire, none in the trace",
        cases.len(),
        bytes.into_inner(),
        approved.into_inner(),
        told.load(Ordering::Relaxed)
    );
    assert!(told.into_inner() > cases.len() / 10);
}
