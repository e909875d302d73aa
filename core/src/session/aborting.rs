//! The abort beside the request in progress: how far it is, and how many there may be.
//!
//! It never decides an outcome (I8). At most three aborts for one request, 1.5 s apart, 10 s each (Nexi SDKs): repeated
//! ones can make a terminal unavailable (Nexi proxy).

use crate::drive::Misuse;
use crate::id::RequestId;
use crate::limits;
use crate::time::{Deadline, Instant, Millis};

/// The abort of the request in progress.
#[derive(Clone, Debug)]
pub(crate) struct Aborting {
    step: Step,
    /// The number that it has on the wire, where it has one.
    request_id: Option<RequestId>,
    /// Aborts of this request so far, and when the last began.
    count: u8,
    last: Option<Instant>,
    until: Deadline,
    /// How it ended, to be told.
    accepted: Option<bool>,
}

/// How far an abort is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// There is none.
    Rest,
    /// Wanted, but the request has not left yet, or something else is leaving.
    Wanted,
    Connecting,
    Connected,
    Sending,
    Waiting,
}

impl Aborting {
    pub(crate) const fn new() -> Self {
        Self { step: Step::Rest, request_id: None, count: 0, last: None, until: Deadline::NEVER, accepted: None }
    }

    pub(crate) const fn step(&self) -> Step {
        self.step
    }

    pub(crate) const fn request_id(&self) -> Option<RequestId> {
        self.request_id
    }

    pub(crate) const fn is_under_way(&self) -> bool {
        !matches!(self.step, Step::Rest)
    }

    /// Whether one more may begin, this long after the last.
    pub(crate) fn may_begin(&self, now: Instant, pause: impl Into<Millis>) -> bool {
        let too_soon = self.last.is_some_and(|last| now < last.after(pause));
        !too_soon && !self.is_under_way() && self.count < limits::ABORTS
    }

    /// The till wants one.
    ///
    /// # Errors
    /// There were too many, or the last was just now.
    pub(crate) fn want(&mut self, now: Instant, pause: impl Into<Millis>) -> Result<(), Misuse> {
        if !self.may_begin(now, pause) {
            return Err(Misuse::TooManyAborts);
        }
        self.step = Step::Wanted;
        self.count = self.count.saturating_add(1);
        self.last = Some(now);
        Ok(())
    }

    /// A connection of its own is being made for it.
    pub(crate) const fn connect(&mut self, until: Instant) {
        self.step = Step::Connecting;
        self.until = Deadline::at(until);
    }

    pub(crate) fn connected(&mut self) {
        if self.step == Step::Connecting {
            self.step = Step::Connected;
        }
    }

    /// It is leaving.
    pub(crate) const fn send(&mut self, request_id: RequestId, until: Instant) {
        self.step = Step::Sending;
        self.request_id = Some(request_id);
        self.until = Deadline::at(until);
    }

    pub(crate) fn sent(&mut self, until: Instant) {
        if self.step == Step::Sending {
            self.step = Step::Waiting;
            self.until = Deadline::at(until);
        }
    }

    /// The terminal answered it; or it went wrong, and the till is told that it was not taken.
    pub(crate) const fn end(&mut self, accepted: bool) {
        if self.is_under_way() {
            self.step = Step::Rest;
            self.until = Deadline::NEVER;
            self.accepted = Some(accepted);
        }
    }

    /// The request it was for is over.
    pub(crate) fn forget(&mut self) {
        *self = Self { accepted: self.accepted, ..Self::new() };
    }

    pub(crate) const fn until(&self) -> Deadline {
        self.until
    }

    /// Lets it pass if it ran out of time; whether it did.
    pub(crate) fn expire(&mut self, now: Instant) -> bool {
        let over = self.until.is_over(now);
        if over {
            self.end(false);
        }
        over
    }

    /// Whether there is something to tell.
    pub(crate) const fn has_news(&self) -> bool {
        self.accepted.is_some()
    }

    /// How it ended, if that was not told yet.
    pub(crate) const fn take_news(&mut self) -> Option<bool> {
        self.accepted.take()
    }
}
