//! What survives: records gathered into what is stored at once, and what earlier runs left.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use opi_core::drive::Event;
use opi_core::id::RequestId;
use opi_core::journal::{self, Found, Ledger, MAX_RECORD, Record, Replay, Unresolved};
use opi_core::limits::{OPERATION_REQUESTS, REQUEST_BLOCK, UNRESOLVED};
use opi_core::opi::Settings;
use opi_core::receipt::SheetId;
use opi_core::secret::Masked;

/// Two receipts and a journal for each request that can be unresolved.
const SHEETS: usize = 3 * UNRESOLVED;

/// The journal of a lane, but for the storing itself.
pub struct Journal {
    ledger: Ledger<SHEETS>,
    /// The last number that was reserved by this run.
    reserved: u32,
    /// Sheets that are coming in and have to be kept, and what came in of them.
    sheets: Vec<(SheetId, Vec<u8>)>,
}

impl Journal {
    /// From the bytes that earlier runs stored.
    ///
    /// # Errors
    /// Records of a version that is not known.
    pub fn new(stored: &[u8]) -> io::Result<Self> {
        let mut journal = Self { ledger: Ledger::new(), reserved: 0, sheets: Vec::new() };
        journal.enter(stored)?;
        Ok(journal)
    }

    fn enter(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        let mut replay = Replay::new();
        while let Some(found) = replay.next(&mut bytes).map_err(io::Error::other)? {
            self.ledger.enter(&found);
        }
        while let Some(found) = replay.finish().map_err(io::Error::other)? {
            self.ledger.enter(&found);
        }
        Ok(())
    }

    /// What a new session has to know of it.
    pub fn settle(&self, settings: &mut Settings) {
        if let Some(next) = self.ledger.next_request().filter(|next| next.get() > 1) {
            settings.first_request = next;
        }
        settings.first_sheet = self.ledger.next_sheet();
        settings.last_settled = self.ledger.last_settled().cloned();
    }

    /// The oldest request without an end (I6).
    #[must_use]
    pub fn unresolved(&self) -> Option<Unresolved> {
        self.ledger.next_unresolved()
    }

    /// The block of numbers that must be stored before an operation begins with this number (I5); `None` if enough are
    /// reserved.
    ///
    /// # Errors
    /// There are no such numbers.
    pub fn block(&mut self, next: RequestId) -> io::Result<Option<Vec<u8>>> {
        let needed = next.get().saturating_add(OPERATION_REQUESTS - 1);
        if needed <= self.reserved {
            return Ok(None);
        }
        let used_up = || io::Error::other("the numbers of this lane are used up");
        let record = if self.ledger.next_request().is_none_or(|first| first < next) {
            let last = next.get().saturating_add(REQUEST_BLOCK - 1).min(RequestId::LAST.get());
            let last = RequestId::new(last).map_err(|_| used_up())?;
            Record::Block { first: next, last }
        } else {
            self.ledger.reserve().ok_or_else(used_up)?
        };
        Ok(Some(encode(&record)?))
    }

    /// Gathers what a sheet to be kept consists of.
    ///
    /// # Errors
    /// A piece that no record takes.
    pub fn gather(&mut self, event: &Event<'_>) -> io::Result<()> {
        let (sheet, record) = match event {
            Event::SheetBegun(sheet) if sheet.purpose.must_be_kept() => {
                self.sheets.push((sheet.id, Vec::new()));
                return Ok(());
            }
            Event::Line(sheet, line) => (*sheet, Record::Line { sheet: *sheet, line }),
            Event::JournalText(sheet, text) => (*sheet, Record::Text { sheet: *sheet, text: Masked(text) }),
            Event::SheetEnded { sheet, .. } => {
                self.sheets.retain(|(open, _)| open != sheet);
                return Ok(());
            }
            _ => return Ok(()),
        };
        if let Some((_, pieces)) = self.sheets.iter_mut().find(|(open, _)| *open == sheet) {
            pieces.extend(encode(&record)?);
        }
        Ok(())
    }

    /// The record as bytes, after all that belongs to it.
    ///
    /// # Errors
    /// A record that is too long.
    pub fn bytes(&mut self, record: &Record<'_>) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if let Record::Sheet { sheet, .. } = record
            && let Some((_, pieces)) = self.sheets.iter_mut().find(|(open, _)| open == sheet)
        {
            bytes.append(pieces);
        }
        bytes.extend(encode(record)?);
        Ok(bytes)
    }

    /// These bytes are stored.
    pub fn stored(&mut self, mut bytes: &[u8]) {
        while let Ok((entry, length)) = journal::decode(bytes) {
            if let journal::Entry::Block { last, .. } = entry {
                self.reserved = last.get();
            }
            self.ledger.record(&entry.record());
            bytes = bytes.get(length..).unwrap_or_default();
        }
    }
}

fn encode(record: &Record<'_>) -> io::Result<Vec<u8>> {
    let mut buffer = [0; MAX_RECORD];
    let length = journal::encode(record, &mut buffer).map_err(io::Error::other)?;
    Ok(buffer.get(..length).unwrap_or_default().to_vec())
}

/// A file that is appended to, in a folder of its own.
#[derive(Debug)]
pub struct Folder(File);

impl Folder {
    /// Opens the journal of a folder and reads it. An unfinished end is cut off: it was never confirmed.
    ///
    /// # Errors
    /// Those of the files.
    pub fn open(folder: &Path) -> io::Result<(Self, Vec<u8>)> {
        std::fs::create_dir_all(folder)?;
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(folder.join("journal"))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let (mut replay, mut input) = (Replay::new(), bytes.as_slice());
        let damaged = |found| matches!(found, Found::Dropped(dropped) if !dropped.tail);
        let mut is_damaged = false;
        while let Some(found) = replay.next(&mut input).map_err(io::Error::other)? {
            is_damaged |= damaged(found);
        }
        while let Some(found) = replay.finish().map_err(io::Error::other)? {
            is_damaged |= damaged(found);
        }
        if is_damaged {
            return Err(io::Error::other("the journal is damaged"));
        }
        bytes.truncate(usize::try_from(replay.kept()).unwrap_or(usize::MAX));
        file.set_len(bytes.len() as u64)?;
        File::open(folder)?.sync_all()?;
        Ok((Self(file), bytes))
    }

    /// Stores bytes so that they survive a power cut.
    ///
    /// # Errors
    /// Those of the file.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)?;
        self.0.sync_data()
    }
}
