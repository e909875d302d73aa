//! A journal in a file, record by record.

use std::io;
use std::path::Path;

use opi_conformance::till::Folder;
use opi_core::id::RequestId;
use opi_core::journal::{Ledger, MAX_RECORD, Record, Replay, Unresolved, encode};
use opi_core::limits::{REQUEST_BLOCK, UNRESOLVED};
use opi_embedded_io::{Recovered, Store};

pub(crate) struct Disk {
    folder: Folder,
    ledger: Ledger<{ 3 * UNRESOLVED }>,
    /// The last number that was reserved by this run.
    reserved: u32,
}

impl Disk {
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        let (folder, stored) = Folder::open(folder)?;
        let (mut ledger, mut replay, mut rest) = (Ledger::new(), Replay::new(), stored.as_slice());
        while let Some(found) = replay.next(&mut rest).map_err(io::Error::other)? {
            ledger.enter(&found);
        }
        while let Some(found) = replay.finish().map_err(io::Error::other)? {
            ledger.enter(&found);
        }
        Ok(Self { folder, ledger, reserved: 0 })
    }
}

impl Store for Disk {
    type Error = io::Error;

    fn persist(&mut self, record: &Record<'_>) -> io::Result<()> {
        let mut bytes = [0; MAX_RECORD];
        let length = encode(record, &mut bytes).map_err(io::Error::other)?;
        self.folder.append(bytes.get(..length).unwrap_or_default())?;
        self.ledger.record(record);
        Ok(())
    }

    fn recovered(&self) -> Option<Recovered> {
        Some(Recovered {
            first_request: self.ledger.next_request().filter(|next| next.get() > 1),
            first_sheet: self.ledger.next_sheet(),
            last_settled: self.ledger.last_settled().cloned(),
            workstation: None,
        })
    }

    fn unresolved(&self) -> Option<Unresolved> {
        self.ledger.next_unresolved()
    }

    fn reserve(&mut self, next: RequestId, count: u32) -> io::Result<()> {
        if next.get().saturating_add(count) <= self.reserved {
            return Ok(());
        }
        let first = self.ledger.next_request().filter(|first| *first > next).unwrap_or(next);
        let last = RequestId::new(first.get().saturating_add(REQUEST_BLOCK - 1)).map_err(io::Error::other)?;
        self.persist(&Record::Block { first, last })?;
        self.reserved = last.get();
        Ok(())
    }
}
