//! What is done on each edge of the request in progress.

use super::Session;
use super::answer::overall_result;
use super::classify::{Evidence, classify};
use super::current::Current;
use super::inquiry::Weight;
use super::lane::Stage;
use crate::drive::Link;
use crate::id::Id;
use crate::journal::Settled;
use crate::limits;
use crate::operation::{Outcome, Reason};
use crate::opi::message::Lost;
use crate::proof::{Mistake, mistake};
use crate::session::table::{Effect, Phase, Signal};
use crate::session::{Loan, Next, Work};
use crate::time::Deadline;

impl<const D: usize> Session<'_, D> {
    /// Does what the edge taken last wants done.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(super) fn perform(&mut self, tx: &mut [u8]) -> Option<Next> {
        let timeouts = self.settings.timeouts;
        let effect = self.progress.take_effect()?;
        if let Some(current) = self.current.as_mut()
            && current.undertaking.announce()
        {
            self.progress.put_back(effect);
            return Some(Next::Started(current.undertaking.request_id));
        }
        match effect {
            Effect::StoreIntent => {
                let current = self.current.as_ref()?;
                // Long enough for every word of the protocol.
                let request_type = current.word();
                let intent = current.undertaking.intent(self.settings.workstation.as_str(), request_type);
                self.stash.loan = Loan::Intent(intent);
                Some(self.progress.store_intent(timeouts.local))
            }
            Effect::Listen => {
                self.progress.give_up_after(timeouts.local);
                Some(Next::Listen)
            }
            Effect::Connect => {
                self.lanes.restart(Link::Request, Stage::Connecting);
                self.progress.give_up_after(timeouts.connect);
                Some(Next::Connect(Link::Request))
            }
            Effect::Transmit => self.transmit(tx),
            Effect::Await if mistake(Mistake::WaitsForever) => None,
            Effect::Await => {
                let at_once = Deadline::at(self.progress.now.after(limits::AT_ONCE));
                let mut foreign = false;
                if let Some(current) = self.current.as_mut() {
                    current.at_once = at_once;
                    foreign = current.foreign;
                }
                let long = self.takes_long();
                self.progress.give_up_hard_after(if long { timeouts.hard_long } else { timeouts.hard });
                if foreign {
                    self.progress.give_up_after(timeouts.grace);
                }
                self.sign_of_life();
                None
            }
            Effect::NotSent(reason) => {
                if let Some(current) = self.current.as_mut() {
                    current.undertaking.verdict = (Outcome::NotSent, Some(reason));
                }
                self.conclude()
            }
            Effect::Doubt(reason) => self.doubt(reason),
            Effect::Classify => self.judge(),
            Effect::Resume => {
                self.resume();
                None
            }
            Effect::Pause => {
                self.progress.give_up_after(self.pause());
                None
            }
            Effect::ListenAgain => {
                self.progress.give_up_after(timeouts.local);
                Some(Next::Listen)
            }
            Effect::Reach => {
                // What was kept open for a late answer is closed first.
                if self.lanes.request.stage() != Stage::Closed {
                    self.drop_link(Link::Request);
                    self.progress.put_back(effect);
                    return None;
                }
                self.lanes.restart(Link::Request, Stage::Connecting);
                self.progress.give_up_after(timeouts.connect);
                Some(Next::Connect(Link::Request))
            }
            Effect::Ask => self.ask(tx),
            Effect::Hear => {
                self.progress.give_up_hard_after(timeouts.hard);
                self.progress.give_up_after(timeouts.probe);
                None
            }
            Effect::Weigh => {
                self.weigh();
                None
            }
            Effect::Unreached => {
                self.miss(&Weight::Unreached);
                None
            }
            Effect::Miss => {
                self.miss(&Weight::Later);
                None
            }
            Effect::PassOver => {
                self.miss(&Weight::Nothing);
                None
            }
            Effect::GiveUp => {
                self.progress.signal(Signal::Concluded);
                None
            }
            Effect::Conclude => self.conclude(),
            Effect::Tell => Some(self.progress.tell(&mut self.current.as_mut()?.undertaking, true)),
            Effect::TellUnstored => Some(self.progress.tell(&mut self.current.as_mut()?.undertaking, false)),
            Effect::Rest => {
                self.current = Work::Rest;
                None
            }
        }
    }

    /// Judges the answer, or asks in other words.
    fn judge(&mut self) -> Option<Next> {
        let current = self.current.as_mut()?;
        let compared = current.compared();
        let facts = &mut current.undertaking.end.facts;
        current.answer.compare(facts, compared);
        let result = overall_result(facts);
        current.approved |= facts.approval_code.is_some() || current.answer.lost == Lost::Approval;
        current.late = core::mem::take(&mut current.at_once).is_over(self.progress.now);
        let money = current.undertaking.moves_money();
        let (outcome, reason) = classify(&Evidence {
            moves_money: money,
            result: result.as_ref(),
            facts: &current.undertaking.end.facts,
            lost: current.lost(),
            prompted: current.prompted,
            late: current.late,
            asked: compared,
        });
        current.undertaking.verdict = (outcome, reason);
        match (outcome, reason) {
            (Outcome::Declined, Some(Reason::Rejected | Reason::NotSupported)) if self.ask_in_other_words() => {}
            (Outcome::Declined, Some(Reason::PrintLastTicket)) if money => self.fetch_receipts(),
            (Outcome::Unknown, Some(reason)) if money => return self.doubt(reason),
            _ => {
                self.progress.signal(Signal::Concluded);
            }
        }
        None
    }

    /// Tries the next verb of the dialect. Never for a request that may move money.
    fn ask_in_other_words(&mut self) -> bool {
        let Some(current) = self.current.as_mut().filter(|current| current.has_other_words()) else { return false };
        current.use_other_words();
        current.undertaking.renumber(self.progress.counters.request());
        self.drop_link(Link::Request);
        self.progress.signal(Signal::OtherWords)
    }

    fn conclude(&mut self) -> Option<Next> {
        self.drop_link(Link::Request);
        self.drop_link(Link::Abort);
        self.abort.forget();
        let current = self.current.as_mut()?;
        current.inquiry = None;
        if current.undertaking.verdict == (Outcome::Approved, None) && self.settings.devices.take_receipts() {
            // Of one that was sent in an earlier run it is not known what came then.
            let missing = current.undertaking.moves_money() && !current.undertaking.is_resumed();
            current.undertaking.verdict.1 = (missing && !current.receipt_came).then_some(Reason::NoReceipt);
        }
        let undertaking = &current.undertaking;
        if undertaking.moves_money() && undertaking.verdict.0 == Outcome::Approved {
            let reference = undertaking.reference_seen.as_ref();
            self.settings.last_settled = Some(Settled::of(undertaking.request_id, &undertaking.end.facts, reference));
        }
        let request_type = Id::new(current.word()).unwrap_or_default();
        self.progress.conclude(&mut current.undertaking, request_type, self.settings.timeouts.local)
    }

    fn takes_long(&self) -> bool {
        self.current.as_ref().is_some_and(Current::takes_long)
    }

    /// The terminal did something: it is still there. While a question stands, it is the till that is waited for, and
    /// while distant hosts are asked, the terminal has nothing to say: silence counts from then on.
    pub(super) fn sign_of_life(&mut self) {
        let foreign = self.current.as_ref().is_some_and(|current| current.foreign);
        let timeouts = &self.settings.timeouts;
        let silence = match self.progress.phase() {
            Phase::Waiting if self.takes_long() => timeouts.hard_long,
            Phase::Waiting => timeouts.idle,
            Phase::Hearing => timeouts.probe,
            _ => return,
        };
        if foreign {
            return;
        }
        let now = self.progress.now;
        let from = self.lanes.question().map_or(now, |question| question.until.max(now));
        self.progress.give_up_at(from.after(silence));
    }
}
