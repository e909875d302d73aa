//! What a terminal must remember over a power cut: a file of records, or nothing.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use opi_core::nexo::front::Front;
use opi_core::nexo::front::record::{self, DecodeError, RECORD_BESIDE, Record};

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
        file.try_lock().map_err(|error| match error {
            std::fs::TryLockError::Error(error) => error,
            std::fs::TryLockError::WouldBlock => io::Error::other("another process has it"),
        })?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let (whole, damaged) = whole(&bytes);
        bytes.truncate(whole);
        file.set_len(u64::try_from(whole).unwrap_or(u64::MAX))?;
        file.seek(SeekFrom::End(0))?;
        file.sync_all()?;
        // A new file survives only when its folder knows it. Only Unix lets a folder be synchronised.
        if cfg!(unix) {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            File::open(folder)?.sync_all()?;
        }
        Ok(Self { file: Some((path.to_owned(), file)), bytes, damaged })
    }

    /// Tells the terminal what it did before.
    pub(super) fn restore(&self, front: &mut Front<'_>) -> Result<(), RecordsError> {
        let mut rest = self.bytes.as_slice();
        while !rest.is_empty() {
            match record::decode(rest) {
                Ok((entry, length)) => {
                    front.restore(&entry);
                    rest = rest.get(length..).unwrap_or_default();
                }
                Err(_) => rest = rest.get(1..).unwrap_or_default(),
            }
        }
        if self.damaged {
            front.mark_damaged();
        }
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
            Err(DecodeError::Short | _) => at += 1,
        }
    }
    (end, damaged)
}
