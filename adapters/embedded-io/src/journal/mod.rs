//! A journal in flash: what must survive a power cut, in the format of [`opi_core::journal`].
//!
//! The region has two halves. One is active: records are appended to it, each read back before it counts as stored. When
//! it is full, what a restart needs is carried over to the other half, and that one becomes active with its head, which is
//! written last: a power cut at any time leaves one half or the other, whole. Erased is only ever the half that is not
//! active, so every record stays readable until its half has its turn again.
//!
//! What is carried over: how far the request numbers are used up, what names the last settled transaction, every
//! unresolved request with its receipts, and the sheets that are coming in. An ordinary queue in flash was left aside,
//! since it makes room by dropping the oldest page when the next item comes: what has to stay of that page cannot be
//! written in the same step, and taking items out of it needs flash whose words can be written twice.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `mod` | the store of a till |
//! | `halves` | the region: where a half begins, and how it is read, written and erased |
//! | `head` | the first words of a half |
//! | `carry` | what goes over to the other half |

mod carry;
mod halves;
mod head;

use core::fmt;
use core::ops::Range;

use embedded_storage::nor_flash::NorFlash;
use heapless::Vec;
use opi_core::id::{Id, RequestId};
use opi_core::journal::{Blocker, Counts, Entry, Found, Ledger, Record, Unresolved};
use opi_core::limits;
use opi_core::receipt::SheetId;

use self::halves::Halves;
use self::head::Head;
use crate::store::{Recovered, Store};

/// Fewest bytes of one half: its head, what is carried over of [`UNRESOLVED`](limits::UNRESOLVED) requests without
/// receipts, an intent, and [`LAST_WORDS`].
pub const HALF_MIN: u32 = 6 * 1024;

/// Bytes that no intent, no block and no part of a sheet may take: what is left for the end of the request in progress,
/// a result `Unknown` and a resolution among them.
pub const LAST_WORDS: u32 = 3 * 1024;

const _: () = assert!(LAST_WORDS as usize >= 3 * limits::JOURNAL_RECORD);

/// Bytes that are free when a request that may move money begins, if carrying over can free them: two receipts and a
/// journal of usual length, so that no page is erased while the terminal waits.
pub const QUIET: u32 = 8 * 1024;

/// The journal of one lane in a region of flash. See the [module](self).
///
/// The region must be of this journal alone. Its pages must be erased before they are written again, and no word is
/// written twice; nothing else is asked of the flash.
pub struct Journal<F> {
    halves: Halves<F>,
    /// The active half, and how often a half became active.
    active: usize,
    generation: u32,
    /// Where the next record goes.
    at: u32,
    ledger: Ledger<0>,
    /// The last number of the block that was reserved by this run; 0 for none.
    reserved: u32,
    workstation: Option<Id<{ limits::WORKSTATION_ID }>>,
    /// Sheets that are coming in.
    open: Vec<SheetId, { limits::OPEN_SHEETS }>,
    /// Sheets up to this one that are not open any more were given up: something of them may be missing.
    given_up: SheetId,
}

/// Why something is not stored, or why a journal cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JournalError<E> {
    /// The flash says no.
    Flash(E),
    /// What was written is not what is read.
    NotAsWritten,
    /// There is no room, and carrying over would not make enough.
    Full,
    /// The record is too long for any journal.
    TooLong,
    /// Something of the sheet may be missing.
    NotWhole,
    /// More requests are unresolved than can be carried over. They have to be settled first.
    TooManyUnresolved,
    /// All request numbers of the lane are used up: it needs a new name.
    UsedUp,
    /// The next request number was used already.
    UsedAlready,
    /// The region does not fit the pages of the flash, or is smaller than two times [`HALF_MIN`].
    Region,
    /// There are records, but no half has a head: the flash lost it. [`Journal::format`] begins anew, after a person
    /// looked at what was unresolved.
    NoHead,
    /// It was written by a newer version of this software.
    Version(u8),
}

