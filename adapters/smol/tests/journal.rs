//! The journal in files: what it says after a restart, and what it does when the disk does not.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use common::{listener, nowhere, run, settings, till};
use opi_core::id::RequestId;
use opi_core::journal::{Entry as Kept, Found, Intent};
use opi_core::money::{Currency, Money};
use opi_core::operation::{Operation, Outcome, Reason, Request};
use opi_core::opi::Profile;
use opi_core::sim::{Dialect, Setup};
use opi_smol::journal::{self, JournalError};
use opi_smol::{Config, JournalStore, OpenError, Store, Terminal, Till, now_local, sim};

fn payment() -> Request {
    let amount = Money::from_minor(2500, Currency::CHF);
    Request::new(Operation::Payment { amount, cash_back: None }, now_local())
}

fn found(folder: &Path) -> Vec<Kept> {
    let mut all = Vec::new();
    journal::read(folder, |found| match found {
        Found::Entry { entry, .. } => all.push(entry.clone()),
        other => panic!("{other:?}"),
    })
    .unwrap();
    all
}

fn kind(entry: &Kept) -> &'static str {
    match entry {
        Kept::Block { .. } => "block",
        Kept::Intent(_) => "intent",
        Kept::Sent { .. } => "sent",
        Kept::Line { .. } | Kept::Text { .. } => "piece",
        Kept::Sheet { .. } => "sheet",
        Kept::Result(_) => "result",
        _ => "other",
    }
}

fn segment(folder: &Path, number: u32) -> std::path::PathBuf {
    folder.join(format!("journal-{number:08}.opi"))
}

/// Pays on a terminal that behaves, with the journal in this folder.
async fn pay(folder: &Path) -> Box<opi_core::operation::Finished> {
    let listener = listener().await;
    let terminal = sim::run(listener.local_addr(), Setup::new(&Dialect::NEXI, 7, now_local()), |_| {}).await.unwrap();
    let store = JournalStore::open(folder).unwrap();
    let mut till = till("lane-1", &Profile::NEXI, terminal.address(), &listener, store).await.unwrap();
    run(&mut till, &payment()).await.0
}

#[test]
fn a_payment_stands_in_the_journal_in_order_and_the_next_run_goes_on_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut numbers = Vec::new();
    smol::block_on(async {
        for _ in 0..3 {
            let finished = pay(folder.path()).await;
            assert!(finished.stored && finished.outcome == Outcome::Approved, "{finished:?}");
            numbers.push(finished.request_id.unwrap().get());
        }
    });
    assert_eq!(numbers, [1000, 1050, 1100], "a restart goes on after the reserved block");
    let all = found(folder.path());
    let mut kinds: Vec<_> = all.iter().map(kind).collect();
    kinds.dedup();
    let once = ["block", "intent", "sent", "piece", "sheet", "piece", "sheet", "piece", "sheet", "result"];
    assert_eq!(kinds, once.repeat(3));
    let named = all.iter().filter(|entry| matches!(entry, Kept::Sheet { reference: Some(_), .. })).count();
    assert!(named >= 3, "the reference that a receipt shows is kept with it");
}

#[test]
fn two_tills_never_share_a_journal_and_no_lane_takes_that_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let one = JournalStore::open(folder.path()).unwrap();
    assert!(matches!(JournalStore::open(folder.path()), Err(JournalError::InUse { .. })));
    drop(one);
    smol::block_on(async {
        pay(folder.path()).await;
        let store = JournalStore::open(folder.path()).unwrap();
        let other = till("lane-2", &Profile::NEXI, nowhere(), &listener().await, store).await;
        assert!(matches!(other.err(), Some(OpenError::OtherLane { .. })));
    });
}

