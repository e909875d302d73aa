//! Frames come out the same for every split and every join, and no length is trusted.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation)]

use opi_core::frame::{self, Decoder, EncodeError, FrameError};
use proptest::prelude::*;

fn framed(payloads: &[Vec<u8>]) -> Vec<u8> {
    let mut stream = Vec::new();
    for payload in payloads {
        stream.extend_from_slice(&u32::try_from(payload.len()).unwrap().to_be_bytes());
        stream.extend_from_slice(payload);
    }
    stream
}

/// Feeds the stream in chunks cut at `cuts` and gathers the payloads.
fn gather(decoder: &mut Decoder, stream: &[u8], cuts: &[usize]) -> Result<Vec<Vec<u8>>, FrameError> {
    let (mut payloads, mut open, mut from) = (Vec::new(), Vec::new(), 0);
    for to in cuts.iter().copied().chain([stream.len()]) {
        let mut chunk = &stream[from..to];
        from = to;
        while let Some(piece) = decoder.next(&mut chunk)? {
            assert!(!piece.bytes.is_empty(), "a piece is never empty");
            assert_eq!(piece.at as usize, open.len(), "pieces follow each other");
            assert_eq!(piece.is_first(), open.is_empty());
            open.extend_from_slice(piece.bytes);
            if piece.is_last() {
                assert_eq!(open.len(), piece.of as usize);
                payloads.push(std::mem::take(&mut open));
            }
        }
        assert!(chunk.is_empty(), "the chunk is used up");
    }
    Ok(payloads)
}

#[test]
fn every_single_and_double_split_of_two_frames() {
    let payloads = vec![b"<A/>".to_vec(), "<Bär>ü</Bär>".as_bytes().to_vec()];
    let stream = framed(&payloads);
    for one in 0..=stream.len() {
        for other in one..=stream.len() {
            let got = gather(&mut Decoder::default(), &stream, &[one, other]).unwrap();
            assert_eq!(got, payloads, "cut at {one} and {other}");
        }
    }
}

#[test]
fn one_byte_at_a_time() {
    let payloads = vec![vec![7; 300], vec![8], vec![9; 70_000]];
    let stream = framed(&payloads);
    let cuts: Vec<_> = (0..stream.len()).collect();
    assert_eq!(gather(&mut Decoder::default(), &stream, &cuts).unwrap(), payloads);
}

#[test]
fn zero_and_oversize_lengths_are_refused_before_any_payload_and_for_good() {
    for (header, expected) in [
        ([0, 0, 0, 0], FrameError::Empty),
        ([0, 0, 0, 11], FrameError::TooLong { length: 11, limit: 10 }),
        ([0xff; 4], FrameError::TooLong { length: u32::MAX, limit: 10 }),
    ] {
        for cut in 0..4 {
            let mut decoder = Decoder::new(10);
            let mut stream = header.to_vec();
            stream.extend_from_slice(&[0, 0, 0, 1, b'x']);
            assert_eq!(gather(&mut decoder, &stream, &[cut]).unwrap_err(), expected);
            let mut healthy = framed(&[b"ok".to_vec()]);
            assert_eq!(gather(&mut decoder, &healthy, &[]).unwrap_err(), expected, "the frames are lost");
            healthy.clear();
        }
    }
    let longest = framed(&[vec![1; 10]]);
    assert_eq!(gather(&mut Decoder::new(10), &longest, &[]).unwrap(), vec![vec![1; 10]]);
}

#[test]
fn the_default_limit_is_four_mebibytes() {
    let limit = 4 * 1024 * 1024u32;
    let mut decoder = Decoder::default();
    assert_eq!(decoder.next(&mut limit.to_be_bytes().as_slice()), Ok(None));
    let over = (limit + 1).to_be_bytes();
    let error = Decoder::default().next(&mut over.as_slice()).unwrap_err();
    assert_eq!(error, FrameError::TooLong { length: limit + 1, limit });
}

#[test]
fn closing_between_frames_loses_nothing_and_inside_one_does() {
    let stream = framed(&[b"abc".to_vec()]);
    for cut in 0..=stream.len() {
        let mut decoder = Decoder::default();
        gather(&mut decoder, &stream[..cut], &[]).unwrap();
        assert_eq!(decoder.is_between_frames(), cut == 0 || cut == stream.len(), "cut at {cut}");
    }
}

#[test]
fn the_length_counts_bytes_and_not_characters() {
    let text = "Zürich";
    let mut out = [0; 32];
    let length = frame::encode(&mut out, |room| {
        room[..text.len()].copy_from_slice(text.as_bytes());
        Ok::<_, core::convert::Infallible>(text.len())
    })
    .unwrap();
    assert_eq!(&out[..length], [&[0, 0, 0, 7], text.as_bytes()].concat());
    assert_eq!(text.chars().count(), 6);
}

#[test]
fn a_frame_that_does_not_fit_is_not_written() {
    let written = |size: usize, claims: usize| {
        let mut out = vec![0; size];
        frame::encode(&mut out, |_| Ok::<_, core::convert::Infallible>(claims))
    };
    assert_eq!(written(3, 0), Err(EncodeError::Full));
    assert_eq!(written(8, 0), Err(EncodeError::Empty));
    assert_eq!(written(8, 4), Ok(8));
    assert_eq!(written(8, 5), Err(EncodeError::TooLong));
}

proptest! {
    #[test]
    fn any_frames_cut_anywhere(
        payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..600), 0..12),
        seeds in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
    ) {
        let stream = framed(&payloads);
        let mut cuts: Vec<_> = seeds.iter().map(|seed| seed.index(stream.len() + 1)).collect();
        cuts.sort_unstable();
        prop_assert_eq!(gather(&mut Decoder::default(), &stream, &cuts).unwrap(), payloads);
    }

    /// The second way to use it: bytes stay in the caller's window until they are used up, in any steps.
    #[test]
    fn lent_pieces_used_in_any_steps(
        payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..90), 1..6),
        steps in prop::collection::vec((1usize..40, 0usize..40), 1..200),
    ) {
        let stream = framed(&payloads);
        let mut decoder = Decoder::default();
        let (mut start, mut end) = (0, 0);
        let (mut got, mut open) = (Vec::new(), Vec::new());
        for (arrive, most) in steps.iter().copied().cycle().take(20_000) {
            if start == stream.len() {
                break;
            }
            end = (end + arrive).min(stream.len());
            let (header, piece) = decoder.lend(&stream[start..end]).unwrap();
            start += header;
            if let Some(piece) = piece {
                let used = most.min(piece.bytes.len());
                open.extend_from_slice(&piece.bytes[..used]);
                decoder.used(used);
                start += used;
                if open.len() == piece.of as usize {
                    got.push(std::mem::take(&mut open));
                }
            }
        }
        prop_assert_eq!(got, payloads);
        prop_assert!(decoder.is_between_frames());
    }
}
