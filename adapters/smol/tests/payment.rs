//! Payments over real sockets, against the simulated terminal.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::time::Duration;

use common::terminal::{Terminal, payment, setup};
use common::{Moody, Told, listener, nowhere, run, settings, till};
use opi_core::drive::Misuse;
use opi_core::operation::{Outcome, Reason};
use opi_core::opi::Profile;
use opi_core::receipt::Copy;
use opi_core::sim::Fault;
use opi_smol::{Config, Entry, MemoryStore, Notice, Till};
use smol::future::{FutureExt, poll_once, ready};

#[test]
fn a_payment_in_each_profile_however_its_bytes_come() {
    smol::block_on(async {
        for profile in Profile::ALL {
            for fault in [Fault::None, Fault::Split, Fault::SplitRandom, Fault::Merged] {
                let (listener, store) = (listener().await, MemoryStore::new());
                let terminal = Terminal::start(setup(profile).with_fault(fault), &listener).await;
                let mut till = till("lane-1", profile, terminal.address, &listener, store.clone()).await.unwrap();
                let (finished, told) = run(&mut till, &payment(2500, profile)).await;
                let case = format!("{} {fault:?} {finished:?} {told:?}", profile.name);

                assert_eq!(
                    (finished.outcome, finished.reason, finished.stored),
                    (Outcome::Approved, None, true),
                    "{case}"
                );
                let booked = terminal.booked();
                assert_eq!(booked.len(), 1, "{case}");
                assert_eq!(booked[0].request_id.as_str(), finished.request_id.unwrap().id().as_str());
                assert_eq!(Some(booked[0].charged), finished.facts.amount, "{case}");
                for copy in [Copy::Customer, Copy::Merchant] {
                    let receipts = told.receipts(copy);
                    assert_eq!(receipts.len(), 1, "{case}");
                    assert!(
                        receipts[0].kept && receipts[0].lines.iter().any(|line| line.text.as_str().contains("25.00"))
                    );
                }
                // First the intent, last the result, between them the sheets as they were told.
                let entries = store.entries();
                let [Entry::Intent(intent), Entry::Sent { .. }, sheets @ .., Entry::Result(result)] =
                    entries.as_slice()
                else {
                    panic!("{entries:?}");
                };
                assert_eq!((Some(intent.request_id), result.outcome), (finished.request_id, Outcome::Approved));
                let kept: Vec<_> = told.sheets.iter().filter(|sheet| sheet.purpose.must_be_kept()).collect();
                let stored = sheets.iter().map(|entry| match entry {
                    Entry::Sheet(sheet) => sheet,
                    other => panic!("{other:?}"),
                });
                assert_eq!(stored.collect::<Vec<_>>(), kept, "{case}");
                assert!(till.is_idle() && terminal.complaints().is_empty(), "{case}: {:?}", terminal.complaints());
            }
        }
    });
}

#[test]
fn two_tills_on_one_port_pay_at_the_same_time() {
    smol::block_on(async {
        for profile in Profile::ALL {
            let listener = listener().await;
            let pay = |lane: &'static str, minor: u64| {
                let listener = listener.clone();
                async move {
                    let terminal = Terminal::start(setup(profile), &listener).await;
                    let mut till = till(lane, profile, terminal.address, &listener, MemoryStore::new()).await.unwrap();
                    for round in 0..5 {
                        let (finished, told) = run(&mut till, &payment(minor + round, profile)).await;
                        assert_eq!(finished.outcome, Outcome::Approved, "{} {lane} {finished:?}", profile.name);
                        let value = format!("{}", finished.facts.amount.unwrap().value());
                        for sheet in told.receipts(Copy::Customer) {
                            assert!(sheet.lines.iter().any(|line| line.text.as_str().contains(&value)), "{sheet:?}");
                        }
                        assert_eq!((told.receipts(Copy::Customer).len(), told.faults), (1, 0), "{told:?}");
                    }
                    assert!(terminal.booked().iter().all(|entry| entry.workstation == *lane));
                    terminal.booked().len()
                }
            };
            assert_eq!(smol::future::zip(pay("lane-1", 1100), pay("lane-2", 2200)).await, (5, 5));
        }
    });
}

