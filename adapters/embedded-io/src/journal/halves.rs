//! The region of a journal: where a half begins, and how it is read, written and erased.

use core::ops::Range;

use embedded_storage::nor_flash::NorFlash;
use opi_core::journal::{self, Brief, DecodeError, Dropped, Found, Record};
use opi_core::limits::JOURNAL_RECORD;

use super::head::{self, Head};
use super::{HALF_MIN, JournalError};

/// What erased flash reads as.
const ERASED: u8 = 0xFF;

/// Bytes read back at one time: they stand on the stack.
const PIECE: usize = 64;
const PIECE_BYTES: u32 = 64;

/// The longest word that flash is written in.
const WORD_MOST: usize = 256;

/// Bytes that are looked at first: a line of a receipt has hardly more.
const FRONT: usize = 256;
const FRONT_BYTES: u32 = 256;

/// Two halves of a region, and the bytes of the record that was looked at last or is to be written.
pub(super) struct Halves<F> {
    flash: F,
    start: u32,
    size: u32,
    buffer: [u8; JOURNAL_RECORD],
}

/// What stands at some place of a half.
pub(super) enum Seen<T> {
    /// A whole record. Its bytes stand at the front of the buffer.
    Record { record: T, bytes: usize },
    /// A whole record of an unknown kind.
    Unlisted { kind: u8, bytes: usize },
    /// A record with a right checksum and a wrong body.
    Unreadable { bytes: usize },
    /// No record, to be passed over. Up to `written` bytes of it are not erased.
    Gap { bytes: usize, written: usize },
}

impl<F: NorFlash> Halves<F> {
    /// Bytes of a word: what is written at least, and only once.
    pub(super) const WORD: u32 = {
        assert!(F::WRITE_SIZE.is_power_of_two() && F::WRITE_SIZE <= WORD_MOST, "words of up to 256 bytes");
        assert!(F::WRITE_SIZE.is_multiple_of(F::READ_SIZE), "words that can be read");
        assert!(PIECE.is_multiple_of(F::READ_SIZE), "reading in pieces of 64 bytes");
        assert!(F::ERASE_SIZE.is_multiple_of(F::WRITE_SIZE), "pages of whole words");
        #[expect(clippy::cast_possible_truncation, reason = "at most 256")]
        let word = F::WRITE_SIZE as u32;
        word
    };

    /// Bytes of the head, in whole words.
    pub(super) const HEAD: u32 = Self::padded(head::BYTES);

    /// Bytes that a record takes in flash.
    pub(super) const fn padded(bytes: usize) -> u32 {
        #[expect(clippy::cast_possible_truncation, reason = "records have at most 1 KiB")]
        let bytes = bytes as u32;
        bytes.next_multiple_of(Self::WORD)
    }

    pub(super) fn new(flash: F, region: Range<u32>) -> Result<Self, JournalError<F::Error>> {
        let page = u32::try_from(F::ERASE_SIZE).map_err(|_| JournalError::Region)?;
        let capacity = u32::try_from(flash.capacity()).unwrap_or(u32::MAX);
        let length = region.end.checked_sub(region.start).ok_or(JournalError::Region)?;
        let size = length / 2 / page * page;
        if region.end > capacity || !region.start.is_multiple_of(page) || size < HALF_MIN {
            return Err(JournalError::Region);
        }
        Ok(Self { flash, start: region.start, size, buffer: [0; JOURNAL_RECORD] })
    }

    pub(super) const fn size(&self) -> u32 {
        self.size
    }

    pub(super) fn into_flash(self) -> F {
        self.flash
    }

    /// Where a byte of a half is in the flash.
    fn place(&self, half: usize, at: u32) -> u32 {
        let half = if half == 0 { 0 } else { self.size };
        self.start.saturating_add(half).saturating_add(at)
    }

    /// The head of a half, if it has one.
    pub(super) fn head(&mut self, half: usize) -> Result<Option<Head>, JournalError<F::Error>> {
        let (place, length) = (self.place(half, 0), Self::HEAD as usize);
        let bytes = self.buffer.get_mut(..length).ok_or(JournalError::Region)?;
        self.flash.read(place, bytes).map_err(JournalError::Flash)?;
        Ok(Head::decode(bytes))
    }

    pub(super) fn put_head(&mut self, half: usize, head: &Head) -> Result<(), JournalError<F::Error>> {
        *self.buffer.first_chunk_mut().ok_or(JournalError::TooLong)? = head.encode();
        self.put(half, 0, head::BYTES)
    }

    /// Encodes a record to the front of the buffer; its length.
    pub(super) fn encode(&mut self, record: &Record<'_>) -> Result<usize, JournalError<F::Error>> {
        journal::encode(record, &mut self.buffer).map_err(|_| JournalError::TooLong)
    }

    /// Writes the front of the buffer to erased words, and reads it back.
    pub(super) fn put(&mut self, half: usize, at: u32, length: usize) -> Result<(), JournalError<F::Error>> {
        let padded = Self::padded(length);
        if at.checked_add(padded).is_none_or(|end| end > self.size) {
            return Err(JournalError::Full);
        }
        let place = self.place(half, at);
        let bytes = self.buffer.get_mut(..padded as usize).ok_or(JournalError::TooLong)?;
        bytes.iter_mut().skip(length).for_each(|byte| *byte = ERASED);
        self.flash.write(place, bytes).map_err(JournalError::Flash)?;
        let mut at = place;
        let mut back = [0; PIECE];
        for written in bytes.chunks(PIECE) {
            let back = back.get_mut(..written.len()).ok_or(JournalError::NotAsWritten)?;
            self.flash.read(at, back).map_err(JournalError::Flash)?;
            if back != written {
                return Err(JournalError::NotAsWritten);
            }
            at = at.saturating_add(PIECE_BYTES);
        }
        Ok(())
    }

