//! Copies and digests of sessions, for those who look at every state there is.

use core::fmt::{Result, Write};

use super::Session;
use super::lane::Lane;

impl<const D: usize> Session<'_, D> {
    /// Becomes a copy of another session, in memory of its own; `false` if a window is too small for what is unread.
    pub fn copy_from(&mut self, other: &Session<'_, D>) -> bool {
        self.settings = other.settings.clone();
        self.progress.clone_from(&other.progress);
        self.current.clone_from(&other.current);
        self.abort = other.abort.clone();
        self.stash = other.stash.clone();
        self.crowded = other.crowded;
        let mut fits = true;
        for number in 0..D + 2 {
            if let (Some((_, lane)), Some((_, other))) = (self.lanes.nth_mut(number), other.lanes.nth(number)) {
                fits &= lane.copy_from(other);
            }
        }
        fits
    }

    /// Writes down the state, but for what follows from the bytes of the message in progress on each connection.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn digest(&self, out: &mut impl Write) -> Result {
        write!(out, "{:?} {:?} {:?} {} ", self.progress, self.current, self.abort, self.crowded)?;
        self.lanes.all().try_for_each(|(_, lane)| lane.digest(out))
    }
}

impl Lane<'_> {
    fn copy_from(&mut self, other: &Lane<'_>) -> bool {
        self.stage = other.stage;
        self.role = other.role;
        self.exchange = other.exchange.clone();
        self.asked.clone_from(&other.asked);
        self.outgoing = other.outgoing;
        self.heard = other.heard;
        self.quiet = other.quiet;
        self.untold = other.untold;
        self.inbox.copy_from(&other.inbox)
    }

    fn digest(&self, out: &mut impl Write) -> Result {
        write!(out, "{:?} {:?} {:?} ", self.stage, self.role, self.exchange)?;
        write!(out, "{:?} {:?} {:?} ", self.asked, self.outgoing, self.quiet)?;
        self.inbox.digest(out)
    }
}
