//! One frame of any size, in chunks of any size: the cost of a byte must not depend on either. A reader that looks at
//! bytes again, because a token or a frame was not complete yet, shows here.

use std::hint::black_box;

use opi_core::frame::Decoder;
use opi_core::limits::FRAME_BYTES;
use opi_core::window::Window;
use opi_core::xml::{Reader, Tolerance};

/// Sizes of frames. All have the same lines, and as many as fit.
pub const SIZES: [usize; 4] = [1024, 16 * 1024, 256 * 1024, 4 * 1024 * 1024 - 64];

/// Bytes given at once: a slow serial line, a TCP segment on Ethernet, more than any window.
pub const CHUNKS: [usize; 3] = [64, 1460, 64 * 1024];

const LINE: &str = "<TextLine Row=\"7\">Terminal-ID &lt;68276185&gt; Z\u{fc}rich 25.00</TextLine>\n";

/// A frame of about this many bytes, a text in one line after the other.
///
/// # Panics
/// It is longer than a length says.
#[must_use]
pub fn frame(bytes: usize) -> Vec<u8> {
    let (open, close) = ("<Output OutDeviceTarget=\"E-Journal\">", "</Output>");
    let lines = (bytes - open.len() - close.len()) / LINE.len();
    let payload = format!("{open}{}{close}", LINE.repeat(lines));
    [&u32::try_from(payload.len()).expect("short").to_be_bytes()[..], payload.as_bytes()].concat()
}

/// Reads a frame through a window of 2 KiB; gives how many tokens there were.
///
/// # Panics
/// It is no frame, or not well-formed.
pub fn read(frame: &[u8], chunk: usize, window: &mut [u8]) -> usize {
    let (mut frames, mut window) = (Decoder::new(FRAME_BYTES), Window::new(window));
    let (mut reader, mut tokens) = (Reader::new(Tolerance::FIELD), 0);
    for mut chunk in frame.chunks(chunk) {
        while let Some(piece) = frames.next(&mut chunk).expect("a sound frame") {
            let mut bytes = piece.bytes;
            loop {
                let (fits, behind) = bytes.split_at(bytes.len().min(window.room()));
                assert!(window.put(fits));
                bytes = behind;
                let last = piece.is_last() && bytes.is_empty();
                let mut unread = window.unread();
                while let Some(token) = reader.next(&mut unread, last).expect("well-formed") {
                    tokens += 1;
                    if let opi_core::xml::Token::End = black_box(token) {
                        break;
                    }
                }
                let used = window.unread().len() - unread.len();
                window.consume(used);
                if bytes.is_empty() {
                    break;
                }
            }
        }
    }
    tokens
}

/// Proves that the tokens are as many as the lines have, however the frame comes.
///
/// # Panics
/// They are not.
pub fn check() {
    for size in &SIZES[..2] {
        let frame = frame(*size);
        let counts = CHUNKS.map(|chunk| read(&frame, chunk, &mut [0; 2048]));
        assert!(counts[0] >= counts[1] && counts[1] >= counts[2], "a text may come in more pieces: {counts:?}");
        assert!(counts[2] > (frame.len() / LINE.len() - 1) * 5, "{counts:?}");
    }
}