#[test]
fn a_power_cut_at_any_byte_of_the_journal_leaves_the_payment_ended_or_unresolved() {
    let folder = tempfile::tempdir().unwrap();
    let finished = smol::block_on(pay(folder.path()));
    let whole = fs::read(segment(folder.path(), 1)).unwrap();
    let request_id = finished.request_id.unwrap();
    for cut in (0..=whole.len()).step_by(7) {
        fs::write(segment(folder.path(), 1), &whole[..cut]).unwrap();
        let store = JournalStore::open(folder.path()).unwrap();
        let mut kept = fs::read(segment(folder.path(), 1)).unwrap();
        if !whole.starts_with(&kept) {
            // How far the numbers are used up, in place of what was cut off.
            assert!(matches!(found(folder.path()).last(), Some(Kept::Block { .. })), "{cut}");
            kept.truncate(kept.len() - 16);
        }
        assert!(whole.starts_with(&kept), "{cut}");
        let lost: u64 = store.lost().iter().map(|lost| lost.dropped.bytes).sum();
        assert_eq!(lost, (cut - kept.len()) as u64, "{cut}: what is cut off is told");
        assert!(store.lost().iter().all(|lost| lost.dropped.tail), "{cut}");
        let kinds: Vec<_> = found(folder.path()).iter().map(kind).collect();
        let open = kinds.contains(&"intent") && !kinds.contains(&"result");
        assert_eq!(store.unresolved().map(|it| it.request_id), open.then_some(request_id), "{cut}");
        if open {
            assert_eq!(store.blockers()[0].sent, kinds.contains(&"sent"), "{cut}: what is known of its sending");
        }
        if !kept.is_empty() {
            assert!(store.recovered().unwrap().first_request.unwrap() > request_id, "{cut}");
        }
    }
}

/// Intents that a disk called not stored, and stored all the same: each blocks the lane in its turn, none is forgotten.
#[test]
fn several_unresolved_requests_are_settled_one_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    smol::block_on(async {
        pay(folder.path()).await;
        let Some(Kept::Intent(intent)) = found(folder.path()).into_iter().find(|it| kind(it) == "intent") else {
            panic!()
        };
        let mut store = JournalStore::open(folder.path()).unwrap();
        let numbers = [1060, 1061, 1062].map(|number| RequestId::new(number).unwrap());
        for request_id in numbers {
            store.persist(opi_smol::Entry::Intent(Intent { request_id, ..intent.clone() })).await.unwrap();
        }
        let mut till = till("lane-1", &Profile::NEXI, nowhere(), &listener().await, store.clone()).await.unwrap();
        for (at, number) in numbers.into_iter().enumerate() {
            let blocker = till.unresolved().unwrap();
            assert_eq!((blocker.request_id, blocker.others), (number, at < 2));
            assert_eq!(till.start(&payment()), Err(opi_core::drive::Misuse::Unresolved(number)));
            till.resolve(number, false, "never at the terminal").unwrap();
            while till.unresolved().is_some_and(|it| it.request_id == number) {
                till.next().await;
            }
        }
        assert_eq!((till.unresolved(), store.blockers().len()), (None, 0));
        assert!(till.start(&payment()).is_ok());
    });
}

/// A disk that spoils the last block it had confirmed: its numbers were used, and none comes back, however often the till
/// is started and paid nothing.
#[test]
fn numbers_of_a_spoilt_block_do_not_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = JournalStore::open(folder.path()).unwrap();
    let first = RequestId::new(1000).unwrap();
    store.reserve(first, 1).unwrap();
    drop(store);
    let path = segment(folder.path(), 1);
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    // Something whole before it, so that the journal is not empty.
    let before = fs::read(&path).unwrap();
    fs::write(&path, [before, bytes].concat()).unwrap();
    let mut next = Vec::new();
    for _ in 0..3 {
        next.push(JournalStore::open(folder.path()).unwrap().recovered().unwrap().first_request.unwrap().get());
    }
    assert!(next[0] > 1049 && next.iter().all(|it| *it >= next[0]), "{next:?}");
}

#[test]
fn a_lane_with_an_open_intent_is_blocked_until_a_person_decides() {
    let folder = tempfile::tempdir().unwrap();
    let finished = smol::block_on(pay(folder.path()));
    let path = segment(folder.path(), 1);
    let length = fs::metadata(&path).unwrap().len();
    OpenOptions::new().write(true).open(&path).unwrap().set_len(length - 1).unwrap();
    smol::block_on(async {
        let request_id = finished.request_id.unwrap();
        let store = JournalStore::open(folder.path()).unwrap();
        let mut till = till("lane-1", &Profile::NEXI, nowhere(), &listener().await, store.clone()).await.unwrap();
        assert_eq!(till.start(&payment()), Err(opi_core::drive::Misuse::Unresolved(request_id)));
        till.resolve(request_id, true, "seen on the terminal's own receipt").unwrap();
        while till.unresolved().is_some() {
            till.next().await;
        }
        assert!(store.blockers().is_empty());
    });
    let all = found(folder.path());
    let Some(Kept::Resolution(resolution)) = all.last() else { panic!("{all:?}") };
    assert_eq!((resolution.charged, resolution.note.as_str()), (true, "seen on the terminal's own receipt"));
    assert!(JournalStore::open(folder.path()).unwrap().unresolved().is_none());
}

