//! What was read, in a form that can be compared.

use core::fmt::{self, Write};

use crate::xml::Raw;

/// What was read, as a number: FNV-1a over everything noted. Two that differ by chance are not to be expected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Transcript {
    digest: u64,
    /// The mark noted last, if only text was noted since.
    open: u8,
}

impl Default for Transcript {
    fn default() -> Self {
        Self { digest: 0xcbf2_9ce4_8422_2325, open: 0 }
    }
}

impl Transcript {
    /// Notes what comes: no byte of UTF-8 is the one in front of the mark.
    pub(super) fn mark(&mut self, mark: u8) {
        self.bytes(&[0xff, mark]);
        self.open = mark;
    }

    /// The same, unless this is the next piece of it.
    pub(super) fn mark_once(&mut self, mark: u8) {
        if self.open != mark {
            self.mark(mark);
        }
    }

    pub(super) fn named(&mut self, mark: u8, name: &[u8]) {
        self.mark(mark);
        self.bytes(name);
    }

    pub(super) fn text(&mut self, raw: Raw<'_>) {
        let _ = raw.write_to(self);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.digest = (self.digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

impl Write for Transcript {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.bytes(text.as_bytes());
        Ok(())
    }
}
