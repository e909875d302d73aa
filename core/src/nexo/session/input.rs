//! What happened, sent to where it matters.

use super::Session;
use super::exchange::{Exchange, Left};
use super::request;
use crate::drive::{Input, Link, Misuse};
use crate::journal::Ticket;
use crate::nexo::Category;
use crate::operation::{Operation, Request};
use crate::proof::{Mistake, mistake};
use crate::session::table::Signal;
use crate::session::{Storing, Work};
use crate::time::WallTime;

impl<'m> Session<'m> {
    pub(super) fn take(&mut self, input: Input<'_>) -> Result<(), Misuse> {
        match input {
            Input::Start(request) => self.start(request),
            Input::Abort => self.wish_abort(),
            // The terminal asks nothing of the till: it is only answered.
            Input::Answer(..) => Err(Misuse::NoSuchQuestion),
            Input::Resolve { request, charged, note } => {
                self.current = Work::Decision(self.progress.resolve(request, charged, note)?);
                Ok(())
            }
            Input::Recover(at) => self.recover(at),
            // There is no listener.
            Input::Listening | Input::ListenFailed => Err(Misuse::Busy),
            Input::Connected(link) => self.connected(link, true),
            Input::ConnectFailed(link) => self.connected(link, false),
            Input::Accepted(link) => Err(Misuse::WrongLink(link)),
            // The terminal opens no connections.
            Input::Crowded => Ok(()),
            Input::Received(link, bytes) => {
                let exchange = self.exchange(link)?;
                if exchange.is_given_up() {
                    return Ok(());
                }
                if exchange.room() == 0 && !bytes.is_empty() {
                    return Err(Misuse::WrongLink(link));
                }
                if exchange.receive(bytes) { Ok(()) } else { Err(Misuse::NoRoom(link)) }
            }
            Input::Complete { link, status } => {
                self.exchange(link)?.complete(status);
                Ok(())
            }
            Input::Sent(link) => self.left(link, None),
            Input::SendFailed { link, at_most } => self.left(link, Some(at_most)),
            Input::Closed(link) => {
                self.exchange(link)?.end();
                Ok(())
            }
            Input::Stored(ticket) => self.stored(ticket, true),
            Input::StoreFailed(ticket) => self.stored(ticket, false),
            Input::Tick => Ok(()),
        }
    }

    fn exchange(&mut self, link: Link) -> Result<&mut Exchange<'m>, Misuse> {
        match link {
            Link::Request => Ok(&mut self.request),
            Link::Abort => Ok(&mut self.beside),
            Link::Device(_) => Err(Misuse::WrongLink(link)),
        }
    }

    fn start(&mut self, request: &Request) -> Result<(), Misuse> {
        self.progress.may_begin(request.operation.moves_money())?;
        let category = request::category(&self.settings, &request.operation).ok_or(Misuse::Unsupported)?;
        if let Some(what) = request::missing(&request.operation) {
            return Err(Misuse::Incomplete(what));
        }
        if request.operation == Operation::Abort && self.unresolved_category().is_none() {
            return Err(Misuse::NothingToAbort);
        }
        self.abort.forget();
        self.current.begin(|current| {
            current.category = Some(category);
            self.progress.begin(&mut current.undertaking, request);
        });
        Ok(())
    }

    /// The category of the request that nobody knows the end of: the only one that could be stopped by its number.
    fn unresolved_category(&self) -> Option<Category> {
        request::category_of(self.progress.unresolved()?.request_type.as_str())
    }

    fn recover(&mut self, at: WallTime) -> Result<(), Misuse> {
        self.progress.may_recover()?;
        self.abort.forget();
        let category = self.unresolved_category();
        self.current.begin(|current| {
            current.category = category;
            self.progress.recover(&mut current.undertaking, at);
        });
        Ok(())
    }

    fn connected(&mut self, link: Link, well: bool) -> Result<(), Misuse> {
        let wrong = Misuse::WrongLink(link);
        if !self.exchange(link)?.connected(well) {
            return Err(wrong);
        }
        match (link, well) {
            (Link::Request, true) => self.progress.signal_or(Signal::Connected, wrong),
            (Link::Request, false) => self.progress.signal_or(Signal::ConnectFailed, wrong),
            (_, true) => {
                self.abort.connected();
                Ok(())
            }
            (_, false) => {
                self.abort.end(false);
                Ok(())
            }
        }
    }

    fn left(&mut self, link: Link, at_most: Option<usize>) -> Result<(), Misuse> {
        let failed = at_most.is_some();
        let left = self.exchange(link)?.left(at_most).ok_or(Misuse::WrongLink(link))?;
        match (link, left) {
            (_, Left::Nobody) => {}
            // The answer is here: how the request got there does not matter any more.
            (Link::Request, _) if self.is_telling() => {}
            (Link::Request, left) => {
                let whole = left == Left::Whole && !(failed && mistake(Mistake::SaysNotSentAfterAWholeFrame));
                self.progress.signal(match (failed, whole) {
                    (false, _) => Signal::Sent,
                    (true, true) => Signal::SentPerhaps,
                    (true, false) => Signal::SentShort,
                });
            }
            (_, _) if failed => {
                self.abort.end(false);
                self.beside.give_up();
            }
            _ => self.abort.sent(self.progress.now.after(self.settings.timeouts.abort)),
        }
        Ok(())
    }

    fn stored(&mut self, ticket: Ticket, stored: bool) -> Result<(), Misuse> {
        match self.progress.stored(ticket, stored)? {
            Storing::Another => {}
            Storing::Ours => return Ok(()),
            Storing::Decision(_) => {
                self.current.forget_decision();
                return Ok(());
            }
        }
        let telling = self.current.as_mut().and_then(|current| current.telling.as_mut());
        if telling.is_some_and(|telling| telling.sheet_stored(ticket, stored)) {
            Ok(())
        } else {
            Err(Misuse::NoSuchTicket)
        }
    }
}
