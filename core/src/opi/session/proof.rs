//! Copies and digests of sessions, for those who look at every state there is.

use core::fmt::{Result, Write};

use super::Session;
use super::lane::Lane;
use super::reading::Reading;

impl<const D: usize> Session<'_, D> {
    /// Becomes a copy of another session, in memory of its own; `false` if a window is too small for what is unread.
    pub fn copy_from(&mut self, other: &Session<'_, D>) -> bool {
        self.settings = other.settings.clone();
        self.progress.clone_from(&other.progress);
        self.current = other.current.clone();
        self.abort = other.abort.clone();
        self.stash = other.stash.clone();
        self.crowded = other.crowded;
        self.lanes.reading.clone_from(&other.lanes.reading);
        self.lanes.asked.clone_from(&other.lanes.asked);
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
        write!(out, "{:?} ", self.settings.last_settled)?;
        write!(out, "{:?} ", self.lanes.asked)?;
        self.lanes.reading.digest(out)?;
        self.lanes.all().try_for_each(|(_, lane)| lane.digest(out))
    }
}

impl Reading {
    fn digest(&self, out: &mut impl Write) -> Result {
        write!(out, "{:?} {:?} {:?} {:?} ", self.link, self.role, self.exchange, self.until())
    }
}

impl Lane<'_> {
    fn copy_from(&mut self, other: &Lane<'_>) -> bool {
        self.stage = other.stage;
        self.waits = other.waits;
        self.outgoing = other.outgoing;
        self.heard = other.heard;
        self.quiet = other.quiet;
        self.inbox.frames = other.inbox.frames.clone();
        self.inbox.used = other.inbox.used;
        self.inbox.window.copy_from(&other.inbox.window)
    }

    fn digest(&self, out: &mut impl Write) -> Result {
        write!(out, "{:?} {} {:?} {:?} ", self.stage, self.waits, self.outgoing, self.quiet)?;
        write!(out, "{} {} ", self.inbox.window.unread().len(), self.inbox.used)
    }
}