#[test]
fn a_new_segment_knows_what_a_restart_needs() {
    let folder = tempfile::tempdir().unwrap();
    smol::block_on(async {
        pay(folder.path()).await;
        // A segment grown to its full length with sheets of earlier requests.
        let mut store = JournalStore::open(folder.path()).unwrap();
        let sheet = run_sheet().await;
        while fs::metadata(segment(folder.path(), 1)).unwrap().len() < journal::SEGMENT {
            store.persist(opi_smol::Entry::Sheet(sheet.clone())).await.unwrap();
        }
        drop(store);
        let finished = pay(folder.path()).await;
        assert!(segment(folder.path(), 2).exists());
        fs::remove_file(segment(folder.path(), 1)).unwrap();
        // Its end is lost: the second segment alone has to block the lane, and to know the numbers.
        let path = segment(folder.path(), 2);
        let length = fs::metadata(&path).unwrap().len();
        OpenOptions::new().write(true).open(&path).unwrap().set_len(length - 1).unwrap();
        let store = JournalStore::open(folder.path()).unwrap();
        assert_eq!(store.blockers()[0].request_id, finished.request_id.unwrap());
        let earlier = store.recovered().unwrap().last_settled.unwrap();
        assert!(earlier.request_id < finished.request_id.unwrap() && earlier.approval_code.is_some(), "{earlier:?}");
        assert!(store.recovered().unwrap().first_request > finished.request_id);
    });
}

/// A sheet with many lines.
async fn run_sheet() -> opi_smol::WholeSheet {
    let listener = listener().await;
    let terminal = sim::run(listener.local_addr(), Setup::new(&Dialect::NEXI, 7, now_local()), |_| {}).await.unwrap();
    let mut till =
        till("lane-1", &Profile::NEXI, terminal.address(), &listener, opi_smol::MemoryStore::new()).await.unwrap();
    let (_, told) = run(&mut till, &payment()).await;
    let mut sheet = told.receipts(opi_core::receipt::Copy::Merchant)[0].clone();
    sheet.lines = sheet.lines.iter().cycle().take(2000).cloned().collect();
    sheet
}

#[test]
fn a_journal_of_a_later_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(JournalStore::open(folder.path()).unwrap());
    // A whole record of version 2 with no body; its checksum is that of zlib, worked out elsewhere.
    let head = [0xFA, 1, 0, 0];
    let crc = crc32(&head).to_be_bytes();
    let mut file = OpenOptions::new().append(true).open(segment(folder.path(), 1)).unwrap();
    file.write_all(&[head, crc].concat()).unwrap();
    assert!(matches!(JournalStore::open(folder.path()), Err(JournalError::Version { .. })));
    assert_eq!(fs::read(segment(folder.path(), 1)).unwrap().len(), 8);
}

/// CRC-32 bit by bit, as in ISO 3309.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

#[test]
fn numbers_that_cannot_be_reserved_are_not_used() {
    let folder = tempfile::tempdir().unwrap();
    smol::block_on(async {
        let mut settings = settings("lane-1", &Profile::NEXI);
        settings.first_request = RequestId::new(999_999_990).unwrap();
        let store = Box::new(JournalStore::open(folder.path()).unwrap());
        let terminal = Terminal::Opi { address: nowhere(), listener: listener().await, settings };
        let config = Config { terminal, store };
        let mut till = Till::new(config).await.unwrap();
        let (finished, told) = run(&mut till, &payment()).await;
        assert_eq!((finished.outcome, finished.reason), (Outcome::NotSent, Some(Reason::NotStored)));
        assert!(told.troubles[0].to_string().contains("used up"), "{:?}", told.troubles);
        assert!(found(folder.path()).is_empty());
    });
}
