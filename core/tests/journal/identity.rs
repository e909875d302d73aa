//! Request numbers never repeat, whatever is cut off or spoilt (I5).

use std::collections::HashSet;

use opi_core::id::RequestId;
use opi_core::journal::{Dropped, Entry, Found, Ledger, Record};
use opi_core::limits;
use proptest::collection::vec;
use proptest::prelude::*;

use super::golden::day;
use super::{bytes_of, replay};

/// What one life of a till does before its power goes.
#[derive(Clone, Debug)]
struct Life {
    /// Numbers it uses.
    numbers: u16,
    /// Which of them are for requests that move money: every so manyth.
    money: u16,
    /// How much of a record that was not confirmed any more is left.
    torn: prop::sample::Index,
    /// A byte that the disk spoils afterwards.
    spoilt: Option<(prop::sample::Index, u8)>,
    /// Whether the next life cuts the unfinished end off.
    cut: bool,
}

fn life(spoils: bool) -> impl Strategy<Value = Life> {
    let hit = (any::<prop::sample::Index>(), 1..=255u8);
    let spoilt = if spoils { prop::option::of(hit).boxed() } else { Just(None).boxed() };
    (0..160u16, 1..9u16, any::<prop::sample::Index>(), spoilt, any::<bool>())
        .prop_map(|(numbers, money, torn, spoilt, cut)| Life { numbers, money, torn, spoilt, cut })
}

fn read(journal: &[u8]) -> Ledger<4> {
    let mut ledger = Ledger::new();
    for found in replay(journal) {
        ledger.enter(&found);
    }
    ledger
}

fn live(lives: &[Life]) {
    let (mut journal, mut used) = (Vec::<u8>::new(), HashSet::new());
    for life in lives {
        let mut ledger = read(&journal);
        if life.cut {
            let (_, kept) = super::replay_in(&journal, &[usize::MAX]);
            let kept = usize::try_from(kept.unwrap()).unwrap();
            if kept < journal.len() {
                // What is cut off may have been a block: the numbers passed over for it are kept.
                journal.truncate(kept);
                journal.extend(ledger.reached().map(|record| bytes_of(&record)).unwrap_or_default());
                ledger = read(&journal);
            }
        }
        let mut block: Option<(u32, u32)> = None;
        for number in 0..life.numbers {
            let (next, last) = match block {
                Some((next, last)) if next <= last => (next, last),
                _ => {
                    let record = ledger.reserve().unwrap();
                    journal.extend(bytes_of(&record));
                    ledger.record(&record);
                    let Record::Block { first, last } = record else { panic!() };
                    (first.get(), last.get())
                }
            };
            assert!(used.insert(next), "{next} was used before");
            block = Some((next + 1, last));
            if number % life.money == 0 {
                let Entry::Intent(mut intent) = day().remove(1).1 else { panic!() };
                intent.request_id = RequestId::new(next).unwrap();
                journal.extend(bytes_of(&Record::Intent(&intent)));
                ledger.record(&Record::Intent(&intent));
            }
        }
        // Reserving was begun and not confirmed: its numbers were not used.
        let record = bytes_of(&ledger.reserve().unwrap());
        journal.extend(&record[..life.torn.index(record.len() + 1)]);
        if let Some((place, flip)) = life.spoilt.filter(|_| !journal.is_empty()) {
            let at = place.index(journal.len());
            journal[at] ^= flip;
        }
    }
}

proptest! {
    #[test]
    fn after_any_power_cut(lives in vec(life(false), 1..6)) {
        live(&lives);
    }

    #[test]
    fn not_even_on_a_bad_disk(lives in vec(life(true), 1..6)) {
        live(&lives);
    }

    /// A stretch of any length that was lost after it was confirmed.
    #[test]
    fn nor_with_a_hole(blocks in 1..400usize, from in any::<prop::sample::Index>(), bytes in 1..9000usize) {
        let (mut journal, mut ledger) = (Vec::new(), Ledger::<0>::new());
        for _ in 0..blocks {
            let record = ledger.reserve().unwrap();
            journal.extend(bytes_of(&record));
            ledger.record(&record);
        }
        let from = from.index(journal.len());
        let to = (from + bytes).min(journal.len());
        journal[from..to].fill(0);
        let reached = u32::try_from(blocks).unwrap() * limits::REQUEST_BLOCK;
        prop_assert!(read(&journal).next_request().unwrap().get() > reached);
    }
}

#[test]
fn numbers_end_and_do_not_start_again() {
    let mut ledger = Ledger::<0>::new();
    assert_eq!(ledger.next_request(), Some(RequestId::FIRST));
    let nearly = RequestId::new(RequestId::LAST.get() - 3).unwrap();
    ledger.record(&Record::Sent { request_id: nearly });
    let last = ledger.reserve().unwrap();
    assert_eq!(last, Record::Block { first: nearly.next(), last: RequestId::LAST });
    ledger.record(&last);
    assert_eq!((ledger.next_request(), ledger.reserve()), (None, None));
    // A hole does not bring them back.
    ledger.enter(&Found::Dropped(Dropped { at: 0, bytes: u64::MAX, tail: false }));
    assert_eq!(ledger.next_request(), None);
}