/// Every wait of the till is dropped as soon as it waits; it is called again only when something can have happened.
async fn run_dropping(till: &mut Till, told: &mut Told) -> (Box<opi_core::operation::Finished>, u32) {
    let mut drops = 0;
    loop {
        let notice = loop {
            match poll_once(till.next()).await {
                Some(notice) => break notice,
                None => drops += 1,
            }
            // Some other future wins a race meanwhile.
            if drops % 3 == 0 {
                let lost: Option<Notice> = async { Some(till.next().await) }.or(ready(None)).await;
                if let Some(notice) = lost {
                    break notice;
                }
            }
            smol::Timer::after(Duration::from_micros(100)).await;
        };
        if let Some(finished) = told.take(till, notice) {
            return (finished, drops);
        }
    }
}

#[test]
fn a_till_whose_every_wait_is_dropped_loses_nothing() {
    smol::block_on(async {
        for profile in Profile::ALL {
            for fault in [Fault::None, Fault::Split, Fault::Merged] {
                let listener = listener().await;
                let store = Moody { refuses: |_| false, polls: 5, kept: MemoryStore::new() };
                let terminal = Terminal::start(setup(profile).with_fault(fault), &listener).await;
                let mut till = till("lane-1", profile, terminal.address, &listener, store.clone()).await.unwrap();
                let mut told = Told::default();
                till.start(&payment(2500, profile)).unwrap();
                let (finished, drops) = run_dropping(&mut till, &mut told).await;
                assert!(drops > 20, "only {drops} waits were dropped");
                assert_eq!(finished.outcome, Outcome::Approved, "{} {finished:?}", profile.name);
                assert_eq!(terminal.booked().len(), 1);
                assert_eq!((told.receipts(Copy::Customer).len(), told.receipts(Copy::Merchant).len()), (1, 1));
                assert!(told.sheets.iter().all(|sheet| sheet.kept || !sheet.purpose.must_be_kept()));
                let intents = store.kept.entries().iter().filter(|entry| matches!(entry, Entry::Intent(_))).count();
                assert_eq!(intents, 1);
            }
        }
    });
}

#[test]
fn what_cannot_be_stored_is_not_sent() {
    smol::block_on(async {
        let listener = listener().await;
        let store = Moody { refuses: |entry| matches!(entry, Entry::Intent(_)), polls: 0, kept: MemoryStore::new() };
        let terminal = Terminal::start(setup(&Profile::NEXI), &listener).await;
        let mut till = till("lane-1", &Profile::NEXI, terminal.address, &listener, store).await.unwrap();
        let (finished, told) = run(&mut till, &payment(2500, &Profile::NEXI)).await;
        assert_eq!((finished.outcome, finished.reason), (Outcome::NotSent, Some(Reason::NotStored)));
        assert_eq!(told.troubles.len(), 1);
        assert_eq!((terminal.booked().len(), told.sheets.len()), (0, 0), "the terminal was not asked");
    });
}

#[test]
fn a_receipt_that_cannot_be_stored_is_told_as_not_kept() {
    smol::block_on(async {
        let listener = listener().await;
        let store = Moody { refuses: |entry| matches!(entry, Entry::Sheet(_)), polls: 0, kept: MemoryStore::new() };
        let terminal = Terminal::start(setup(&Profile::NEXI), &listener).await;
        let mut till = till("lane-1", &Profile::NEXI, terminal.address, &listener, store).await.unwrap();
        let (finished, told) = run(&mut till, &payment(2500, &Profile::NEXI)).await;
        assert_eq!(finished.outcome, Outcome::Approved, "{finished:?}");
        let receipts: Vec<_> = told.sheets.iter().filter(|sheet| sheet.purpose.must_be_kept()).collect();
        assert!(!receipts.is_empty() && receipts.iter().all(|sheet| !sheet.kept), "{receipts:?}");
        assert!(receipts.iter().all(|sheet| !sheet.lines.is_empty() || !sheet.journal.is_empty()), "still to be shown");
        // The terminal was told so: it holds the receipt until it is fetched (I3).
        let (next, _) = run(&mut till, &payment(2600, &Profile::NEXI)).await;
        assert_eq!((next.outcome, next.reason), (Outcome::Declined, Some(Reason::PrintLastTicket)), "{next:?}");
    });
}

