//! What survives a power cut: bytes of the caller's store in, and what a session has to know of them.

use opi_core::id::{Id, RequestId};
use opi_core::journal::{self, Entry, Found, Ledger, Record, Replay, Unresolved as CoreUnresolved};
use opi_core::limits;
use opi_core::operation::{Facts, Finished, Outcome, SettledBy};
use opi_core::opi::Settings as CoreSettings;

use crate::border::{Bytes, bytes, bytes_mut, give, look, settle, status};
use crate::session::{OPI_BUFFER_MIN, Session};
use crate::status::Status;

/// What a journal says of its lane.
#[derive(Debug)]
pub struct Journal {
    replay: Replay,
    ledger: Ledger<0>,
    workstation: Option<Id<{ limits::WORKSTATION_ID }>>,
    /// The unfinished end was dropped.
    torn: bool,
    /// All of it was read.
    ended: bool,
    /// The last number reserved by this run; 0 for none.
    reserved: u32,
}

/// What was found in a journal.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Replayed {
    /// Bytes up to the end of the last whole record. Cut off what stands behind before anything is appended.
    pub keep: u64,
    /// To be appended and synchronised after that, if it is not empty: the numbers that the lost end may have used stay
    /// used.
    pub mend: Bytes,
    /// How many records there are.
    pub records: u64,
    /// How many stretches in the middle could not be read: the disk lost what it had confirmed. Tell a person.
    pub damages: u64,
    /// How many bytes could not be read, the unfinished end included.
    pub dropped: u64,
}

impl Journal {
    const fn new() -> Self {
        Self { replay: Replay::new(), ledger: Ledger::new(), workstation: None, torn: false, ended: false, reserved: 0 }
    }

    fn enter(&mut self, found: &Found) {
        self.ledger.enter(found);
        match found {
            Found::Entry { entry: Entry::Intent(intent), .. } => {
                self.workstation = Some(intent.workstation_id.clone());
            }
            Found::Dropped(dropped) => self.torn |= dropped.tail,
            _ => {}
        }
    }

    fn read(&mut self, mut bytes: &[u8]) -> Result<(), Status> {
        if self.ended {
            return Err(Status::JournalOrder);
        }
        while let Some(found) = self.replay.next(&mut bytes).map_err(|_| Status::JournalVersion)? {
            self.enter(&found);
        }
        Ok(())
    }

    fn end(&mut self, buffer: &mut [u8]) -> Result<Replayed, Status> {
        if self.ended {
            return Err(Status::JournalOrder);
        }
        while let Some(found) = self.replay.finish().map_err(|_| Status::JournalVersion)? {
            self.enter(&found);
        }
        self.ended = true;
        let reached = self.ledger.reached().filter(|_| self.torn);
        let counts = self.ledger.counts();
        Ok(Replayed {
            keep: self.replay.kept(),
            mend: written(reached.as_ref(), buffer)?,
            records: counts.records,
            damages: counts.damages,
            dropped: counts.dropped_bytes,
        })
    }

    /// Lets a session go on where the journal ends.
    pub(crate) fn continue_in(&self, settings: &mut CoreSettings) -> Result<(), Status> {
        if !self.ended {
            return Err(Status::JournalOrder);
        }
        let lane = settings.workstation.as_str();
        if self.workstation.as_ref().is_some_and(|workstation| workstation.as_str() != lane) {
            return Err(Status::OtherLane);
        }
        let counts = self.ledger.counts();
        if counts.records > 0 || counts.dropped_bytes > 0 {
            settings.first_request = self.ledger.next_request().ok_or(Status::NumbersUsedUp)?;
        }
        settings.first_sheet = self.ledger.next_sheet();
        settings.last_settled = self.ledger.last_settled().cloned();
        Ok(())
    }

    pub(crate) fn unresolved(&self) -> Option<CoreUnresolved> {
        self.ledger.next_unresolved()
    }

