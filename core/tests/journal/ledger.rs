//! What a restart makes of a journal.

use opi_core::id::{Id, RequestId};
use opi_core::journal::{Dropped, Entry, Found, Intent, Ledger, Record, Resolution};
use opi_core::limits;
use opi_core::operation::{Facts, Finished, Outcome, Reason, SettledBy};
use opi_core::receipt::{Copy, Line, Purpose, SheetId};

use super::golden::day;
use super::{bytes_of, replay};

const OUTCOMES: [Outcome; 6] =
    [Outcome::Approved, Outcome::Declined, Outcome::Aborted, Outcome::NotSent, Outcome::Unknown, Outcome::Done];

fn id(number: u32) -> RequestId {
    RequestId::new(number).unwrap()
}

fn intent(number: u32) -> Entry {
    let Entry::Intent(intent) = day().remove(1).1 else { panic!() };
    Entry::Intent(Intent { request_id: id(number), ..intent })
}

fn sent(number: u32) -> Entry {
    Entry::Sent { request_id: id(number) }
}

fn result(number: u32, outcome: Outcome) -> Entry {
    let reason = (outcome == Outcome::Unknown).then_some(Reason::Deadline);
    let request_id = Some(id(number));
    Entry::Result(Finished {
        request_id,
        outcome,
        reason,
        settled_by: SettledBy::Answer,
        facts: Facts::default(),
        stored: true,
    })
}

fn resolution(number: u32, outcome: Outcome) -> Entry {
    Entry::Resolution(Resolution::new(id(number), outcome, SettledBy::RepeatLastMessage))
}

fn line(sheet: u32) -> Entry {
    Entry::Line { sheet: SheetId(sheet), line: Line::default() }
}

fn receipt(sheet: u32, request: Option<u32>) -> Entry {
    Entry::Sheet {
        sheet: SheetId(sheet),
        purpose: Purpose::Receipt(Copy::Merchant),
        request: request.map(id),
        reference: None,
    }
}

const HOLE: Found = Found::Dropped(Dropped { at: 0, bytes: 40, tail: false });

fn told(entries: &[Entry]) -> Ledger<2> {
    let mut ledger = Ledger::new();
    for entry in entries {
        ledger.record(&entry.record());
    }
    ledger
}

fn blockers(ledger: &Ledger<2>) -> Vec<u32> {
    ledger.all_unresolved().iter().map(|blocker| blocker.request_id.get()).collect()
}

#[test]
fn only_a_known_end_frees_the_lane() {
    for outcome in OUTCOMES {
        let known = !matches!(outcome, Outcome::Unknown | Outcome::Done);
        let by_result = told(&[intent(5), sent(5), result(5, outcome)]);
        assert_eq!(by_result.unresolved().is_none(), known, "{outcome:?}");
        let by_resolution = told(&[intent(5), result(5, Outcome::Unknown), resolution(5, outcome)]);
        assert_eq!(by_resolution.unresolved().is_none(), known, "{outcome:?}");
        // A late answer, stored as a second result.
        let late = told(&[intent(5), result(5, Outcome::Unknown), result(5, outcome)]);
        assert_eq!(late.unresolved().is_none(), known, "{outcome:?}");
        // What was once known stays known.
        let twice = told(&[intent(5), result(5, Outcome::Approved), result(5, outcome), sent(5)]);
        assert!(twice.unresolved().is_none(), "{outcome:?}");
        // The end of another request settles nothing.
        let other = told(&[intent(5), result(4, outcome), resolution(6, outcome)]);
        assert!(blockers(&other).contains(&5), "{outcome:?}");
    }
}

