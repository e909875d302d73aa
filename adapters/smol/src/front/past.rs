//! What the journal of an OPI lane says of earlier transactions, by the merchant's reference.

use std::collections::HashMap;
use std::path::Path;

use opi_core::id::{Reference, RequestId};
use opi_core::journal::{Entry, Found};
use opi_core::operation::{Finished, Outcome};
use opi_core::receipt::{Line, Purpose, SheetId};

use crate::journal::{self, JournalError};

/// A request that may have moved money.
#[derive(Clone, Debug)]
pub(super) struct Past {
    pub(super) request_id: RequestId,
    /// How it ended; `None` as long as that is unknown.
    pub(super) end: Option<Finished>,
    /// Receipts that were stored for it.
    pub(super) sheets: Vec<(SheetId, Purpose, Vec<Line>)>,
}

/// All of them that have a reference.
#[derive(Debug, Default)]
pub(super) struct Pasts {
    by_reference: HashMap<Reference, RequestId>,
    by_request: HashMap<RequestId, Past>,
    open: HashMap<SheetId, Vec<Line>>,
    /// Something could not be read: what is not here may have been there.
    pub(super) damaged: bool,
}

impl Pasts {
    /// Reads the journal in this folder.
    pub(super) fn read(folder: &Path) -> Result<Self, JournalError> {
        let mut pasts = Self::default();
        journal::read(folder, |found| match found {
            Found::Entry { entry, .. } => pasts.enter(entry),
            // What a power cut left unfinished was never confirmed, so nothing was sent because of it.
            Found::Dropped(dropped) => pasts.damaged |= !dropped.tail,
            _ => {}
        })?;
        Ok(pasts)
    }

    fn enter(&mut self, entry: &Entry) {
        match entry {
            Entry::Intent(intent) => {
                if let Some(reference) = &intent.reference {
                    self.by_reference.insert(reference.clone(), intent.request_id);
                    let request_id = intent.request_id;
                    self.by_request.entry(request_id).or_insert(Past { request_id, end: None, sheets: Vec::new() });
                }
            }
            Entry::Line { sheet, line } => self.open.entry(*sheet).or_default().push(line.clone()),
            Entry::Sheet { sheet, purpose, request, .. } => {
                let lines = self.open.remove(sheet).unwrap_or_default();
                if let Some(past) = request.and_then(|request| self.by_request.get_mut(&request)) {
                    past.sheets.push((*sheet, *purpose, lines));
                }
            }
            Entry::Result(finished) => {
                let past = finished.request_id.and_then(|request| self.by_request.get_mut(&request));
                if let Some(past) = past.filter(|_| finished.outcome != Outcome::Unknown) {
                    past.end = Some(finished.clone());
                }
            }
            Entry::Resolution(resolution) => {
                if let Some(past) = self.by_request.get_mut(&resolution.request_id) {
                    past.end = Some(Finished {
                        request_id: Some(resolution.request_id),
                        outcome: resolution.outcome,
                        reason: None,
                        settled_by: resolution.by,
                        facts: resolution.facts.clone(),
                        stored: true,
                    });
                }
            }
            _ => {}
        }
    }

    /// The request with this reference.
    pub(super) fn find(&self, reference: &Reference) -> Option<&Past> {
        self.by_reference.get(reference).and_then(|request| self.by_request.get(request))
    }
}