    /// The record that reserves what an operation from `next` on may need, if it is not reserved yet (I5).
    fn reservation(&self, next: RequestId) -> Result<Option<Record<'static>>, Status> {
        if !self.ended {
            return Err(Status::JournalOrder);
        }
        let needed = next.get().saturating_add(limits::OPERATION_REQUESTS - 1);
        if needed <= self.reserved {
            return Ok(None);
        }
        let free = self.ledger.next_request().ok_or(Status::NumbersUsedUp)?;
        // The first block of a run begins where the settings say, the others follow each other.
        let first = if self.reserved == 0 { next } else { free };
        if first < free {
            return Err(Status::NumberUsed);
        }
        let last = first.get().saturating_add(limits::REQUEST_BLOCK - 1).min(RequestId::LAST.get());
        if last < needed {
            return Err(Status::NumbersUsedUp);
        }
        Ok(Some(Record::Block { first, last: RequestId::new(last)? }))
    }

    fn stored(&mut self, record: &[u8]) -> Result<(), Status> {
        let (entry, length) = journal::decode(record).map_err(|_| Status::NoRecord)?;
        if length != record.len() {
            return Err(Status::NoRecord);
        }
        self.ledger.record(&entry.record());
        match entry {
            Entry::Block { last, .. } => self.reserved = last.get(),
            Entry::Intent(intent) => self.workstation = Some(intent.workstation_id),
            _ => {}
        }
        Ok(())
    }
}

/// Gives the record of this number of those that a new journal begins with, so that the old one can be put away.
fn carried_over<R>(ledger: &Ledger<0>, number: u32, then: impl FnOnce(Option<&Record<'_>>) -> R) -> R {
    let mut left = number;
    let mut is_it = || {
        let it = left == 0;
        left = left.wrapping_sub(1);
        it
    };
    if let Some(reached) = ledger.reached()
        && is_it()
    {
        return then(Some(&reached));
    }
    if let Some(settled) = ledger.last_settled()
        && is_it()
    {
        return then(Some(&Record::Settled(settled)));
    }
    for blocker in ledger.all_unresolved() {
        let request_id = blocker.request_id;
        if let Some(intent) = &blocker.intent
            && is_it()
        {
            return then(Some(&Record::Intent(intent)));
        }
        // One of which only the number is left blocks the lane, too.
        if (blocker.sent || blocker.intent.is_none()) && is_it() {
            return then(Some(&Record::Sent { request_id }));
        }
        if (blocker.reason.is_some() || blocker.reference.is_some()) && is_it() {
            let facts = Facts { trx_reference_number: blocker.reference.clone(), ..Facts::default() };
            let (outcome, settled_by) = (Outcome::Unknown, SettledBy::Answer);
            let (request_id, reason) = (Some(request_id), blocker.reason);
            return then(Some(&Record::Result(&Finished {
                request_id,
                outcome,
                reason,
                settled_by,
                facts,
                stored: true,
            })));
        }
    }
    for further in ledger.further_unresolved() {
        if is_it() {
            return then(Some(&Record::Sent { request_id: *further }));
        }
    }
    then(None)
}

/// Writes the record to the front of the buffer, if there is one.
fn written(record: Option<&Record<'_>>, buffer: &mut [u8]) -> Result<Bytes, Status> {
    let Some(record) = record else { return Ok(Bytes::NONE) };
    let length = journal::encode(record, buffer).map_err(|_| Status::BufferTooSmall)?;
    buffer.get(..length).map(Bytes::of).ok_or(Status::BufferTooSmall)
}

/// How many bytes a journal needs on this machine.
#[unsafe(no_mangle)]
pub extern "C" fn opi_journal_size() -> usize {
    size_of::<Journal>()
}

/// Makes the reader of a journal in `memory`, and says in `journal` where it stands. Give it all bytes of the store by
/// `opi_journal_read`, then call `opi_journal_end`, also where the store is empty. There is nothing to release.
///
/// # Safety
/// `memory` has `size` bytes and belongs to the journal as long as it is used; `journal` has room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn opi_journal_new(memory: *mut u8, size: usize, journal: *mut *mut Journal) -> Status {
    // SAFETY: the caller's promise.
    status(|| unsafe { settle(memory, size, journal, || Ok(Journal::new())) })
}

