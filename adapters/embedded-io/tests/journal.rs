//! The journal in flash: what it says after a restart, wherever the power failed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_possible_truncation,
    clippy::large_enum_variant,
    clippy::reversed_empty_ranges
)]

mod common;

use std::collections::BTreeMap;

use common::flash::{Flash, TORN, Torn};
use common::world::{Shared, wall};
use common::{Clerk, Kept, Memory, WIRES, payment, pipe_till, settings, setup, wires};
use opi_core::id::{RequestId, WorkstationId};
use opi_core::journal::{Entry, Found, Record, Resolution};
use opi_core::limits::UNRESOLVED;
use opi_core::operation::{Operation, Outcome, Reason, Request};
use opi_core::opi::Profile;
use opi_core::receipt::SheetId;
use opi_core::sim::{Fault, Script};
use opi_embedded_io::{Journal, JournalError, Notice, OpenError, Store, blocking};

/// Words of 8 bytes, pages of 1 KiB: a half has 7, hardly more than it must.
type Small = Flash<8, 1024>;
const REGION: std::ops::Range<u32> = 1024..15 * 1024;

fn small() -> Small {
    // What was there before is not ours.
    Flash::new(16 * 1024, 0x5A)
}

fn open(flash: &Small) -> Journal<Small> {
    Journal::open(flash.clone(), REGION).unwrap()
}

fn entries<const W: usize, const P: usize>(journal: &mut Journal<Flash<W, P>>) -> Vec<Entry> {
    let mut all = Vec::new();
    journal
        .read(|found| {
            if let Found::Entry { entry, .. } = found {
                all.push(entry.clone());
            }
        })
        .unwrap();
    all
}

/// What a till does to its store, in order.
#[derive(Clone, Debug)]
enum Act {
    Reserve(RequestId, u32),
    Persist(Entry),
}

/// The acts of several payments, one of them unknown and settled by a person, as a till makes them.
fn acts() -> Vec<Act> {
    let mut acts = Vec::new();
    let profile = &Profile::OPI_DE;
    let mut number = 1000;
    for round in 0..10 {
        let mut lossy = setup(profile);
        if round == 2 {
            lossy = lossy.with_fault(Fault::DropAfterCharge);
        }
        let (world, store, mut memory) = (Shared::new(lossy, 4096), Kept::default(), Memory::new());
        let mut settings = settings(profile);
        settings.first_request = RequestId::new(number).unwrap();
        settings.first_sheet = SheetId(100 * (round + 1));
        let mut till = blocking::Till::<_, _, _, WIRES, 2>::new(
            settings,
            memory.lend(),
            wires(&world),
            store.clone(),
            world.clone(),
        )
        .unwrap();
        acts.push(Act::Reserve(RequestId::new(number).unwrap(), 32));
        let mut clerk = Clerk::default();
        let finished = till.run(&payment(2500 + u64::from(round), profile, wall(0)), &mut clerk).unwrap();
        assert_eq!(finished.outcome == Outcome::Unknown, round == 2);
        let end = clerk.started.last().unwrap().get() + 1;
        acts.extend(store.records.borrow().iter().cloned().map(Act::Persist));
        if round == 2 {
            // It stays unknown while another payment is told to the store, as a disk that lies may have it.
            continue_unresolved(&mut acts);
            let decision = Resolution::by_person(finished.request_id.unwrap(), true, "seen on the receipt");
            acts.push(Act::Persist(Entry::Resolution(decision)));
        }
        number = end;
    }
    acts
}

/// Pieces of a sheet without an end, so long that the half fills up while a request is unresolved.
fn continue_unresolved(acts: &mut Vec<Act>) {
    let line = acts
        .iter()
        .find_map(|act| match act {
            Act::Persist(Entry::Line { line, .. }) => Some(line.clone()),
            _ => None,
        })
        .unwrap();
    acts.extend((0..12).map(|_| Act::Persist(Entry::Line { sheet: SheetId(399), line: line.clone() })));
}

