//! Frames out of chunks: each reader gives every payload whole, lent or copied, to `payload`.

use bytes::BytesMut;
use opi_core::frame::{Decoder, HEADER};
use opi_core::limits::FRAME_BYTES;
use tokio_util::codec::{Decoder as _, LengthDelimitedCodec};

use crate::corpus;

/// A stream of frames.
#[derive(Clone, Debug)]
pub struct Stream {
    /// What is in it.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How many frames.
    pub frames: usize,
}

fn stream(name: &'static str, payloads: &[&[u8]]) -> Stream {
    let mut bytes = Vec::new();
    for payload in payloads {
        bytes.extend_from_slice(&u32::try_from(payload.len()).expect("short").to_be_bytes());
        bytes.extend_from_slice(payload);
    }
    Stream { name, bytes, frames: payloads.len() }
}

/// Messages of all sizes below 4 KiB, the shortest message again and again, and e-journals of 64 KiB.
#[must_use]
pub fn streams() -> [Stream; 3] {
    let small: Vec<&[u8]> = corpus::ALL[..6].iter().map(|document| document.bytes).collect();
    [
        stream("mixed", &small.repeat(6)),
        stream("372 B", &[corpus::SHORTEST.bytes].repeat(160)),
        stream("64 KiB", &[corpus::JOURNAL.bytes].repeat(3)),
    ]
}

/// Bytes given at once: one, a TCP segment on Ethernet, a large read.
pub const CHUNKS: [usize; 3] = [1, 1460, 16 * 1024];

/// A payload that lies whole in a chunk is lent from it, others are put together in `room`.
pub fn opi_core(chunks: std::slice::Chunks<'_, u8>, room: &mut Vec<u8>, payload: &mut impl FnMut(&[u8])) {
    let mut decoder = Decoder::new(FRAME_BYTES);
    for mut chunk in chunks {
        while let Some(piece) = decoder.next(&mut chunk).expect("sound frames") {
            if piece.is_first() && piece.is_last() {
                payload(piece.bytes);
                continue;
            }
            if piece.is_first() {
                room.clear();
            }
            room.extend_from_slice(piece.bytes);
            if piece.is_last() {
                payload(room);
            }
        }
    }
}

/// Pieces as they come, put together nowhere: enough for a reader that streams, as the one of opi-core does.
pub fn opi_core_pieces(chunks: std::slice::Chunks<'_, u8>, piece: &mut impl FnMut(&[u8])) {
    let mut decoder = Decoder::new(FRAME_BYTES);
    for mut chunk in chunks {
        while let Some(next) = decoder.next(&mut chunk).expect("sound frames") {
            piece(next.bytes);
        }
    }
}

/// tokio-util as a service uses it: chunks into its buffer, payloads out.
pub fn tokio_util(chunks: std::slice::Chunks<'_, u8>, buffer: &mut BytesMut, payload: &mut impl FnMut(&[u8])) {
    let limit = usize::try_from(FRAME_BYTES).expect("fits");
    let mut codec = LengthDelimitedCodec::builder().length_field_length(HEADER).max_frame_length(limit).new_codec();
    for chunk in chunks {
        buffer.extend_from_slice(chunk);
        while let Some(frame) = codec.decode(buffer).expect("sound frames") {
            payload(&frame);
        }
    }
}

/// Proves that all find the same payloads.
///
/// # Panics
/// They do not.
pub fn check() {
    for stream in streams() {
        for size in CHUNKS {
            let (mut ours, mut theirs, mut pieces) = (Vec::new(), Vec::new(), Vec::new());
            opi_core(stream.bytes.chunks(size), &mut Vec::new(), &mut |payload| ours.push(payload.to_vec()));
            opi_core_pieces(stream.bytes.chunks(size), &mut |piece| pieces.extend_from_slice(piece));
            tokio_util(stream.bytes.chunks(size), &mut BytesMut::new(), &mut |payload| theirs.push(payload.to_vec()));
            assert_eq!(ours.len(), stream.frames);
            assert!(ours == theirs, "{} in chunks of {size}", stream.name);
            assert!(ours.concat() == pieces, "{} in chunks of {size}", stream.name);
        }
    }
}