#[test]
fn the_blocker_tells_what_its_result_is_found_by() {
    let ledger = told(&[intent(5)]);
    let blocker = ledger.unresolved().unwrap();
    assert_eq!(Some(intent(5)), blocker.intent.clone().map(Entry::Intent));
    assert!(!blocker.sent && blocker.reason.is_none());
    let ledger = told(&[intent(5), sent(5), result(5, Outcome::Unknown)]);
    let blocker = ledger.unresolved().unwrap();
    assert_eq!((blocker.sent, blocker.reason), (true, Some(Reason::Deadline)));
    let unresolved = blocker.unresolved(false);
    assert_eq!((unresolved.request_id, unresolved.reason), (id(5), Some(Reason::Deadline)));
    assert_eq!(unresolved.amount.unwrap().minor(), 2500);
    assert_eq!((unresolved.request_type.as_str(), unresolved.at.unix_seconds()), ("CardPayment", 1_775_636_100));
}

#[test]
fn what_a_receipt_showed_outlives_the_power() {
    let seen = |ledger: &Ledger<2>| ledger.next_unresolved().unwrap().reference.map(|id| id.to_string());
    let showing = |text: &str| {
        let (purpose, reference) = (Purpose::Journal, Id::new(text).ok());
        Entry::Sheet { sheet: SheetId(1), purpose, request: Some(id(5)), reference }
    };
    assert_eq!(seen(&told(&[intent(5), receipt(1, Some(5))])), None);
    assert_eq!(seen(&told(&[intent(5), showing("R7"), receipt(2, Some(5))])).as_deref(), Some("R7"));
    // The answer shows one, too, and is not preferred.
    for (code, reference, expected) in
        [(None, Some("R8"), "R8"), (Some("A1"), None, "A1"), (Some("A1"), Some("R8"), "R8")]
    {
        let Entry::Result(mut finished) = result(5, Outcome::Unknown) else { panic!() };
        finished.facts.approval_code = code.and_then(|code| Id::new(code).ok());
        finished.facts.trx_reference_number = reference.and_then(|reference| Id::new(reference).ok());
        let unknown = Entry::Result(finished);
        assert_eq!(seen(&told(&[intent(5), unknown.clone()])).as_deref(), Some(expected));
        assert_eq!(seen(&told(&[intent(5), showing("R7"), unknown])).as_deref(), Some("R7"));
    }
}

#[test]
fn money_that_may_have_moved_blocks_without_its_intent() {
    for (rest, has_reason) in [(vec![sent(5)], false), (vec![result(5, Outcome::Unknown)], true)] {
        let mut ledger = Ledger::<2>::new();
        ledger.enter(&HOLE);
        for entry in &rest {
            ledger.record(&entry.record());
        }
        let blocker = ledger.unresolved().unwrap();
        assert_eq!((blocker.request_id, blocker.intent.is_none()), (id(5), true));
        assert_eq!(blocker.reason.is_some(), has_reason);
        ledger.record(&resolution(5, Outcome::Declined).record());
        assert!(ledger.unresolved().is_none());
    }
}

#[test]
fn the_oldest_of_several_blocks_first() {
    let mut ledger = told(&[intent(3), intent(5), intent(4)]);
    assert_eq!(blockers(&ledger), [3, 5, 4]);
    for (settled, left) in [(3, vec![5, 4]), (5, vec![4]), (4, vec![])] {
        ledger.record(&resolution(settled, Outcome::Aborted).record());
        assert_eq!(blockers(&ledger), left);
    }
    // An intent stored twice, because the first storing was not confirmed, is one.
    assert_eq!(blockers(&told(&[intent(3), intent(3)])), [3]);
}

#[test]
fn the_sheets_of_the_blocker_are_known() {
    let mut ledger = told(&[intent(5), line(1), line(2), line(1), receipt(1, Some(5)), receipt(2, None)]);
    let sheet = ledger.sheets()[0];
    assert_eq!((ledger.sheets().len(), sheet.sheet, sheet.pieces, sheet.whole), (1, SheetId(1), 2, true));
    // A hole may have taken a line.
    ledger.record(&line(3).record());
    ledger.enter(&HOLE);
    for entry in [receipt(3, Some(5)), line(4), receipt(4, Some(5))] {
        ledger.record(&entry.record());
    }
    let sheet = ledger.sheets()[1];
    assert_eq!((sheet.sheet, sheet.whole), (SheetId(3), false));
    assert_eq!((ledger.sheets().len(), ledger.counts().more_sheets), (2, 1));
    ledger.record(&resolution(5, Outcome::Approved).record());
    assert!(ledger.sheets().is_empty());
    assert_eq!(ledger.counts().sheets, 4);
}

