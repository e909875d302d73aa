//! `[4-byte big-endian length][payload]`: bytes to payload pieces and back.
//!
//! The length counts the bytes of the payload, never characters, and not itself (Nexi OPI integration guide,
//! "Message Framing"; seen so in ten implementations). Nothing is kept here: payload is lent from the caller's
//! bytes, only four header bytes and two counters are state. Right for every split and every join of frames.

use core::fmt;

use nom::{IResult, Parser, bytes::streaming::take};

use crate::limits;
use crate::proof::{Mistake, mistake};

/// Bytes of the length in front of a payload.
pub const HEADER: usize = 4;

/// Part of a payload, lent from the bytes that were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// Where in its payload the piece starts.
    pub at: u32,
    /// Length of the whole payload.
    pub of: u32,
}

impl Piece<'_> {
    /// Whether a payload begins with this piece.
    #[must_use]
    pub const fn is_first(&self) -> bool {
        self.at == 0
    }

    /// Whether the payload ends with this piece.
    #[must_use]
    pub const fn is_last(&self) -> bool {
        self.bytes.len() as u64 + self.at as u64 == self.of as u64
    }
}

/// Finds the frames in a stream of bytes.
///
/// [`next`](Self::next) is for callers that use each byte at once. A caller that reads an unfinished token again
/// keeps the bytes in its window, and uses [`lend`](Self::lend) and [`used`](Self::used).
///
/// ```
/// use opi_core::{frame::Decoder, limits::FRAME_BYTES};
///
/// let mut frames = Decoder::new(FRAME_BYTES);
/// let mut payload = Vec::new();
/// // Three reads, cut inside the header and inside the payload.
/// for mut read in [&b"\0\0"[..], b"\0\x05hel", b"lo"] {
///     while let Some(piece) = frames.next(&mut read)? {
///         payload.extend_from_slice(piece.bytes);
///     }
/// }
/// assert_eq!(payload, b"hello");
/// assert!(frames.is_between_frames());
/// # Ok::<(), opi_core::frame::FrameError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Decoder {
    limit: u32,
    /// Header bytes seen of the next frame, and how many.
    header: [u8; HEADER],
    seen: u8,
    /// The frame in progress: its length, and the payload bytes still to come. Both zero between frames.
    of: u32,
    left: u32,
    broken: Option<FrameError>,
}

impl Decoder {
    /// A decoder that refuses payloads of more than `limit` bytes; see [`limits::FRAME_BYTES`].
    #[must_use]
    pub const fn new(limit: u32) -> Self {
        Self { limit, header: [0; HEADER], seen: 0, of: 0, left: 0, broken: None }
    }

    /// Forgets everything but the limit: the next byte is the first of another stream.
    pub const fn reset(&mut self) {
        *self = Self::new(self.limit);
    }

