//! Stopping what the terminal does, beside the request in progress. It never decides an outcome (I8): the request's
//! own answer does.
//!
//! At most three aborts for one request, 1.5 s apart, 10 s each (Nexi SDKs): repeated ones can make a terminal
//! unavailable (Nexi proxy).

use super::Session;
use super::lane::{Outgoing, Stage, What};
use super::request::Asking;
use crate::drive::{Link, Misuse};
use crate::id::RequestId;
use crate::limits;
use crate::operation::Operation;
use crate::opi::message::{OverallResult, RequestType};
use crate::opi::profile::AbortStyle;
use crate::proof::{Mistake, mistake};
use crate::session::Next;
use crate::session::table::{Phase, Signal};
use crate::time::Instant;

/// The abort of the request in progress.
#[derive(Clone, Debug)]
pub(super) struct AbortLine {
    step: Step,
    pub(super) request_id: Option<RequestId>,
    /// Aborts of this request so far, and when the last began.
    count: u8,
    last: Option<Instant>,
    until: Option<Instant>,
    /// The answer, to be told.
    answered: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Rest,
    /// Wanted, but the request has not left yet, or something else is leaving.
    Wanted,
    Connecting,
    Connected,
    Sending,
    Waiting,
}

impl AbortLine {
    pub(super) const fn new() -> Self {
        Self { step: Step::Rest, request_id: None, count: 0, last: None, until: None, answered: None }
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

    pub(super) const fn sent(&mut self, until: Instant) {
        if matches!(self.step, Step::Sending) {
            self.step = Step::Waiting;
            self.until = Some(until);
        }
    }

    /// It went wrong: the till is told that it was not taken.
    pub(super) fn failed(&mut self) {
        if !matches!(self.step, Step::Rest) {
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

    /// Whether an answer is to be told.
    pub(super) const fn has_news(&self) -> bool {
        self.answered.is_some()
    }

    const fn is_under_way(&self) -> bool {
        !matches!(self.step, Step::Rest)
    }
}

impl<const D: usize> Session<'_, D> {
    pub(super) fn wish_abort(&mut self) -> Result<(), Misuse> {
        let stoppable =
            self.current.as_ref().is_some_and(|current| current.undertaking.request.operation != Operation::Abort);
        match self.progress.phase() {
            _ if !stoppable => Err(Misuse::NothingToAbort),
            Phase::Storing | Phase::Opening | Phase::Connecting | Phase::Pausing => {
                self.progress.signal(Signal::Withdrawn);
                Ok(())
            }
            Phase::Sending | Phase::Waiting => {
                let pause = self.settings.timeouts.abort_pause;
                let too_soon = self.abort.last.is_some_and(|last| self.progress.now < last.after(pause));
                if too_soon || self.abort.is_under_way() || self.abort.count >= limits::ABORTS {
                    return Err(Misuse::TooManyAborts);
                }
                self.abort.step = Step::Wanted;
                self.abort.count += 1;
                self.abort.last = Some(self.progress.now);
                Ok(())
            }
            _ => Err(Misuse::NothingToAbort),
        }
    }

    pub(super) fn advance_abort(&mut self, tx: &mut [u8]) -> Option<Next> {
        if let Some(accepted) = self.abort.answered.take() {
            self.lanes.abort.give_up();
            return Some(Next::AbortAnswered { accepted });
        }
        let style = self.settings.profile.abort;
        match self.abort.step {
            Step::Wanted if self.progress.phase() == Phase::Waiting => match style {
                AbortStyle::SecondConnection => {
                    self.abort.step = Step::Connecting;
                    self.abort.until = Some(self.progress.now.after(self.settings.timeouts.abort));
                    self.lanes.abort.restart(Stage::Connecting);
                    Some(Next::Connect(Link::Abort))
                }
                AbortStyle::SameConnection if self.lanes.request.outgoing.is_none() => {
                    self.send_abort(Link::Request, tx)
                }
                AbortStyle::SameConnection => None,
            },
            Step::Connected => self.send_abort(Link::Abort, tx),
            _ => None,
        }
    }

    fn send_abort(&mut self, link: Link, tx: &mut [u8]) -> Option<Next> {
        let request_id = self.progress.counters.request();
        let until = self.progress.now.after(self.settings.timeouts.abort);
        let at = self.current.as_ref()?.undertaking.wall(self.progress.now);
        let asking = Asking {
            settings: &self.settings,
            operation: &Operation::Abort,
            reference: None,
            request_id,
            request_type: &RequestType::AbortRequest,
            at,
        };
        let Some(outgoing) = Outgoing::write(What::Abort, None, tx, |out| asking.encode(out)) else {
            self.abort.failed();
            return None;
        };
        self.abort.request_id = Some(request_id);
        self.abort.step = Step::Sending;
        self.abort.until = Some(until);
        self.lanes.get_mut(link)?.outgoing = Some(outgoing);
        Some(Next::Send { link, length: outgoing.length })
    }

    /// The terminal answered the abort.
    pub(super) fn abort_answered(&mut self, result: Option<&OverallResult>) {
        if mistake(Mistake::LetsAnAbortDecide)
            && result == Some(&OverallResult::Success)
            && let Some(current) = &mut self.current
        {
            current.answer.result = Some(OverallResult::Aborted);
            self.progress.signal(Signal::Answered);
        }
        if self.abort.is_under_way() {
            self.abort.end(result == Some(&OverallResult::Success));
        }
    }
}
