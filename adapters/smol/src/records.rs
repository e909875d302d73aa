//! What a till has stored, one entry after the other.

use std::collections::VecDeque;
use std::io;
use std::task::{Context, Poll};

use opi_core::journal::{Record, Ticket};

use crate::sheets::Sheets;
use crate::store::{Entry, Store, Storing};

/// The store and what it has to do: one entry at a time, in order.
pub(crate) struct Records {
    pub(crate) store: Box<dyn Store>,
    storing: Option<(Ticket, Storing)>,
    pub(crate) waiting: VecDeque<(Ticket, Entry)>,
}

impl Records {
    /// Of a till that has not stored anything yet.
    pub(crate) fn new(store: Box<dyn Store>) -> Self {
        Self { store, storing: None, waiting: VecDeque::new() }
    }

    pub(crate) fn is_busy(&self) -> bool {
        self.storing.is_some() || !self.waiting.is_empty()
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<(Ticket, io::Result<()>)> {
        if self.storing.is_none() {
            self.storing = self.waiting.pop_front().map(|(ticket, entry)| (ticket, self.store.persist(entry)));
        }
        let Some((ticket, storing)) = &mut self.storing else { return Poll::Pending };
        let ended = storing.as_mut().poll(cx).map(|stored| (*ticket, stored));
        if ended.is_ready() {
            self.storing = None;
        }
        ended
    }
}

/// The record with all that belongs to it; `None` if that is not there as a whole.
pub(crate) fn entry(record: Record<'_>, sheets: &mut Sheets) -> Option<Entry> {
    match record {
        Record::Intent(intent) => Some(Entry::Intent(intent.clone())),
        Record::Sent { request_id } => Some(Entry::Sent { request_id }),
        Record::Sheet { sheet, reference, .. } => sheets.storable(sheet, reference).map(Entry::Sheet),
        Record::Result(finished) => Some(Entry::Result(Box::new(finished.clone()))),
        Record::Resolution(resolution) => Some(Entry::Resolution(Box::new(resolution.clone()))),
        _ => None,
    }
}
