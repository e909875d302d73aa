//! The wire between the terminal and the outside: how a frame leaves.

use core::time::Duration;

use super::Fault;
use super::chance::Chance;

/// What leaves next of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) length: usize,
    /// How long the wire rests afterwards.
    pub(super) pause: Duration,
}

/// Frames longer than this leave faster once so much of them was split to single bytes.
const SINGLE_BYTES: usize = 4096;

/// Cuts `left` bytes of a frame, of which `gone` have left.
pub(super) fn cut(fault: Fault, chance: &mut Chance, gone: usize, left: usize) -> Cut {
    let (most, pause) = match fault {
        Fault::Split if gone < SINGLE_BYTES => (1, 0),
        Fault::Split => (61, 0),
        Fault::SplitRandom => (1 + chance.below(97), 0),
        Fault::Slow => (1 + left / 4, 40),
        _ => (left, 0),
    };
    Cut { length: most.min(left), pause: Duration::from_millis(pause) }
}
