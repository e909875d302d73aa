//! Where records are kept that must survive a power cut.

use std::fs::{File, OpenOptions};
use std::future::{Future, ready};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use opi_core::journal::{Intent, Resolution};
use opi_core::operation::Finished;
use serde::Serialize;

use crate::notice::WholeSheet;

/// One record, owned. Serialised with card numbers masked.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "record", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Entry {
    /// A request that may move money is about to be sent.
    Intent(Intent),
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

/// Where a till keeps its records.
pub trait Store: Send {
    /// Begins to store an entry.
    ///
    /// The storing may end well only when the entry would survive a power cut; until then no request is sent and no
    /// receipt acknowledged. If it fails, nothing is assumed about the entry. The next one comes after the end of
    /// this one, in the order of things.
    fn persist(&mut self, entry: Entry) -> Storing;
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

/// Appends entries to a file, one JSON object a line, each synchronised to the disk before it counts as stored.
#[derive(Clone, Debug)]
pub struct FileStore(Arc<Mutex<File>>);

impl FileStore {
    /// Opens the file, or makes it. Blocks for the time of a disk access.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
        // A line that a power cut left unfinished must not swallow the next one.
        if file.metadata()?.len() > 0 {
            let mut last = [0];
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                file.write_all(b"\n")?;
            }
        }
        file.sync_all()?;
        // A new file survives only when its folder knows it. Only Unix lets a folder be synchronised.
        if cfg!(unix) {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        }
        Ok(Self(Arc::new(Mutex::new(file))))
    }
}

impl Store for FileStore {
    fn persist(&mut self, entry: Entry) -> Storing {
        let file = Arc::clone(&self.0);
        // On a thread of its own: a disk may take its time, and the till goes on reading meanwhile.
        Box::pin(smol::unblock(move || {
            let mut line = serde_json::to_vec(&entry)?;
            line.push(b'\n');
            append(&mut file.lock().unwrap_or_else(PoisonError::into_inner), &line)
        }))
    }
}

fn append(file: &mut File, line: &[u8]) -> io::Result<()> {
    let before = file.metadata()?.len();
    let written = file.write_all(line).and_then(|()| file.sync_data());
    if written.is_err() {
        // Half a line would spoil the next one. If even this fails, the error above is the one to tell.
        let _ = file.set_len(before);
    }
    written
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use opi_core::id::RequestId;

    fn decision(number: u32) -> Entry {
        Entry::Resolution(Box::new(Resolution::by_person(RequestId::new(number).unwrap(), true, "")))
    }

    #[test]
    fn each_entry_is_a_line_even_after_a_torn_one() {
        let path = std::env::temp_dir().join(format!("opi-smol-store-{}.jsonl", std::process::id()));
        let _ = std::fs::remove_file(&path);
        smol::block_on(async {
            FileStore::open(&path).unwrap().persist(decision(1)).await.unwrap();
            std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"record\":\"res").unwrap();
            FileStore::open(&path).unwrap().persist(decision(2)).await.unwrap();
        });
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let lines: Vec<_> = text.lines().map(serde_json::from_str::<serde_json::Value>).collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0].as_ref().unwrap()["requestId"], "1");
        assert!(lines[1].is_err(), "the torn line stays alone");
        assert_eq!(lines[2].as_ref().unwrap()["requestId"], "2");
    }
}
