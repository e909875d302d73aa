//! Payments over pipes that are as bad as they can be, in virtual time.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::world::{Cut, Role, Shared, wall};
use common::{Clerk, Kept, Memory, SLOTS, payment, pipe_till, settings, setup, wires};
use opi_core::journal::{Entry, Record};
use opi_core::operation::{Finished, Outcome, Reason};
use opi_core::opi::Profile;
use opi_core::receipt::Copy;
use opi_core::sim::{Fault, Script};
use opi_embedded_io::Notice;
use opi_embedded_io::blocking::{self, Clock};

/// Pays once, driven to its end by the blocking driver.
fn pay(world: &Shared, profile: &'static Profile, store: Kept, clerk: &mut Clerk) -> Finished {
    let mut memory = Memory::new();
    let mut till = pipe_till(world, &mut memory, profile, store);
    till.run(&payment(2500, profile, wall(0)), clerk).unwrap().clone()
}

fn check_approved(case: &str, world: &Shared, store: &Kept, clerk: &Clerk, finished: &Finished) {
    assert_eq!((finished.outcome, finished.reason, finished.stored), (Outcome::Approved, None, true), "{case}");
    let world = world.0.borrow();
    let booked = &world.booked;
    assert_eq!(booked.len(), 1, "{case}");
    assert_eq!(booked[0].request_id.as_str(), finished.request_id.unwrap().id().as_str(), "{case}");
    assert_eq!(Some(booked[0].charged), finished.facts.amount, "{case}");
    for copy in [Copy::Customer, Copy::Merchant] {
        let receipts = clerk.receipts(copy);
        assert_eq!(receipts.len(), 1, "{case}");
        assert!(receipts[0].3 && receipts[0].2.iter().any(|line| line.contains("25.00")), "{case}");
    }
    assert_eq!((&world.complaints, &clerk.troubles), (&vec![], &vec![]), "{case}");
    // First the intent, last the result; between them the sheets that must be kept, as they were told.
    let kinds = store.kinds();
    assert_eq!((&kinds[..2], kinds.last()), (&["intent", "sent"][..], Some(&"result")), "{case}");
    let mut lines: Vec<(_, Vec<_>)> = Vec::new();
    for entry in store.records.borrow().iter() {
        match entry {
            Entry::Line { sheet, line } => match lines.iter_mut().find(|(id, _)| id == sheet) {
                Some((_, lines)) => lines.push(line.text.as_str().to_owned()),
                None => lines.push((*sheet, vec![line.text.as_str().to_owned()])),
            },
            Entry::Sheet { sheet, .. } => assert!(clerk.sheets.iter().any(|(id, .., kept)| id == sheet && *kept)),
            _ => {}
        }
    }
    for (id, purpose, shown, kept) in &clerk.sheets {
        let stored = lines.iter().find(|(sheet, _)| sheet == id);
        assert_eq!(purpose.must_be_kept() && *kept, stored.is_some() || (*kept && shown.is_empty()), "{case}");
        assert!(stored.is_none_or(|(_, lines)| lines == shown), "{case}");
    }
}

#[test]
fn a_payment_in_each_profile_however_its_bytes_come() {
    for profile in Profile::ALL {
        for fault in [Fault::None, Fault::Split, Fault::SplitRandom, Fault::Merged] {
            for chop in [1, 7, 4096] {
                let (world, store, mut clerk) =
                    (Shared::new(setup(profile).with_fault(fault), chop), Kept::default(), Clerk::default());
                let finished = pay(&world, profile, store.clone(), &mut clerk);
                let case = format!("{} {fault:?} {chop}", profile.name);
                check_approved(&case, &world, &store, &clerk, &finished);
            }
        }
    }
}

/// As terminals do that forget to close: every slot is taken when the terminal wants to show its first prompt.
#[test]
fn connections_that_say_nothing_make_room_for_one_that_does() {
    for profile in Profile::ALL {
        for silent in 1..=SLOTS {
            let (world, store, mut clerk) = (Shared::new(setup(profile), 4096), Kept::default(), Clerk::default());
            world.0.borrow_mut().silent = silent;
            let mut memory = Memory::new();
            let mut till = pipe_till(&world, &mut memory, profile, store.clone());
            let finished = till.run(&payment(2500, profile, wall(0)), &mut clerk).unwrap().clone();
            let case = format!("{}, {silent} silent connections", profile.name);
            check_approved(&case, &world, &store, &clerk, &finished);
            assert!(world.silent_kept() < SLOTS, "{case}");
        }
    }
}