fn perform(journal: &mut impl Store, act: &Act) -> Result<(), String> {
    match act {
        Act::Reserve(next, count) => journal.reserve(*next, *count).map_err(|error| format!("{error:?}")),
        Act::Persist(entry) => journal.persist(&entry.record()).map_err(|error| format!("{error:?}")),
    }
}

/// What must be known after so many acts: an own reading of the same facts.
#[derive(Clone, Debug, Default, PartialEq)]
struct Truth {
    /// Unresolved requests, whether they are known to be sent, and their receipts, each with its lines.
    unresolved: BTreeMap<u32, (bool, BTreeMap<u32, Vec<String>>)>,
    /// Numbers up to this one must not come again.
    reached: u32,
    /// The request settled last with money that moved, or may have.
    last_settled: Option<u32>,
}

impl Truth {
    fn after(acts: &[Act]) -> Self {
        let (mut truth, mut open) = (Self::default(), BTreeMap::<u32, Vec<String>>::new());
        for act in acts {
            match act {
                Act::Reserve(next, _) => truth.reached = truth.reached.max(next.get() + 31),
                Act::Persist(entry) => truth.take(entry, &mut open),
            }
        }
        truth
    }

    fn take(&mut self, entry: &Entry, open: &mut BTreeMap<u32, Vec<String>>) {
        match entry {
            Entry::Block { last, .. } => self.reached = self.reached.max(last.get()),
            Entry::Intent(intent) => {
                self.unresolved.entry(intent.request_id.get()).or_default();
            }
            Entry::Sent { request_id } => {
                self.unresolved.entry(request_id.get()).or_default().0 = true;
            }
            Entry::Line { sheet, line } => open.entry(sheet.0).or_default().push(line.text.as_str().to_owned()),
            Entry::Text { sheet, text } => open.entry(sheet.0).or_default().push(text.as_str().to_owned()),
            Entry::Sheet { sheet, request, .. } => {
                let lines = open.remove(&sheet.0).unwrap_or_default();
                if let Some(entry) = request.and_then(|request| self.unresolved.get_mut(&request.get())) {
                    entry.1.insert(sheet.0, lines);
                }
            }
            Entry::Result(finished) if finished.outcome != Outcome::Unknown => {
                let id = finished.request_id.unwrap().get();
                self.unresolved.remove(&id);
                if finished.outcome == Outcome::Approved {
                    self.last_settled = Some(id);
                }
            }
            Entry::Resolution(resolution) => {
                self.unresolved.remove(&resolution.request_id.get());
                self.last_settled = Some(resolution.request_id.get());
            }
            Entry::Settled(settled) => self.last_settled = Some(settled.request_id.get()),
            _ => {}
        }
    }

    /// What a journal says, by the same reading of its records, and what its ledger says.
    fn of(journal: &mut Journal<Small>) -> Self {
        let acts: Vec<_> = entries(journal).into_iter().map(Act::Persist).collect();
        let truth = Self {
            reached: journal.recovered().unwrap().first_request.map_or(0, |it| it.get() - 1),
            ..Self::after(&acts)
        };
        let blockers: Vec<_> = journal.blockers().iter().map(|it| (it.request_id.get(), it.sent)).collect();
        let unresolved: Vec<_> = truth.unresolved.iter().map(|(id, (sent, _))| (*id, *sent)).collect();
        assert_eq!(blockers, unresolved, "ledger and records");
        assert_eq!(journal.recovered().unwrap().last_settled.map(|it| it.request_id.get()), truth.last_settled);
        truth
    }

    /// Whether this is what `other` says, numbers passed over aside.
    fn is(&self, other: &Self) -> bool {
        self.unresolved == other.unresolved && self.last_settled == other.last_settled
    }
}

