//! One record as bytes: head, body, checksum.
//!
//! ```text
//! [mark and version u8][kind u8][length of the body u16 BE][body][CRC-32 of all before, u32 BE]
//! ```
//!
//! Head and checksum are the same in every version of the format; so is the most a record may have,
//! [`limits::JOURNAL_RECORD`].

use core::fmt;

use crc::{CRC_32_ISO_HDLC, Crc};

use super::body::{self, Flaw};
use super::{Entry, Record};
use crate::id::RequestId;
use crate::limits;
use crate::proof::{Mistake, mistake};
use crate::receipt::SheetId;

/// The version of the format written here.
pub const VERSION: u8 = 1;

/// The upper bits of the first byte of a record, above its version.
///
/// Such a byte occurs in no UTF-8, so no text inside a record, whoever wrote it, can pass for a record when a damaged
/// journal is searched for the next one. The last value is left out: it is what erased flash holds.
const MARK: u8 = 0xF8;

/// Version and kind, and the length of the body.
const HEAD: usize = 4;

const CHECKSUM: usize = 4;

/// Bytes of the longest record: a buffer of so many is enough to [`encode`] any of them, except a piece of journal text
/// beyond [`limits::STEP_TEXT`].
pub const MAX_RECORD: usize = HEAD + body::MOST + CHECKSUM;

const _: () = assert!(MAX_RECORD <= limits::JOURNAL_RECORD);

/// Bytes of a record that reserves request numbers.
pub(super) const BLOCK_RECORD: usize = HEAD + body::BLOCK + CHECKSUM;

// A table is a kilobyte, which a small machine has not to spare; records are short.
#[cfg(target_pointer_width = "64")]
const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);
#[cfg(not(target_pointer_width = "64"))]
const CRC: Crc<u32, crc::NoTable> = Crc::<u32, crc::NoTable>::new(&CRC_32_ISO_HDLC);

/// The record does not fit the bytes lent for it, of which [`MAX_RECORD`] are enough, or a piece of journal text is
/// longer than [`limits::STEP_TEXT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl fmt::Display for Full {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the journal record does not fit")
    }
}

impl core::error::Error for Full {}

/// Writes the record to the front of `out`; the number of bytes written.
///
/// Card numbers are written as their masks (I12). Lines and journal text are written as they came: they are what was
/// printed, and terminals mask card numbers on paper themselves.
///
/// # Errors
/// [`Full`]; `out` may then have been written to.
pub fn encode(record: &Record<'_>, out: &mut [u8]) -> Result<usize, Full> {
    let (head, rest) = out.split_first_chunk_mut::<HEAD>().ok_or(Full)?;
    let (kind, length) = body::put(record, rest).ok_or(Full)?;
    let [high, low] = u16::try_from(length).map_err(|_| Full)?.to_be_bytes();
    *head = [MARK | VERSION, kind, high, low];
    let (covered, rest) = out.split_at_mut_checked(HEAD + length).ok_or(Full)?;
    *rest.first_chunk_mut().ok_or(Full)? = CRC.checksum(covered).to_be_bytes();
    Ok(HEAD + length + CHECKSUM)
}

/// Why the front of some bytes is no record of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// It may be the beginning of one: more bytes are needed.
    Short,
    /// No record begins here, or its checksum is wrong.
    Damaged,
    /// A whole record of another version.
    Version(u8),
    /// A whole record of a kind that this version of the software does not know: it can be passed over.
    Kind {
        /// Its number.
        kind: u8,
        /// Its length in bytes.
        bytes: usize,
    },
    /// The checksum is right, but the body is none that is ever written for its kind.
    Body {
        /// Its length in bytes.
        bytes: usize,
    },
}

impl fmt::Display for DecodeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short => out.write_str("the journal record is not complete"),
            Self::Damaged => out.write_str("no journal record, or a damaged one"),
            Self::Version(version) => write!(out, "a journal record of version {version}, where {VERSION} is known"),
            Self::Kind { kind, .. } => write!(out, "a journal record of the unknown kind {kind}"),
            Self::Body { .. } => out.write_str("a journal record whose body cannot be read"),
        }
    }
}

impl core::error::Error for DecodeError {}

/// Reads the record at the front of `bytes`; what it says, and its length in bytes.
///
/// # Errors
/// [`DecodeError`]. [`Short`](DecodeError::Short) never comes with [`limits::JOURNAL_RECORD`] bytes or more.
pub fn decode(bytes: &[u8]) -> Result<(Entry, usize), DecodeError> {
    let checked = check(bytes)?;
    let mut entry = Entry::Sent { request_id: RequestId::FIRST };
    checked.read(&mut entry)?;
    Ok((entry, checked.bytes))
}

/// What a record is about, of all that it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brief {
    /// A line or a piece of the text of this sheet.
    Piece(SheetId),
    /// The end of a sheet.
    Sheet {
        /// Which sheet.
        sheet: SheetId,
        /// The request it belongs to.
        request: Option<RequestId>,
    },
    /// Anything else.
    Other,
}

/// Looks at the record at the front of `bytes` as far as is needed to copy a journal: what it is about, and its length in
/// bytes. An [`Entry`] is large, and this is not.
///
/// # Errors
/// As for [`decode`]. [`Body`](DecodeError::Body) comes only if not even this much can be read.
pub fn brief(bytes: &[u8]) -> Result<(Brief, usize), DecodeError> {
    let checked = check(bytes)?;
    body::brief(checked.kind, checked.body).map(|brief| (brief, checked.bytes)).map_err(|flaw| checked.error(&flaw))
}

/// A record whose checksum is right.
pub(super) struct Checked<'a> {
    kind: u8,
    body: &'a [u8],
    /// Its length in bytes.
    pub(super) bytes: usize,
}

impl Checked<'_> {
    /// Reads it to where it stays. What an error leaves there is not to be used.
    pub(super) fn read(&self, entry: &mut Entry) -> Result<(), DecodeError> {
        body::read(entry, self.kind, self.body).map_err(|flaw| self.error(&flaw))
    }

    const fn error(&self, flaw: &Flaw) -> DecodeError {
        match flaw {
            Flaw::Unlisted => DecodeError::Kind { kind: self.kind, bytes: self.bytes },
            Flaw::Unreadable => DecodeError::Body { bytes: self.bytes },
        }
    }
}

/// The record at the front of `bytes`, not read yet.
pub(super) fn check(bytes: &[u8]) -> Result<Checked<'_>, DecodeError> {
    let mark = *bytes.first().ok_or(DecodeError::Short)?;
    let version = mark & !MARK;
    if mark & MARK != MARK || version == 0 || mark == u8::MAX {
        return Err(DecodeError::Damaged);
    }
    let (&[_, kind, high, low], rest) = bytes.split_first_chunk::<HEAD>().ok_or(DecodeError::Short)?;
    let length = usize::from(u16::from_be_bytes([high, low]));
    let whole = HEAD + length + CHECKSUM;
    if whole > limits::JOURNAL_RECORD {
        return Err(DecodeError::Damaged);
    }
    let (body, rest) = rest.split_at_checked(length).ok_or(DecodeError::Short)?;
    let checksum = rest.first_chunk().ok_or(DecodeError::Short)?;
    let covered = bytes.get(..HEAD + length).ok_or(DecodeError::Short)?;
    if CRC.checksum(covered).to_be_bytes() != *checksum && !mistake(Mistake::JournalReadsWhatIsDamaged) {
        return Err(DecodeError::Damaged);
    }
    if version != VERSION {
        return Err(DecodeError::Version(version));
    }
    Ok(Checked { kind, body, bytes: whole })
}