/// Each wait is dropped, and the terminal works only in between.
#[test]
fn a_till_whose_every_wait_is_dropped_loses_nothing() {
    for profile in Profile::ALL {
        for chop in [1, 7, 4096] {
            let (world, store, mut clerk) = (Shared::new(setup(profile), chop), Kept::default(), Clerk::default());
            let mut memory = Memory::new();
            let wires = wires(&world).map(blocking::Polled);
            let clock = blocking::Polled(world.clone());
            let mut till =
                opi_embedded_io::Till::new(settings(profile), memory.lend(), wires, store.clone(), clock).unwrap();
            till.start(&payment(2500, profile, wall(0))).unwrap();
            let mut drops = 0;
            let finished = loop {
                let next = smol::future::poll_once(till.next(&mut clerk));
                match smol::future::block_on(next) {
                    Some(Notice::Finished(finished)) => break finished.clone(),
                    Some(_) => {}
                    None => drops += 1,
                }
                world.step();
            };
            assert!(drops > 10, "only {drops} waits were dropped");
            check_approved(profile.name, &world, &store, &clerk, &finished);
        }
    }
}

/// I4, and what a till must be able to believe.
fn check_truth(case: &str, world: &Shared, finished: &Finished, store: &Kept, had_whole: bool) {
    let world = world.0.borrow();
    let id = finished.request_id.map(|id| id.to_string()).unwrap_or_default();
    let charged = world.booked.iter().filter(|entry| entry.request_id.as_str() == id).count();
    assert_eq!(charged, world.booked.len(), "{case}: something else was charged");
    assert!(charged <= 1, "{case}: charged twice (I1)");
    match finished.outcome {
        Outcome::Approved => assert_eq!(charged, 1, "{case}: approved, but not charged (I4)"),
        Outcome::Unknown => {}
        outcome => assert_eq!(charged, 0, "{case}: {outcome:?}, but charged (I4)"),
    }
    if finished.outcome == Outcome::NotSent {
        assert!(!had_whole, "{case}: the terminal had the whole frame");
    }
    let records = store.records.borrow();
    assert!(matches!(records.first(), Some(Entry::Intent(_))), "{case}: first the intent (I2)");
    assert!(matches!(records.last(), Some(Entry::Result(end)) if end.outcome == finished.outcome), "{case}");
}

/// Every connection, in either direction, broken after every byte of a request, and after many of everything else.
#[test]
fn a_connection_that_breaks_after_any_byte_leaves_the_truth() {
    let mut outcomes = [0; 3];
    for profile in [&Profile::NEXI, &Profile::OPI_DE] {
        let whole = Shared::new(setup(profile), 4096);
        let store = Kept::default();
        pay(&whole, profile, store, &mut Clerk::default());
        let passed = whole.0.borrow().passed;
        for (role, to_terminal) in
            [(Role::Request, true), (Role::Request, false), (Role::Device, true), (Role::Device, false)]
        {
            let bytes = passed[role as usize][usize::from(to_terminal)];
            assert!(bytes > 100, "{role:?} {to_terminal}");
            let first_cut = role == Role::Request && to_terminal;
            for after in (0..bytes).step_by(if first_cut { 1 } else { 13 }) {
                let (world, store, mut clerk) = (Shared::new(setup(profile), 61), Kept::default(), Clerk::default());
                world.0.borrow_mut().cut = Some(Cut { role, to_terminal, after });
                let finished = pay(&world, profile, store.clone(), &mut clerk);
                let case = format!("{} {role:?} {to_terminal} {after}: {:?}", profile.name, finished.outcome);
                assert!(world.0.borrow().cut.is_none(), "{case}: nothing was cut");
                check_truth(&case, &world, &finished, &store, !first_cut);
                match finished.outcome {
                    Outcome::Approved => outcomes[0] += 1,
                    Outcome::NotSent => {
                        assert!(first_cut, "{case}");
                        outcomes[1] += 1;
                    }
                    _ => outcomes[2] += 1,
                }
            }
        }
    }
    println!("broken connections: approved {}, not sent {}, other {}", outcomes[0], outcomes[1], outcomes[2]);
    assert!(outcomes.iter().all(|count| *count > 0), "{outcomes:?}");
}

#[test]
fn what_cannot_be_stored_is_not_sent() {
    let (world, mut clerk) = (Shared::new(setup(&Profile::NEXI), 4096), Clerk::default());
    let store = Kept::refusing(|record| matches!(record, Record::Intent(_)));
    let finished = pay(&world, &Profile::NEXI, store, &mut clerk);
    assert_eq!((finished.outcome, finished.reason), (Outcome::NotSent, Some(Reason::NotStored)));
    assert_eq!(clerk.troubles.len(), 1, "{:?}", clerk.troubles);
    let world = world.0.borrow();
    assert_eq!((world.booked.len(), world.passed), (0, [[0; 2]; 3]), "the terminal was not asked");
}