/// Reads the next bytes of the store, in pieces of any length.
///
/// # Safety
/// `journal` was made by `opi_journal_new`, and nobody else uses it meanwhile. `data` has `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn opi_journal_read(journal: *mut Journal, data: *const u8, length: usize) -> Status {
    status(|| {
        // SAFETY: the caller's promise.
        let journal = unsafe { journal.as_mut() }.ok_or(Status::NullPointer)?;
        // SAFETY: the caller's promise.
        journal.read(unsafe { bytes(data, length) }?)
    })
}

/// Says that all of the store was read. `found` says what is to be cut off and what is to be appended.
///
/// # Safety
/// `journal` was made by `opi_journal_new`, and nobody else uses it meanwhile. `buffer` has `size` bytes, at least
/// OPI_BUFFER_MIN; `found` has room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn opi_journal_end(
    journal: *mut Journal,
    buffer: *mut u8,
    size: usize,
    found: *mut Replayed,
) -> Status {
    status(|| {
        // SAFETY: the caller's promise.
        let journal = unsafe { journal.as_mut() }.ok_or(Status::NullPointer)?;
        // SAFETY: the caller's promise.
        let buffer = unsafe { bytes_mut(buffer, size) }?;
        if buffer.len() < OPI_BUFFER_MIN {
            return Err(Status::BufferTooSmall);
        }
        if found.is_null() {
            return Err(Status::NullPointer);
        }
        let told = journal.end(buffer)?;
        // SAFETY: the caller's promise.
        unsafe { give(found, told) }
    })
}

/// Reserves request numbers for the next operation, so that none is ever used twice. To be called before
/// OPI_INPUT_START of anything and before OPI_INPUT_RECOVER. If `record` is not empty, append and synchronise it, say so
/// by `opi_journal_stored`, and only then begin. If it cannot be stored, do not begin.
///
/// # Safety
/// Both were made by this library, and nobody else uses them meanwhile. `buffer` has `size` bytes, at least
/// OPI_BUFFER_MIN; `record` has room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn opi_journal_reserve(
    journal: *const Journal,
    session: *const Session,
    buffer: *mut u8,
    size: usize,
    record: *mut Bytes,
) -> Status {
    status(|| {
        // SAFETY: the caller's promise.
        let (journal, session) = unsafe { (look(journal)?, look(session)?) };
        // SAFETY: the caller's promise.
        let buffer = unsafe { bytes_mut(buffer, size) }?;
        if buffer.len() < OPI_BUFFER_MIN {
            return Err(Status::BufferTooSmall);
        }
        let told = written(journal.reservation(session.core().next_request())?.as_ref(), buffer)?;
        // SAFETY: the caller's promise.
        unsafe { give(record, told) }
    })
}

/// Says that a record is stored, so that the journal stays what the store is: every record that the session gave, in
/// their order, those of lines and texts included, and those of reservations.
///
/// # Safety
/// `journal` was made by `opi_journal_new`, and nobody else uses it meanwhile. The record is readable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn opi_journal_stored(journal: *mut Journal, record: Bytes) -> Status {
    status(|| {
        // SAFETY: the caller's promise.
        let journal = unsafe { journal.as_mut() }.ok_or(Status::NullPointer)?;
        // SAFETY: the caller's promise.
        journal.stored(unsafe { bytes(record.data, record.length) }?)
    })
}

/// Gives what a new journal begins with, one record for each `number` from 0 on, until `record` is empty: how far the
/// request numbers are used, what names the transaction settled last, and what is unresolved. Once all of it is stored,
/// the old journal may be put away. To be done while the session is idle. Go on with the same `opi_journal`, which knows
/// these records already.
///
/// # Safety
/// `journal` was made by `opi_journal_new`, and nobody else uses it meanwhile. `buffer` has `size` bytes, at least
/// OPI_BUFFER_MIN; `record` has room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn opi_journal_carry_over(
    journal: *const Journal,
    number: u32,
    buffer: *mut u8,
    size: usize,
    record: *mut Bytes,
) -> Status {
    status(|| {
        // SAFETY: the caller's promise.
        let (journal, buffer) = unsafe { (look(journal)?, bytes_mut(buffer, size)?) };
        if !journal.ended {
            return Err(Status::JournalOrder);
        }
        let told = carried_over(&journal.ledger, number, |record| written(record, buffer))?;
        // SAFETY: the caller's promise.
        unsafe { give(record, told) }
    })
}
