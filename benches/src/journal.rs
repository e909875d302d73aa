//! The records of payments: written as a journal takes them, and read again after a restart.

use opi_core::journal::{Entry, Ledger, Replay, decode, encode};
use opi_core::opi::Memory;

use crate::payment::{Till, WINDOW};

/// A journal of so many payments: an intent, that it left, two receipts and a result of each.
///
/// # Panics
/// A payment is not taken.
#[must_use]
pub fn of(payments: usize) -> Vec<u8> {
    let (mut request, mut abort, mut device) = ([0; WINDOW], [0; WINDOW], [0; WINDOW]);
    let (mut tx, mut record) = ([0; 2048], [0; 1024]);
    let memory = Memory { request: &mut request, abort: &mut abort, device: [&mut device] };
    let mut till = Till::new(memory, &mut tx, &mut record);
    let mut journal = Vec::new();
    for _ in 0..payments {
        till.pay(&mut |_| {}, &mut |record| journal.extend_from_slice(record));
    }
    journal
}

/// Its records.
///
/// # Panics
/// It is torn.
#[must_use]
pub fn entries(mut journal: &[u8]) -> Vec<Entry> {
    let mut entries = Vec::new();
    while !journal.is_empty() {
        let (entry, length) = decode(journal).expect("a whole record");
        entries.push(entry);
        journal = &journal[length..];
    }
    entries
}

/// Appends the records, each to the front of `out`; gives how many bytes they are.
///
/// # Panics
/// There is no room for one.
pub fn append(entries: &[Entry], out: &mut [u8]) -> usize {
    entries.iter().map(|entry| encode(&entry.record(), out).expect("room for a record")).sum()
}

/// Reads a journal as a restart does, from pieces of 512 bytes, a sector of flash.
///
/// # Panics
/// It is of a later version.
pub fn replay(journal: &[u8], ledger: &mut Ledger<8>) {
    let mut replay = Replay::new();
    for mut piece in journal.chunks(512) {
        while let Some(found) = replay.next(&mut piece).expect("our version") {
            ledger.enter(&found);
        }
    }
    while let Some(found) = replay.finish().expect("our version") {
        ledger.enter(&found);
    }
}

/// Proves that what is appended is the journal, and that a restart finds every payment in it.
///
/// # Panics
/// It is not so.
pub fn check() {
    let journal = of(3);
    let (entries, mut out) = (entries(&journal), [0; 1024]);
    assert_eq!(entries.len(), 3 * 5);
    assert_eq!(append(&entries, &mut out), journal.len());
    let mut ledger = Ledger::new();
    replay(&journal, &mut ledger);
    assert_eq!(ledger.unresolved(), None);
    let settled = ledger.last_settled().expect("a payment");
    assert_eq!(settled.approval_code.as_ref().map(ToString::to_string).as_deref(), Some("A4C771"));
}
