//! Frames that leave: the request, the questions about it, and how the sending of any frame ends.

use super::Session;
use super::answer::Answer;
use super::inquiry::Testimony;
use super::lane::{Outgoing, What};
use super::request::Asking;
use crate::drive::{Link, Misuse};
use crate::limits;
use crate::proof::{Mistake, mistake};
use crate::session::Next;
use crate::session::table::Signal;
use crate::time::Deadline;

impl<const D: usize> Session<'_, D> {
    /// Sends the request.
    pub(super) fn transmit(&mut self, tx: &mut [u8]) -> Option<Next> {
        let current = self.current.as_ref()?;
        let undertaking = &current.undertaking;
        let asking = Asking {
            settings: &self.settings,
            operation: undertaking.operation()?,
            reference: undertaking.reference(),
            request_id: undertaking.request_id,
            request_type: current.word(),
            at: undertaking.wall(self.progress.now),
        };
        let outgoing = Outgoing::write(What::Request, Deadline::NEVER, tx, &|out| asking.encode(out));
        // What cannot be answered later is not asked for.
        self.leaves(outgoing.filter(|_| tx.len() >= limits::TRANSMIT_MIN))
    }

    /// Sends the next question.
    pub(super) fn ask(&mut self, tx: &mut [u8]) -> Option<Next> {
        let request_id = self.progress.counters.request();
        let current = self.current.as_mut()?;
        current.foreign = false;
        let at = current.undertaking.wall(self.progress.now);
        let inquiry = current.inquiry.as_mut()?;
        let question = inquiry.question()?;
        inquiry.request_id = Some(request_id);
        current.answer = Answer::default();
        current.testimony = Testimony::default();
        let asking = Asking {
            settings: &self.settings,
            operation: &question.operation(),
            reference: None,
            request_id,
            request_type: question.word(),
            at,
        };
        let outgoing = Outgoing::write(What::Request, Deadline::NEVER, tx, &|out| asking.encode(out));
        self.leaves(outgoing)
    }

    fn leaves(&mut self, outgoing: Option<Outgoing>) -> Option<Next> {
        let Some(outgoing) = outgoing else {
            self.progress.signal(Signal::NotEncodable);
            return None;
        };
        self.progress.give_up_after(self.settings.timeouts.send);
        self.lanes.request.outgoing = Some(outgoing);
        Some(Next::Send { link: Link::Request, length: outgoing.length })
    }

    pub(super) fn sent(&mut self, link: Link) -> Result<(), Misuse> {
        let wrong = Misuse::WrongLink(link);
        let lane = self.lanes.get_mut(link).ok_or(wrong)?;
        let Some(outgoing) = lane.outgoing.take() else {
            // The connection was given up meanwhile.
            return if lane.is_given_up() { Ok(()) } else { Err(wrong) };
        };
        match outgoing.what {
            What::Request => {
                self.progress.signal(Signal::Sent);
            }
            What::Abort => self.abort.sent(self.progress.now.after(self.settings.timeouts.abort)),
            What::Reply => {}
        }
        Ok(())
    }

    pub(super) fn send_failed(&mut self, link: Link, at_most: usize) -> Result<(), Misuse> {
        let wrong = Misuse::WrongLink(link);
        let lane = self.lanes.get_mut(link).ok_or(wrong)?;
        let Some(outgoing) = lane.outgoing.take() else {
            return if lane.is_given_up() { Ok(()) } else { Err(wrong) };
        };
        match outgoing.what {
            What::Request => {
                let whole = at_most >= outgoing.length && !mistake(Mistake::SaysNotSentAfterAWholeFrame);
                self.progress.signal(if whole { Signal::SentPerhaps } else { Signal::SentShort });
            }
            What::Abort => {
                self.abort.end(false);
                if link == Link::Abort {
                    self.drop_link(link);
                }
            }
            // On channel 0 the answer may still come; a callback connection is of no more use.
            What::Reply if link == Link::Request => {}
            What::Reply => self.drop_link(link),
        }
        Ok(())
    }
}