    /// Erases a half, whatever it looks like: a page whose erasing was cut short may look erased and not be.
    pub(super) fn erase(&mut self, half: usize) -> Result<(), JournalError<F::Error>> {
        let (from, to) = (self.place(half, 0), self.place(half, self.size));
        self.flash.erase(from, to).map_err(JournalError::Flash)?;
        let mut at = from;
        let mut back = [0; PIECE];
        while at < to {
            let length = PIECE.min(to.saturating_sub(at) as usize);
            let back = back.get_mut(..length).ok_or(JournalError::NotAsWritten)?;
            self.flash.read(at, back).map_err(JournalError::Flash)?;
            if back.iter().any(|byte| *byte != ERASED) {
                return Err(JournalError::NotAsWritten);
            }
            at = at.saturating_add(PIECE_BYTES);
        }
        Ok(())
    }

    /// Looks at what stands at this place, at a word's beginning. `None` at the end of the half.
    pub(super) fn look(&mut self, half: usize, at: u32) -> Result<Option<Seen<Brief>>, JournalError<F::Error>> {
        self.look_with(half, at, journal::brief)
    }

    /// The same, and reads a record as this does.
    fn look_with<T>(
        &mut self,
        half: usize,
        at: u32,
        decode: impl Fn(&[u8]) -> Result<(T, usize), DecodeError>,
    ) -> Result<Option<Seen<T>>, JournalError<F::Error>> {
        let place = self.place(half, at);
        let left = self.size.saturating_sub(at) as usize;
        let length = JOURNAL_RECORD.min(left);
        let window = self.buffer.get_mut(..length).unwrap_or_default();
        if window.is_empty() {
            return Ok(None);
        }
        // Most records are short, and reading may be slow.
        let (front, rest) = window.split_at_mut(FRONT.min(length));
        self.flash.read(place, front).map_err(JournalError::Flash)?;
        let mut decoded = decode(front);
        if matches!(decoded, Err(DecodeError::Short) | Err(DecodeError::Damaged)) && !rest.is_empty() {
            self.flash.read(place.saturating_add(FRONT_BYTES), rest).map_err(JournalError::Flash)?;
            decoded = decode(window);
        }
        Ok(Some(match decoded {
            Ok((record, bytes)) => Seen::Record { record, bytes },
            Err(DecodeError::Kind { kind, bytes }) => Seen::Unlisted { kind, bytes },
            Err(DecodeError::Body { bytes }) => Seen::Unreadable { bytes },
            Err(DecodeError::Version(version)) => return Err(JournalError::Version(version)),
            Err(_) => {
                // Up to the next word that a record may begin with.
                let (mut bytes, mut written) = (0_usize, 0);
                for word in window.chunks(Self::WORD as usize) {
                    let may_begin = word.first().is_some_and(|first| *first >= 0xF8 && *first != ERASED);
                    if bytes > 0 && may_begin {
                        break;
                    }
                    bytes = bytes.saturating_add(word.len());
                    if word.iter().any(|byte| *byte != ERASED) {
                        written = bytes;
                    }
                }
                Seen::Gap { bytes, written }
            }
        }))
    }

    /// Reads a half; where its last written word ends. Gaps that are erased are left when a journal is opened, and say
    /// nothing.
    pub(super) fn read(&mut self, half: usize, mut on: impl FnMut(&Found)) -> Result<u32, JournalError<F::Error>> {
        let (mut at, mut end) = (Self::HEAD, Self::HEAD);
        // Where the stretch began that cannot be read.
        let mut dropping: Option<u32> = None;
        loop {
            let seen = self.look_with(half, at, journal::decode)?;
            if !matches!(seen, Some(Seen::Gap { .. } | Seen::Unreadable { .. }))
                && let Some(began) = dropping.take()
            {
                let bytes = u64::from(end.saturating_sub(began));
                on(&Found::Dropped(Dropped { at: began.into(), bytes, tail: seen.is_none() }));
            }
            let passed = match seen {
                None => return Ok(end),
                Some(Seen::Record { record, bytes }) => {
                    on(&Found::Entry { at: at.into(), entry: record });
                    end = at.saturating_add(Self::padded(bytes));
                    bytes
                }
                Some(Seen::Unlisted { kind, bytes }) => {
                    on(&Found::Unlisted { at: at.into(), kind });
                    end = at.saturating_add(Self::padded(bytes));
                    bytes
                }
                Some(Seen::Unreadable { bytes }) => {
                    dropping = dropping.or(Some(at));
                    end = at.saturating_add(Self::padded(bytes));
                    bytes
                }
                Some(Seen::Gap { bytes, written }) => {
                    if written > 0 {
                        dropping = dropping.or(Some(at));
                        end = at.saturating_add(Self::padded(written));
                    }
                    bytes
                }
            };
            at = at.saturating_add(Self::padded(passed));
        }
    }

    /// Whether any record stands anywhere in the region.
    pub(super) fn has_records(&mut self) -> Result<bool, JournalError<F::Error>> {
        for half in 0..2 {
            let mut at = Self::HEAD;
            while let Some(seen) = self.look(half, at)? {
                match seen {
                    Seen::Gap { bytes, .. } => at = at.saturating_add(Self::padded(bytes)),
                    _ => return Ok(true),
                }
            }
        }
        Ok(false)
    }
}
