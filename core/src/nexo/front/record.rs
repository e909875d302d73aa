//! What a terminal must remember over a power cut, as bytes and back.
//!
//! ```text
//! [mark u8][version u8][kind u8][length of the body u32 BE][body][CRC-32 of all before, u32 BE]
//! ```

use core::fmt;

use crc::{CRC_32_ISO_HDLC, Crc};

use super::transaction::{Ended, Transaction, fields};
use crate::id::Id;
use crate::journal::field::{Field, In, Out};
use crate::limits;
use crate::nexo::seen::{Taken, Use};

/// The version of the format written here.
pub const VERSION: u8 = 1;

/// Occurs in no UTF-8, so no text inside a record can pass for the beginning of one.
const MARK: u8 = 0xC1;
const HEAD: usize = 7;
const CHECKSUM: usize = 4;
const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// Bytes of a record beside the response it holds, at most.
pub const RECORD_BESIDE: usize = HEAD + CHECKSUM + Ended::MOST;

/// The id of a message that is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// The till.
    pub sale_id: Id<{ limits::NEXO_SALE_ID }>,
    /// Its message.
    pub service_id: Id<{ limits::NEXO_SERVICE_ID }>,
    /// When.
    pub taken: Taken,
}

/// One fact to be stored, lent: append the bytes that [`encode`] makes of it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Record<'a> {
    /// The id of a message is taken.
    Used(&'a Used),
    /// A transaction is about to be done, and the id of its message is taken.
    Accepted(&'a Transaction, Taken),
    /// A transaction ended, and this is its response.
    Answered(&'a Ended, Response<'a>),
    /// A till logged in.
    LoggedIn(&'a str),
    /// A till logged out.
    LoggedOut(&'a str),
}

/// The text of a response. `Debug` shows its length only (I12).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Response<'a>(pub &'a [u8]);

impl fmt::Debug for Response<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} bytes", self.0.len())
    }
}

/// One fact as it is read again.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant)] // There is no heap to put the large ones on; on some machines they are not so large.
pub enum Entry<'a> {
    /// See [`Record::Used`].
    Used(Used),
    /// See [`Record::Accepted`].
    Accepted(Transaction, Taken),
    /// See [`Record::Answered`].
    Answered(Ended, Response<'a>),
    /// See [`Record::LoggedIn`].
    LoggedIn(Id<{ limits::NEXO_SALE_ID }>),
    /// See [`Record::LoggedOut`].
    LoggedOut(Id<{ limits::NEXO_SALE_ID }>),
}

impl Entry<'_> {
    /// The same fact, lent.
    #[must_use]
    pub fn record(&self) -> Record<'_> {
        match self {
            Self::Used(used) => Record::Used(used),
            Self::Accepted(transaction, taken) => Record::Accepted(transaction, *taken),
            Self::Answered(ended, response) => Record::Answered(ended, *response),
            Self::LoggedIn(sale_id) => Record::LoggedIn(sale_id.as_str()),
            Self::LoggedOut(sale_id) => Record::LoggedOut(sale_id.as_str()),
        }
    }
}

fields!(Taken { minute: u32, shift: u32, why: Use });
fields!(Used { sale_id: Id<{ limits::NEXO_SALE_ID }>, service_id: Id<{ limits::NEXO_SERVICE_ID }>, taken: Taken });

impl Field for Use {
    const MOST: usize = 1;
    fn put(&self, out: &mut Out<'_>) {
        out.put(&[match self {
            Self::Accepted => 1,
            Self::NeverCame => 2,
        }]);
    }
    fn take(from: &mut In<'_>) -> Option<Self> {
        match u8::take(from)? {
            1 => Some(Self::Accepted),
            2 => Some(Self::NeverCame),
            _ => None,
        }
    }
}

/// The record does not fit the bytes lent for it: [`RECORD_BESIDE`] and the length of its response are enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl fmt::Display for Full {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the record does not fit")
    }
}

impl core::error::Error for Full {}

/// The numbers of the kinds. A number, once given, stays with its kind.
mod kind {
    pub(super) const USED: u8 = 1;
    pub(super) const ACCEPTED: u8 = 2;
    pub(super) const ANSWERED: u8 = 3;
    pub(super) const LOGGED_IN: u8 = 4;
    pub(super) const LOGGED_OUT: u8 = 5;
}

