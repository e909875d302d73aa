//! What a terminal must remember over a power cut: a file of records, or nothing.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use opi_core::nexo::front::Front;
use opi_core::nexo::front::record::{self, Entry, RECORD_BESIDE, Record};
use opi_core::time::{Instant, WallTime};

/// Where records are.
#[derive(Debug)]
pub struct Records {
    file: Option<(PathBuf, File)>,
    /// All of them, in their order.
    bytes: Vec<u8>,
    /// Something within is damaged.
    damaged: bool,
}

/// The file of records cannot be read or written.
#[derive(Debug)]
pub struct RecordsError {
    /// The file.
    pub path: PathBuf,
    /// What the machine says.
    pub error: io::Error,
}

impl fmt::Display for RecordsError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.path.display(), self.error)
    }
}

impl std::error::Error for RecordsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl Records {
    /// Records that are forgotten with this value.
    #[must_use]
    pub const fn in_memory() -> Self {
        Self { file: None, bytes: Vec::new(), damaged: false }
    }

    /// The records of this file, which only one process may have at a time.
    ///
    /// A record that a power cut left unfinished at the end is cut off; it was never confirmed.
    ///
    /// # Errors
    /// Those of the file system, and a file that another process has.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, RecordsError> {
        let path = path.as_ref();
        Self::read(path).map_err(|error| RecordsError { path: path.to_owned(), error })
    }

    fn read(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new().create(true).read(true).write(true).truncate(false).open(path)?;
        lock(&file)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let (whole, damaged) = whole(&bytes);
        bytes.truncate(whole);
        file.set_len(u64::try_from(whole).unwrap_or(u64::MAX))?;
        file.seek(SeekFrom::End(0))?;
        file.sync_all()?;
        sync_folder(path)?;
        Ok(Self { file: Some((path.to_owned(), file)), bytes, damaged })
    }

    /// Tells the terminal what it did before, and forgets what it will not need again.
    pub(super) fn restore(&mut self, front: &mut Front<'_>, at: WallTime) -> Result<(), RecordsError> {
        each(&self.bytes, |entry, _| front.restore(entry));
        if self.damaged {
            // What could not be read is kept: it says that something is missing, for as long as that matters.
            front.mark_damaged();
            return Ok(());
        }
        let mut needed = Vec::new();
        each(&self.bytes, |entry, bytes| {
            if front.needs(Instant::default(), at, entry) {
                needed.extend_from_slice(bytes);
            }
        });
        if needed.len() < self.bytes.len() / 2 {
            self.rewrite(&needed)?;
            self.bytes = needed;
        }
        Ok(())
    }

    /// Puts another file in the place of this one, so that a power cut leaves the one or the other.
    fn rewrite(&mut self, bytes: &[u8]) -> Result<(), RecordsError> {
        let Some((path, _)) = &self.file else { return Ok(()) };
        let refused = |error| RecordsError { path: path.clone(), error };
        let beside = path.with_extension("new");
        let mut file = OpenOptions::new().create(true).write(true).truncate(true).open(&beside).map_err(refused)?;
        lock(&file).map_err(refused)?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(refused)?;
        std::fs::rename(&beside, path).and_then(|()| sync_folder(path)).map_err(refused)?;
        self.file = Some((path.clone(), file));
        Ok(())
    }

    /// Stores a record; after that it survives a power cut, if there is a file.
    pub(super) fn append(&mut self, record: &Record<'_>) -> io::Result<()> {
        let response = match record {
            Record::Answered(_, response) => response.0.len(),
            _ => 0,
        };
        let mut bytes = vec![0; RECORD_BESIDE + response];
        let length = record::encode(record, &mut bytes).map_err(io::Error::other)?;
        bytes.truncate(length);
        if let Some((_, file)) = &mut self.file {
            let begin = self.bytes.len();
            if let Err(error) = file.write_all(&bytes).and_then(|()| file.sync_data()) {
                // What may have been written in part must not stand before the next record.
                let _ = file.set_len(u64::try_from(begin).unwrap_or(u64::MAX));
                let _ = file.seek(SeekFrom::End(0));
                return Err(error);
            }
        }
        self.bytes.extend_from_slice(&bytes);
        Ok(())
    }
}

fn lock(file: &File) -> io::Result<()> {
    file.try_lock().map_err(|error| match error {
        std::fs::TryLockError::Error(error) => error,
        std::fs::TryLockError::WouldBlock => io::Error::other("another process has it"),
    })
}

/// A new file survives only when its folder knows it. Only Unix lets a folder be synchronised.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Hands over each record and its bytes.
fn each(bytes: &[u8], mut take: impl FnMut(&Entry<'_>, &[u8])) {
    let mut rest = bytes;
    while !rest.is_empty() {
        let length = match record::decode(rest) {
            Ok((entry, length)) => {
                take(&entry, rest.get(..length).unwrap_or_default());
                length
            }
            Err(_) => 1,
        };
        rest = rest.get(length..).unwrap_or_default();
    }
}

/// How many bytes from the front are records, and whether something within them is damaged.
fn whole(bytes: &[u8]) -> (usize, bool) {
    let (mut at, mut end, mut damaged) = (0, 0, false);
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        match record::decode(rest) {
            Ok((_, length)) => {
                // Something before it could not be read.
                damaged |= at != end;
                at += length;
                end = at;
            }
            // It may be the length that is damaged: look whether more follows.
            Err(_) => at += 1,
        }
    }
    (end, damaged)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn logged_in(records: &mut Records, till: &str) {
        records.append(&Record::LoggedIn(till)).unwrap();
    }

    fn all(records: &Records) -> Vec<String> {
        let mut all = Vec::new();
        each(&records.bytes, |entry, _| all.push(format!("{entry:?}")));
        all
    }

    #[test]
    fn what_was_stored_is_read_again_wherever_a_power_cut_left_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("records");
        let mut records = Records::open(&path).unwrap();
        logged_in(&mut records, "POS-1");
        logged_in(&mut records, "POS-2");
        let (stored, said) = (records.bytes.clone(), all(&records));
        drop(records);
        let second = stored.len() - (stored.len() / 2);
        for end in 0..=stored.len() {
            std::fs::write(&path, stored.get(..end).unwrap()).unwrap();
            let records = Records::open(&path).unwrap();
            let whole = if end == stored.len() { 2 } else { usize::from(end >= second) };
            assert_eq!(all(&records), said.get(..whole).unwrap(), "cut at {end}");
            assert!(!records.damaged, "cut at {end}: a storing that was never confirmed is no damage");
        }
    }

    #[test]
    fn damage_before_a_record_is_noticed_and_the_record_still_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("records");
        let mut records = Records::open(&path).unwrap();
        logged_in(&mut records, "POS-1");
        let first = records.bytes.len();
        logged_in(&mut records, "POS-2");
        let (stored, said) = (records.bytes.clone(), all(&records));
        drop(records);
        for place in 0..first {
            let mut spoiled = stored.clone();
            *spoiled.get_mut(place).unwrap() ^= 0x10;
            std::fs::write(&path, &spoiled).unwrap();
            let records = Records::open(&path).unwrap();
            assert!(records.damaged, "byte {place}");
            assert_eq!(all(&records), said.get(1..).unwrap(), "byte {place}");
        }
    }

    #[test]
    fn two_processes_never_use_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("records");
        let records = Records::open(&path).unwrap();
        assert!(Records::open(&path).is_err());
        drop(records);
        assert!(Records::open(&path).is_ok());
    }
}