#[test]
fn a_terminal_that_is_not_there_never_had_the_request() {
    smol::block_on(async {
        let listener = listener().await;
        let mut till = till("lane-1", &Profile::NEXI, nowhere(), &listener, MemoryStore::new()).await.unwrap();
        let (finished, told) = run(&mut till, &payment(2500, &Profile::NEXI)).await;
        assert_eq!((finished.outcome, finished.reason), (Outcome::NotSent, Some(Reason::NotConnected)));
        assert_eq!(told.troubles[0].error.kind(), std::io::ErrorKind::ConnectionRefused);
    });
}

#[test]
fn a_lost_answer_blocks_the_lane_until_a_person_decides() {
    smol::block_on(async {
        // The dialect that cannot repeat an answer.
        let profile = &Profile::OPI_DE;
        let listener = listener().await;
        let mut lossy = setup(profile).with_fault(Fault::DropAfterCharge);
        lossy.fault_count = 1;
        let (terminal, store) = (Terminal::start(lossy, &listener).await, MemoryStore::new());
        let mut till = till("lane-1", profile, terminal.address, &listener, store.clone()).await.unwrap();
        let (finished, _) = run(&mut till, &payment(2500, profile)).await;
        assert_eq!(finished.outcome, Outcome::Unknown, "{finished:?}");
        assert_eq!(terminal.booked().len(), 1, "it was charged, and nobody said so");

        let refused = till.start(&payment(2500, profile)).unwrap_err();
        let Misuse::Unresolved(request_id) = refused else { panic!("{refused:?}") };
        assert_eq!(
            (Some(request_id), till.unresolved().map(|it| it.request_id)),
            (finished.request_id, Some(request_id))
        );
        till.resolve(request_id, true, "").unwrap();
        while till.unresolved().is_some() {
            assert!(matches!(till.next().await, Notice::Waiting(_)));
        }
        assert!(matches!(store.entries().last(), Some(Entry::Resolution(decision)) if decision.charged));
        assert_eq!(terminal.booked().len(), 1, "a decision is not a payment");
    });
}

#[test]
fn an_abort_is_asked_for_and_the_outcome_is_the_terminal_s() {
    smol::block_on(async {
        for profile in Profile::ALL {
            let listener = listener().await;
            let mut slow = setup(profile);
            slow.pace = Duration::from_millis(150);
            let terminal = Terminal::start(slow, &listener).await;
            let mut till = till("lane-1", profile, terminal.address, &listener, MemoryStore::new()).await.unwrap();
            till.start(&payment(2500, profile)).unwrap();
            let (mut told, mut aborted, mut accepted) = (Told::default(), false, None);
            let finished = loop {
                let notice = till.next().await;
                if let Notice::AbortAnswered { accepted: it } = notice {
                    accepted = Some(it);
                }
                if let Some(finished) = told.take(&mut till, notice) {
                    break finished;
                }
                // At the first prompt.
                if !aborted && !told.sheets.is_empty() {
                    aborted = true;
                    till.abort().unwrap();
                }
            };
            let case = format!("{} {finished:?} {told:?}", profile.name);
            // The operation may end before the abort is answered; that answer is then of no interest.
            assert_ne!(accepted, Some(false), "{case}");
            assert_eq!((finished.outcome, terminal.booked().len()), (Outcome::Aborted, 0), "{case}");
        }
    });
}

#[test]
fn deadlines_are_kept_when_the_terminal_says_nothing() {
    smol::block_on(async {
        let listener = listener().await;
        let terminal = Terminal::start(setup(&Profile::NEXI).with_fault(Fault::NeverAnswers), &listener).await;
        let mut settings = settings("lane-1", &Profile::NEXI);
        settings.timeouts.idle = Duration::from_millis(300);
        let listener = listener.clone();
        let store = Box::new(MemoryStore::new());
        let mut till = Till::new(Config {
            terminal: opi_smol::Terminal::Opi { address: terminal.address, listener, settings },
            store,
        })
        .await
        .unwrap();
        let begun = std::time::Instant::now();
        let (finished, _) = run(&mut till, &payment(2500, &Profile::NEXI)).await;
        assert_eq!((finished.outcome, finished.reason), (Outcome::Unknown, Some(Reason::Deadline)), "{finished:?}");
        assert!(begun.elapsed() >= Duration::from_millis(300));
    });
}
