//! The body of the target `frame`.

use core::fmt::Write;

use super::choices::Choices;
use super::transcript::Transcript;
use crate::frame::{Decoder, FrameError, HEADER, Piece, encode};

/// Reads a stream of frames in chunks; with pieces used as a whole, and with pieces used in part.
///
/// # Panics
/// The frames are not those that a plain loop over the whole stream finds.
pub fn frame(data: &[u8]) {
    let (choices, stream) = Choices::take(data);
    // Lengths on both sides of the limit must be likely: one switch is the limit, as a power of two.
    let limit = 1 << (choices.first % 24);
    let expected = frames_at_once(stream, limit);
    assert_eq!(frames_in_chunks(choices, stream, limit), expected, "`next` depends on the chunks");
    assert_eq!(frames_used_in_part(choices, stream, limit), expected, "`lend` and `used` depend on the chunks");
    if let Err(error) = expected.1 {
        _ = write!(Transcript::default(), "{error} {error:?}");
    }
    assert_eq!(frames_after_a_reset(stream, limit), expected, "another connection left something behind");
    framed(stream, usize::from(choices.second), usize::from(choices.first));
}

/// A frame is its payload behind a length, if there is room for it, it is not empty, and what writes it says no more than
/// there was room for.
fn framed(payload: &[u8], room: usize, said_more: usize) {
    let payload = payload.get(..payload.len().min(200)).unwrap_or_default();
    // One writer in four says that it wrote more than it did.
    let said_more = if said_more >= 192 { said_more } else { 0 };
    let mut buffer = [0; 256];
    let out = buffer.get_mut(..room).unwrap_or_default();
    let encoded = encode(out, |to| match to.get_mut(..payload.len()) {
        Some(to) => {
            to.copy_from_slice(payload);
            Ok(payload.len() + said_more)
        }
        None => Err("no room"),
    });
    let said = payload.len() + said_more;
    match encoded {
        Ok(length) => {
            let (header, behind) = buffer.split_first_chunk::<HEADER>().expect("room for a header");
            assert_eq!(usize::try_from(u32::from_be_bytes(*header)), Ok(said), "another length");
            assert_eq!(behind.get(..payload.len()), Some(payload), "another payload");
            assert_eq!(length, HEADER + said);
            assert!(length <= room, "a frame of more than its buffer");
        }
        Err(error) => {
            assert!(said == 0 || room < HEADER + said, "a frame with room is refused: {error}");
            _ = write!(Transcript::default(), "{error} {error:?}");
        }
    }
}

/// Frames as a transcript, and how the stream ended.
type FramesRead = (Transcript, Result<bool, FrameError>);

fn frames_at_once(stream: &[u8], limit: u32) -> FramesRead {
    let (mut transcript, mut rest) = (Transcript::default(), stream);
    while let Some((header, behind)) = rest.split_first_chunk::<HEADER>() {
        let length = u32::from_be_bytes(*header);
        if length == 0 {
            return (transcript, Err(FrameError::Empty));
        }
        if length > limit {
            return (transcript, Err(FrameError::TooLong { length, limit }));
        }
        let here = behind.len().min(usize::try_from(length).unwrap_or(usize::MAX));
        let (payload, behind) = behind.split_at(here);
        if !payload.is_empty() {
            transcript.mark(b'F');
            transcript.bytes(header);
        }
        transcript.bytes(payload);
        if here < usize::try_from(length).unwrap_or(usize::MAX) {
            return (transcript, Ok(false));
        }
        rest = behind;
    }
    (transcript, Ok(rest.is_empty()))
}

fn frames_in_chunks(mut choices: Choices, stream: &[u8], limit: u32) -> FramesRead {
    let (mut transcript, mut frames, mut rest) = (Transcript::default(), Decoder::new(limit), stream);
    let mut at = 0;
    while !rest.is_empty() {
        let mut chunk = choices.cut(&mut rest);
        loop {
            match frames.next(&mut chunk) {
                Ok(Some(piece)) => at = note_piece(&mut transcript, piece, at),
                Ok(None) => break,
                Err(error) => return (transcript, Err(error)),
            }
        }
        assert!(chunk.is_empty(), "`next` left bytes behind");
    }
    (transcript, Ok(frames.is_between_frames()))
}

/// In a decoder that was in the middle of another stream.
fn frames_after_a_reset(stream: &[u8], limit: u32) -> FramesRead {
    let mut frames = Decoder::new(limit);
    let mut other = stream.get(1..).unwrap_or_default();
    while let Ok(Some(_)) = frames.next(&mut other) {}
    frames.reset();
    let (mut transcript, mut rest, mut at) = (Transcript::default(), stream, 0);
    loop {
        match frames.next(&mut rest) {
            Ok(Some(piece)) => at = note_piece(&mut transcript, piece, at),
            Ok(None) => return (transcript, Ok(frames.is_between_frames())),
            Err(error) => return (transcript, Err(error)),
        }
    }
}

/// As a caller does who keeps in a window what it cannot use yet.
fn frames_used_in_part(mut choices: Choices, stream: &[u8], limit: u32) -> FramesRead {
    let (mut transcript, mut frames, mut from, mut to) = (Transcript::default(), Decoder::new(limit), 0, 0);
    let mut at = 0;
    loop {
        let unread = stream.get(from..to).unwrap_or_default();
        match frames.lend(unread) {
            Ok((header, Some(piece))) => {
                let used = choices.next().min(piece.bytes.len());
                let bytes = piece.bytes.get(..used).unwrap_or_default();
                at = note_piece(&mut transcript, Piece { bytes, ..piece }, at);
                frames.used(used);
                from += header + used;
            }
            Ok((header, None)) => {
                from += header;
                assert_eq!(from, to, "`lend` left bytes behind");
                if to == stream.len() {
                    return (transcript, Ok(frames.is_between_frames()));
                }
            }
            Err(error) => return (transcript, Err(error)),
        }
        to = stream.len().min(to + choices.next());
    }
}

/// Notes a piece whose payload was read up to `at`; gives where the next piece begins.
fn note_piece(transcript: &mut Transcript, piece: Piece<'_>, at: usize) -> usize {
    assert!(!piece.bytes.is_empty(), "an empty piece");
    assert_eq!(usize::try_from(piece.at), Ok(at), "a piece that does not follow the one before");
    assert_eq!(piece.is_first(), at == 0, "the first piece");
    if at == 0 {
        transcript.mark(b'F');
        transcript.bytes(&piece.of.to_be_bytes());
    }
    transcript.bytes(piece.bytes);
    let end = at + piece.bytes.len();
    assert_eq!(piece.is_last(), usize::try_from(piece.of) == Ok(end), "the last piece");
    if piece.is_last() { 0 } else { end }
}
