//! A journal over the C interface says what the ledger of the core says, cut at every byte.

use std::mem::MaybeUninit;
use std::ptr;

use opi_capi::Status;
use opi_capi::border::{Bytes, Str};
use opi_capi::journal::{
    Journal, Replayed, opi_journal_carry_over, opi_journal_end, opi_journal_new, opi_journal_read, opi_journal_reserve,
    opi_journal_size, opi_journal_stored,
};
use opi_capi::session::{
    OPI_BUFFER_MIN, OPI_WINDOW_MIN, Session, Unresolved, opi_session_new, opi_session_next_request, opi_session_size,
    opi_session_unresolved,
};
use opi_core::id::{Id, RequestId};
use opi_core::journal::{self, Intent, Ledger, Record, Replay};
use opi_core::money::{Currency, Money};
use opi_core::operation::{Facts, Finished, Outcome, Reason, SettledBy};
use opi_core::time::WallTime;

use crate::both::{settings, windows};
use crate::lent::Lent;
use crate::shown::{bytes, text};

fn request(number: u32) -> RequestId {
    RequestId::new(number).unwrap()
}

/// Two payments, the second without an end.
fn stored() -> Vec<u8> {
    let intent = |number| Intent {
        request_id: request(number),
        workstation_id: Id::new("lane-1").unwrap(),
        request_type: Id::new("CardPayment").unwrap(),
        amount: Some(Money::from_minor(2_500, Currency::CHF)),
        reference: None,
        at: WallTime::new(1_775_000_000, 120),
    };
    let end = |number, outcome, reason| Finished {
        request_id: Some(request(number)),
        outcome,
        reason,
        settled_by: SettledBy::Answer,
        facts: Facts::default(),
        stored: true,
    };
    let (first, second) = (intent(1001), intent(1002));
    let (paid, lost) = (end(1001, Outcome::Approved, None), end(1002, Outcome::Unknown, Some(Reason::Deadline)));
    let records = [
        Record::Block { first: request(1001), last: request(1050) },
        Record::Intent(&first),
        Record::Sent { request_id: request(1001) },
        Record::Result(&paid),
        Record::Intent(&second),
        Record::Sent { request_id: request(1002) },
        Record::Result(&lost),
    ];
    let mut all = Vec::new();
    for record in records {
        let mut to = [0; journal::MAX_RECORD];
        let length = journal::encode(&record, &mut to).unwrap();
        all.extend_from_slice(&to[..length]);
    }
    all
}

/// A session on what is left of a journal.
struct Restart {
    memory: [Lent; 2],
    windows: [Lent; 4],
    journal: *mut Journal,
    session: *mut Session,
    keep: u64,
    mend: Vec<u8>,
}

fn restart(left: &[u8], piece: usize, lane: &str) -> Result<Restart, Status> {
    let mut memory = [Lent::new(opi_journal_size()), Lent::new(opi_session_size())];
    let mut lent = [0; 4].map(|_| Lent::new(OPI_WINDOW_MIN));
    let (mut journal, mut session) = (ptr::null_mut(), ptr::null_mut());
    let (mut buffer, mut found) = ([0u8; OPI_BUFFER_MIN], MaybeUninit::<Replayed>::uninit());
    let [journal_memory, session_memory] = &mut memory;
    let mut settings = settings("nexi");
    (settings.workstation, settings.first_request) = (Str::of(lane), 7);
    let windows_lent = windows(&mut lent);
    // SAFETY: everything is ours, has room, and is held as long as the session.
    let (found, status) = unsafe {
        assert_eq!(opi_journal_new(journal_memory.start(), journal_memory.size(), &mut journal), Status::Ok);
        for piece in left.chunks(piece) {
            assert_eq!(opi_journal_read(journal, piece.as_ptr(), piece.len()), Status::Ok);
        }
        let status = opi_journal_end(journal, buffer.as_mut_ptr(), buffer.len(), found.as_mut_ptr());
        assert_eq!(status, Status::Ok);
        let (start, size) = (session_memory.start(), session_memory.size());
        (
            found.assume_init(),
            opi_session_new(start, size, &raw const settings, &raw const windows_lent, journal, &mut session),
        )
    };
    let mend = bytes(found.mend);
    if status == Status::Ok {
        Ok(Restart { memory, windows: lent, journal, session, keep: found.keep, mend })
    } else {
        Err(status)
    }
}

