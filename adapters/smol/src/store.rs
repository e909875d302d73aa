//! Where records are kept that must survive a power cut: what a till asks of it.

use std::future::{Future, ready};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use opi_core::id::{Id, RequestId};
use opi_core::journal::{Intent, Resolution, Settled, Unresolved};
use opi_core::limits;
use opi_core::operation::Finished;
use opi_core::receipt::SheetId;
use serde::Serialize;

use crate::notice::WholeSheet;

/// One record, owned. Serialised with card numbers masked.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "record", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Entry {
    /// A request that may move money is about to be sent.
    Intent(Intent),
    /// The whole frame of that request was handed to the transport. Nothing waits for the storing of it.
    Sent {
        /// The request.
        request_id: RequestId,
    },
    /// A receipt or a journal, with all its lines.
    Sheet(WholeSheet),
    /// How a request that may move money ended.
    Result(Box<Finished>),
    /// How a request whose result was unknown was settled.
    Resolution(Box<Resolution>),
}

/// The storing of one entry, under way.
///
/// It borrows nothing: the till keeps it over the calls of [`Till::next`](crate::Till::next), so that one which is
/// dropped does not stop it.
pub type Storing = Pin<Box<dyn Future<Output = io::Result<()>> + Send>>;

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

/// Where a till keeps its records.
pub trait Store: Send {
    /// Begins to store an entry.
    ///
    /// The storing may end well only when the entry would survive a power cut; until then no request is sent and no
    /// receipt acknowledged. If it fails, nothing is assumed about the entry. The next one comes after the end of
    /// this one, in the order of things.
    fn persist(&mut self, entry: Entry) -> Storing;

    /// What earlier runs left, asked once when the till is made. `None`: the store does not remember them, and the
    /// settings have to be right.
    fn recovered(&self) -> Option<Recovered> {
        None
    }

    /// The oldest request whose end is not in the store (I6). Asked while nothing is being stored.
    fn unresolved(&self) -> Option<Unresolved> {
        None
    }

    /// Makes sure that `count` request numbers from `next` on are never given out again, not even after a power cut
    /// (I5). Asked before an operation begins; blocks for the time of a disk access if there is something to store.
    ///
    /// # Errors
    /// The reservation could not be stored, or there are no such numbers. The operation is then not begun.
    fn reserve(&mut self, next: RequestId, count: u32) -> io::Result<()> {
        let _ = (next, count);
        Ok(())
    }
}

/// Keeps entries in memory: for tests and demonstrations, since no power cut is survived.
///
/// Clones look at the same entries.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore(Arc<Mutex<Vec<Entry>>>);

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What was stored so far.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Store for MemoryStore {
    fn persist(&mut self, entry: Entry) -> Storing {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
        Box::pin(ready(Ok(())))
    }
}
