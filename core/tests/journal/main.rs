//! The journal: golden files, and every way to spoil one.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation)]

mod codec;
mod golden;
mod identity;
mod ledger;
mod replay;
mod secrets;
mod strategy;

use opi_core::journal::{Dropped, Entry, Found, MAX_RECORD, Record, Replay, UnknownVersion, encode};

fn bytes_of(record: &Record<'_>) -> Vec<u8> {
    let mut out = [0; MAX_RECORD];
    let length = encode(record, &mut out).unwrap();
    out[..length].to_vec()
}

/// Feeds the journal in pieces of the given lengths, over and over.
fn replay_in(journal: &[u8], pieces: &[usize]) -> (Vec<Found>, Result<u64, UnknownVersion>) {
    let (mut replay, mut found) = (Replay::new(), Vec::new());
    let (mut rest, mut lengths) = (journal, pieces.iter().cycle());
    while !rest.is_empty() {
        let (mut piece, after) = rest.split_at((*lengths.next().unwrap()).clamp(1, rest.len()));
        rest = after;
        loop {
            match replay.next(&mut piece) {
                Ok(Some(next)) => found.push(next),
                Ok(None) => break,
                Err(refused) => return (found, Err(refused)),
            }
        }
        assert!(piece.is_empty());
    }
    loop {
        match replay.finish() {
            Ok(Some(next)) => found.push(next),
            Ok(None) => return (found, Ok(replay.kept())),
            Err(refused) => return (found, Err(refused)),
        }
    }
}

fn replay(journal: &[u8]) -> Vec<Found> {
    let (found, end) = replay_in(journal, &[usize::MAX]);
    end.unwrap();
    found
}

fn entries(found: &[Found]) -> Vec<&Entry> {
    let entries = found.iter().filter_map(|found| match found {
        Found::Entry { entry, .. } => Some(entry),
        _ => None,
    });
    entries.collect()
}

fn dropped(found: &[Found]) -> Vec<Dropped> {
    let dropped = found.iter().filter_map(|found| match found {
        Found::Dropped(dropped) => Some(*dropped),
        _ => None,
    });
    dropped.collect()
}
