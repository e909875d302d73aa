//! A receive window: caller-owned bytes that were received and not used up yet.

use crate::shift;

/// Bytes between two marks in memory of the caller.
#[derive(Debug)]
pub struct Window<'m> {
    memory: &'m mut [u8],
    start: usize,
    end: usize,
}

impl<'m> Window<'m> {
    /// An empty window over this memory.
    #[must_use]
    pub const fn new(memory: &'m mut [u8]) -> Self {
        Self { memory, start: 0, end: 0 }
    }

    /// The unread bytes.
    #[must_use]
    pub fn unread(&self) -> &[u8] {
        self.memory.get(self.start..self.end).unwrap_or_default()
    }

    /// How many bytes can be put in now.
    #[must_use]
    pub const fn room(&self) -> usize {
        self.memory.len() - (self.end - self.start)
    }

    /// Puts bytes behind the unread ones; `false`, and nothing happens, if they do not fit.
    pub fn put(&mut self, bytes: &[u8]) -> bool {
        if bytes.len() > self.room() {
            return false;
        }
        if bytes.len() > self.memory.len() - self.end {
            shift::to_front(self.memory.get_mut(..self.end).unwrap_or_default(), self.start);
            self.end -= self.start;
            self.start = 0;
        }
        let to = self.end + bytes.len();
        if let Some(slots) = self.memory.get_mut(self.end..to) {
            slots.copy_from_slice(bytes);
            self.end = to;
        }
        true
    }

    /// Drops bytes from the front.
    pub fn consume(&mut self, bytes: usize) {
        self.start = self.start.saturating_add(bytes).min(self.end);
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
    }

    /// Takes over the unread bytes of another window; `false`, and nothing is in it, if they do not fit.
    #[cfg(feature = "proof")]
    pub fn copy_from(&mut self, other: &Window<'_>) -> bool {
        self.clear();
        self.put(other.unread())
    }

    /// Drops everything.
    pub const fn clear(&mut self) {
        (self.start, self.end) = (0, 0);
    }
}