impl<E: fmt::Debug> fmt::Display for JournalError<E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flash(error) => write!(out, "the flash fails: {error:?}"),
            Self::NotAsWritten => out.write_str("the flash does not hold what was written"),
            Self::Full => out.write_str("the journal is full"),
            Self::TooLong => out.write_str("the record is too long"),
            Self::NotWhole => out.write_str("something of the sheet is not stored"),
            Self::TooManyUnresolved => out.write_str("too many requests are unresolved: settle them first"),
            Self::UsedUp => out.write_str("the request numbers of this lane are used up: give it a new name"),
            Self::UsedAlready => out.write_str("the next request number was used already"),
            Self::Region => out.write_str("the region does not fit the flash, or is too small"),
            Self::NoHead => out.write_str("the journal has records, but lost its head"),
            Self::Version(version) => write!(out, "the journal has records of version {version}"),
        }
    }
}

impl<E: fmt::Debug> core::error::Error for JournalError<E> {}

impl<F: NorFlash> Journal<F> {
    /// Opens the journal in this region of the flash, or begins one if the region has never held any. Reads all of the
    /// active half.
    ///
    /// # Errors
    /// [`JournalError::Region`], [`JournalError::NoHead`], [`JournalError::Version`], and those of the flash.
    pub fn open(flash: F, region: Range<u32>) -> Result<Self, JournalError<F::Error>> {
        let mut journal = Self::closed(flash, region)?;
        let heads = [journal.halves.head(0)?, journal.halves.head(1)?];
        let newest = heads.into_iter().enumerate().filter_map(|(half, head)| Some((half, head?)));
        let Some((active, head)) = newest.max_by_key(|(_, head)| head.generation) else {
            if journal.halves.has_records()? {
                return Err(JournalError::NoHead);
            }
            journal.begin()?;
            return Ok(journal);
        };
        (journal.active, journal.generation, journal.workstation) = (active, head.generation, head.workstation);
        let Self { halves, ledger, workstation, .. } = &mut journal;
        let end = halves.read(active, |found| {
            if let Found::Entry { entry: Entry::Intent(intent), .. } = found {
                *workstation = Some(intent.workstation_id.clone());
            }
            ledger.enter(found);
        })?;
        // The word behind the last one may be half written and look erased.
        journal.at = end.saturating_add(Halves::<F>::WORD);
        Ok(journal)
    }

    /// Erases the region and begins a journal in it. Whatever was unresolved is forgotten, and so are the numbers that
    /// were used.
    ///
    /// # Errors
    /// [`JournalError::Region`], and those of the flash.
    pub fn format(flash: F, region: Range<u32>) -> Result<Self, JournalError<F::Error>> {
        let mut journal = Self::closed(flash, region)?;
        journal.halves.erase(1)?;
        journal.begin()?;
        Ok(journal)
    }

    fn closed(flash: F, region: Range<u32>) -> Result<Self, JournalError<F::Error>> {
        Ok(Self {
            halves: Halves::new(flash, region)?,
            active: 0,
            generation: 0,
            at: Halves::<F>::HEAD,
            ledger: Ledger::new(),
            reserved: 0,
            workstation: None,
            open: Vec::new(),
            given_up: SheetId(0),
        })
    }

    fn begin(&mut self) -> Result<(), JournalError<F::Error>> {
        self.halves.erase(0)?;
        self.generation = 1;
        self.halves.put_head(0, &Head { generation: 1, workstation: None })
    }

    /// Gives everything that stands in the active half, in order.
    ///
    /// # Errors
    /// Those of the flash.
    pub fn read(&mut self, on: impl FnMut(&Found)) -> Result<(), JournalError<F::Error>> {
        self.halves.read(self.active, on).map(|_| ())
    }

    /// All requests whose end is not in the journal, the oldest first.
    #[must_use]
    pub fn blockers(&self) -> &[Blocker] {
        self.ledger.all_unresolved()
    }

