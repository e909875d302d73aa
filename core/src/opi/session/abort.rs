//! Stopping what the terminal does, beside the request in progress. It never decides an outcome (I8): the request's
//! own answer does.

use super::Session;
use super::lane::{Outgoing, Stage, What};
use super::request::Asking;
use crate::drive::{Link, Misuse};
use crate::id::Id;
use crate::operation::Operation;
use crate::opi::message::{OverallResult, RequestType};
use crate::opi::profile::AbortStyle;
use crate::proof::{Mistake, mistake};
use crate::session::table::{Phase, Signal};
use crate::session::{Next, Step};
use crate::time::Deadline;

impl<const D: usize> Session<'_, D> {
    pub(super) fn wish_abort(&mut self) -> Result<(), Misuse> {
        let stoppable = self.current.as_ref().is_some_and(|current| !current.undertaking.is_abort());
        match self.progress.phase() {
            _ if !stoppable => Err(Misuse::NothingToAbort),
            Phase::Storing | Phase::Opening | Phase::Connecting | Phase::Pausing => {
                self.progress.signal(Signal::Withdrawn);
                Ok(())
            }
            Phase::Sending | Phase::Waiting => self.abort.want(self.progress.now, self.settings.timeouts.abort_pause),
            _ => Err(Misuse::NothingToAbort),
        }
    }

    pub(super) fn advance_abort(&mut self, tx: &mut [u8]) -> Option<Next> {
        if let Some(accepted) = self.abort.take_news() {
            self.drop_link(Link::Abort);
            return Some(Next::AbortAnswered { accepted });
        }
        let style = self.settings.profile.abort;
        match self.abort.step() {
            Step::Wanted if self.progress.phase() == Phase::Waiting => match style {
                AbortStyle::SecondConnection => {
                    self.abort.connect(self.progress.now.after(self.settings.timeouts.abort));
                    self.lanes.restart(Link::Abort, Stage::Connecting);
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

    // Beside its caller, on whose stack the operation would be whatever is done.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn send_abort(&mut self, link: Link, tx: &mut [u8]) -> Option<Next> {
        let request_id = self.progress.counters.request();
        let until = self.progress.now.after(self.settings.timeouts.abort);
        let at = self.current.as_ref()?.undertaking.wall(self.progress.now);
        let operation = Operation::Abort;
        let asking = Asking {
            settings: &self.settings,
            operation: &operation,
            reference: None,
            request_id,
            request_type: const { RequestType::AbortRequest.listed() },
            at,
        };
        let Some(outgoing) = Outgoing::write(What::Abort, Deadline::NEVER, tx, &|out| asking.encode(out)) else {
            self.abort.end(false);
            return None;
        };
        self.abort.send(request_id, until);
        self.lanes.get_mut(link)?.outgoing = Some(outgoing);
        Some(Next::Send { link, length: outgoing.length })
    }

    /// The terminal answered the abort.
    pub(super) fn abort_answered(&mut self, result: Option<&OverallResult>) {
        if mistake(Mistake::LetsAnAbortDecide)
            && result == Some(&OverallResult::Success)
            && let Some(current) = self.current.as_mut()
        {
            current.undertaking.end.facts.overall_result = Id::new(OverallResult::Aborted.as_str()).ok();
            self.progress.signal(Signal::Answered);
        }
        self.abort.end(result == Some(&OverallResult::Success));
    }
}