#[test]
fn the_records_of_payments_stand_in_flash_as_they_were_given() {
    let flash: Flash<4, 4096> = Flash::new(256 * 1024, 0xFF);
    let mut journal = Journal::open(flash.clone(), 0..256 * 1024).unwrap();
    let mut given = Vec::new();
    for act in acts() {
        perform(&mut journal, &act).unwrap();
        if let Act::Persist(entry) = act {
            given.push(entry);
        }
    }
    let mut again = Journal::open(flash, 0..256 * 1024).unwrap();
    let mut found = entries(&mut again);
    found.retain(|entry| !matches!(entry, Entry::Block { .. }));
    assert!(found == given, "{found:?}\n{given:?}");
    assert_eq!((again.generation(), again.counts().damages, again.counts().dropped_bytes), (1, 0, 0));
}

#[test]
fn a_power_cut_at_any_step_of_any_kind_keeps_what_was_confirmed_and_invents_nothing() {
    let acts = acts();
    let whole = small();
    let mut journal = open(&whole);
    acts.iter().for_each(|act| perform(&mut journal, act).unwrap());
    let (steps, generations) = (whole.steps.get(), journal.generation());
    assert!(generations >= 4, "only {generations} generations: the halves are too large for the test");
    let (mut cuts, mut second, mut lost) = (0, 0, 0);
    // Every step; which way it tears takes turns, unless all ways are asked for.
    let all = std::env::var_os("OPI_ALL_CUTS").is_some();
    for (turn, torn) in (0..).zip(TORN) {
        for cut in (0..steps).filter(|cut| all || cut % 4 == turn) {
            let flash = small();
            flash.cut_after(cut, torn, u64::from(cut));
            let case = format!("{torn:?} at step {cut}");
            let mut done = 0;
            if let Ok(mut journal) = Journal::open(flash.clone(), REGION) {
                while perform(&mut journal, &acts[done]).is_ok() {
                    done += 1;
                }
            }
            assert!(flash.is_off.get(), "{case}: the power failed");
            flash.on();
            // The power may fail again while the till starts.
            if cut % 3 == 0 {
                flash.cut_after(cut % 7, TORN[cut as usize % 4], u64::from(cut) + 1);
                second += u32::from(Journal::open(flash.clone(), REGION).is_err());
                flash.on();
            }
            let mut journal = Journal::open(flash.clone(), REGION).unwrap_or_else(|error| panic!("{case}: {error}"));
            let found = Truth::of(&mut journal);
            let (before, after) = (Truth::after(&acts[..done]), Truth::after(&acts[..=done]));
            assert!(found.is(&before) || found.is(&after), "{case}: {found:?}\n{before:?}\n{after:?}");
            assert!(found.reached >= before.reached, "{case}: numbers come again");
            lost += journal.counts().dropped_bytes;
            // What is found was given, or says again what was: of sheets only what was.
            for entry in entries(&mut journal) {
                let given = acts.iter().any(|act| matches!(act, Act::Persist(given) if *given == entry));
                let again = matches!(&entry, Entry::Block { .. } | Entry::Settled(_))
                    || matches!(&entry, Entry::Result(end) if end.outcome == Outcome::Unknown);
                assert!(given || again, "{case}: {entry:?}");
            }
            // It goes on: what was not confirmed is done again, with numbers of its own.
            if cut % 5 == 0 {
                for act in acts.iter().skip(done) {
                    match act {
                        Act::Reserve(..) => {
                            let next = journal.recovered().unwrap().first_request;
                            journal.reserve(next.unwrap_or(RequestId::new(1000).unwrap()), 32).unwrap();
                        }
                        act => perform(&mut journal, act).unwrap_or_else(|error| panic!("{case}: {error}")),
                    }
                }
                assert!(Truth::of(&mut open(&flash)).is(&Truth::after(&acts)), "{case}");
            }
            cuts += 1;
        }
    }
    assert!(lost > 0 && second > 0, "{lost} {second}");
    println!("flash: {cuts} power cuts in {steps} steps, {generations} generations, {second} second cuts");
}