    /// Takes the next piece of payload off the front of `chunk`.
    ///
    /// `None` says that the chunk is used up. A piece is never empty.
    ///
    /// # Errors
    /// A length of zero or above the limit, before a byte of that payload is looked at. The stream has then lost
    /// its frames for good: each further call gives the same error.
    #[inline]
    pub fn next<'a>(&mut self, chunk: &mut &'a [u8]) -> Result<Option<Piece<'a>>, FrameError> {
        // Hot: no byte of a payload is copied, or looked at.
        if self.of == 0 {
            #[cfg(target_pointer_width = "64")]
            if let Some(piece) = self.whole(chunk) {
                return Ok(Some(piece));
            }
            let header = self.enter(chunk)?;
            *chunk = chunk.get(header..).unwrap_or_default();
        }
        let Some(piece) = self.lent(chunk) else { return Ok(None) };
        self.used(piece.bytes.len());
        *chunk = chunk.get(piece.bytes.len()..).unwrap_or_default();
        Ok(Some(piece))
    }

    /// A frame that lies whole at the front, as most do: it leaves no state behind. Where flash is scarce it is read as any
    /// other.
    #[cfg(target_pointer_width = "64")]
    #[inline]
    fn whole<'a>(&self, chunk: &mut &'a [u8]) -> Option<Piece<'a>> {
        if self.seen != 0 || self.broken.is_some() {
            return None;
        }
        let (of, rest) = length_at(chunk).filter(|(length, _)| (1..=self.limit).contains(length))?;
        let (bytes, rest) = rest.split_at_checked(usize::try_from(of).ok()?)?;
        *chunk = rest;
        Some(Piece { bytes, at: 0, of })
    }

    /// Lends what `unread` holds of the frame in progress, without using it up.
    ///
    /// First come the bytes of a header at the front of `unread`, if any: they are used up by this call, and their
    /// number is given. `None` if the payload has no byte there yet.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    #[inline]
    pub fn lend<'a>(&mut self, unread: &'a [u8]) -> Result<(usize, Option<Piece<'a>>), FrameError> {
        let header = self.enter(unread)?;
        Ok((header, self.lent(unread.get(header..).unwrap_or_default())))
    }

    /// Says that `bytes` of the piece lent last are used up.
    ///
    /// More than was lent ends the frame: the decoder never falls behind the stream.
    #[inline]
    pub fn used(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(u32::try_from(bytes).unwrap_or(u32::MAX));
        if self.left == 0 {
            self.of = 0;
        }
    }

    /// Whether the stream stands between two frames: closing it here loses nothing.
    #[must_use]
    pub const fn is_between_frames(&self) -> bool {
        self.of == 0 && self.seen == 0
    }

    /// Reads the header if a frame has yet to begin; how many bytes of it were at the front of `input`.
    #[inline]
    fn enter(&mut self, input: &[u8]) -> Result<usize, FrameError> {
        if self.of != 0 {
            return Ok(0);
        }
        if let Some(error) = self.broken {
            return Err(error);
        }
        let (used, length) = if self.seen == 0 && input.len() >= HEADER {
            (HEADER, length_at(input))
        } else {
            let seen = usize::from(self.seen);
            let missing = self.header.get_mut(seen..).unwrap_or_default();
            let used = missing.len().min(input.len());
            for (slot, byte) in missing.iter_mut().zip(input) {
                *slot = *byte;
            }
            // At most four.
            self.seen += u8::try_from(used).unwrap_or(0);
            let complete = usize::from(self.seen) == HEADER;
            (used, if complete { length_at(&self.header) } else { None })
        };
        let Some((length, _)) = length else {
            if mistake(Mistake::FrameForgetsHalfAHeader) {
                self.seen = 0;
            }
            return Ok(used);
        };
        self.seen = 0;
        let refused = match length {
            0 => Some(FrameError::Empty),
            length if length > self.limit => Some(FrameError::TooLong { length, limit: self.limit }),
            _ => None,
        };
        if let Some(error) = refused {
            self.broken = Some(error);
            return Err(error);
        }
        (self.of, self.left) = (length, length);
        Ok(used)
    }

    #[inline]
    fn lent<'a>(&self, input: &'a [u8]) -> Option<Piece<'a>> {
        let here = usize::try_from(self.left).unwrap_or(usize::MAX).min(input.len());
        let bytes = input.get(..here).filter(|bytes| !bytes.is_empty())?;
        Some(Piece { bytes, at: self.of - self.left, of: self.of })
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new(limits::FRAME_BYTES)
    }
}

fn length_at(input: &[u8]) -> Option<(u32, &[u8])> {
    let parsed: IResult<&[u8], &[u8]> = take(HEADER).parse(input);
    let (rest, header) = parsed.ok()?;
    Some((u32::from_be_bytes(header.try_into().ok()?), rest))
}

/// Writes one frame into `out`: `payload` writes behind the header and says how many bytes it wrote, then the length
/// is put in front. Gives the length of the whole frame.
///
/// # Errors
/// [`EncodeError::Full`] without room for the header, [`EncodeError::Empty`] for an empty payload,
/// [`EncodeError::TooLong`] beyond 32 bits or the buffer, or what `payload` says.
pub fn encode<E>(out: &mut [u8], payload: impl FnOnce(&mut [u8]) -> Result<usize, E>) -> Result<usize, EncodeError<E>> {
    let (header, room) = out.split_at_mut_checked(HEADER).ok_or(EncodeError::Full)?;
    let most = room.len();
    let written = payload(room).map_err(EncodeError::Payload)?;
    if written == 0 {
        return Err(EncodeError::Empty);
    }
    let length = u32::try_from(written).ok().filter(|_| written <= most).ok_or(EncodeError::TooLong)?;
    header.copy_from_slice(&length.to_be_bytes());
    Ok(HEADER + written)
}

/// Why a stream is no stream of frames. The peer's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FrameError {
    /// A frame of no bytes: no message is that short.
    Empty,
    /// A frame longer than the limit.
    TooLong {
        /// The length announced, in bytes.
        length: u32,
        /// The most bytes accepted.
        limit: u32,
    },
}

impl fmt::Display for FrameError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => out.write_str("a frame of zero bytes"),
            Self::TooLong { length, limit } => write!(out, "a frame of {length} bytes, {limit} are allowed"),
        }
    }
}

impl core::error::Error for FrameError {}

/// Why a frame could not be written. Ours to mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError<E> {
    /// No room for the header.
    Full,
    /// Nothing was written behind the header.
    Empty,
    /// More than the buffer holds or 32 bits can say.
    TooLong,
    /// The payload could not be written.
    Payload(E),
}

impl<E: fmt::Display> fmt::Display for EncodeError<E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => out.write_str("no room for the frame"),
            Self::Empty => out.write_str("an empty frame"),
            Self::TooLong => out.write_str("the frame is too long"),
            Self::Payload(why) => why.fmt(out),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for EncodeError<E> {}
