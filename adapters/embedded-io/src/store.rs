//! Where records are kept that must survive a power cut: what a till asks of it.

use core::fmt;

use opi_core::id::{Id, RequestId};
use opi_core::journal::{Record, Settled, Unresolved};
use opi_core::limits;
use opi_core::receipt::SheetId;

/// What a store knows of earlier runs of the lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// Beyond every request number that was ever reserved or used; `None` if none was, or if all nine digits are used
    /// up: reserving then fails.
    pub first_request: Option<RequestId>,
    /// Beyond every sheet.
    pub first_sheet: SheetId,
    /// What names the last transaction that was charged, or may have been, and is settled.
    pub last_settled: Option<Settled>,
    /// The lane that the records are of; `None` if there are none.
    pub workstation: Option<Id<{ limits::WORKSTATION_ID }>>,
}

/// Where a till keeps its records. [`Journal`](crate::Journal) is one in flash.
///
/// Its calls block: the flash of a microcontroller stops it anyhow while it is written, and an append that is dropped half
/// way and made again would store its record twice.
pub trait Store {
    /// Why something could not be stored.
    type Error: fmt::Debug;

    /// Stores a record. The lines and the text of a sheet come one by one, as they pass, and its end last.
    ///
    /// # Errors
    /// It may not have been stored. If it succeeds, the record survives a power cut.
    fn persist(&mut self, record: &Record<'_>) -> Result<(), Self::Error>;

    /// What earlier runs left, asked once when the till is made. `None`: the store does not remember them, and the
    /// settings have to be right.
    fn recovered(&self) -> Option<Recovered> {
        None
    }

    /// The oldest request whose end is not in the store (I6).
    fn unresolved(&self) -> Option<Unresolved> {
        None
    }

    /// Makes sure that `count` request numbers from `next` on are never given out again, not even after a power cut
    /// (I5). Asked before an operation begins.
    ///
    /// # Errors
    /// The reservation could not be stored, or there are no such numbers. The operation is then not begun.
    fn reserve(&mut self, next: RequestId, count: u32) -> Result<(), Self::Error> {
        let _ = (next, count);
        Ok(())
    }
}

impl<S: Store> Store for &mut S {
    type Error = S::Error;

    fn persist(&mut self, record: &Record<'_>) -> Result<(), S::Error> {
        (**self).persist(record)
    }

    fn recovered(&self) -> Option<Recovered> {
        (**self).recovered()
    }

    fn unresolved(&self) -> Option<Unresolved> {
        (**self).unresolved()
    }

    fn reserve(&mut self, next: RequestId, count: u32) -> Result<(), S::Error> {
        (**self).reserve(next, count)
    }
}
