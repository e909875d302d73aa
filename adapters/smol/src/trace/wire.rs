//! How messages stand on the wire.

use opi_core::trace::mask;
#[cfg(feature = "terminal-api")]
use opi_core::trace::mask_json;

/// What a conversation is in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wire {
    /// OPI: frames of at most so many bytes.
    Opi { frame_limit: u32 },
    /// The Terminal API: one message for each connection and direction.
    #[cfg(feature = "terminal-api")]
    Api,
}

impl Wire {
    /// Bytes in front of a payload: its length.
    pub(super) const fn header(self) -> usize {
        match self {
            Self::Opi { .. } => 4,
            #[cfg(feature = "terminal-api")]
            Self::Api => 0,
        }
    }

    /// The longest payload, if each one has its length in front.
    pub(super) const fn frame_limit(self) -> Option<u32> {
        match self {
            Self::Opi { frame_limit } => Some(frame_limit),
            #[cfg(feature = "terminal-api")]
            Self::Api => None,
        }
    }

    /// Memory for an answer, if one must fit as a whole.
    pub(super) const fn answer(self) -> Option<usize> {
        match self {
            Self::Opi { .. } => None,
            #[cfg(feature = "terminal-api")]
            Self::Api => Some(crate::config::ANSWER),
        }
    }

    /// Masks a payload, which may be cut off.
    pub(super) fn mask(self, payload: &mut [u8], whole: bool) {
        match self {
            Self::Opi { .. } => mask(payload, whole),
            #[cfg(feature = "terminal-api")]
            Self::Api => mask_json(payload, whole),
        }
    }
}