/// A till on the flash, whose power fails while it pays. It starts again, and is as right as if nothing had happened.
#[test]
fn a_payment_whose_power_fails_is_told_truly_after_the_restart() {
    let (mut approved, mut unsent, mut unknown) = (0, 0, 0);
    for profile in [&Profile::NEXI, &Profile::OPI_DE] {
        let steps = {
            let (world, flash) = (Shared::new(setup(profile), 4096), small());
            let mut memory = Memory::new();
            let mut till = pipe_till(&world, &mut memory, profile, open(&flash));
            till.run(&payment(2500, profile, wall(0)), &mut Clerk::default()).unwrap();
            flash.steps.get()
        };
        for cut in (0..steps).step_by(11) {
            let torn = TORN[cut as usize % 4];
            let (world, flash, case) =
                (Shared::new(setup(profile), 4096), small(), format!("{} {torn:?} {cut}", profile.name));
            flash.cut_after(cut, torn, u64::from(cut));
            let mut used = Vec::new();
            if let Ok(journal) = Journal::open(flash.clone(), REGION) {
                let (mut memory, mut clerk) = (Memory::new(), Clerk::default());
                world.0.borrow_mut().power = Some(flash.is_off.clone());
                let mut till = pipe_till(&world, &mut memory, profile, journal);
                till.start(&payment(2500, profile, wall(0))).unwrap();
                while !flash.is_off.get() {
                    assert!(
                        !matches!(till.poll(&mut clerk), Some(Notice::Finished(_))) || flash.is_off.get(),
                        "{case}"
                    );
                    world.step();
                }
                used.append(&mut clerk.started);
            }
            flash.on();
            // The terminal goes on with what it was told, and comes to rest.
            (0..200).for_each(|_| world.step());
            let (mut memory, mut clerk) = (Memory::new(), Clerk::default());
            let mut till = pipe_till(&world, &mut memory, profile, open(&flash));
            let blocker = till.unresolved().map(|it| it.request_id);
            let outcome = match blocker {
                None => None,
                Some(request_id) => {
                    assert_eq!(
                        till.start(&payment(2500, profile, wall(0))),
                        Err(opi_core::drive::Misuse::Unresolved(request_id)),
                        "{case}: it blocks the lane"
                    );
                    till.recover().unwrap();
                    let finished = loop {
                        if let Notice::Finished(finished) = till.next(&mut clerk) {
                            break finished.clone();
                        }
                    };
                    assert_eq!(finished.request_id, Some(request_id), "{case}");
                    Some(finished.outcome)
                }
            };
            let charged = world.0.borrow().booked.len();
            match outcome {
                None if charged == 0 => unsent += 1,
                // Its end was stored, and nothing else was.
                None => approved += 1,
                Some(Outcome::Approved) => {
                    assert_eq!(charged, 1, "{case}");
                    approved += 1;
                }
                Some(Outcome::Unknown) => {
                    unknown += 1;
                    till.resolve(till.unresolved().unwrap().request_id, charged == 1, "looked").unwrap();
                    while till.unresolved().is_some() {
                        till.next(&mut clerk);
                    }
                }
                Some(outcome) => assert_eq!(charged, 0, "{case}: {outcome:?}"),
            }
            // The lane is free, and no number comes twice.
            let mut next = till.run(&payment(2600, profile, wall(0)), &mut clerk).unwrap();
            if next.reason == Some(Reason::PrintLastTicket) {
                // A receipt that was never acknowledged (I3): the terminal wants it taken first.
                let reprint = Request::new(Operation::Reprint, wall(0));
                assert_eq!(till.run(&reprint, &mut clerk).unwrap().outcome, Outcome::Done, "{case}");
                next = till.run(&payment(2600, profile, wall(0)), &mut clerk).unwrap();
            }
            assert_eq!(next.outcome, Outcome::Approved, "{case}: {next:?}");
            clerk.started.retain(|number| Some(*number) != blocker);
            assert!(clerk.started.iter().all(|number| !used.contains(number)), "{case}: {used:?} {:?}", clerk.started);
        }
    }
    println!("power cuts of a paying till: approved {approved}, not begun {unsent}, unknown {unknown}");
    assert!(approved > 10 && unsent > 0 && unknown > 0);
}

