//! The files of a journal: finding, reading, appending.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use opi_core::journal::{Found, Replay};

use super::{JournalError, at};

/// Bytes after which a new segment is begun: some hundreds of payments, read again in a moment at a restart.
pub const SEGMENT: u64 = 1024 * 1024;

/// Bytes read at one time.
const PIECE: usize = 16 * 1024;

/// The last file of a journal, open for appending.
#[derive(Debug)]
pub(super) struct Segment {
    number: u32,
    file: File,
    /// Bytes that are known to be stored.
    length: u64,
    /// What stands behind them is not known any more: nothing may be appended.
    broken: bool,
}

impl Segment {
    /// Makes a segment, so that it survives a power cut.
    pub(super) fn make(folder: &Path, number: u32) -> Result<Self, JournalError> {
        let path = folder.join(name(number));
        let file = OpenOptions::new().create_new(true).append(true).open(&path).map_err(at(&path))?;
        file.sync_all().map_err(at(&path))?;
        sync_way_to(folder)?;
        Ok(Self { number, file, length: 0, broken: false })
    }

    /// Opens a segment of which `kept` bytes are whole records, and cuts the rest off.
    pub(super) fn open(number: u32, path: &Path, kept: u64) -> Result<Self, JournalError> {
        let file = OpenOptions::new().append(true).open(path).map_err(at(path))?;
        if file.metadata().map_err(at(path))?.len() > kept {
            file.set_len(kept).map_err(at(path))?;
        }
        // Of a till that died after writing it is not known whether the disk has it.
        file.sync_all().map_err(at(path))?;
        if let Some(folder) = path.parent().filter(|_| kept == 0) {
            sync_way_to(folder)?;
        }
        Ok(Self { number, file, length: kept, broken: false })
    }

    pub(super) const fn number(&self) -> u32 {
        self.number
    }

    pub(super) const fn length(&self) -> u64 {
        self.length
    }

    /// Appends whole records, and gives only when they would survive a power cut.
    pub(super) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("an earlier write failed half way: the journal has to be opened anew"));
        }
        if let Err(error) = self.file.write_all(bytes) {
            // Half a record is worse than none: something may be appended to it.
            self.broken = self.file.set_len(self.length).and_then(|()| self.file.sync_data()).is_err();
            return Err(error);
        }
        if let Err(error) = self.file.sync_data() {
            // After a failed fsync the system may forget what it could not write, and say nothing the next time.
            self.broken = true;
            // The caller is told that it is not stored: a restart had better not find it. If this fails too, it finds
            // more than was sent, never less.
            let _ = self.file.set_len(self.length).and_then(|()| self.file.sync_data());
            return Err(error);
        }
        self.length = self.length.saturating_add(bytes.len() as u64);
        Ok(())
    }
}

fn name(number: u32) -> String {
    format!("journal-{number:08}.opi")
}

/// The segments in this folder, in order.
pub(super) fn list(folder: &Path) -> Result<Vec<(u32, PathBuf)>, JournalError> {
    let mut segments = Vec::new();
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let path = entry.map_err(at(folder))?.path();
        let number = path.file_name().and_then(|name| name.to_str()).and_then(|name| {
            let number = name.strip_prefix("journal-")?.strip_suffix(".opi")?;
            number.parse().ok()
        });
        segments.extend(number.map(|number| (number, path)));
    }
    segments.sort();
    Ok(segments)
}

/// Reads a segment; how many of its bytes are kept if its unfinished end is cut off.
pub(super) fn read(path: &Path, on: &mut impl FnMut(&Found)) -> Result<u64, JournalError> {
    let unknown = |version| JournalError::Version { file: path.to_owned(), version };
    let mut file = File::open(path).map_err(at(path))?;
    let mut replay = Box::new(Replay::new());
    let mut bytes = vec![0; PIECE];
    loop {
        let read = match file.read(&mut bytes) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(at(path)(error)),
        };
        let mut piece = bytes.get(..read).unwrap_or_default();
        while let Some(found) = replay.next(&mut piece).map_err(unknown)? {
            on(&found);
        }
    }
    while let Some(found) = replay.finish().map_err(unknown)? {
        on(&found);
    }
    Ok(replay.kept())
}

/// Makes sure that the folder and its files are found after a power cut. Of a till that died before it had a record
/// it is not known which of the folders the disk has, so all of them are synchronised again.
fn sync_way_to(folder: &Path) -> Result<(), JournalError> {
    let whole = std::path::absolute(folder).map_err(at(folder))?;
    for above in whole.ancestors() {
        let synced = sync_folder(above);
        // Those that were there before anybody's till may be closed to it, or on a system that has no such thing.
        let foreign = |error: &io::Error| {
            use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
            above != whole && matches!(error.kind(), PermissionDenied | InvalidInput | Unsupported)
        };
        if let Err(error) = synced
            && !foreign(&error)
        {
            return Err(at(above)(error));
        }
    }
    Ok(())
}

/// A new file survives only when its folder knows it. Only Unix lets a folder be synchronised.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
