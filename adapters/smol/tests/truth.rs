//! Whatever the terminal does and whatever goes wrong: the outcome agrees with the money that moved, and the lane gets
//! free again.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::time::Duration;

use common::terminal::{Terminal, payment, setup};
use common::{Told, listener, run, settings};
use opi_core::operation::Outcome;
use opi_core::opi::Profile;
use opi_core::sim::{Fault, Script, Setup};
use opi_smol::{Config, Entry, MemoryStore, Till};
use smol::future::FutureExt;

/// Much shorter than in a shop, where a fault leaves nothing but waiting.
const IDLE: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(60);

/// Pays once, and says what came of it.
async fn pay(case: String, profile: &'static Profile, setup: Setup) -> (Outcome, Told) {
    let (listener, store) = (listener().await, MemoryStore::new());
    let mut settings = settings("lane-1", profile);
    if !setup.fault.is_of_the_wire() {
        settings.timeouts.idle = IDLE;
    }
    settings.timeouts.grace = Duration::from_millis(500);
    settings.timeouts.question = Duration::from_secs(1);
    let terminal = Terminal::start(setup, &listener).await;
    let config = Config {
        terminal: opi_smol::Terminal::Opi { address: terminal.address, listener, settings },
        store: Box::new(store.clone()),
    };
    let mut till = Till::new(config).await.unwrap();
    let (finished, told) = run(&mut till, &payment(2500, profile)).await;

    let (booked, case) = (terminal.booked(), format!("{case}: {finished:?}"));
    let charged = booked.iter().filter(|entry| entry.request_id.as_str() == "1000").count();
    match finished.outcome {
        Outcome::Approved => assert_eq!(charged, 1, "{case}"),
        Outcome::Unknown => assert!(charged <= 1, "{case}"),
        _ => assert_eq!(charged, 0, "{case}"),
    }
    if let (Outcome::Approved, Some(amount)) = (finished.outcome, finished.facts.amount) {
        assert_eq!(booked[0].charged, amount, "{case}");
    }
    assert!(
        matches!(store.entries().last(), Some(Entry::Result(result)) if result.outcome == finished.outcome),
        "{case}"
    );

    // The lane is blocked if and only if the outcome is unknown, and a decision frees it.
    let blocked = till.unresolved();
    assert_eq!(blocked.is_some(), finished.outcome == Outcome::Unknown, "{case}");
    if let Some(unresolved) = blocked {
        till.resolve(unresolved.request_id, charged == 1, "looked at the terminal").unwrap();
        while till.unresolved().is_some() {
            till.next().await;
        }
    }
    run(&mut till, &payment(2600, profile)).await;
    (finished.outcome, told)
}

/// All cases side by side: most of their time is waiting.
fn all(cases: Vec<(String, &'static Profile, Setup)>) -> Vec<(String, Outcome, Told)> {
    smol::block_on(async {
        let running: Vec<_> = cases
            .into_iter()
            .map(|(case, profile, setup)| {
                smol::spawn(async move {
                    let name = format!("{case} {}", profile.name);
                    let late = async {
                        smol::Timer::after(PATIENCE).await;
                        panic!("no end");
                    };
                    let (outcome, told) = pay(name.clone(), profile, setup).or(late).await;
                    (case, outcome, told)
                })
            })
            .collect();
        let mut ended = Vec::new();
        for one in running {
            ended.push(one.await);
        }
        ended
    })
}

#[test]
fn every_script_in_every_profile() {
    // These two wait for an abort that does not come here.
    let waiting = [Script::SlowCard, Script::LateApprovalAfterAbort];
    let scripts: Vec<_> = Script::ALL.iter().filter(|script| !waiting.contains(script)).collect();
    let cases = scripts.iter().flat_map(|script| {
        let case =
            |profile: &&'static Profile| (script.name().to_owned(), *profile, setup(profile).with_script(**script));
        Profile::ALL.iter().map(case)
    });
    for same in all(cases.collect()).chunks(Profile::ALL.len()) {
        // What the terminal means does not depend on the dialect it says it in.
        // What it cannot say in one of them stays unknown.
        let known = || same.iter().map(|(_, outcome, _)| *outcome).filter(|outcome| *outcome != Outcome::Unknown);
        let case = &same[0].0;
        assert!(known().all(|outcome| Some(outcome) == known().next()), "{case}");
        assert!(same.iter().all(|(_, _, told)| told.faults == 0 && told.troubles.is_empty()), "{case}");
    }
}

#[test]
fn every_fault_in_every_profile() {
    let cases = Profile::ALL.iter().flat_map(|profile| {
        Fault::ALL.iter().map(move |fault| {
            let mut setup = setup(profile).with_fault(*fault);
            setup.fault_count = 1;
            (fault.name().to_owned(), *profile, setup)
        })
    });
    for (case, outcome, told) in all(cases.collect()) {
        match Fault::by_name(&case).unwrap() {
            fault if fault.is_of_the_wire() => {
                assert_eq!((outcome, told.faults), (Outcome::Approved, 0), "{case}");
                assert!(told.sheets.iter().all(|sheet| sheet.kept || !sheet.purpose.must_be_kept()), "{case} {told:?}");
            }
            Fault::NeverAnswers => assert_eq!(outcome, Outcome::Unknown, "{case}"),
            Fault::HalfFrame | Fault::DropAfterCharge => {
                assert!(matches!(outcome, Outcome::Approved | Outcome::Unknown), "{case}");
            }
            Fault::WrongRequestId | Fault::WrongWorkstation | Fault::WrongType | Fault::Oversize | Fault::Garbage => {
                assert!(matches!(outcome, Outcome::Approved | Outcome::Unknown), "{case}");
                assert_eq!(told.faults, 1, "{case}");
            }
            _ => {}
        }
    }
}