#[test]
fn a_journal_that_is_full_refuses_the_payment_before_it_is_sent() {
    // Halves that hold the receipts of an unresolved request, and not much else.
    let (flash, profile) = (small(), &Profile::OPI_DE);
    let mut journal = open(&flash);
    let intent = acts().iter().find_map(|act| match act {
        Act::Persist(Entry::Intent(intent)) => Some(intent.clone()),
        _ => None,
    });
    let intent = intent.unwrap();
    journal.persist(&Record::Intent(&intent)).unwrap();
    let Some(Act::Persist(Entry::Line { line, .. })) =
        acts().into_iter().find(|act| matches!(act, Act::Persist(Entry::Line { .. })))
    else {
        panic!()
    };
    let mut sheet = 0;
    let full = loop {
        sheet += 1;
        let id = SheetId(sheet);
        let persisted = journal.persist(&Record::Line { sheet: id, line: &line }).and_then(|()| {
            let (purpose, request) = (opi_core::receipt::Purpose::Journal, Some(intent.request_id));
            journal.persist(&Record::Sheet { sheet: id, purpose, request, reference: None })
        });
        if let Err(error) = persisted {
            break error;
        }
    };
    assert_eq!(full, JournalError::Full);
    let generation = journal.generation();
    // The end of the request in progress still has room, and so does a person's decision.
    journal.persist(&Record::Sent { request_id: intent.request_id }).unwrap();
    drop(journal);
    // A till on it can settle, and only then pay.
    let (world, mut memory, mut clerk) = (Shared::new(setup(profile), 4096), Memory::new(), Clerk::default());
    let mut till = pipe_till(&world, &mut memory, profile, open(&flash));
    assert_eq!(
        till.start(&payment(2500, profile, wall(0))),
        Err(opi_core::drive::Misuse::Unresolved(intent.request_id))
    );
    till.resolve(intent.request_id, false, "nothing at the terminal").unwrap();
    while till.unresolved().is_some() {
        till.next(&mut clerk);
    }
    let finished = till.run(&payment(2500, profile, wall(0)), &mut clerk).unwrap();
    assert_eq!(finished.outcome, Outcome::Approved, "what was settled makes room");
    assert!(till.store().generation() > generation);
}

#[test]
fn a_flash_that_fails_refuses_the_payment_before_it_is_sent() {
    // In the block; or in the intent, and then its end behind it has no room either.
    for (cut, troubles) in [(0, 1), (1, 2), (2, 2)] {
        let (flash, profile) = (small(), &Profile::NEXI);
        let journal = open(&flash);
        let (world, mut memory, mut clerk) = (Shared::new(setup(profile), 4096), Memory::new(), Clerk::default());
        let mut till = pipe_till(&world, &mut memory, profile, journal);
        flash.cut_after(cut * 3, Torn::Garbage, 1);
        let finished = till.run(&payment(2500, profile, wall(0)), &mut clerk).unwrap();
        assert_eq!((finished.outcome, finished.reason), (Outcome::NotSent, Some(Reason::NotStored)), "{cut}");
        assert_eq!(clerk.troubles.len(), troubles, "{cut}: {:?}", clerk.troubles);
        assert_eq!(world.0.borrow().passed, [[0; 2]; 3]);
    }
}

#[test]
fn a_long_journal_of_the_terminal_is_kept_where_there_is_room_and_told_as_not_kept_where_there_is_none() {
    for (bytes, kept) in [(512 * 1024, true), (32 * 1024, false)] {
        let flash: Flash<4, 4096> = Flash::new(bytes, 0xFF);
        let journal = Journal::open(flash.clone(), 0..bytes as u32).unwrap();
        let world = Shared::new(setup(&Profile::NEXI).with_script(Script::LongJournal), 512);
        let (mut memory, mut clerk) = (Memory::new(), Clerk::default());
        let mut till = pipe_till(&world, &mut memory, &Profile::NEXI, journal);
        let finished = till.run(&payment(2500, &Profile::NEXI, wall(0)), &mut clerk).unwrap();
        assert!(finished.stored, "its end always has room: {finished:?}");
        let journals = clerk.sheets.iter().filter(|sheet| sheet.1 == opi_core::receipt::Purpose::Journal);
        assert_eq!(journals.map(|sheet| sheet.3).collect::<Vec<_>>(), [kept], "{bytes}");
    }
}

