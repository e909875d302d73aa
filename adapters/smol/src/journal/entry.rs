//! The records of an entry, and those that a new segment begins with.

use std::io;

use opi_core::journal::{self, Blocker, Ledger, MAX_RECORD, Record};
use opi_core::limits;
use opi_core::operation::{Facts, Finished, Outcome, SettledBy};
use opi_core::secret::Masked;

use crate::store::Entry;

impl Entry {
    /// The records of the entry as a journal holds them, in the format of [`opi_core::journal`]: for stores of one's own.
    ///
    /// # Errors
    /// A piece that is too long for a record.
    pub fn encode(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        records(self, |record| encode(record, &mut bytes))?;
        Ok(bytes)
    }
}

/// Appends the record to the bytes.
pub(super) fn encode(record: &Record<'_>, bytes: &mut Vec<u8>) -> io::Result<()> {
    let mut buffer = [0; MAX_RECORD];
    let length = journal::encode(record, &mut buffer).map_err(io::Error::other)?;
    bytes.extend_from_slice(buffer.get(..length).unwrap_or_default());
    Ok(())
}

/// Gives the records of an entry, in order: the pieces of a sheet before its end.
pub(super) fn records(entry: &Entry, mut each: impl FnMut(&Record<'_>) -> io::Result<()>) -> io::Result<()> {
    match entry {
        Entry::Intent(intent) => each(&Record::Intent(intent)),
        Entry::Sent { request_id } => each(&Record::Sent { request_id: *request_id }),
        Entry::Sheet(whole) => {
            let sheet = whole.id;
            for line in &whole.lines {
                each(&Record::Line { sheet, line })?;
            }
            let mut rest = whole.journal.as_str();
            while !rest.is_empty() {
                let (piece, after) = rest.split_at(rest.floor_char_boundary(limits::STEP_TEXT));
                each(&Record::Text { sheet, text: Masked(piece) })?;
                rest = after;
            }
            let reference = whole.reference.as_ref();
            each(&Record::Sheet { sheet, purpose: whole.purpose, request: whole.request, reference })
        }
        Entry::Result(finished) => each(&Record::Result(finished)),
        Entry::Resolution(resolution) => each(&Record::Resolution(resolution)),
    }
}

/// Gives the records that a new segment begins with: what a restart needs to know if the segments before are gone.
pub(super) fn carried_over<const N: usize>(
    ledger: &Ledger<N>,
    mut each: impl FnMut(&Record<'_>) -> io::Result<()>,
) -> io::Result<()> {
    if let Some(reached) = ledger.reached() {
        each(&reached)?;
    }
    if let Some(settled) = ledger.last_settled() {
        each(&Record::Settled(settled))?;
    }
    for blocker in ledger.all_unresolved() {
        if let Some(intent) = &blocker.intent {
            each(&Record::Intent(intent))?;
        }
        // One of which only the number is left blocks the lane, too.
        if blocker.sent || blocker.intent.is_none() {
            each(&Record::Sent { request_id: blocker.request_id })?;
        }
        if blocker.reason.is_some() || blocker.reference.is_some() {
            each(&Record::Result(&unknown(blocker)))?;
        }
    }
    for further in ledger.further_unresolved() {
        each(&Record::Sent { request_id: *further })?;
    }
    Ok(())
}

/// What is known of a request whose result is unknown, as its result.
fn unknown(blocker: &Blocker) -> Finished {
    Finished {
        request_id: Some(blocker.request_id),
        outcome: Outcome::Unknown,
        reason: blocker.reason,
        settled_by: SettledBy::Answer,
        facts: Facts { trx_reference_number: blocker.reference.clone(), ..Facts::default() },
        stored: true,
    }
}
