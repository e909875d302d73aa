//! Journals as power cuts and bad disks leave them: what is whole is found, nothing else is.

use opi_core::journal::{Dropped, Entry, Found, UnknownVersion};
use opi_core::limits;
use proptest::collection::vec;
use proptest::prelude::*;

use super::codec::sign;
use super::golden::day;
use super::strategy::entry;
use super::{bytes_of, dropped, entries, replay, replay_in};

/// The journal of these entries, and where each record begins and the last ends.
fn journal<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> (Vec<u8>, Vec<usize>) {
    let (mut bytes, mut starts) = (Vec::new(), vec![0]);
    for entry in entries {
        bytes.extend(bytes_of(&entry.record()));
        starts.push(bytes.len());
    }
    (bytes, starts)
}

fn day_entries() -> Vec<Entry> {
    day().into_iter().map(|(_, entry)| entry).collect()
}

/// Everything found stands one after the other from the first byte to the last.
fn assert_all_bytes_told(bytes: &[u8], found: &[Found]) {
    let mut at = 0;
    for found in found {
        at = match found {
            Found::Entry { at: start, entry } => {
                assert_eq!(*start, at);
                at + bytes_of(&entry.record()).len() as u64
            }
            Found::Dropped(dropped) => {
                assert_eq!(dropped.at, at);
                assert!(dropped.bytes > 0);
                at + dropped.bytes
            }
            other => panic!("{other:?}"),
        };
    }
    assert_eq!(at, bytes.len() as u64);
}

#[test]
fn torn_at_every_byte() {
    let day = day_entries();
    let (bytes, starts) = journal(&day);
    for cut in 0..=bytes.len() {
        let (found, kept) = replay_in(&bytes[..cut], &[usize::MAX]);
        let whole = starts.iter().rposition(|start| *start <= cut).unwrap();
        assert_eq!(entries(&found), day[..whole].iter().collect::<Vec<_>>(), "cut at {cut}");
        assert_eq!(kept, Ok(starts[whole] as u64), "cut at {cut}");
        let torn = (cut > starts[whole]).then(|| Dropped {
            at: starts[whole] as u64,
            bytes: (cut - starts[whole]) as u64,
            tail: true,
        });
        assert_eq!(dropped(&found), torn.into_iter().collect::<Vec<_>>(), "cut at {cut}");
    }
}

#[test]
fn flipped_at_every_byte() {
    let day = day_entries();
    let (bytes, starts) = journal(&day);
    for at in 0..bytes.len() {
        for flip in [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xFF] {
            let mut spoilt = bytes.clone();
            spoilt[at] ^= flip;
            let found = replay(&spoilt);
            let hit = starts.iter().rposition(|start| *start <= at).unwrap();
            let left: Vec<_> = day.iter().enumerate().filter(|(place, _)| *place != hit).map(|(_, it)| it).collect();
            assert_eq!(entries(&found), left, "byte {at} ^ {flip:02x}");
            let lost = Dropped {
                at: starts[hit] as u64,
                bytes: (starts[hit + 1] - starts[hit]) as u64,
                tail: hit + 1 == day.len(),
            };
            assert_eq!(dropped(&found), [lost], "byte {at} ^ {flip:02x}");
        }
    }
}

#[test]
fn appended_behind_a_torn_end() {
    let day = day_entries();
    let (bytes, _) = journal(&day);
    for cut in 0..bytes.len() {
        let spoilt = [&bytes[..cut], &bytes].concat();
        let found = replay(&spoilt);
        assert!(entries(&found).ends_with(&day.iter().collect::<Vec<_>>()), "cut at {cut}");
        assert!(dropped(&found).iter().all(|dropped| !dropped.tail), "cut at {cut}");
        assert_all_bytes_told(&spoilt, &found);
    }
}