#[test]
fn a_sheet_number_is_not_given_out_again() {
    assert_eq!(told(&[]).next_sheet(), SheetId(1));
    // Its lines stand there, its end does not.
    assert_eq!(told(&[receipt(2, None), line(7), line(3)]).next_sheet(), SheetId(8));
    let text = Entry::Text { sheet: SheetId(9), text: "x".into() };
    assert_eq!(told(&[text]).next_sheet(), SheetId(10));
    assert_eq!(told(&[receipt(11, None)]).next_sheet(), SheetId(12));
}

#[test]
fn sheets_whose_end_never_came_take_no_room() {
    let mut all: Vec<_> = (1..=40).map(line).collect();
    all.splice(0..0, [intent(5)]);
    all.extend([receipt(40, Some(5)), receipt(1, Some(5))]);
    let ledger = told(&all);
    let whole: Vec<_> = ledger.sheets().iter().map(|sheet| (sheet.sheet.0, sheet.whole)).collect();
    assert_eq!(whole, [(40, true), (1, false)], "its line was forgotten, so it is not said to be whole");
}

/// A journal cut anywhere knows of the payment as soon as its intent was stored, and says that it ended only when its
/// end was.
#[test]
fn cut_anywhere_nothing_is_lost_and_nothing_invented() {
    let story = [
        Entry::Block { first: id(5), last: id(54) },
        intent(5),
        sent(5),
        line(1),
        receipt(1, Some(5)),
        result(5, Outcome::Approved),
        intent(6),
        result(6, Outcome::Unknown),
        resolution(6, Outcome::Declined),
    ];
    let ends: Vec<_> = story
        .iter()
        .scan(0, |at, entry| {
            *at += bytes_of(&entry.record()).len();
            Some(*at)
        })
        .collect();
    let bytes: Vec<_> = story.iter().flat_map(|entry| bytes_of(&entry.record())).collect();
    let unresolved = |whole: usize| match whole {
        2..=5 => Some(5),
        7..=8 => Some(6),
        _ => None,
    };
    for cut in 0..=bytes.len() {
        let mut ledger = Ledger::<2>::new();
        replay(&bytes[..cut]).iter().for_each(|found| ledger.enter(found));
        let whole = ends.iter().filter(|end| **end <= cut).count();
        let blocker = ledger.unresolved().map(|blocker| blocker.request_id.get());
        assert_eq!(blocker, unresolved(whole), "cut at {cut}");
        assert_eq!((ledger.counts().records, ledger.counts().damages), (whole as u64, 0), "cut at {cut}");
    }
    // One byte spoilt: who was blocked stays so, unless the intent itself is gone, and that is told.
    for at in 0..bytes.len() {
        let mut spoilt = bytes.clone();
        spoilt[at] ^= 0x10;
        let mut ledger = Ledger::<2>::new();
        replay(&spoilt).iter().for_each(|found| ledger.enter(found));
        let hit = ends.iter().filter(|end| **end <= at).count();
        // Without the result of 5, or without the resolution of 6, each is open again.
        let expected = match hit {
            5 => Some(5),
            8 => Some(6),
            _ => None,
        };
        assert_eq!(ledger.unresolved().map(|blocker| blocker.request_id.get()), expected, "byte {at}");
        let counts = ledger.counts();
        assert_eq!(counts.damages, u64::from(hit + 1 < story.len()), "byte {at}");
        assert!(counts.dropped_bytes > 0);
    }
}

