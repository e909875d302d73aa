//! What happened, sent to where it matters.

use super::Session;
use super::device::Asked;
use super::lane::Stage;
use super::request;
use crate::drive::{Input, Link, Misuse};
use crate::journal::{Settled, Ticket, Unresolved};
use crate::operation::{Reason, Request};
use crate::session::table::Signal;
use crate::session::{Storing, Work};
use crate::time::{Deadline, WallTime};

impl<const D: usize> Session<'_, D> {
    pub(super) fn take(&mut self, input: Input<'_>) -> Result<(), Misuse> {
        match input {
            Input::Start(request) => self.start(request),
            Input::Abort => self.wish_abort(),
            Input::Answer(id, answer) => {
                let is_it = |asked: &&mut Asked| asked.standing().is_some_and(|question| question.id == id);
                self.lanes
                    .asked
                    .as_mut()
                    .filter(is_it)
                    .map_or(Err(Misuse::NoSuchQuestion), |asked| asked.answer(answer))
            }
            Input::Resolve { request, charged, note } => {
                self.current = Work::Decision(self.progress.resolve(request, charged, note)?);
                Ok(())
            }
            Input::Recover(at) => self.recover(at),
            Input::Listening => self.progress.signal_or(Signal::Listening, Misuse::Busy),
            Input::ListenFailed => self.progress.signal_or(Signal::ListenFailed, Misuse::Busy),
            Input::Connected(link) => self.connected(link),
            Input::ConnectFailed(link) => self.connect_failed(link),
            Input::Accepted(link) => self.accepted(link),
            Input::Crowded => {
                self.crowded = true;
                Ok(())
            }
            Input::Received(link, bytes) => self.received(link, bytes),
            // OPI has frames, and no answers of HTTP.
            Input::Complete { link, .. } => Err(Misuse::WrongLink(link)),
            Input::Sent(link) => self.sent(link),
            Input::SendFailed { link, at_most } => self.send_failed(link, at_most),
            Input::Closed(link) => {
                let lane = self.lanes.get_mut(link).ok_or(Misuse::WrongLink(link))?;
                lane.end();
                Ok(())
            }
            Input::Stored(ticket) => self.stored(ticket, true),
            Input::StoreFailed(ticket) => self.stored(ticket, false),
            Input::Tick => Ok(()),
        }
    }

    fn start(&mut self, request: &Request) -> Result<(), Misuse> {
        self.progress.may_begin(request.operation.moves_money())?;
        let verbs = self.settings.profile.verbs(&request.operation);
        if verbs.is_empty() {
            return Err(Misuse::Unsupported);
        }
        if let Some(what) = request::missing(&self.settings, &request.operation) {
            return Err(Misuse::Incomplete(what));
        }
        self.abort.forget();
        self.current.begin(|current| {
            current.verbs = verbs;
            self.progress.begin(&mut current.undertaking, request);
        });
        Ok(())
    }

    fn recover(&mut self, at: WallTime) -> Result<(), Misuse> {
        self.progress.may_recover()?;
        self.abort.forget();
        self.current.begin(|current| {
            self.progress.recover(&mut current.undertaking, at);
            // What spoke against a refusal before the restart still does.
            current.approved = current.undertaking.verdict.1 == Some(Reason::Contradiction);
        });
        Ok(())
    }

    fn connected(&mut self, link: Link) -> Result<(), Misuse> {
        let wrong = Misuse::WrongLink(link);
        let lane = self.lanes.get_mut(link).filter(|lane| lane.stage() == Stage::Connecting).ok_or(wrong)?;
        // Connections of ours have deadlines of their own.
        lane.opened(Deadline::NEVER);
        match link {
            Link::Request => self.progress.signal_or(Signal::Connected, wrong),
            _ => {
                self.abort.connected();
                Ok(())
            }
        }
    }

    fn connect_failed(&mut self, link: Link) -> Result<(), Misuse> {
        let wrong = Misuse::WrongLink(link);
        self.lanes.get(link).filter(|lane| lane.stage() == Stage::Connecting).ok_or(wrong)?;
        self.lanes.restart(link, Stage::Closed);
        match link {
            Link::Request => self.progress.signal_or(Signal::ConnectFailed, wrong),
            _ => {
                self.abort.end(false);
                Ok(())
            }
        }
    }

    fn accepted(&mut self, link: Link) -> Result<(), Misuse> {
        let now = self.progress.now;
        let quiet = Deadline::at(now.after(self.settings.timeouts.hard_long));
        match self.lanes.get_mut(link) {
            Some(lane) if matches!(link, Link::Device(_)) && lane.stage() == Stage::Closed => {
                lane.opened(quiet);
                lane.heard = now;
                self.crowded = false;
                Ok(())
            }
            _ => Err(Misuse::WrongLink(link)),
        }
    }

    fn received(&mut self, link: Link, bytes: &[u8]) -> Result<(), Misuse> {
        let now = self.progress.now;
        let quiet = Deadline::at(now.after(self.settings.timeouts.hard_long));
        let lane = self.lanes.get_mut(link).ok_or(Misuse::WrongLink(link))?;
        match lane.stage() {
            Stage::Open => {}
            // Given up meanwhile: the adapter is about to be told.
            Stage::Closing => return Ok(()),
            _ => return Err(Misuse::WrongLink(link)),
        }
        if !lane.receive(bytes, quiet) {
            return Err(Misuse::NoRoom(link));
        }
        lane.heard = now;
        self.lanes.reading.goes_on(link);
        if link != Link::Abort {
            self.sign_of_life();
        }
        Ok(())
    }

    fn stored(&mut self, ticket: Ticket, stored: bool) -> Result<(), Misuse> {
        match self.progress.stored(ticket, stored)? {
            Storing::Another => {}
            Storing::Ours => return Ok(()),
            Storing::Decision(settled) => {
                self.current.forget_decision();
                if let Some(Unresolved { request_id, reference, .. }) = settled {
                    // A person can be wrong about the charge: its receipt is its own either way.
                    let (trx_reference_number, approval_code, receipt_number) = (None, None, None);
                    let names = Settled { request_id, trx_reference_number, approval_code, receipt_number, reference };
                    self.settings.last_settled = Some(names);
                }
                return Ok(());
            }
        }
        if self.lanes.reading.exchange.sheet_stored(ticket, stored) {
            return Ok(());
        }
        Err(Misuse::NoSuchTicket)
    }
}
