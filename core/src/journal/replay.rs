//! Records out of the bytes of a journal, whatever a power cut or a bad disk left of it.

use core::fmt;

use super::codec::{self, DecodeError};
use super::{Entry, VERSION};
use crate::id::RequestId;
use crate::limits;
use crate::shift;

/// What stands in a journal.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "nothing is allocated; one is held at a time")]
pub enum Found {
    /// A record.
    Entry {
        /// Bytes before it.
        at: u64,
        /// What it says.
        entry: Entry,
    },
    /// A whole record of a kind that this version of the software does not know.
    Unlisted {
        /// Bytes before it.
        at: u64,
        /// The number of its kind.
        kind: u8,
    },
    /// Bytes that are no record.
    Dropped(Dropped),
}

/// A stretch of a journal that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Dropped {
    /// Bytes before it.
    pub at: u64,
    /// Its length.
    pub bytes: u64,
    /// Whether nothing follows. Then it is most likely a record that a power cut left unfinished, and that was never
    /// confirmed stored. Otherwise the disk lost what it had confirmed, or an unfinished record was appended to.
    pub tail: bool,
}

impl fmt::Display for Dropped {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.tail { "an unfinished end" } else { "damage" };
        write!(out, "{what} of {} bytes at byte {} of the journal", self.bytes, self.at)
    }
}

/// The journal was written by a version of the format that is not known. It must not be appended to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownVersion {
    /// That version.
    pub version: u8,
    /// Bytes before its first record.
    pub at: u64,
}

impl fmt::Display for UnknownVersion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, at } = self;
        write!(out, "the journal has a record of version {version} at byte {at}; this software reads version {VERSION}")
    }
}

impl core::error::Error for UnknownVersion {}

/// Reads a journal that is fed in pieces of any length.
///
/// Every record that is whole is found, in order, exactly once; what is not is told as [`Dropped`]. Holds
/// [`limits::JOURNAL_RECORD`] bytes.
///
/// ```
/// use opi_core::journal::{Found, Replay};
/// # fn main() -> Result<(), opi_core::journal::UnknownVersion> {
/// # let pieces: [&[u8]; 2] = [b"no", b"thing"];
/// let mut replay = Replay::new();
/// for mut piece in pieces {
///     while let Some(found) = replay.next(&mut piece)? {
/// #       drop(found);
///         // ...
///     }
/// }
/// while let Some(found) = replay.finish()? {
/// #   assert!(matches!(found, Found::Dropped(dropped) if dropped.bytes == 7 && dropped.tail));
///     // ...
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Replay {
    held: [u8; limits::JOURNAL_RECORD],
    /// Where the bytes not looked at begin and end in `held`.
    start: usize,
    end: usize,
    /// Bytes of the journal before `start`.
    at: u64,
    kept: u64,
    /// Where the stretch began that is being dropped.
    dropping: Option<u64>,
    refused: Option<UnknownVersion>,
}

impl Default for Replay {
    fn default() -> Self {
        Self::new()
    }
}

impl Replay {
    /// At the beginning of a journal.
    #[must_use]
    pub const fn new() -> Self {
        let held = [0; limits::JOURNAL_RECORD];
        Self { held, start: 0, end: 0, at: 0, kept: 0, dropping: None, refused: None }
    }

