//! What is stored of a request and when, and what blocks the lane.
//!
//! The intent before anything is sent (I2); the end before it is told. That the frame left is stored, too, for those who
//! look at the journal later; nothing waits for it, and nothing follows if that fails. An end that is unknown blocks the lane until it
//! is settled, and what settles it counts when it is stored, not before (I6).

use super::progress::Progress;
use super::stash::Next;
use super::table::{Phase, Signal};
use super::undertaking::Undertaking;
use crate::drive::Misuse;
use crate::id::{Id, RequestId};
use crate::journal::{Resolution, Ticket, Unresolved};
use crate::limits;
use crate::operation::{Facts, Outcome, Request};
use crate::proof::{Mistake, mistake};
use crate::time::{Millis, WallTime};

/// What ended, when a storing did.
pub(crate) enum Storing {
    /// None of the request's.
    Another,
    /// One of the request's.
    Ours,
    /// That of a person's decision, and the request that it settled.
    Decision(Option<Unresolved>),
}

impl Progress {
    /// The request whose result is unknown, if any.
    pub(crate) const fn unresolved(&self) -> Option<&Unresolved> {
        self.unresolved.as_ref()
    }

    /// Says that the result of an earlier request is unknown, as a restart finds it in the store.
    pub(crate) fn set_unresolved(&mut self, unresolved: Unresolved) {
        if mistake(Mistake::ForgetsTheBlockerAtRestart) {
            return;
        }
        self.unresolved = Some(unresolved);
    }

    /// Whether something may begin: nothing is in progress, and money moves only if nothing blocks the lane (I6).
    ///
    /// # Errors
    /// What is in the way.
    pub(crate) fn may_begin(&self, moves_money: bool) -> Result<(), Misuse> {
        if self.phase() != Phase::Idle || self.resolving.is_some() {
            return Err(Misuse::Busy);
        }
        match &self.unresolved {
            Some(unresolved) if moves_money => Err(Misuse::Unresolved(unresolved.request_id)),
            _ => Ok(()),
        }
    }

    /// Begins what [may begin](Self::may_begin), under a number of its own (I5).
    pub(crate) fn begin(&mut self, undertaking: &mut Undertaking, request: &Request) {
        let persists = request.operation.moves_money() && !mistake(Mistake::SendsBeforePersist);
        let request_id = self.counters.request();
        self.intent_stored = false;
        self.signal(if persists { Signal::StartMoney } else { Signal::StartService });
        undertaking.begin(request, request_id, self.now);
    }

    /// Whether the unresolved request may be taken up again.
    ///
    /// # Errors
    /// Nothing is unresolved, or something is in progress.
    pub(crate) fn may_recover(&self) -> Result<(), Misuse> {
        self.may_begin(false)?;
        if self.unresolved.is_some() { Ok(()) } else { Err(Misuse::NotUnresolved) }
    }

    /// Takes the unresolved request up again, to settle it, if that [may be](Self::may_recover).
    pub(crate) fn recover(&mut self, undertaking: &mut Undertaking, at: WallTime) {
        if let Some(unresolved) = &self.unresolved {
            undertaking.resume(unresolved, at, self.now);
            self.intent_stored = true;
            self.signal(Signal::Recover);
        }
    }

    /// A person decided about the unresolved request. It counts when it is stored.
    ///
    /// # Errors
    /// That request is not unresolved, or something is in progress.
    pub(crate) fn resolve(&mut self, request: RequestId, charged: bool, note: &str) -> Result<Resolution, Misuse> {
        self.may_begin(false)?;
        match &self.unresolved {
            Some(unresolved) if unresolved.request_id == request => {
                self.resolving = Some(request);
                Ok(Resolution::by_person(request, charged, note))
            }
            _ => Err(Misuse::NotUnresolved),
        }
    }

    /// Has the intent stored.
    pub(crate) fn store_intent(&mut self, within: impl Into<Millis>) -> Next {
        self.give_up_after(within);
        Next::StoreIntent(self.fresh_ticket())
    }

    /// Has stored what the steps of the request do not wait for: that its frame left, or a person's decision.
    pub(crate) fn store_aside(&mut self, within: impl Into<Millis>) -> Option<Next> {
        if core::mem::take(&mut self.sent) {
            let ticket = self.counters.ticket();
            self.sent_ticket = Some(ticket);
            return Some(Next::StoreSent(ticket));
        }
        if self.resolving.is_none() || self.ticket.is_some() {
            return None;
        }
        self.give_up_after(within);
        Some(Next::StoreResolution(self.fresh_ticket()))
    }

    /// Ends the request as its verdict says, and has that stored where its intent is. An unknown end blocks the lane.
    pub(crate) fn conclude(
        &mut self,
        undertaking: &mut Undertaking,
        request_type: Id<{ limits::VOCABULARY }>,
        within: impl Into<Millis>,
    ) -> Option<Next> {
        let (outcome, reason) = undertaking.verdict;
        let money = undertaking.moves_money();
        if money && outcome == Outcome::Unknown && !mistake(Mistake::ForgetsTheBlocker) {
            self.unresolved = Some(undertaking.unresolved(request_type));
        }
        let Undertaking { end, request_id, settled_by, .. } = undertaking;
        end.request_id = Some(*request_id);
        (end.outcome, end.reason, end.settled_by) = (outcome, reason, *settled_by);
        if outcome == Outcome::NotSent {
            end.facts = Facts::default();
        }
        if self.intent_stored {
            self.give_up_after(within);
            return Some(Next::StoreResult(self.fresh_ticket()));
        }
        // Nothing stands in the store that waits for an end.
        self.signal(if money { Signal::StoreFailed } else { Signal::Stored });
        None
    }

    /// Tells the end. A stored one that is known frees the lane.
    pub(crate) fn tell(&mut self, undertaking: &mut Undertaking, stored: bool) -> Next {
        let end = &mut undertaking.end;
        end.stored = stored || mistake(Mistake::SaysStoredWhatIsNot);
        let settled = end.stored && end.outcome != Outcome::Unknown;
        if settled && self.unresolved.as_ref().map(|it| it.request_id) == end.request_id {
            self.unresolved = None;
        }
        self.signal(Signal::Told);
        Next::Finished
    }

    /// A storing ended.
    ///
    /// # Errors
    /// Nothing waits for it any more.
    pub(crate) fn stored(&mut self, ticket: Ticket, stored: bool) -> Result<Storing, Misuse> {
        if self.sent_ticket == Some(ticket) {
            self.sent_ticket = None;
            return Ok(Storing::Ours);
        }
        if self.given_up.contains(&ticket) {
            self.given_up.retain(|given_up| *given_up != ticket);
            return Ok(Storing::Ours);
        }
        if self.ticket != Some(ticket) {
            return Ok(Storing::Another);
        }
        if let Some(request) = self.resolving.take() {
            self.ticket = None;
            // What was not stored was not decided.
            let decided = stored && self.unresolved.as_ref().is_some_and(|it| it.request_id == request);
            let unresolved = if decided { self.unresolved.take() } else { None };
            return Ok(Storing::Decision(unresolved));
        }
        self.signal_or(if stored { Signal::Stored } else { Signal::StoreFailed }, Misuse::NoSuchTicket)?;
        Ok(Storing::Ours)
    }

    fn fresh_ticket(&mut self) -> Ticket {
        let ticket = self.counters.ticket();
        self.ticket = Some(ticket);
        ticket
    }
}
