//! What a ledger must say of the records that it was given, beside what it does say.

use core::fmt::Write;

use super::transcript::Transcript;
use crate::journal::{self, Counts, Entry, Found, Ledger, MAX_RECORD, Record, Settled};

/// Sheets that the ledger remembers here.
const SHEETS: usize = 4;

/// The ledger, and what is known of it without it.
pub(super) struct Known {
    ledger: Ledger<SHEETS>,
    /// What it has to count, as far as no state is needed.
    counts: Counts,
    /// The highest numbers that a record named.
    request: u32,
    sheet: u32,
}

impl Known {
    pub(super) fn new() -> Self {
        Self { ledger: Ledger::new(), counts: Counts::default(), request: 0, sheet: 0 }
    }

    pub(super) const fn counts(&self) -> Counts {
        self.ledger.counts()
    }

    pub(super) fn enter(&mut self, found: &Found) {
        self.ledger.enter(found);
        let counts = &mut self.counts;
        let (request, sheet) = match found {
            Found::Unlisted { .. } => return counts.unlisted += 1,
            Found::Dropped(dropped) => {
                counts.damages += u64::from(!dropped.tail);
                counts.dropped_bytes += dropped.bytes;
                return;
            }
            Found::Entry { entry, .. } => {
                counts.records += 1;
                match entry {
                    Entry::Block { last, .. } => (Some(*last), None),
                    Entry::Intent(intent) => {
                        counts.intents += 1;
                        (Some(intent.request_id), None)
                    }
                    Entry::Sent { request_id } => (Some(*request_id), None),
                    Entry::Line { sheet, .. } | Entry::Text { sheet, .. } => (None, Some(*sheet)),
                    Entry::Sheet { sheet, request, .. } => {
                        counts.sheets += 1;
                        (*request, Some(*sheet))
                    }
                    Entry::Result(finished) => {
                        counts.results += 1;
                        if let Some(request_id) = finished.request_id {
                            let settled = Settled::of(request_id, &finished.facts, None);
                            assert_ne!(settled.is_of(&finished.facts), Some(false), "not of its own transaction");
                        }
                        (finished.request_id, None)
                    }
                    Entry::Resolution(made) => {
                        counts.resolutions += 1;
                        (Some(made.request_id), None)
                    }
                    Entry::Settled(settled) => {
                        assert_eq!(self.ledger.last_settled(), Some(settled), "what was said again is not known");
                        (Some(settled.request_id), None)
                    }
                }
            }
        };
        self.request = self.request.max(request.map_or(0, |request| request.get()));
        self.sheet = self.sheet.max(sheet.map_or(0, |sheet| sheet.0));
    }

    /// To be asked at the end of the journal.
    pub(super) fn check(&self) {
        let ledger = &self.ledger;
        let (more_unresolved, more_sheets) = (ledger.counts().more_unresolved, ledger.counts().more_sheets);
        assert_eq!(ledger.counts(), Counts { more_unresolved, more_sheets, ..self.counts }, "counted otherwise");
        assert!(ledger.next_request().is_none_or(|next| next.get() > self.request), "a number is used again (I5)");
        assert!(ledger.next_sheet().0 > self.sheet || self.sheet == u32::MAX, "a sheet's number is used again");

        let listed = ledger.all_unresolved().len() + ledger.further_unresolved().len();
        assert!(listed == 0 || self.request > 0, "a request that no record names");
        assert_eq!(ledger.unresolved(), ledger.all_unresolved().first(), "the oldest is another one");
        let next = ledger.next_unresolved();
        assert_eq!(next.as_ref().map(|next| next.request_id), ledger.unresolved().map(|it| it.request_id));
        assert!(next.is_none_or(|next| next.others == (listed > 1)), "others are told of that are not there");
        for sheet in ledger.sheets() {
            let is_listed = ledger.all_unresolved().iter().any(|blocker| blocker.request_id == sheet.request_id);
            assert!(is_listed, "a sheet of a request that is settled");
        }
        for block in [ledger.reserve(), ledger.reached()].into_iter().flatten() {
            let mut bytes = [0; MAX_RECORD];
            let length = journal::encode(&block, &mut bytes).expect("room for any record");
            let (read, used) = journal::decode(bytes.get(..length).unwrap_or_default()).expect("what was written");
            assert_eq!(used, length, "what was written is longer");
            assert_eq!(read.record(), block, "what was written is another record");
            assert!(matches!(block, Record::Block { .. }), "numbers are reserved by another record");
        }
        _ = write!(Transcript::default(), "{ledger:?}");
    }
}
