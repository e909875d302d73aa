//! Stopping what the terminal does, beside the request in progress. It never decides an outcome (I8): the request's own
//! answer does.
//!
//! An abort names the request that is to stop, and has no answer but an empty one (Adyen docs: cancel a transaction),
//! so all that is told is whether it arrived.

use super::Session;
use super::exchange::{Stage, is_success};
use super::request::Message;
use crate::drive::{Link, Misuse};
use crate::nexo::Category;
use crate::proof::{Mistake, mistake};
use crate::session::table::{Phase, Signal};
use crate::session::{Next, Step};

impl Session<'_> {
    pub(super) fn wish_abort(&mut self) -> Result<(), Misuse> {
        let (now, pause) = (self.progress.now, self.settings.timeouts.abort_pause);
        let stoppable = self.current.as_ref().is_some_and(|current| !current.undertaking.is_abort());
        match self.progress.phase() {
            // What is being told has ended.
            _ if !stoppable || self.is_telling() => Err(Misuse::NothingToAbort),
            // The terminal is known to be at work: it is told to stop, and asked on.
            Phase::Pausing if self.is_in_progress() && self.abort.may_begin(now, pause) => self.abort.want(now, pause),
            Phase::Storing | Phase::Connecting | Phase::Pausing => {
                self.progress.signal(Signal::Withdrawn);
                Ok(())
            }
            Phase::Sending | Phase::Waiting => self.abort.want(now, pause),
            _ => Err(Misuse::NothingToAbort),
        }
    }

    /// Whether the terminal said that it works on the request.
    fn is_in_progress(&self) -> bool {
        self.current.as_ref().and_then(|current| current.inquiry.as_ref()).is_some_and(|inquiry| inquiry.in_progress)
    }

    pub(super) fn advance_abort(&mut self, tx: &mut [u8]) -> Option<Next> {
        if let Some(accepted) = self.abort.take_news() {
            self.beside.give_up();
            return Some(Next::AbortAnswered { accepted });
        }
        match self.abort.step() {
            Step::Wanted if matches!(self.progress.phase(), Phase::Waiting | Phase::Pausing) && !self.is_telling() => {
                self.abort.connect(self.progress.now.after(self.settings.timeouts.abort));
                self.beside.restart(Stage::Connecting);
                Some(Next::Connect(Link::Abort))
            }
            Step::Connected => self.send_abort(tx),
            _ => None,
        }
    }

    fn send_abort(&mut self, tx: &mut [u8]) -> Option<Next> {
        let current = self.current.as_ref()?;
        let number = self.progress.counters.request();
        let message = Message {
            settings: &self.settings,
            category: Category::Abort,
            number,
            at: current.undertaking.wall(self.progress.now),
            about: Some((current.category?, current.undertaking.request_id)),
            request: None,
        };
        match message.write(tx) {
            Ok(length) => {
                self.abort.send(number, self.progress.now.after(self.settings.timeouts.abort));
                self.beside.send(length);
                Some(Next::Send { link: Link::Abort, length })
            }
            Err(_) => {
                self.abort.end(false);
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
                    && let Some(current) = self.current.as_mut()
                {
                    current.answer = super::Answer::aborted();
                    self.progress.signal(Signal::Answered);
                }
                self.abort.end(arrived);
                self.beside.give_up();
            }
            Stage::TooLong | Stage::Lost => {
                self.abort.end(false);
                self.beside.give_up();
            }
            _ => {}
        }
    }
}
