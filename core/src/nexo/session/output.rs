//! What is to be done next, and until when there is nothing.

use super::Session;
use crate::drive::{Link, Output, Wait, Why};
use crate::session::table::Signal;
use crate::session::{Lent, Next, Over};

impl Session<'_> {
    /// One step further; `None` if nothing can be done without an input.
    pub(super) fn advance(&mut self, tx: &mut [u8]) -> Option<Next> {
        for (link, exchange) in [(Link::Request, &mut self.request), (Link::Abort, &mut self.beside)] {
            if exchange.close() {
                return Some(Next::Close(link));
            }
        }
        if let Some(next) = self.stash.news() {
            return Some(next);
        }
        if let Some(next) = self.progress.store_aside(self.settings.timeouts.local) {
            return Some(next);
        }
        if let Some(next) = self.perform(tx) {
            return Some(next);
        }
        // What an answer holds is told before anything follows from it.
        if !self.is_telling() {
            self.read();
        } else if let Some(next) = self.tell() {
            return Some(next);
        }
        self.read_beside();
        self.advance_abort(tx)
    }

    pub(super) fn is_telling(&self) -> bool {
        self.current.as_ref().is_some_and(|current| current.telling.is_some())
    }

    /// Whether something became due while reading.
    pub(super) fn is_due(&self) -> bool {
        let telling = self.current.as_ref().and_then(|current| current.telling.as_ref());
        self.progress.is_due()
            || self.abort.has_news()
            || self.stash.is_due()
            || self.request.is_closing()
            || self.beside.is_closing()
            || telling.is_some_and(|telling| telling.until().is_never())
    }

    /// Lets pass what ran out of time; whether anything did.
    pub(super) fn expire(&mut self) -> bool {
        let now = self.progress.now;
        let any = self.abort.expire(now);
        if any {
            self.beside.give_up();
        }
        if let Some(telling) = self.current.as_mut().and_then(|current| current.telling.as_mut()) {
            // The answer is here: its deadline is met, however long the store takes.
            return telling.expire(now) || any;
        }
        match self.progress.expire() {
            Over::Nothing => return any,
            Over::Resolution => self.current.forget_decision(),
            Over::Phase => {
                self.progress.signal(Signal::Deadline);
            }
        }
        true
    }

    pub(super) fn waiting(&self) -> Wait {
        let telling = self.current.as_ref().and_then(|current| current.telling.as_ref());
        let own = telling.map_or_else(|| self.progress.until(), |telling| telling.until());
        let until = own.min(self.abort.until());
        Wait { until: until.instant(), why: if telling.is_some() { Why::Store } else { self.progress.why(false) } }
    }

    /// The output that lends from the stash what it needs.
    pub(super) fn output(&self, next: Next) -> Output<'_> {
        let current = self.current.as_ref();
        let lent = Lent {
            loan: self.stash.loan(),
            undertaking: current.map(|current| &current.undertaking),
            request_type: current.map_or("", |current| current.request_type()),
            decision: self.current.decision(),
            question: None,
        };
        lent.output(next).unwrap_or_else(|| Output::Wait(self.waiting()))
    }
}