#[test]
fn what_is_not_known_is_counted() {
    let mut ledger = told(&[intent(1), result(1, Outcome::Approved), resolution(1, Outcome::Approved)]);
    ledger.enter(&Found::Unlisted { at: 0, kind: 99 });
    ledger.enter(&HOLE);
    ledger.enter(&Found::Dropped(Dropped { at: 90, bytes: 2, tail: true }));
    let counts = ledger.counts();
    assert_eq!((counts.records, counts.intents, counts.results, counts.resolutions), (3, 1, 1, 1));
    assert_eq!((counts.unlisted, counts.damages, counts.dropped_bytes), (1, 1, 42));
    assert!(matches!(ledger.reserve(), Some(Record::Block { .. })));
}

/// Intents that a disk called not stored, and stored all the same: each blocks the lane in its turn, none is forgotten.
#[test]
fn several_unresolved_requests_are_settled_one_after_the_other() {
    let mut ledger = told(&[intent(5), intent(7), intent(9)]);
    for (number, others) in [(5, true), (7, true), (9, false)] {
        let next = ledger.next_unresolved().unwrap();
        assert_eq!((next.request_id, next.others), (id(number), others));
        ledger.record(&resolution(number, Outcome::Declined).record());
    }
    assert_eq!(ledger.next_unresolved(), None);
}

/// However many there are, each blocks the lane until it is settled, and none that was settled comes back.
#[test]
fn more_unresolved_requests_than_fit_are_not_forgotten() {
    const MOST: u32 = (limits::UNRESOLVED + limits::UNRESOLVED_NUMBERS) as u32;
    let mut ledger = told(&(1..=MOST).flat_map(|number| [intent(number), sent(number)]).collect::<Vec<_>>());
    assert_eq!(ledger.counts().more_unresolved, 0);
    // From the middle, from the end, then one after the other.
    for number in [9, MOST] {
        ledger.record(&result(number, Outcome::NotSent).record());
    }
    for number in (1..MOST).filter(|number| *number != 9) {
        let next = ledger.next_unresolved().unwrap();
        assert_eq!((next.request_id, next.others), (id(number), number != MOST - 1));
        ledger.record(&result(number, Outcome::Unknown).record());
        assert_eq!(ledger.next_unresolved().unwrap().request_id, id(number));
        ledger.record(&resolution(number, Outcome::Declined).record());
    }
    assert_eq!(ledger.next_unresolved(), None);
    let over = told(&(1..=MOST + 2).map(intent).collect::<Vec<_>>());
    assert_eq!(over.counts().more_unresolved, 2);
}

#[test]
fn what_was_settled_last_is_remembered() {
    let named = |entry: Entry, code: &str| {
        let Entry::Result(mut finished) = entry else { panic!() };
        finished.facts.approval_code = Id::new(code).ok();
        Entry::Result(finished)
    };
    let last =
        |entries: &[Entry]| told(entries).last_settled().map(|it| (it.request_id.get(), it.approval_code.clone()));
    let approved = |number, code: &str| [intent(number), named(result(number, Outcome::Approved), code)];
    assert_eq!(last(&[intent(5), named(result(5, Outcome::Unknown), "A")]), None, "not settled");
    assert_eq!(last(&approved(5, "A")), Some((5, Id::new("A").ok())));
    assert_eq!(last(&[approved(5, "A"), approved(6, "B")].concat()), Some((6, Id::new("B").ok())));
    // What was refused has no receipt with an approval; what a person decided may have one.
    for outcome in [Outcome::Declined, Outcome::Aborted, Outcome::NotSent] {
        let refused = [intent(6), named(result(6, outcome), "B")];
        assert_eq!(last(&[approved(5, "A"), refused].concat()), Some((5, Id::new("A").ok())), "{outcome:?}");
        let decided = [intent(6), resolution(6, outcome)];
        assert_eq!(last(&[approved(5, "A"), decided].concat()), Some((6, None)), "{outcome:?}");
    }
    // A new file begins with it.
    let kept = told(&approved(5, "A")).last_settled().cloned().unwrap();
    assert_eq!(last(&[Entry::Settled(kept)]), Some((5, Id::new("A").ok())));
}