    /// What stands next in the journal, of which `input` is the next piece. Takes from `input` what was used. `None`:
    /// all of it was taken; go on with the next piece, or [`finish`](Self::finish).
    ///
    /// # Errors
    /// [`UnknownVersion`], and again at each later call: what follows is not read.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub fn next(&mut self, input: &mut &[u8]) -> Result<Option<Found>, UnknownVersion> {
        let mut found = None;
        loop {
            self.fill(input);
            self.look(&mut found, false)?;
            if found.is_some() || input.is_empty() {
                return Ok(found);
            }
        }
    }

    /// What still stands in the journal, all of which was fed. Call it until it gives `None`.
    ///
    /// # Errors
    /// As for [`next`](Self::next).
    pub fn finish(&mut self) -> Result<Option<Found>, UnknownVersion> {
        let mut found = None;
        self.look(&mut found, true)?;
        Ok(found)
    }

    /// Bytes of the journal up to the end of the last whole record found: where the unfinished end begins, to be cut
    /// off before anything is appended.
    #[must_use]
    pub const fn kept(&self) -> u64 {
        self.kept
    }

    fn fill(&mut self, input: &mut &[u8]) {
        if self.end == self.held.len() {
            // Less than a record is held: otherwise it would have been looked at.
            shift::to_front(self.held.get_mut(..self.end).unwrap_or_default(), self.start);
            self.end -= self.start;
            self.start = 0;
        }
        let room = self.held.get_mut(self.end..).unwrap_or_default();
        let (now, later) = input.split_at(room.len().min(input.len()));
        if let Some(here) = room.get_mut(..now.len()) {
            here.copy_from_slice(now);
        }
        self.end += now.len();
        *input = later;
    }

    /// Looks for what stands next. It is made where it stays: an entry is large.
    fn look(&mut self, found: &mut Option<Found>, finished: bool) -> Result<(), UnknownVersion> {
        if let Some(refused) = self.refused {
            return Err(refused);
        }
        loop {
            let window = self.held.get(self.start..self.end).unwrap_or_default();
            let error = match codec::check(window) {
                Ok(checked) => {
                    let entry = Entry::Sent { request_id: RequestId::FIRST };
                    let Found::Entry { at, entry } = found.insert(Found::Entry { at: 0, entry }) else { return Ok(()) };
                    match checked.read(entry) {
                        Ok(()) => {
                            let bytes = checked.bytes;
                            match self.whole(bytes) {
                                Ok(began) => *at = began,
                                Err(dropped) => *found = Some(Found::Dropped(dropped)),
                            }
                            return Ok(());
                        }
                        Err(error) => error,
                    }
                }
                Err(error) => error,
            };
            *found = match error {
                DecodeError::Short if !finished => None,
                DecodeError::Short if window.is_empty() => self.dropped().map(Found::Dropped),
                DecodeError::Short | DecodeError::Damaged => {
                    self.drop(1);
                    continue;
                }
                DecodeError::Body { bytes } => {
                    // Nothing in it is searched for records: it was written as one.
                    self.drop(bytes);
                    self.kept = self.at;
                    continue;
                }
                DecodeError::Kind { kind, bytes } => Some(match self.whole(bytes) {
                    Ok(at) => Found::Unlisted { at, kind },
                    Err(dropped) => Found::Dropped(dropped),
                }),
                DecodeError::Version(version) => match self.dropped() {
                    Some(dropped) => Some(Found::Dropped(dropped)),
                    None => {
                        let refused = UnknownVersion { version, at: self.at };
                        self.refused = Some(refused);
                        return Err(refused);
                    }
                },
            };
            return Ok(());
        }
    }

    /// Passes over a record and says where it began; or what was dropped before it, which is told first.
    fn whole(&mut self, bytes: usize) -> Result<u64, Dropped> {
        if let Some(dropped) = self.dropped() {
            return Err(dropped);
        }
        let at = self.at;
        self.pass(bytes);
        self.kept = self.at;
        Ok(at)
    }

    fn pass(&mut self, bytes: usize) {
        self.start = self.start.saturating_add(bytes).min(self.end);
        self.at = self.at.saturating_add(bytes as u64);
    }

    fn drop(&mut self, bytes: usize) {
        self.dropping.get_or_insert(self.at);
        self.pass(bytes);
    }

    /// What was dropped up to here.
    fn dropped(&mut self) -> Option<Dropped> {
        let at = self.dropping.take()?;
        let tail = self.start == self.end && self.kept <= at;
        Some(Dropped { at, bytes: self.at.saturating_sub(at), tail })
    }
}
