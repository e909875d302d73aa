//! Copies and digests of sessions, for those who look at every state there is.

use core::fmt::{Result, Write};

use super::Session;

impl Session<'_> {
    /// Becomes a copy of another session, in memory of its own; `false` if a window is too small for what is unread.
    pub fn copy_from(&mut self, other: &Session<'_>) -> bool {
        self.settings = other.settings.clone();
        self.progress = other.progress.clone();
        self.current = other.current.clone();
        self.abort = other.abort.clone();
        self.stash = other.stash.clone();
        self.request.copy_from(&other.request) && self.beside.copy_from(&other.beside)
    }

    /// Writes down the state, but for the bytes of the answers in progress.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn digest(&self, out: &mut impl Write) -> Result {
        write!(out, "{:?} {:?} {:?} ", self.progress, self.current, self.abort)?;
        self.request.digest(out)?;
        self.beside.digest(out)
    }
}
