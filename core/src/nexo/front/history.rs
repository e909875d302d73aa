//! The responses of the last transactions, in memory lent by the caller, as they are stored.

use heapless::Deque;

use super::record::{self, Entry, Full, Record, Response};
use super::transaction::{Ended, Transaction};
use crate::limits;

/// A ring of records, each in one piece. The oldest give way to a new one.
pub(super) struct History<'m> {
    memory: &'m mut [u8],
    /// Where each stands, from the oldest to the newest.
    places: Deque<(usize, usize), { limits::NEXO_HISTORY }>,
}

impl<'m> History<'m> {
    pub(super) const fn new(memory: &'m mut [u8]) -> Self {
        Self { memory, places: Deque::new() }
    }

    /// Takes a response in.
    pub(super) fn push(&mut self, ended: &Ended, response: &[u8]) -> Result<(), Full> {
        let record = Record::Answered(ended, Response(response));
        let most = record::RECORD_BESIDE.saturating_add(response.len());
        if most > self.memory.len() {
            return Err(Full);
        }
        let newest = self.places.back().map_or(0, |(from, length)| from.saturating_add(*length));
        let from = if newest.saturating_add(most) <= self.memory.len() { newest } else { 0 };
        let to = from.saturating_add(most);
        // Whatever lies in the way is older than all behind it.
        while self.places.is_full()
            || self.places.iter().any(|(at, length)| *at < to && at.saturating_add(*length) > from)
        {
            if self.places.pop_front().is_none() {
                break;
            }
        }
        let length = record::encode(&record, self.memory.get_mut(from..to).ok_or(Full)?)?;
        self.places.push_back((from, length)).map_err(|_| Full)
    }

    /// What is kept, from the newest to the oldest.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Ended, Response<'_>)> {
        self.places.iter().rev().filter_map(|(from, length)| {
            let bytes = self.memory.get(*from..from.saturating_add(*length))?;
            match record::read(bytes) {
                Some(Entry::Answered(ended, response)) => Some((ended, response)),
                _ => None,
            }
        })
    }

    /// The newest that is so.
    pub(super) fn find(&self, is: impl Fn(&Transaction) -> bool) -> Option<(Ended, Response<'_>)> {
        self.iter().find(|(ended, _)| is(&ended.transaction))
    }

    /// The newest.
    pub(super) fn newest(&self) -> Option<(Ended, Response<'_>)> {
        self.iter().next()
    }
}