proptest! {
    #[test]
    fn pieces_of_any_length_make_no_difference(
        day in vec(entry(), 0..12),
        junk in vec(any::<u8>(), 0..40),
        pieces in vec(1..1500usize, 1..6),
    ) {
        let (mut bytes, _) = journal(&day);
        bytes.extend(junk);
        prop_assert_eq!(replay_in(&bytes, &pieces), replay_in(&bytes, &[usize::MAX]));
    }

    #[test]
    fn any_bytes_are_told_and_hold_no_entry(bytes in vec(any::<u8>(), 0..3000)) {
        let found = replay(&bytes);
        assert_all_bytes_told(&bytes, &found);
        prop_assert!(entries(&found).is_empty());
    }

    /// Bytes that look like heads, so that lengths reach into what follows.
    #[test]
    fn heads_without_records_hide_nothing(
        day in vec(entry(), 1..8),
        junk in vec(vec(prop_oneof![Just(0xF9), Just(0), Just(3), any::<u8>()], 0..50), 1..5),
    ) {
        let mut bytes = Vec::new();
        for (place, entry) in day.iter().enumerate() {
            bytes.extend(junk.get(place).into_iter().flatten());
            bytes.extend(bytes_of(&entry.record()));
        }
        let found = replay(&bytes);
        assert_all_bytes_told(&bytes, &found);
        prop_assert_eq!(entries(&found), day.iter().collect::<Vec<_>>());
    }

    /// Any number of bytes changed, left out or put in: what is found was written, and in this order.
    #[test]
    fn no_result_is_invented(
        day in vec(entry(), 1..10),
        hits in vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 1..12),
    ) {
        let (mut bytes, _) = journal(&day);
        for (place, value, how) in hits {
            let at = place.index(bytes.len());
            match how {
                0 => bytes[at] = value,
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, value),
            }
            if bytes.is_empty() {
                break;
            }
        }
        let found = replay(&bytes);
        assert_all_bytes_told(&bytes, &found);
        let mut written = day.iter();
        for entry in entries(&found) {
            prop_assert!(written.any(|it| it == entry), "{entry:?}");
        }
    }
}

/// A record of any version and kind with the right checksum.
fn sealed(mark: u8, kind: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![mark, kind];
    bytes.extend_from_slice(&u16::try_from(body.len()).unwrap().to_be_bytes());
    bytes.extend_from_slice(body);
    bytes.extend_from_slice(&[0; 4]);
    sign(&mut bytes);
    bytes
}

#[test]
fn unknown_kinds_are_passed_over_and_told() {
    let day = day_entries();
    let (bytes, _) = journal(&day);
    for kind in [0, 10, 200, 255] {
        for length in [0, 1, limits::JOURNAL_RECORD - 8] {
            let unlisted = sealed(0xF9, kind, &vec![0xF9; length]);
            let found = replay(&[&bytes, &unlisted[..], &bytes].concat());
            assert_eq!(found[day.len()], Found::Unlisted { at: bytes.len() as u64, kind });
            assert_eq!((found.len(), dropped(&found).len()), (2 * day.len() + 1, 0));
        }
    }
}

#[test]
fn unknown_versions_are_refused_wherever_they_stand() {
    let day = day_entries();
    let (bytes, _) = journal(&day);
    for (mark, version) in [(0xFA, 2), (0xFC, 4), (0xFE, 6)] {
        let newer = sealed(mark, 1, b"something else");
        for before in [0, 3, bytes.len()] {
            let spoilt = [&bytes[..before], &newer[..], &bytes].concat();
            for pieces in [1, 7, usize::MAX] {
                let (found, end) = replay_in(&spoilt, &[pieces]);
                assert_eq!(end, Err(UnknownVersion { version, at: before as u64 }));
                assert_eq!(entries(&found).len(), if before == bytes.len() { day.len() } else { 0 });
                assert_eq!(dropped(&found).len(), usize::from(before == 3), "the torn part is told first");
            }
        }
    }
    let mut replay = opi_core::journal::Replay::new();
    let newer = sealed(0xFA, 1, b"");
    assert!(replay.next(&mut &newer[..]).is_err());
    assert!(replay.next(&mut &bytes[..]).is_err() && replay.finish().is_err(), "refused for good");
    // These marks are of no version.
    for mark in [0x01, 0xF8, 0xFF] {
        assert_eq!(
            super::replay(&sealed(mark, 3, &[0, 0, 0, 7])),
            [Found::Dropped(Dropped { at: 0, bytes: 12, tail: true })]
        );
    }
    // One whose checksum is wrong is no record of any version.
    let mut damaged = newer;
    damaged[1] ^= 1;
    assert_eq!(entries(&super::replay(&[damaged, bytes].concat())).len(), day.len());
}

#[test]
fn what_has_a_right_checksum_is_not_searched() {
    // A body that no version 1 writes, with a whole record inside.
    let inner = sealed(0xF9, 3, &[0, 0, 0, 7]);
    let outer = sealed(0xF9, 3, &inner);
    let (found, kept) = replay_in(&outer, &[usize::MAX]);
    assert_eq!(entries(&found), Vec::<&Entry>::new());
    assert_eq!(dropped(&found), [Dropped { at: 0, bytes: outer.len() as u64, tail: false }]);
    assert_eq!(kept, Ok(outer.len() as u64), "somebody wrote it: not to be cut off");
}

#[test]
fn erased_and_blank_storage_is_no_record() {
    let day = day_entries();
    let (bytes, _) = journal(&day);
    for blank in [0x00, 0xFF] {
        let found = replay(&[&bytes[..], &[blank; 5000]].concat());
        assert_eq!(entries(&found).len(), day.len());
        assert_eq!(dropped(&found), [Dropped { at: bytes.len() as u64, bytes: 5000, tail: true }]);
    }
}
