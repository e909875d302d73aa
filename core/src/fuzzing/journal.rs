//! The body of the target `journal`.

use core::fmt::Write;

use crc::{CRC_32_ISO_HDLC, Crc};

use super::choices::Choices;
use super::ledger::Known;
use super::transcript::Transcript;
use crate::journal::{self, Brief, DecodeError, Entry, Found, MAX_RECORD, Replay, UnknownVersion};

/// Bytes of a journal that is read: some of the longest records, and a hundred of the others.
const MOST: usize = 8 * 1024;

/// Bytes before and behind the body of a record.
const HEAD: usize = 4;
const CHECKSUM: usize = 4;

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// Reads any bytes as a journal, in pieces and at once. If the lowest bit of the second byte is set, what looks like a
/// record is first given the checksum that it should have: nobody finds one by chance.
///
/// # Panics
/// What is found depends on the pieces, is not at its place in the bytes, or a stretch is found twice or not at all; a
/// record that was found is written otherwise than it stood there, or is another one if it is read alone; or the ledger
/// says what no record said.
pub fn journal(data: &[u8]) {
    let (mut choices, bytes) = Choices::take(data);
    let mut sealed = [0; MOST];
    let bytes = bytes.get(..MOST).unwrap_or(bytes);
    let sealed = sealed.get_mut(..bytes.len()).expect("no longer than that");
    sealed.copy_from_slice(bytes);
    if choices.second & 1 != 0 {
        seal(sealed);
    }
    let bytes = &*sealed;
    let mut at_once = Reading::new(bytes);
    let mut piece = bytes;
    at_once.read(&mut piece);
    at_once.finish();
    let mut in_pieces = Reading::new(bytes);
    let mut rest = bytes;
    while !rest.is_empty() {
        let mut piece = choices.cut(&mut rest);
        in_pieces.read(&mut piece);
    }
    in_pieces.finish();
    assert_eq!(at_once.transcript, in_pieces.transcript, "the records depend on the pieces");
    assert_eq!(at_once.known.counts(), in_pieces.known.counts(), "the ledger depends on the pieces");
}

/// The whole length of the record that begins here.
fn length_of(record: &[u8]) -> Option<usize> {
    let [_, _, high, low] = *record.first_chunk::<HEAD>()?;
    Some(HEAD + usize::from(u16::from_be_bytes([high, low])) + CHECKSUM)
}

/// Gives every record its checksum.
fn seal(mut rest: &mut [u8]) {
    while let Some(mark) = rest.first() {
        let whole = length_of(rest).filter(|length| mark & 0xF8 == 0xF8 && *length <= rest.len());
        let (record, behind) = rest.split_at_mut(whole.unwrap_or(1));
        if let Some((covered, checksum)) = record.split_last_chunk_mut::<CHECKSUM>().filter(|_| whole.is_some()) {
            *checksum = CRC.checksum(covered).to_be_bytes();
        }
        rest = behind;
    }
}

struct Reading<'a> {
    all: &'a [u8],
    replay: Replay,
    known: Known,
    transcript: Transcript,
    /// Where what was found last ends.
    end: u64,
    refused: bool,
}

impl<'a> Reading<'a> {
    fn new(all: &'a [u8]) -> Self {
        Self {
            all,
            replay: Replay::new(),
            known: Known::new(),
            transcript: Transcript::default(),
            end: 0,
            refused: false,
        }
    }

    fn read(&mut self, piece: &mut &[u8]) {
        while !self.refused {
            match self.replay.next(piece) {
                Ok(Some(found)) => self.found(&found),
                Ok(None) => {
                    assert!(piece.is_empty(), "`next` left bytes behind");
                    return;
                }
                Err(unknown) => self.refuse(&unknown),
            }
        }
    }

    fn finish(&mut self) {
        while !self.refused {
            match self.replay.finish() {
                Ok(Some(found)) => self.found(&found),
                Ok(None) => {
                    assert_eq!(usize::try_from(self.end), Ok(self.all.len()), "bytes that nobody told of");
                    break;
                }
                Err(unknown) => self.refuse(&unknown),
            }
        }
        assert!(self.replay.kept() <= self.end, "more is kept than was found");
        self.known.check();
    }