#[test]
fn a_receipt_that_cannot_be_stored_is_told_as_not_kept() {
    // The first line of anything, so that what is missing is in the middle of the sheet.
    for refuses in [
        |record: &Record<'_>| matches!(record, Record::Line { .. }),
        |record: &Record<'_>| matches!(record, Record::Sheet { .. }),
    ] {
        let (world, mut clerk) = (Shared::new(setup(&Profile::NEXI), 4096), Clerk::default());
        let store = Kept::refusing(refuses);
        let finished = pay(&world, &Profile::NEXI, store.clone(), &mut clerk);
        assert_eq!(finished.outcome, Outcome::Approved, "{finished:?}");
        let receipts: Vec<_> =
            clerk.sheets.iter().filter(|sheet| sheet.1.must_be_kept() && !sheet.2.is_empty()).collect();
        assert!(!receipts.is_empty() && receipts.iter().all(|sheet| !sheet.3), "shown, and told as not kept");
        let sheets = store.kinds().iter().filter(|kind| **kind == "sheet").count();
        assert_eq!(sheets, clerk.sheets.iter().filter(|sheet| sheet.1.must_be_kept() && sheet.3).count());
    }
}

#[test]
fn a_terminal_that_is_not_there_never_had_the_request() {
    let (world, mut clerk) = (Shared::new(setup(&Profile::NEXI), 4096), Clerk::default());
    world.0.borrow_mut().unreachable = true;
    let finished = pay(&world, &Profile::NEXI, Kept::default(), &mut clerk);
    assert_eq!((finished.outcome, finished.reason), (Outcome::NotSent, Some(Reason::NotConnected)));
    assert_eq!(clerk.troubles, ["connecting to the terminal: ConnectionRefused"]);
}

#[test]
fn a_terminal_that_stops_taking_bytes_is_given_up_in_time_and_never_had_the_whole() {
    let (world, mut clerk) = (Shared::new(setup(&Profile::NEXI), 4096), Clerk::default());
    world.0.borrow_mut().stuck_after = 50;
    let finished = pay(&world, &Profile::NEXI, Kept::default(), &mut clerk);
    assert_eq!(finished.outcome, Outcome::NotSent, "{finished:?}");
    let waited = world.now().as_millis();
    assert!((10_000..11_000).contains(&waited), "{waited} ms");
}

#[test]
fn an_abort_is_asked_for_and_the_outcome_is_the_terminal_s() {
    for profile in Profile::ALL {
        let mut slow = setup(profile);
        slow.pace = std::time::Duration::from_millis(150);
        let (world, mut clerk) = (Shared::new(slow, 4096), Clerk { impatient: true, ..Clerk::default() });
        let finished = pay(&world, profile, Kept::default(), &mut clerk);
        assert_eq!((finished.outcome, world.0.borrow().booked.len()), (Outcome::Aborted, 0), "{}", profile.name);
    }
}

#[test]
fn every_question_is_put_to_the_cashier_and_the_answer_reaches_the_terminal() {
    let profile = &Profile::NEXI;
    for script in [
        Script::Confirmation,
        Script::Menu,
        Script::AmountEntry,
        Script::TextEntry,
        Script::AnyKey,
        Script::SignatureQuestion,
    ] {
        let (world, mut clerk) = (Shared::new(setup(profile).with_script(script), 7), Clerk::default());
        let finished = pay(&world, profile, Kept::default(), &mut clerk);
        assert_eq!((clerk.questions, finished.outcome), (1, Outcome::Approved), "{script:?} {finished:?}");
        assert_eq!(world.0.borrow().complaints, Vec::<&str>::new());
    }
}

#[test]
fn a_journal_of_64_kib_passes_through_a_small_window_and_is_stored() {
    let (world, store, mut clerk) =
        (Shared::new(setup(&Profile::NEXI).with_script(Script::LongJournal), 512), Kept::default(), Clerk::default());
    let finished = pay(&world, &Profile::NEXI, store.clone(), &mut clerk);
    assert_eq!(finished.outcome, Outcome::Approved, "{finished:?}");
    let text: usize = store
        .records
        .borrow()
        .iter()
        .map(|entry| match entry {
            Entry::Text { text, .. } => text.as_str().len(),
            _ => 0,
        })
        .sum();
    assert!(text > 60 * 1024, "{text} bytes of text");
}

#[test]
fn deadlines_are_kept_when_the_terminal_says_nothing() {
    let (world, mut clerk) =
        (Shared::new(setup(&Profile::NEXI).with_fault(Fault::NeverAnswers), 4096), Clerk::default());
    let finished = pay(&world, &Profile::NEXI, Kept::default(), &mut clerk);
    assert_eq!((finished.outcome, finished.reason), (Outcome::Unknown, Some(Reason::Deadline)), "{finished:?}");
    assert!(world.now().as_millis() >= 90_000);
}