    /// What stands in the journal, in numbers. Sheets of unresolved requests are counted as more than are remembered.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.ledger.counts()
    }

    /// Bytes that are free in the active half.
    #[must_use]
    pub const fn free(&self) -> u32 {
        self.halves.size().saturating_sub(self.at)
    }

    /// How often a half became active: so often was each page erased, or half as often.
    #[must_use]
    pub const fn generation(&self) -> u32 {
        self.generation
    }

    /// Gives the flash back.
    pub fn close(self) -> F {
        self.halves.into_flash()
    }

    /// Appends the record, and makes room for it if that is needed and possible. `spare` bytes stay free behind it.
    #[inline(never)]
    fn append(&mut self, record: &Record<'_>, spare: u32) -> Result<(), JournalError<F::Error>> {
        let length = self.halves.encode(record)?;
        let needed = Halves::<F>::padded(length);
        if self.free() < needed.saturating_add(spare) {
            self.carry_over(needed.saturating_add(spare))?;
            self.halves.encode(record)?;
        }
        // If it fails, what was written to is not written to again.
        let at = self.at;
        self.at = at.saturating_add(needed);
        self.halves.put(self.active, at, length)?;
        self.ledger.record(record);
        Ok(())
    }

    /// Notes a piece of a sheet that is coming in.
    fn piece_of(&mut self, sheet: SheetId) -> Result<(), JournalError<F::Error>> {
        if self.open.contains(&sheet) {
            return Ok(());
        }
        if sheet.0 <= self.given_up.0 {
            return Err(JournalError::NotWhole);
        }
        if self.open.is_full() {
            // Most likely its end never comes.
            let oldest = self.open.remove(0);
            self.give_up(oldest);
        }
        let _ = self.open.push(sheet);
        Ok(())
    }

    fn give_up(&mut self, sheet: SheetId) {
        self.given_up = SheetId(self.given_up.0.max(sheet.0));
    }
}

impl<F: NorFlash> Store for Journal<F> {
    type Error = JournalError<F::Error>;

    fn persist(&mut self, record: &Record<'_>) -> Result<(), Self::Error> {
        match record {
            Record::Intent(intent) => {
                self.workstation = Some(intent.workstation_id.clone());
                // Sheets of earlier requests whose end never came.
                while let Some(sheet) = self.open.pop() {
                    self.give_up(sheet);
                }
                if self.free() < QUIET.min(self.halves.size() / 2) {
                    // Not yet a reason to refuse: it may fit all the same.
                    let _ = self.carry_over(QUIET.min(self.halves.size() / 2));
                }
                self.append(record, LAST_WORDS)
            }
            Record::Line { sheet, .. } | Record::Text { sheet, .. } => {
                self.piece_of(*sheet)?;
                self.append(record, LAST_WORDS)
            }
            Record::Sheet { sheet, .. } => {
                let place = self.open.iter().position(|open| open == sheet);
                if place.is_none() && sheet.0 <= self.given_up.0 {
                    return Err(JournalError::NotWhole);
                }
                self.append(record, LAST_WORDS)?;
                // From here on it is carried over as a whole sheet of its request.
                let place = self.open.iter().position(|open| open == sheet);
                place.map(|place| self.open.remove(place));
                Ok(())
            }
            Record::Block { .. } => self.append(record, LAST_WORDS),
            _ => self.append(record, 0),
        }
    }

    fn recovered(&self) -> Option<Recovered> {
        let counts = self.ledger.counts();
        let fresh = counts.records == 0 && counts.dropped_bytes == 0;
        Some(Recovered {
            first_request: self.ledger.next_request().filter(|_| !fresh),
            first_sheet: self.ledger.next_sheet(),
            last_settled: self.ledger.last_settled().cloned(),
            workstation: self.workstation.clone(),
        })
    }

    fn unresolved(&self) -> Option<Unresolved> {
        self.ledger.next_unresolved()
    }

    fn reserve(&mut self, next: RequestId, count: u32) -> Result<(), Self::Error> {
        let needed = next.get().saturating_add(count.saturating_sub(1));
        if needed <= self.reserved {
            return Ok(());
        }
        let after_reserved = self.ledger.next_request().ok_or(JournalError::UsedUp)?;
        let first = if self.reserved == 0 { next } else { after_reserved };
        if first < after_reserved {
            // The caller's counter went back: better no payment than a number used twice.
            return Err(JournalError::UsedAlready);
        }
        let last = first.get().saturating_add(limits::REQUEST_BLOCK - 1).min(RequestId::LAST.get());
        if last < needed {
            return Err(JournalError::UsedUp);
        }
        let last_id = RequestId::new(last).map_err(|_| JournalError::UsedUp)?;
        self.persist(&Record::Block { first, last: last_id })?;
        self.reserved = last;
        Ok(())
    }
}