    fn refuse(&mut self, unknown: &UnknownVersion) {
        assert_ne!(unknown.version, journal::VERSION, "the version that is known");
        _ = write!(self.transcript, "{unknown}");
        self.refused = true;
    }

    fn found(&mut self, found: &Found) {
        self.known.enter(found);
        _ = write!(self.transcript, "{found:?}");
        match found {
            Found::Entry { at, entry } => {
                self.follows(*at);
                let mut written = [0; MAX_RECORD];
                let length = journal::encode(&entry.record(), &mut written).expect("what was read can be written");
                let written = written.get(..length).expect("as many as were written");
                let stood = self.record_at(*at);
                // Card numbers are written as their masks; everything else as it stood.
                assert!(written == stood || Self::masks(entry), "a record changed");
                self.end = at + stood.len() as u64;
                self.transcript.named(b'E', written);
                is_read_alone(stood, entry);
                in_its_room(entry, written);
            }
            Found::Unlisted { at, kind } => {
                self.follows(*at);
                let stood = self.record_at(*at);
                self.end = at + stood.len() as u64;
                self.transcript.named(b'U', &[*kind]);
                let known = journal::decode(stood).expect_err("a kind that is known");
                assert_eq!(known, DecodeError::Kind { kind: *kind, bytes: stood.len() });
                _ = write!(self.transcript, "{known}");
            }
            Found::Dropped(dropped) => {
                self.follows(dropped.at);
                assert!(dropped.bytes > 0, "an empty stretch");
                self.end = dropped.at + dropped.bytes;
                self.transcript.named(b'D', &dropped.bytes.to_be_bytes());
                self.transcript.bytes(&[u8::from(dropped.tail)]);
                let bytes = usize::try_from(dropped.at).ok().and_then(|at| self.all.get(at..)).unwrap_or_default();
                let why = journal::decode(bytes).expect_err("a record that was dropped");
                _ = write!(self.transcript, "{dropped} {why}");
            }
        }
        assert!(self.end <= self.all.len() as u64, "beyond the end");
    }

    fn record_at(&self, at: u64) -> &'a [u8] {
        let rest = usize::try_from(at).ok().and_then(|at| self.all.get(at..)).expect("a place in the bytes");
        length_of(rest).and_then(|length| rest.get(..length)).expect("as many bytes as were read")
    }

    fn follows(&self, at: u64) {
        assert_eq!(at, self.end, "a gap, or the same bytes twice");
    }

    const fn masks(entry: &Entry) -> bool {
        matches!(entry, Entry::Result(_) | Entry::Resolution(_) | Entry::Settled(_))
    }
}

/// A record is the same if it is read for itself, and what it is about is found without reading all of it.
fn is_read_alone(stood: &[u8], entry: &Entry) {
    let (read, length) = journal::decode(stood).expect("a record that was found");
    assert_eq!((&read, length), (entry, stood.len()), "another record if it is read alone");
    let about = match entry {
        Entry::Line { sheet, .. } | Entry::Text { sheet, .. } => Brief::Piece(*sheet),
        Entry::Sheet { sheet, request, .. } => Brief::Sheet { sheet: *sheet, request: *request },
        _ => Brief::Other,
    };
    assert_eq!(journal::brief(stood), Ok((about, stood.len())), "a record that is about something else");
    let short = stood.get(..stood.len() - 1).unwrap_or_default();
    assert_eq!(journal::decode(short), Err(DecodeError::Short), "a record without its last byte");
}

/// A record needs exactly as much room as it has bytes.
fn in_its_room(entry: &Entry, written: &[u8]) {
    let mut room = [0; MAX_RECORD];
    for short in 0..written.len() {
        let room = room.get_mut(..short).unwrap_or_default();
        let full = journal::encode(&entry.record(), room).expect_err("a record in less room than it has bytes");
        _ = write!(Transcript::default(), "{full}");
    }
    let exact = room.get_mut(..written.len()).unwrap_or_default();
    assert_eq!(journal::encode(&entry.record(), exact), Ok(written.len()), "a record needs more room than bytes");
    assert_eq!(exact, written);
}
