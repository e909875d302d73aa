//! Stopping what the terminal does, beside the request in progress. It never decides an outcome (I8): the request's own
//! answer does.
//!
//! An abort names the request that is to stop, and has no answer but an empty one (Adyen docs: cancel a transaction),
//! so all that is told is whether it arrived. As with OPI, there are three for one request at most, and a pause between
//! them.

use super::Session;
use super::exchange::{Stage, is_success};
use super::request::Message;
use crate::drive::{Link, Misuse};
use crate::limits;
use crate::nexo::Category;
use crate::operation::Operation;
use crate::proof::{Mistake, mistake};
use crate::session::Next;
use crate::session::table::{Phase, Signal};
use crate::time::Instant;

/// The abort of the request in progress.
#[derive(Clone, Debug)]
pub(super) struct AbortLine {
    step: Step,
    /// Aborts of this request so far, and when the last began.
    count: u8,
    last: Option<Instant>,
    until: Option<Instant>,
    /// Whether it arrived, to be told.
    answered: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Rest,
    /// Wanted, but the request has not left yet.
    Wanted,
    Connecting,
    Connected,
    Sending,
    Waiting,
}

impl AbortLine {
    pub(super) const fn new() -> Self {
        Self { step: Step::Rest, count: 0, last: None, until: None, answered: None }
    }

    /// The request it was for is over.
    pub(super) fn forget(&mut self) {
        *self = Self { answered: self.answered, ..Self::new() };
    }

    pub(super) fn connected(&mut self) {
        if self.step == Step::Connecting {
            self.step = Step::Connected;
        }
    }

    pub(super) const fn sent(&mut self) {
        if matches!(self.step, Step::Sending) {
            self.step = Step::Waiting;
        }
    }

    /// It went wrong: the till is told that it did not arrive.
    pub(super) fn failed(&mut self) {
        if self.is_under_way() {
            self.end(false);
        }
    }

    fn end(&mut self, accepted: bool) {
        self.step = Step::Rest;
        self.until = None;
        self.answered = Some(accepted);
    }

    pub(super) const fn until(&self) -> Option<Instant> {
        self.until
    }

    pub(super) fn expire(&mut self, now: Instant) -> bool {
        let over = self.until.is_some_and(|until| until <= now);
        if over {
            self.failed();
        }
        over
    }

    /// Whether there is something to tell.
    pub(super) const fn has_news(&self) -> bool {
        self.answered.is_some()
    }

    const fn is_under_way(&self) -> bool {
        !matches!(self.step, Step::Rest)
    }

    fn may_begin(&self, now: Instant, pause: core::time::Duration) -> bool {
        let too_soon = self.last.is_some_and(|last| now < last.after(pause));
        !too_soon && !self.is_under_way() && self.count < limits::ABORTS
    }
}

impl Session<'_> {
    pub(super) fn wish_abort(&mut self) -> Result<(), Misuse> {
        let stoppable =
            self.current.as_ref().is_some_and(|current| current.undertaking.request.operation != Operation::Abort);
        match self.progress.phase() {
            // What is being told has ended.
            _ if !stoppable || self.is_telling() => Err(Misuse::NothingToAbort),
            // The terminal is known to be at work: it is told to stop, and asked on.
            Phase::Pausing if self.is_in_progress() && self.may_abort() => {
                self.want_abort();
                Ok(())
            }
            Phase::Storing | Phase::Connecting | Phase::Pausing => {
                self.progress.signal(Signal::Withdrawn);
                Ok(())
            }
            Phase::Sending | Phase::Waiting if !self.may_abort() => Err(Misuse::TooManyAborts),
            Phase::Sending | Phase::Waiting => {
                self.want_abort();
                Ok(())
            }
            _ => Err(Misuse::NothingToAbort),
        }
    }

    fn may_abort(&self) -> bool {
        self.abort.may_begin(self.progress.now, self.settings.timeouts.abort_pause)
    }

    fn want_abort(&mut self) {
        self.abort.step = Step::Wanted;
        self.abort.count = self.abort.count.saturating_add(1);
        self.abort.last = Some(self.progress.now);
    }

    /// Whether the terminal said that it works on the request.
    fn is_in_progress(&self) -> bool {
        self.current.as_ref().and_then(|current| current.inquiry.as_ref()).is_some_and(|inquiry| inquiry.in_progress)
    }

    pub(super) fn advance_abort(&mut self, tx: &mut [u8]) -> Option<Next> {
        if let Some(accepted) = self.abort.answered.take() {
            self.beside.give_up();
            return Some(Next::AbortAnswered { accepted });
        }
        match self.abort.step {
            Step::Wanted if matches!(self.progress.phase(), Phase::Waiting | Phase::Pausing) && !self.is_telling() => {
                self.abort.step = Step::Connecting;
                self.abort.until = Some(self.progress.now.after(self.settings.timeouts.abort));
                self.beside.restart(Stage::Connecting);
                Some(Next::Connect(Link::Abort))
            }
            Step::Connected => self.send_abort(tx),
            _ => None,
        }
    }

    fn send_abort(&mut self, tx: &mut [u8]) -> Option<Next> {
        let current = self.current.as_ref()?;
        let message = Message {
            settings: &self.settings,
            category: Category::Abort,
            number: self.progress.counters.request(),
            at: current.undertaking.wall(self.progress.now),
            about: Some((current.category?, current.undertaking.request_id)),
            request: None,
        };
        match message.write(tx) {
            Ok(length) => {
                self.abort.step = Step::Sending;
                self.beside.send(length);
                Some(Next::Send { link: Link::Abort, length })
            }
            Err(_) => {
                self.abort.failed();
                None
            }
        }
    }

    /// Looks at what came for the abort: an empty answer with a status of success says that it arrived.
    pub(super) fn read_beside(&mut self) {
        match self.beside.stage() {
            Stage::Complete(status) => {
                let arrived = is_success(status);
                if mistake(Mistake::LetsAnAbortDecide)
                    && arrived
                    && let Some(current) = &mut self.current
                {
                    current.answer = super::Answer::aborted();
                    self.progress.signal(Signal::Answered);
                }
                if self.abort.is_under_way() {
                    self.abort.end(arrived);
                }
                self.beside.give_up();
            }
            Stage::TooLong | Stage::Lost => {
                self.abort.failed();
                self.beside.give_up();
            }
            _ => {}
        }
    }
}
