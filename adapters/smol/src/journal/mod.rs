//! A journal in files: what must survive a power cut, in the format of [`opi_core::journal`].
//!
//! A journal is a folder of segments, `journal-00000001.opi` and so on, and a file `lock`. Records are appended to the
//! last segment, each synchronised to the disk before it counts as stored. A segment that has grown beyond
//! [`SEGMENT`] bytes is followed by a new one before the next request; the new one begins with what a restart needs, so
//! segments before the last may be moved away while no till runs.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `mod` | the store of a till |
//! | `segment` | files: finding, reading, appending |
//! | `entry` | the records of an entry, and those that a new segment begins with |

mod entry;
mod segment;

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{error, fmt};

use opi_core::id::{Id, RequestId};
use opi_core::journal::{Blocker, Counts, Dropped, Found, Ledger, Record, UnknownVersion, Unresolved};
use opi_core::limits;

use self::segment::Segment;
use crate::store::{Entry, Recovered, Store, Storing};

pub use self::segment::SEGMENT;

/// Sheets of unresolved requests that are remembered: two receipts and a journal for each.
const SHEETS: usize = 3 * limits::UNRESOLVED;

/// The file whose lock says that a till uses the journal. Nothing is in it.
const LOCK: &str = "lock";

/// The journal of one lane in a folder. See the [module](self).
///
/// Clones are the same journal; it is closed with the last of them.
#[derive(Clone, Debug)]
pub struct JournalStore(Arc<Mutex<Journal>>);

#[derive(Debug)]
struct Journal {
    folder: PathBuf,
    segment: Segment,
    ledger: Ledger<SHEETS>,
    /// The last number of the block that was reserved by this run; 0 for none.
    reserved: u32,
    workstation: Option<Id<{ limits::WORKSTATION_ID }>>,
    lost: Vec<Lost>,
    /// Held as long as the journal is open. The system lets it go when the process ends, however it ends.
    _lock: File,
}

/// A stretch of a segment that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The segment.
    pub file: PathBuf,
    /// Where in it.
    pub dropped: Dropped,
}

impl fmt::Display for Lost {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.file.display(), self.dropped)
    }
}

/// Why a journal cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum JournalError {
    /// Another till uses it.
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// It was written by a newer version of this software.
    Version {
        /// The segment.
        file: PathBuf,
        /// Which, and where.
        version: UnknownVersion,
    },
    /// More requests are without an end than can be settled one after the other: a person has to look at it.
    Overrun {
        /// The folder.
        folder: PathBuf,
        /// How many.
        unresolved: u64,
    },
    /// The file system said no.
    Files {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

impl fmt::Display for JournalError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse { folder } => write!(out, "the journal {} is in use by another till", folder.display()),
            Self::Overrun { folder, unresolved } => {
                write!(out, "the journal {} has {unresolved} requests without an end", folder.display())
            }
            Self::Version { file, version } => write!(out, "{}: {version}", file.display()),
            Self::Files { path, error } => write!(out, "{}: {error}", path.display()),
        }
    }
}

impl error::Error for JournalError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Files { error, .. } => Some(error),
            Self::Version { version, .. } => Some(version),
            Self::InUse { .. } | Self::Overrun { .. } => None,
        }
    }
}

/// An error of the file system, and where.
fn at(path: &Path) -> impl FnOnce(io::Error) -> JournalError {
    let path = path.to_owned();
    |error| JournalError::Files { path, error }
}

/// Reads a journal from its beginning. No lock is taken: a till may be writing to it.
///
/// # Errors
/// A folder or file that cannot be read, or records of an unknown version.
pub fn read(folder: impl AsRef<Path>, mut on: impl FnMut(&Found)) -> Result<(), JournalError> {
    for (_, path) in segment::list(folder.as_ref())? {
        segment::read(&path, &mut on)?;
    }
    Ok(())
}