#[test]
fn a_restart_goes_on_where_the_journal_ends_wherever_it_is_cut() {
    let all = stored();
    for cut in 0..=all.len() {
        let left = &all[..cut];
        let (mut replay, mut ledger, mut rest) = (Replay::new(), Ledger::<0>::new(), left);
        while let Some(found) = replay.next(&mut rest).unwrap() {
            ledger.enter(&found);
        }
        while let Some(found) = replay.finish().unwrap() {
            ledger.enter(&found);
        }
        let restart = restart(left, cut % 97 + 1, "lane-1").unwrap();
        assert_eq!(restart.keep, replay.kept());
        let torn = replay.kept() != cut as u64;
        assert_eq!(restart.mend.is_empty(), !torn || ledger.reached().is_none(), "{cut}");
        let fresh = cut == 0;
        let next = if fresh { 7 } else { ledger.next_request().unwrap().get() };
        let mut unresolved = MaybeUninit::<Unresolved>::uninit();
        // SAFETY: the session is ours, and there is room.
        let (number, blocked) = unsafe {
            (
                opi_session_next_request(restart.session),
                opi_session_unresolved(restart.session, unresolved.as_mut_ptr()),
            )
        };
        assert_eq!(number, next, "{cut}");
        let blocker = ledger.next_unresolved();
        assert_eq!(blocked == 1, blocker.is_some(), "{cut}");
        if let Some(blocker) = blocker {
            // SAFETY: it was written, since there is one.
            let told = unsafe { unresolved.assume_init() };
            assert_eq!(told.request_id, blocker.request_id.get());
            assert_eq!(text(told.request_type).as_deref(), Some(blocker.request_type.as_str()));
            assert_eq!(told.amount.minor, blocker.amount.map_or(0, Money::minor));
            assert_eq!(format!("{:?}", told.reason), blocker.reason.map_or("None".into(), |why| format!("{why:?}")));
        }
        restart.memory.iter().chain(&restart.windows).for_each(Lent::check);
    }
}

#[test]
fn the_journal_of_another_lane_is_refused() {
    assert_eq!(restart(&stored(), 100, "lane-2").err(), Some(Status::OtherLane));
}

#[test]
fn no_number_is_reserved_twice() {
    let all = stored();
    let restart = restart(&all, 100, "lane-1").unwrap();
    let (mut buffer, mut record) = ([0u8; OPI_BUFFER_MIN], Bytes::NONE);
    // SAFETY: everything is ours and has room.
    let mut reserve = || unsafe {
        let status =
            opi_journal_reserve(restart.journal, restart.session, buffer.as_mut_ptr(), buffer.len(), &mut record);
        assert_eq!(status, Status::Ok);
        bytes(record)
    };
    // What is not said to be stored is asked for again.
    let first = reserve();
    assert_eq!(reserve(), first);
    let (entry, _) = journal::decode(&first).unwrap();
    assert_eq!(entry.record(), Record::Block { first: request(1051), last: request(1100) });
    // SAFETY: the journal is ours, and the bytes are readable.
    let status = unsafe { opi_journal_stored(restart.journal, Bytes { data: first.as_ptr(), length: first.len() }) };
    assert_eq!(status, Status::Ok);
    assert_eq!(reserve(), Vec::<u8>::new());
}

#[test]
fn a_new_journal_begins_with_what_a_restart_needs() {
    let all = stored();
    let (mut buffer, mut record) = ([0u8; OPI_BUFFER_MIN], Bytes::NONE);
    for cut in 0..=all.len() {
        let old = restart(&all[..cut], 100, "lane-1").unwrap();
        let mut begun = Vec::new();
        for number in 0.. {
            // SAFETY: everything is ours and has room.
            let status =
                unsafe { opi_journal_carry_over(old.journal, number, buffer.as_mut_ptr(), buffer.len(), &mut record) };
            assert_eq!(status, Status::Ok);
            if record.length == 0 {
                break;
            }
            begun.extend(bytes(record));
        }
        let new = restart(&begun, 100, "lane-1").unwrap();
        let shown = |restart: &Restart| {
            let mut unresolved = MaybeUninit::<Unresolved>::uninit();
            // SAFETY: the session is ours, and there is room.
            unsafe {
                let next = opi_session_next_request(restart.session);
                let open = opi_session_unresolved(restart.session, unresolved.as_mut_ptr()) == 1;
                (
                    next,
                    open.then(|| {
                        let it = unresolved.assume_init();
                        (
                            it.request_id,
                            it.amount,
                            it.at.unix_seconds,
                            it.reason,
                            text(it.request_type),
                            text(it.reference),
                        )
                    }),
                )
            }
        };
        assert_eq!(shown(&new), shown(&old), "{cut}");
    }
}