/// Writes the record to the front of `out`; the number of bytes written.
///
/// # Errors
/// [`Full`]; `out` may then have been written to.
pub fn encode(record: &Record<'_>, out: &mut [u8]) -> Result<usize, Full> {
    let (head, rest) = out.split_first_chunk_mut::<HEAD>().ok_or(Full)?;
    let mut body = Out::new(rest);
    let kind = match record {
        Record::Used(used) => {
            used.put(&mut body);
            kind::USED
        }
        Record::Accepted(transaction, taken) => {
            transaction.put(&mut body);
            taken.put(&mut body);
            kind::ACCEPTED
        }
        Record::Answered(ended, response) => {
            ended.put(&mut body);
            body.put(response.0);
            kind::ANSWERED
        }
        Record::LoggedIn(sale_id) => {
            body.put(sale_id.as_bytes());
            kind::LOGGED_IN
        }
        Record::LoggedOut(sale_id) => {
            body.put(sale_id.as_bytes());
            kind::LOGGED_OUT
        }
    };
    let length = body.end().ok_or(Full)?;
    let [a, b, c, d] = u32::try_from(length).map_err(|_| Full)?.to_be_bytes();
    *head = [MARK, VERSION, kind, a, b, c, d];
    let covered = HEAD.saturating_add(length);
    let (covered, rest) = out.split_at_mut_checked(covered).ok_or(Full)?;
    *rest.first_chunk_mut().ok_or(Full)? = CRC.checksum(covered).to_be_bytes();
    Ok(covered.len().saturating_add(CHECKSUM))
}

/// Why the front of some bytes is no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// It may be the beginning of one. At the end of everything that is stored this is a storing that the power cut
    /// stopped: it was never confirmed, so nothing was done because of it.
    Short,
    /// No record begins here, its checksum is wrong, or it is of another version.
    Damaged,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Short => "the record is not complete",
            Self::Damaged => "no record, or a damaged one",
        })
    }
}

impl core::error::Error for DecodeError {}

/// Reads the record at the front of `bytes`; what it says, and its length in bytes.
///
/// # Errors
/// [`DecodeError`].
pub fn decode(bytes: &[u8]) -> Result<(Entry<'_>, usize), DecodeError> {
    if bytes.first().is_some_and(|mark| *mark != MARK) || bytes.get(1).is_some_and(|version| *version != VERSION) {
        return Err(DecodeError::Damaged);
    }
    let (&[_, _, kind, a, b, c, d], rest) = bytes.split_first_chunk::<HEAD>().ok_or(DecodeError::Short)?;
    let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).map_err(|_| DecodeError::Damaged)?;
    let (body, rest) = rest.split_at_checked(length).ok_or(DecodeError::Short)?;
    let checksum = rest.first_chunk().ok_or(DecodeError::Short)?;
    let covered = HEAD.saturating_add(length);
    if CRC.checksum(bytes.get(..covered).ok_or(DecodeError::Short)?).to_be_bytes() != *checksum {
        return Err(DecodeError::Damaged);
    }
    let entry = entry(kind, body).ok_or(DecodeError::Damaged)?;
    Ok((entry, covered.saturating_add(CHECKSUM)))
}

/// Reads a record that [`encode`] wrote to memory, where nothing can have damaged it.
pub(super) fn read(bytes: &[u8]) -> Option<Entry<'_>> {
    let (&[_, _, kind, ..], rest) = bytes.split_first_chunk::<HEAD>()?;
    let (body, _checksum) = rest.split_last_chunk::<CHECKSUM>()?;
    entry(kind, body)
}

fn entry(kind: u8, body: &[u8]) -> Option<Entry<'_>> {
    let mut from = In::new(body);
    let sale_id = || core::str::from_utf8(body).ok().and_then(|text| Id::new(text).ok());
    let entry = match kind {
        kind::USED => Entry::Used(Used::take(&mut from)?),
        kind::ACCEPTED => Entry::Accepted(Transaction::take(&mut from)?, Taken::take(&mut from)?),
        kind::ANSWERED => {
            let ended = Ended::take(&mut from)?;
            return Some(Entry::Answered(ended, Response(from.rest())));
        }
        kind::LOGGED_IN => return sale_id().map(Entry::LoggedIn),
        kind::LOGGED_OUT => return sale_id().map(Entry::LoggedOut),
        _ => return None,
    };
    from.is_whole().then_some(entry)
}