impl JournalStore {
    /// Opens the journal in this folder, or makes one, and reads it. An unfinished record at the end, as a power cut
    /// leaves it, is cut off: it was never confirmed stored. Blocks for the time of disk accesses.
    ///
    /// # Errors
    /// [`JournalError`]. No file is changed then, but the folder may have been made.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, JournalError> {
        let folder = folder.as_ref();
        std::fs::create_dir_all(folder).map_err(at(folder))?;
        let lock_path = folder.join(LOCK);
        let lock = OpenOptions::new().create(true).append(true).open(&lock_path).map_err(at(&lock_path))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => JournalError::InUse { folder: folder.to_owned() },
            TryLockError::Error(error) => at(&lock_path)(error),
        })?;
        let (mut ledger, mut lost, mut workstation, mut kept) = (Ledger::new(), Vec::new(), None, 0);
        let segments = segment::list(folder)?;
        for (_, path) in &segments {
            kept = segment::read(path, &mut |found| {
                ledger.enter(found);
                match found {
                    Found::Entry { entry: opi_core::journal::Entry::Intent(intent), .. } => {
                        workstation = Some(intent.workstation_id.clone());
                    }
                    Found::Dropped(dropped) => lost.push(Lost { file: path.clone(), dropped: *dropped }),
                    _ => {}
                }
            })?;
        }
        let unresolved = ledger.all_unresolved().len() + ledger.further_unresolved().len();
        match ledger.counts().more_unresolved {
            0 => {}
            more => {
                let (folder, unresolved) = (folder.to_owned(), more.saturating_add(unresolved as u64));
                return Err(JournalError::Overrun { folder, unresolved });
            }
        }
        let segment = match segments.last() {
            Some((number, path)) => {
                let mut segment = Segment::open(*number, path, kept)?;
                if lost.iter().any(|lost| lost.file == *path && lost.dropped.tail)
                    && let Some(reached) = ledger.reached()
                {
                    // Only a disk that spoilt a block it had confirmed makes it needed: no reason not to begin.
                    let mut bytes = Vec::new();
                    let _ = entry::encode(&reached, &mut bytes).and_then(|()| segment.append(&bytes));
                }
                segment
            }
            None => Segment::make(folder, 1)?,
        };
        let folder = folder.to_owned();
        let journal = Journal { folder, segment, ledger, reserved: 0, workstation, lost, _lock: lock };
        Ok(Self(Arc::new(Mutex::new(journal))))
    }

    /// What could not be read when the journal was opened. A [`tail`](Dropped::tail) is what a power cut leaves;
    /// anything else means that the disk lost records which it had confirmed.
    #[must_use]
    pub fn lost(&self) -> Vec<Lost> {
        self.journal().lost.clone()
    }

    /// The requests whose end is not in the journal, the oldest first, at most [`limits::UNRESOLVED`].
    #[must_use]
    pub fn blockers(&self) -> Vec<Blocker> {
        self.journal().ledger.all_unresolved().to_vec()
    }

    /// What stands in the journal, in numbers.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.journal().ledger.counts()
    }

    fn journal(&self) -> MutexGuard<'_, Journal> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal {
    fn store(&mut self, entry: &Entry) -> io::Result<()> {
        if let Entry::Intent(intent) = entry {
            self.workstation = Some(intent.workstation_id.clone());
            // A long journal is not less safe than a short one: the old segment is gone on with.
            let _ = self.rotate();
        }
        self.segment.append(&entry.encode()?)?;
        entry::records(entry, |record| {
            self.ledger.record(record);
            Ok(())
        })
    }

    fn reserve(&mut self, next: RequestId, count: u32) -> io::Result<()> {
        let used_up = || io::Error::other("the request numbers of this lane are used up: give it a new name");
        let needed = next.get().saturating_add(count.saturating_sub(1));
        if needed <= self.reserved {
            return Ok(());
        }
        let after_reserved = self.ledger.next_request().ok_or_else(used_up)?;
        let first = if self.reserved == 0 { next } else { after_reserved };
        if first < after_reserved {
            // The caller's counter went back: better no payment than a number used twice.
            return Err(io::Error::other("the next request number was used already"));
        }
        let last = first.get().saturating_add(limits::REQUEST_BLOCK - 1).min(RequestId::LAST.get());
        if last < needed {
            return Err(used_up());
        }
        let last_id = RequestId::new(last).map_err(io::Error::other)?;
        let block = Record::Block { first, last: last_id };
        let mut bytes = Vec::new();
        entry::encode(&block, &mut bytes)?;
        self.segment.append(&bytes)?;
        self.ledger.record(&block);
        self.reserved = last;
        Ok(())
    }

    /// Begins a new segment if this one is long enough.
    fn rotate(&mut self) -> Result<(), JournalError> {
        if self.segment.length() < SEGMENT {
            return Ok(());
        }
        let mut bytes = Vec::new();
        let path = self.folder.clone();
        entry::carried_over(&self.ledger, |record| entry::encode(record, &mut bytes)).map_err(at(&path))?;
        let mut next = Segment::make(&self.folder, self.segment.number().saturating_add(1))?;
        next.append(&bytes).map_err(at(&path))?;
        self.segment = next;
        Ok(())
    }
}

impl Store for JournalStore {
    fn persist(&mut self, entry: Entry) -> Storing {
        let journal = self.clone();
        // On a thread of its own: a disk may take its time, and the till goes on reading meanwhile.
        Box::pin(smol::unblock(move || journal.journal().store(&entry)))
    }

    fn recovered(&self) -> Option<Recovered> {
        let journal = self.journal();
        let counts = journal.ledger.counts();
        let fresh = counts.records == 0 && counts.dropped_bytes == 0;
        Some(Recovered {
            first_request: journal.ledger.next_request().filter(|_| !fresh),
            first_sheet: journal.ledger.next_sheet(),
            last_settled: journal.ledger.last_settled().cloned(),
            workstation: journal.workstation.clone(),
        })
    }

    fn unresolved(&self) -> Option<Unresolved> {
        self.journal().ledger.next_unresolved()
    }

    fn reserve(&mut self, next: RequestId, count: u32) -> io::Result<()> {
        self.journal().reserve(next, count)
    }
}