#[test]
fn the_lane_of_a_journal_is_known_even_when_nothing_of_it_is_left() {
    let flash = small();
    let mut journal = open(&flash);
    for act in acts() {
        perform(&mut journal, &act).unwrap();
    }
    drop(journal);
    let (world, mut memory) = (Shared::new(setup(&Profile::NEXI), 4096), Memory::new());
    let mut other = settings(&Profile::NEXI);
    other.workstation = WorkstationId::new("lane-2").unwrap();
    let till =
        blocking::Till::<_, _, _, WIRES, 2>::new(other, memory.lend(), wires(&world), open(&flash), world.clone());
    assert!(matches!(till.err(), Some(OpenError::OtherLane { .. })));
}

#[test]
fn a_journal_whose_heads_are_lost_is_not_taken_for_an_empty_one() {
    let flash = small();
    let mut journal = open(&flash);
    perform(&mut journal, &acts()[0]).unwrap();
    flash.spoil(1024);
    assert_eq!(Journal::open(flash.clone(), REGION).err(), Some(JournalError::NoHead));
    let fresh = Journal::format(flash, REGION).unwrap();
    assert_eq!(fresh.recovered().unwrap().first_request, None);
}

#[test]
fn a_region_that_does_not_fit_is_refused() {
    for region in [100..13 * 1024, 0..11 * 1024, 0..17 * 1024, 4096..1024] {
        assert_eq!(Journal::open(small(), region).err(), Some(JournalError::Region));
    }
}

#[test]
fn several_unresolved_requests_are_carried_over_and_none_is_forgotten() {
    let flash = small();
    let mut journal = open(&flash);
    let intent = acts().iter().find_map(|act| match act {
        Act::Persist(Entry::Intent(intent)) => Some(intent.clone()),
        _ => None,
    });
    let intents: Vec<_> = (0..=u32::try_from(UNRESOLVED).unwrap())
        .map(|more| opi_core::journal::Intent {
            request_id: RequestId::new(2000 + more).unwrap(),
            ..intent.clone().unwrap()
        })
        .collect();
    for (count, intent) in intents.iter().take(UNRESOLVED).enumerate() {
        journal.persist(&Record::Intent(intent)).unwrap();
        // Until the half was changed once more.
        let generation = journal.generation();
        while journal.generation() == generation {
            journal.persist(&Record::Block { first: intent.request_id, last: intent.request_id }).unwrap();
        }
        let numbers: Vec<_> = open(&flash).blockers().iter().map(|it| it.request_id).collect();
        assert_eq!(numbers, intents[..=count].iter().map(|it| it.request_id).collect::<Vec<_>>());
    }
    journal.persist(&Record::Intent(&intents[UNRESOLVED])).unwrap();
    let generation = journal.generation();
    while journal.generation() == generation {
        journal.persist(&Record::Block { first: intents[0].request_id, last: intents[0].request_id }).unwrap();
    }
    assert!(open(&flash).unresolved().unwrap().others, "those beyond are known by their numbers");
    for intent in intents.iter().take(UNRESOLVED) {
        let decision = Resolution::by_person(intent.request_id, false, "");
        journal.persist(&Record::Resolution(&decision)).unwrap();
    }
    assert!(open(&flash).unresolved().is_some(), "the last one is not forgotten");
    for intent in &intents {
        let decision = Resolution::by_person(intent.request_id, false, "");
        journal.persist(&Record::Resolution(&decision)).unwrap();
    }
    assert_eq!(open(&flash).blockers(), []);
}
